/**
 * The registry of model families, by name. A new family is one file and one line here.
 */

import { aaeFamily } from './aae.js'
import { acganFamily } from './acgan.js'
import { avbFamily } from './avb.js'
import { biganFamily } from './bigan.js'
import { conditionalGanFamily } from './conditionalGan.js'
import { factorAnalysisFamily } from './factorAnalysis.js'
import type { Family, GameFamily } from './family.js'
import { ganFamily } from './gan.js'
import { gaussianMixtureFamily } from './gaussianMixture.js'
import { infoganFamily } from './infogan.js'
import { linearGaussianFamily } from './linearGaussian.js'
import { pacganFamily } from './pacgan.js'
import { vaeFamily } from './vae.js'
import { vaeGanFamily } from './vaeGan.js'
import { wganGpFamily } from './wganGp.js'

const register = <O>(family: Family<O>): Family => family as unknown as Family

/** Every family that giry ships. */
export const families: Readonly<Record<string, Family>> = {
  vae: register(vaeFamily),
  gaussianMixture: register(gaussianMixtureFamily),
  linearGaussian: register(linearGaussianFamily),
  factorAnalysis: register(factorAnalysisFamily),
}

const enter = <O>(family: GameFamily<O>): GameFamily => family as unknown as GameFamily

/** Every adversarial family that giry ships. */
export const gameFamilies: Readonly<Record<string, GameFamily>> = {
  gan: enter(ganFamily),
  'wgan-gp': enter(wganGpFamily),
  pacgan: enter(pacganFamily),
  'conditional-gan': enter(conditionalGanFamily),
  acgan: enter(acganFamily),
  infogan: enter(infoganFamily),
  bigan: enter(biganFamily),
  'vae-gan': enter(vaeGanFamily),
  aae: enter(aaeFamily),
  avb: enter(avbFamily),
}
