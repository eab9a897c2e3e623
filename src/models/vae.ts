/**
 * The variational autoencoder: the Gaussian mixture with infinitely many components, one for each code z.
 *
 *   z ~ N(0, I)          x | z ~ Bernoulli(decode(z))          z | x ~ N(loc(x), scale(x))  as  encode(x)
 *
 * decode and encode are multilayer perceptrons. Kingma and Welling, 2014. Tested in tests/models/vae.test.ts.
 */
import { pipe } from 'fp-ts/lib/function.js'
import { bernoulli } from '../dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../dsl/distributions/normal.js'
import { gaussian, mlp } from '../dsl/nets/dense.js'
import { bind, Do, given, nets } from '../dsl/notation.js'
import { binary, real } from '../dsl/space.js'
import { elbo } from '../inference/elbo.js'
import type { Family } from './family.js'
import { optionsCodec, positiveInteger, sizes } from './options.js'

/** Options of a VAE. */
export interface VaeOptions {
  /** Entries of x. */
  readonly size: number
  /** Entries of the code z. */
  readonly latent: number
  /** Units of the hidden layers of the encoder; the decoder has them in reverse. */
  readonly hidden: readonly number[]
}

/** A VAE for binary data: its model, its family and their bound. */
export const vae = (options: VaeOptions) => {
  const X = binary(options.size)
  const Z = real(options.latent)
  const p = pipe(
    Do,
    nets({ decode: mlp(Z, [...options.hidden].reverse(), real(options.size)) }),
    bind('z', () => standardNormal(options.latent)),
    bind('x', ({ z, decode }) => bernoulli({ logits: decode(z) })),
  )
  const q = pipe(
    given({ x: X }),
    nets({ encode: gaussian(X, options.hidden, Z) }),
    bind('z', ({ x, encode }) => normal(encode(x))),
  )
  return { p, q, objective: elbo(p, q) }
}

/** The VAE in the registry. */
export const vaeFamily: Family<{ readonly latent: number; readonly hidden: readonly number[] }> = {
  name: 'vae',
  summary: 'variational autoencoder: z ~ N(0, I), x | z ~ Bernoulli(decode(z)), for binary data',
  models: 'Binary',
  options: optionsCodec<{ readonly latent: number; readonly hidden: readonly number[] }>(
    'vae',
    { latent: positiveInteger, hidden: sizes },
    { latent: 20, hidden: [400] },
  ),
  defaults: { latent: 20, hidden: [400] },
  build: (data, options) => ({ ...vae({ size: data.size, ...options }), latent: options.latent }),
}
