/**
 * Convolutional nets for gray images, flat in rows of h · w pixels in [0, 1]: a generator and a critic.
 *
 *   generator   z ∈ Real[k] → ⌈h/4⌉ × ⌈w/4⌉ × 2c → ⌈h/2⌉ × ⌈w/2⌉ × c → Unit[h w]      relu, sigmoid at the end
 *   critic      Unit[h w] → ⌈h/2⌉ × ⌈w/2⌉ × c → ⌈h/4⌉ × ⌈w/4⌉ × 2c → 4c → Real      leaky relu
 *
 * Windows of 4 × 4 with stride 2: every pixel is reached by as many windows as its neighbors, so no checkerboard is built in.
 * There is no normalization: the critic is meant to be penalized (R1). Its dense layer holds most of its parameters and costs
 * little; without it the critic stays near chance, and drawn digits stay ragged (bench/games/README.md). After Radford, Metz and Chintala, 2016.
 * Tested in tests/models/imageNets.test.ts.
 */

import type { Real } from '../dsl/domains/marks.js'
import { chain } from '../dsl/nets/chain.js'
import { conv2d, conv2dTranspose } from '../dsl/nets/conv2d.js'
import { dense } from '../dsl/nets/dense.js'
import { reshaped } from '../dsl/nets/reshaped.js'
import { real, unit } from '../dsl/space.js'
import type { Value } from '../dsl/value.js'
import { spaceOf, type Vector, type VectorNet } from './generator.js'

/** How large images and nets are. */
export interface ImageNetOptions {
  /** Height and width. */
  readonly image: readonly [number, number]
  /** Channels c of the larger inner images; 32 unless named. */
  readonly channels?: number
}

const window = { kernel: 4, stride: 2, padding: 'same' } as const

/** The inner images, with a half and a quarter of the pixels on each side, and what the critic judges by. */
const inner = ({ image: [h, w], channels = 32 }: ImageNetOptions) => ({
  half: real(Math.ceil(h / 2), Math.ceil(w / 2), channels),
  quarter: real(Math.ceil(h / 4), Math.ceil(w / 4), 2 * channels),
  judged: real(4 * channels),
})

/** Codes of `latent` numbers to pixels in [0, 1]. */
export const imageGenerator = (o: ImageNetOptions & { readonly latent: number }): VectorNet<Vector> => {
  const { half, quarter } = inner(o)
  const [h, w] = o.image
  return chain(
    dense(real(o.latent), quarter, { activation: 'relu' }),
    conv2dTranspose(quarter, half, { ...window, activation: 'relu' }),
    conv2dTranspose(half, unit(h, w, 1), window),
    reshaped(unit(h, w, 1), [h * w]),
  )
}

/** Pixels in [0, 1] to a score. */
export const imageCritic = (o: ImageNetOptions): VectorNet<Value<[], Real>> => {
  const { half, quarter, judged } = inner(o)
  const [h, w] = o.image
  return chain(
    reshaped(spaceOf({ size: h * w, domain: 'Unit' }), [h, w, 1]),
    conv2d(real(h, w, 1), half, { ...window, activation: 'leakyRelu' }),
    conv2d(half, quarter, { ...window, activation: 'leakyRelu' }),
    dense(quarter, judged, { activation: 'leakyRelu' }),
    dense(judged, real()),
  )
}
