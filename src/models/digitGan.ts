/**
 * The GAN for digits that bench/games measures: `gan` with convolutional nets; `imageRecipe` says how to play it.
 *
 *   z ~ N(0, I_64),  x = G(z) ∈ Unit[784];  non-saturating, R1 with γ = 0.2
 *
 * Tested in tests/models/digitGan.test.ts.
 */

import { IMAGE_LATENT } from './gameFamily.js'
import { gan } from './gan.js'
import { imageCritic, imageGenerator } from './imageNets.js'
import { IMAGE_R1 } from './imageRecipe.js'

/** Options of the GAN for digits. */
export interface DigitGanOptions {
  /** Entries of the noise z; 64 unless named. */
  readonly latent?: number
  /** Channels of the nets; 32 unless named. */
  readonly channels?: number
  /** Weight γ of R1; 0.2 unless named. */
  readonly penalty?: number
}

/** A GAN for images of 28 × 28 in rows of 784 pixels. */
export const digitGan = ({
  latent = IMAGE_LATENT,
  channels = 32,
  penalty = IMAGE_R1,
}: DigitGanOptions = {}) => {
  const size = { image: [28, 28], channels } as const
  return gan({
    size: 784,
    domain: 'Unit',
    latent,
    hidden: [],
    generator: imageGenerator({ ...size, latent }),
    critic: imageCritic(size),
    penalty,
  })
}
