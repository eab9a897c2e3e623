/**
 * Two latents with a datum each, and a parameter each: the score of one needs nothing of the other.
 *
 *   p   z_i ~ N(0, 1)   x_i | z_i ~ N(z_i, 1/4)       the posterior of z_i: N(4/5 x_i, 1/5)
 *   q   z_1 ~ N(a, 1/5), z_2 ~ N(b, 1/5)
 *
 * Exact: with d² = 5 |(a, b) − 4/5 x|², log w = log P(x) − d²/2 − d ε, ε ~ N(0, 1), so that
 *
 *   L_b = log P(x) − d²/2        L_2 = L_b + E log cosh(d ε / √2)
 */
import * as g from 'giry'
import { logNormal } from '../../laws/oracle.js'
import type { Point } from './million.js'

/** The data. */
export const x = { x1: 2, x2: -3 }

/** The model. */
export const p = g.pipe(
  g.Do,
  g.bind('z1', () => g.standardNormal()),
  g.bind('z2', () => g.standardNormal()),
  g.bind('x1', ({ z1 }) => g.normal({ loc: z1, scale: 0.5 })),
  g.bind('x2', ({ z2 }) => g.normal({ loc: z2, scale: 0.5 })),
)

/** The family. */
export const q = g.pipe(
  g.given({ a: g.real(), b: g.real(), x1: g.real(), x2: g.real() }),
  g.bind('z1', ({ a }) => g.normal({ loc: a, scale: Math.sqrt(0.2) })),
  g.bind('z2', ({ b }) => g.normal({ loc: b, scale: Math.sqrt(0.2) })),
)

/** The posterior. */
export const optimum = { a: 0.8 * x.x1, b: 0.8 * x.x2 }

/** log P(x). */
export const evidence = logNormal(x.x1, 0, Math.sqrt(1.25)) + logNormal(x.x2, 0, Math.sqrt(1.25))

const squaredDistance = ({ a, b }: Point): number =>
  5 * (((a as number) - optimum.a) ** 2 + ((b as number) - optimum.b) ** 2)

/** L_b. */
export const bound = (at: Point): number => evidence - squaredDistance(at) / 2

const logCosh = (t: number): number => Math.abs(t) + Math.log1p(Math.exp(-2 * Math.abs(t))) - Math.log(2)

/** L_2, by the trapezoidal rule, which converges exponentially here. */
export const boundOfTwo = (at: Point): number => {
  const d = Math.sqrt(squaredDistance(at))
  const step = 0.05
  const points = Array.from({ length: 401 }, (_, i) => step * (i - 200))
  return points.reduce(
    (sum, e) => sum + step * Math.exp(logNormal(e, 0, 1)) * logCosh((d * e) / Math.SQRT2),
    bound(at),
  )
}
