/**
 * Convolutional nets for digits of 28 × 28 in rows of 784 pixels: a generator, a critic, and the two of a VAE.
 *
 *   generator   z ∈ Real[k] → 7 × 7 × 2c → 14 × 14 × c → Unit[784]      relu, transposed convolutions of stride 2
 *   critic      Unit[784] → 14 × 14 × c → 7 × 7 × 2c → Real             leaky relu, convolutions of stride 2
 *
 * Kernels of 4 × 4: with stride 2 every pixel is reached by as many windows as its neighbors, so no checkerboard is built
 * in. There is no normalization; the critic is meant to be penalized (R1). Radford, Metz and Chintala, 2016.
 * Tested in tests/models/nets/digits.test.ts.
 */
import { chain } from '../../dsl/nets/chain.js'
import { conv2d, conv2dTranspose } from '../../dsl/nets/conv2d.js'
import { dense } from '../../dsl/nets/dense.js'
import { reshaped } from '../../dsl/nets/reshaped.js'
import { real, unit } from '../../dsl/space.js'

const window = { kernel: 4, stride: 2, padding: 'same' } as const
const side = [28, 28, 1] as const

/** Codes of `latent` numbers to pixels in [0, 1]. */
export const imageGenerator = (latent: number, channels = 32) => {
  const quarter = real(7, 7, 2 * channels)
  const half = real(14, 14, channels)
  return chain(
    dense(real(latent), quarter, { activation: 'relu' }),
    conv2dTranspose(quarter, half, { ...window, activation: 'relu' }),
    conv2dTranspose(half, unit(...side), window),
    reshaped(unit(...side), [784]),
  )
}

/** Pixels in [0, 1] to a score. */
export const imageCritic = (channels = 32) => {
  const quarter = real(7, 7, 2 * channels)
  const half = real(14, 14, channels)
  return chain(
    reshaped(unit(784), [...side]),
    conv2d(unit(...side), half, { ...window, activation: 'leakyRelu' }),
    conv2d(half, quarter, { ...window, activation: 'leakyRelu' }),
    dense(quarter, real()),
  )
}
