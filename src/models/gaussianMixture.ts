/**
 * The Gaussian mixture with a finite number of components.
 *
 *   c ~ Categorical(weights)        x | c ~ N(means_c, scales_c²)          c | x ~ Categorical(logits = assign(x))
 *
 * The code c is summed out exactly in the bound; the exact evidence is a sum over K components.
 * Tested in tests/models/gaussianMixture.test.ts.
 */
import { pipe } from 'fp-ts/lib/function.js'
import { categorical } from '../dsl/distributions/categorical.js'
import { normal } from '../dsl/distributions/normal.js'
import { mlp } from '../dsl/nets/dense.js'
import { parameter } from '../dsl/nets/parameter.js'
import { bind, Do, given, nets } from '../dsl/notation.js'
import { gather } from '../dsl/operations/picking.js'
import { positive, real } from '../dsl/space.js'
import { elbo } from '../inference/elbo.js'
import type { Family } from './family.js'
import { optionsCodec, positiveInteger, sizes } from './options.js'

/** Options of a Gaussian mixture. */
export interface GaussianMixtureOptions {
  /** Entries of x. */
  readonly size: number
  /** Number of components. */
  readonly latent: number
  /** Units of the hidden layers of c | x; none makes it logistic regression. */
  readonly hidden: readonly number[]
}

/** A Gaussian mixture: its model, its family and their bound. */
export const gaussianMixture = (options: GaussianMixtureOptions) => {
  const X = real(options.size)
  const p = pipe(
    Do,
    nets({
      weights: parameter(real(options.latent), { start: { kind: 'constant', value: 0 } }),
      means: parameter(real(options.latent, options.size), { start: { kind: 'normal', scale: 0.1 } }),
      scales: parameter(positive(options.latent, options.size)),
    }),
    bind('c', ({ weights }) => categorical({ logits: weights() })),
    bind('x', ({ c, means, scales }) => normal({ loc: gather(means(), c), scale: gather(scales(), c) })),
  )
  const q = pipe(
    given({ x: X }),
    nets({ assign: mlp(X, options.hidden, real(options.latent)) }),
    bind('c', ({ x, assign }) => categorical({ logits: assign(x) })),
  )
  return { p, q, objective: elbo(p, q) }
}

/** The Gaussian mixture in the registry. */
export const gaussianMixtureFamily: Family<{ readonly latent: number; readonly hidden: readonly number[] }> =
  {
    name: 'gaussianMixture',
    summary:
      'Gaussian mixture: c ~ Categorical, x | c ~ N(means_c, scales_c²), for real data; exact evidence',
    models: 'Real',
    options: optionsCodec<{ readonly latent: number; readonly hidden: readonly number[] }>(
      'gaussianMixture',
      { latent: positiveInteger, hidden: sizes },
      { latent: 10, hidden: [] },
    ),
    defaults: { latent: 10, hidden: [] },
    build: (data, options) => ({
      ...gaussianMixture({ size: data.size, ...options }),
      latent: options.latent,
    }),
  }
