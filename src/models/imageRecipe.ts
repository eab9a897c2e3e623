/**
 * How a GAN of the nets in imageNets.ts is played well, on MNIST: measured in bench/games/mnist.ts.
 *
 *   Adam(β1 = 0.5, β2 = 0.99) at constant rates, D's twice that of G; R1 with γ = 0.2; batch 32, twice as good for its seconds as 64
 *
 * Unlike points of the plane, digits keep getting better at a constant rate (a Fréchet distance of 10 where the rate falls to 0
 * over the same steps), and are drawn from the moving average of G, `fit.averaged`, which is not shaken by it.
 * Tested in tests/models/digitGan.test.ts.
 */
import { adam, ema } from '../inference/optimizers/optimizers.js'
import type { Recipe } from './family.js'

const memory = { beta1: 0.5, beta2: 0.99 }

/** The recipe for images. */
export const imageRecipe: Recipe = {
  batch: 32,
  steps: 8_000,
  play: 'alternating',
  optimizer: () => ({ D: adam(2e-3, memory), G: ema(0.999, adam(1e-3, memory)) }),
}

/** The weight of R1 for images with entries in [0, 1]. */
export const IMAGE_R1 = 0.2
