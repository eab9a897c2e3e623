/**
 * Factor analysis: the linear-Gaussian model with a noise scale of its own for each entry.
 *
 *   z ~ N(0, I_K)        x | z ~ N(W z + b, diag(σ_1², …, σ_N²))          z | x ~ N(V x + c, L Lᵀ)
 *
 * The exact posterior is in the family. Rubin and Thayer, 1982. Tested in tests/models/factorAnalysis.test.ts.
 */
import { parameter } from '../dsl/nets/parameter.js'
import { positive } from '../dsl/space.js'
import type { Family } from './family.js'
import { affineGaussian, type LinearGaussianOptions } from './linearGaussian.js'
import { optionsCodec, positiveInteger } from './options.js'

/** Factor analysis: its model, its family and their bound. */
export const factorAnalysis = (options: LinearGaussianOptions) =>
  affineGaussian(options, parameter(positive(options.size)))

/** Factor analysis in the registry. */
export const factorAnalysisFamily: Family<{ readonly latent: number }> = {
  name: 'factorAnalysis',
  summary: 'factor analysis: z ~ N(0, I), x | z ~ N(W z + b, diag σ²), for real data; exact evidence',
  models: 'Real',
  options: optionsCodec<{ readonly latent: number }>(
    'factorAnalysis',
    { latent: positiveInteger },
    { latent: 20 },
  ),
  defaults: { latent: 20 },
  build: (data, options) => ({ ...factorAnalysis({ size: data.size, ...options }), latent: options.latent }),
}
