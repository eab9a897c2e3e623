/**
 * The linear-Gaussian model: probabilistic principal component analysis, and factor analysis with a scale per entry.
 *
 *   z ~ N(0, I_K)        x | z ~ N(W z + b, σ² I)          z | x ~ N(V x + c, L Lᵀ)
 *
 * The family contains the exact posterior N(M⁻¹ Wᵀ (x − b), σ² M⁻¹), M = WᵀW + σ² I, so the bound is tight at the
 * optimum and L_b = log P(x). Tipping and Bishop, 1999. Tested in tests/models/linearGaussian.test.ts.
 */
import { pipe } from 'fp-ts/lib/function.js'
import { multivariateNormal } from '../dsl/distributions/multivariateNormal.js'
import { normal, standardNormal } from '../dsl/distributions/normal.js'
import type { Positive } from '../dsl/domains/marks.js'
import type { Net } from '../dsl/net.js'
import { dense } from '../dsl/nets/dense.js'
import { parameter } from '../dsl/nets/parameter.js'
import { bind, Do, given, nets } from '../dsl/notation.js'
import type { Shape } from '../dsl/shape.js'
import { cholesky, positive, real } from '../dsl/space.js'
import type { Value } from '../dsl/value.js'
import { elbo } from '../inference/elbo.js'
import type { Family } from './family.js'
import { optionsCodec, positiveInteger } from './options.js'

/** Options of a linear-Gaussian model. */
export interface LinearGaussianOptions {
  /** Entries of x. */
  readonly size: number
  /** Number of components (factors). */
  readonly latent: number
}

/** x | z ~ N(W z + b, noise²) with a full-covariance family; the noise is a scalar or one scale per entry. */
export const affineGaussian = (options: LinearGaussianOptions, noise: Net<() => Value<Shape, Positive>>) => {
  const X = real(options.size)
  const Z = real(options.latent)
  const p = pipe(
    Do,
    nets({ decode: dense(Z, X), noise }),
    bind('z', () => standardNormal(options.latent)),
    bind('x', ({ z, decode, noise }) => normal({ loc: decode(z), scale: noise() })),
  )
  const q = pipe(
    given({ x: X }),
    nets({ encode: dense(X, Z), spread: parameter(cholesky(options.latent)) }),
    bind('z', ({ x, encode, spread }) => multivariateNormal({ loc: encode(x), scaleTril: spread() })),
  )
  return { p, q, objective: elbo(p, q) }
}

/** Probabilistic PCA: its model, its family and their bound. */
export const linearGaussian = (options: LinearGaussianOptions) =>
  affineGaussian(options, parameter(positive()))

/** Probabilistic PCA in the registry. */
export const linearGaussianFamily: Family<{ readonly latent: number }> = {
  name: 'linearGaussian',
  summary: 'probabilistic PCA: z ~ N(0, I), x | z ~ N(W z + b, σ² I), for real data; exact evidence',
  models: 'Real',
  options: optionsCodec<{ readonly latent: number }>(
    'linearGaussian',
    { latent: positiveInteger },
    { latent: 20 },
  ),
  defaults: { latent: 20 },
  build: (data, options) => ({ ...linearGaussian({ size: data.size, ...options }), latent: options.latent }),
}
