/**
 * The GAN for digits that bench/games measures: `gan` with convolutional nets, and how to play it.
 *
 *   z ~ N(0, I_64),  x = G(z) ∈ Unit[784];  non-saturating, R1 with γ = 0.2
 *
 * Adam with β1 = ½, its rates falling to 0, that of D twice that of G; digits are drawn from the moving average of G (`fit.averaged`).
 * Tested in tests/models/digitGan.test.ts.
 */
import { ema } from '../inference/optimizers/optimizers.js'
import { falling } from './gameFamily.js'
import { gan } from './gan.js'
import { imageCritic, imageGenerator } from './imageNets.js'

/** A memory of 1,000 steps. */
const AVERAGE = 0.999

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
export const digitGan = ({ latent = 64, channels = 32, penalty = 0.2 }: DigitGanOptions = {}) => {
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

/** How it is played well, in so many steps. */
export const digitRecipe = (steps = 12_000) => ({
  optimizer: { D: falling(2e-3, steps), G: ema(AVERAGE, falling(1e-3, steps)) },
  batch: 32,
  steps,
})
