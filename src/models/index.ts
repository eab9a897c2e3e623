/**
 * giry/models: the model families, and the registry that the command line reads.
 */

export { aae, aaeFamily } from './aae.js'
export { acgan, acganFamily } from './acgan.js'
export type { AutoencoderOptions } from './autoencoder.js'
export { avb, avbFamily } from './avb.js'
export { type BiganOptions, bigan, biganFamily } from './bigan.js'
export { type ConditionalGanOptions, conditionalGan, conditionalGanFamily } from './conditionalGan.js'
export {
  DIGIT_FEATURES,
  type DigitClassifier,
  type DigitClassifierOptions,
  digitClassifier,
  type LabelledDigits,
  trainDigitClassifier,
} from './digitClassifier.js'
export { type DigitGanOptions, digitGan } from './digitGan.js'
export { factorAnalysis, factorAnalysisFamily } from './factorAnalysis.js'
export type { BuiltFamily, BuiltGame, DataShape, Family, GameFamily, Recipe } from './family.js'
export type { GameOptions, PayoffOptions } from './gameFamily.js'
export { type GanOptions, gan, ganFamily } from './gan.js'
export { type GaussianMixtureOptions, gaussianMixture, gaussianMixtureFamily } from './gaussianMixture.js'
export type { DataScale, GeneratorOptions, Vector, VectorNet } from './generator.js'
export { type ImageNetOptions, imageCritic, imageGenerator } from './imageNets.js'
export { IMAGE_R1, imageRecipe } from './imageRecipe.js'
export { type InfoganOptions, infogan, infoganFamily } from './infogan.js'
export {
  affineGaussian,
  type LinearGaussianOptions,
  linearGaussian,
  linearGaussianFamily,
} from './linearGaussian.js'
export { type PacganOptions, pacgan, pacganFamily } from './pacgan.js'
export { families, gameFamilies } from './registry.js'
export { type VaeOptions, vae, vaeFamily } from './vae.js'
export { type VaeGanOptions, vaeGan, vaeGanFamily } from './vaeGan.js'
export { type WganGpOptions, wganGp, wganGpFamily } from './wganGp.js'
