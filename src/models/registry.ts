/**
 * The registry of model families, by name. A new family is one file and one line here.
 */
import { factorAnalysisFamily } from './factorAnalysis.js'
import type { Family } from './family.js'
import { gaussianMixtureFamily } from './gaussianMixture.js'
import { linearGaussianFamily } from './linearGaussian.js'
import { vaeFamily } from './vae.js'

const register = <O>(family: Family<O>): Family => family as unknown as Family

/** Every family that giry ships. */
export const families: Readonly<Record<string, Family>> = {
  vae: register(vaeFamily),
  gaussianMixture: register(gaussianMixtureFamily),
  linearGaussian: register(linearGaussianFamily),
  factorAnalysis: register(factorAnalysisFamily),
}
