/**
 * The problem of one latent, two parameters: z ~ N(m, e^2s) for the posterior of x | z ~ N(z, 1), z ~ N(0, 1), which is N(x/2, 1/2).
 */
import * as g from 'giry'

/** The datum. */
export const x = 1.2

export const p = g.pipe(
  g.Do,
  g.bind('z', () => g.standardNormal()),
  g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
)

export const q = g.pipe(
  g.given({ x: g.real(), m: g.real(), s: g.real() }),
  g.bind('z', ({ m, s }) => g.normal({ loc: m, scale: g.exp(s) })),
)

/** Where q is the posterior. */
export const optimum = { m: x / 2, s: -0.5 * Math.log(2) }
