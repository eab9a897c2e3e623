/**
 * How a GAN of the nets in imageNets.ts is played well, on MNIST: measured in bench/games/mnist.ts.
 *
 *   batch 32      twice as good for its seconds as 64         D at twice the rate of G, R1 with γ = 0.2
 *
 * Tested in tests/models/digitGan.test.ts.
 */
import type { Recipe } from './family.js'
import { recipeFor } from './gameFamily.js'

/** The recipe for images. */
export const imageRecipe: Recipe = recipeFor({ D: 2e-3, G: 1e-3 }, { batch: 32, steps: 8_000 })

/** The weight of R1 for images with entries in [0, 1]. */
export const IMAGE_R1 = 0.2
