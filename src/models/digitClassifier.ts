/**
 * A classifier of digits: the conditional model whose hidden layer is the space that pictures are compared in.
 *
 *   c | x ~ Categorical(logits = head(body(x)))      J = E_data[log p(c | x)]      features(x) = body(x) ∈ Real[64]
 *
 * x ∈ Unit[784], pixels of 28 × 28 in rows. body: two convolutions of 3 × 3 and stride 2 with 16 and 32 channels, and a dense
 * layer; relu everywhere; head: affine. J is in nats per digit. Trained by Adam for 6 epochs at a rate that falls to 0.
 * Errors: those of `fit`. Tested in tests/models/digitClassifier.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { function as F, taskEither as TE } from 'fp-ts'
import type { Dataset } from '../dsl/dataset.js'
import { categorical } from '../dsl/distributions/categorical.js'
import { real as realDomain } from '../dsl/domain.js'
import type { GiryError } from '../dsl/error.js'
import { datumAxis } from '../dsl/model.js'
import { under } from '../dsl/net.js'
import { chain } from '../dsl/nets/chain.js'
import { conv2d } from '../dsl/nets/conv2d.js'
import { dense } from '../dsl/nets/dense.js'
import { reshaped } from '../dsl/nets/reshaped.js'
import { empirical } from '../dsl/notation.js'
import { mul } from '../dsl/operations/arithmetic.js'
import { greaterEqual } from '../dsl/operations/comparisons.js'
import { encodeOneHot } from '../dsl/operations/picking.js'
import { max, sum } from '../dsl/operations/reductions.js'
import type { NetParams } from '../dsl/params.js'
import { tensorsOf } from '../dsl/params.js'
import { category, real, unit } from '../dsl/space.js'
import { makeValue, withDomain } from '../dsl/value.js'
import { evaluate } from '../inference/evaluate.js'
import { expect } from '../inference/expect.js'
import { fit } from '../inference/fit.js'
import type { FitOptions } from '../inference/fitted.js'
import { adam } from '../inference/optimizers/optimizers.js'
import { linearSchedule } from '../inference/optimizers/schedule.js'

const pixels = unit(784)
const half = real(14, 14, 16)
const quarter = real(7, 7, 32)
const window = { kernel: 3, stride: 2, padding: 'same', activation: 'relu' } as const

/** Numbers that describe one digit. */
export const DIGIT_FEATURES = 64

/** The nets of the classifier, its log likelihood, and the share of digits that it names rightly. */
export const digitClassifier = () => {
  const hidden = real(DIGIT_FEATURES)
  const nets = {
    body: chain(
      reshaped(pixels, [28, 28, 1]),
      conv2d(unit(28, 28, 1), half, window),
      conv2d(half, quarter, window),
      dense(quarter, hidden, { activation: 'relu' }),
    ),
    head: dense(hidden, real(10)),
  }
  const labelled = empirical({ x: pixels, c: category(10) })
  const objective = expect(labelled, nets, ({ x, c, body, head }) =>
    categorical({ logits: head(body(x)) }).logProb(c),
  )
  const accuracy = expect(labelled, nets, ({ x, c, body, head }) => {
    const logits = head(body(x))
    return withDomain(greaterEqual(sum(mul(encodeOneHot(c), logits)), max(logits)), realDomain)
  })
  return { nets, objective, accuracy }
}

/** Images of 784 pixels as the column x, grey values whether or not a batch draws bits from them, with their digits. */
export interface LabelledDigits {
  readonly train: Dataset
  readonly test: Dataset
  readonly trainLabels: Uint8Array
  readonly testLabels: Uint8Array
}

/** A trained classifier. */
export interface DigitClassifier {
  /** Share of the test digits that it names rightly. */
  readonly accuracy: number
  readonly seconds: number
  /** The parameters of body and head. */
  readonly params: Readonly<Record<'body' | 'head', NetParams>>
  /** The hidden layer for images of 784 pixels, one after the other: 64 numbers for each. Runs on the active tfjs backend. */
  readonly features: (images: Float32Array) => Float32Array
}

/** How to train it. */
export type DigitClassifierOptions = Pick<FitOptions, 'seed' | 'runtime' | 'threads' | 'onEvent'> & {
  /** Passes over the training digits; 6 if left out. */
  readonly epochs?: number
}

const greysOf = (images: Dataset): Float32Array => images.columns.x?.elements.data ?? new Float32Array(0)

const columnsOf = (images: Dataset, labels: Uint8Array) => ({
  x: greysOf(images),
  c: Float32Array.from(labels),
})

/** Digits per block. */
const BLOCK = 500

/** The hidden layer, block by block. */
const featuresBy =
  (body: ReturnType<typeof digitClassifier>['nets']['body'], params: NetParams) =>
  (images: Float32Array): Float32Array => {
    const n = images.length / 784
    const out = new Float32Array(n * DIGIT_FEATURES)
    for (let begin = 0; begin < n; begin += BLOCK) {
      const rows = images.subarray(begin * 784, Math.min(begin + BLOCK, n) * 784)
      const block = tf.tidy(() => {
        const count = rows.length / 784
        const f = body.apply(under(tensorsOf({ body }, { body: params }), 'body'))
        const x = makeValue<[784], typeof pixels.domain.marks>(
          tf.tensor(rows, [count, 784]),
          [784],
          pixels.domain,
          [{ name: datumAxis, size: count }],
        )
        return f(x).tensor.dataSync() as Float32Array
      })
      out.set(block, begin * DIGIT_FEATURES)
    }
    return out
  }

const BATCH = 128

/** Trains a classifier on digits with labels. */
export const trainDigitClassifier = (
  digits: LabelledDigits,
  { epochs = 6, seed = 0, ...options }: DigitClassifierOptions = {},
): TE.TaskEither<readonly GiryError[], DigitClassifier> => {
  const { nets, objective, accuracy } = digitClassifier()
  const batch = Math.min(BATCH, digits.trainLabels.length)
  const steps = epochs * Math.ceil(digits.trainLabels.length / batch)
  const optimizer = adam(linearSchedule(2e-3, 1e-5, steps))
  const training = columnsOf(digits.train, digits.trainLabels)
  return F.pipe(
    fit(objective, { ...options, data: training, optimizer, batch, steps, seed }),
    TE.bindTo('fitted'),
    TE.bind('accuracy', ({ fitted }) =>
      evaluate(accuracy, {
        params: fitted.params,
        data: columnsOf(digits.test, digits.testLabels),
        ...options,
      }),
    ),
    TE.map(({ fitted, accuracy }) => ({
      accuracy,
      seconds: fitted.diagnostics.seconds,
      params: fitted.params,
      features: featuresBy(nets.body, fitted.params.body),
    })),
  )
}
