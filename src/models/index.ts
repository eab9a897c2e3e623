/**
 * giry/models: the model families, and the registry that the command line reads.
 */
export { factorAnalysis, factorAnalysisFamily } from './factorAnalysis.js'
export type { BuiltFamily, DataShape, Family } from './family.js'
export { type GaussianMixtureOptions, gaussianMixture, gaussianMixtureFamily } from './gaussianMixture.js'
export {
  affineGaussian,
  type LinearGaussianOptions,
  linearGaussian,
  linearGaussianFamily,
} from './linearGaussian.js'
export { families } from './registry.js'
export { type VaeOptions, vae, vaeFamily } from './vae.js'
