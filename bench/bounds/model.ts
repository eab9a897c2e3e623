/**
 * The model of one stochastic layer of Burda, Grosse and Salakhutdinov (2016), section 5.1 and appendix: 784-200-200-50.
 *
 *   z ~ N(0, I_50)      x | z ~ Bernoulli(decode(z))      z | x ~ N(loc(x), scale(x)) as encode(x)       two tanh layers of 200
 *
 * Three contenders share it: the evidence bound with one particle, and L_K with 5 and with 50.
 */
import * as g from '../../src/index.js'

const X = g.binary(784)
const Z = g.real(50)
const hidden = [200, 200]
const tanh = { activation: 'tanh' } as const

/** p(x, z). */
export const p = g.pipe(
  g.Do,
  g.nets({ decode: g.mlp(Z, hidden, g.real(784), tanh) }),
  g.bind('z', () => g.standardNormal(50)),
  g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
)

/** q(z | x). */
export const q = g.pipe(
  g.given({ x: X }),
  g.nets({ encode: g.gaussian(X, hidden, Z, tanh) }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)

/** What is maximized, by name. */
export const contenders = {
  vae: { title: 'VAE', objective: () => g.elbo(p, q) },
  iwae5: { title: 'IWAE, K = 5', objective: () => g.iwae(p, q, { particles: 5 }) },
  iwae50: { title: 'IWAE, K = 50', objective: () => g.iwae(p, q, { particles: 50 }) },
} as const

/** A contender. */
export type Contender = keyof typeof contenders

/** The nets that all contenders train. */
export type Trained = {
  readonly decode: (typeof p)['nets']['decode']
  readonly encode: (typeof q)['nets']['encode']
}
