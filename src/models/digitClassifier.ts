/**
 * A classifier of digits: the conditional model whose hidden layer is the space that pictures are compared in.
 *
 *   c | x ~ Categorical(logits = head(body(x)))        J = E_data[log p(c | x)]        features(x) = body(x) ∈ NonNegative[64]
 *
 * x ∈ Unit[784], pixels of 28 × 28 in rows. body: two 3 × 3 convolutions of stride 2, one dense layer; head: affine. J is in
 * nats per digit. Errors: those of `fit`. Tested in tests/models/digitClassifier.test.ts.
 */
import { categorical } from '../dsl/distributions/categorical.js'
import { chain } from '../dsl/nets/chain.js'
import { conv2d } from '../dsl/nets/conv2d.js'
import { dense } from '../dsl/nets/dense.js'
import { reshaped } from '../dsl/nets/reshaped.js'
import { category, real, unit } from '../dsl/space.js'
import { empirical } from '../dsl/notation.js'
import { expect } from '../inference/expect.js'

const pixels = unit(784)
const image = unit(28, 28, 1)
const half = real(14, 14, 16)
const quarter = real(7, 7, 32)
const features = real(64)
const window = { kernel: 3, stride: 2, padding: 'same', activation: 'relu' } as const

/** The nets of the classifier and their log likelihood. */
export const digitClassifier = () => {
  const nets = {
    body: chain(
      reshaped(pixels, [28, 28, 1]),
      conv2d(image, half, window),
      conv2d(half, quarter, window),
      dense(quarter, features, { activation: 'relu' }),
    ),
    head: dense(features, real(10)),
  }
  const objective = expect(empirical({ x: pixels, c: category(10) }), nets, ({ x, c, body, head }) =>
    categorical({ logits: head(body(x)) }).logProb(c),
  )
  return { nets, objective }
}
