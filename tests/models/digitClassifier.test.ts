/**
 * The oracle of the accuracy is a count: the largest logit, taken over features by the head's own weights, beside the label.
 */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { mnist } from '../../src/data/mnist.js'
import { DIGIT_FEATURES, trainDigitClassifier } from '../../src/models/digitClassifier.js'
import { once } from './once.js'

const trained = once(async () => {
  const digits = await g.orThrow(mnist({ binarize: false, limit: 1500 }))
  const classifier = await g.orThrow(trainDigitClassifier(digits, { epochs: 6, seed: 1, threads: 1 }))
  return { digits, classifier }
})

const pixelsOf = (digits: { readonly test: g.Dataset }): Float32Array =>
  digits.test.columns.x?.elements.data as Float32Array

const argmax = (logits: readonly number[]): number => logits.indexOf(Math.max(...logits))

describe('digitClassifier', () => {
  it('states the share of test digits whose largest logit is that of the label', async () => {
    const { digits, classifier } = await trained()
    const features = classifier.features(pixelsOf(digits))
    expect(features.length).toBe(1500 * DIGIT_FEATURES)
    const { kernel, bias } = classifier.params.head as { kernel: g.NamedArray; bias: g.NamedArray }
    const logitsOf = (i: number) =>
      Array.from({ length: 10 }, (_, k) =>
        Array.from({ length: DIGIT_FEATURES }).reduce<number>(
          (s, _, j) => s + (features[i * DIGIT_FEATURES + j] as number) * (kernel.data[j * 10 + k] as number),
          bias.data[k] as number,
        ),
      )
    const right = Array.from({ length: 1500 }, (_, i) => argmax(logitsOf(i)) === digits.testLabels[i])
    // Two runtimes may round one near tie differently.
    expect(Math.abs(right.filter((x) => x).length / 1500 - classifier.accuracy)).toBeLessThan(1.5 / 1500)
    expect(classifier.accuracy).toBeGreaterThan(0.8)
  })

  it('gives the same features for one seed, whatever the block', async () => {
    const { digits, classifier } = await trained()
    const test = pixelsOf(digits).subarray(0, 600 * 784)
    const [all, last] = [classifier.features(test), classifier.features(test.subarray(500 * 784))]
    const differences = [...last].map((x, i) => Math.abs(x - (all[500 * DIGIT_FEATURES + i] as number)))
    expect(Math.max(...differences)).toBeLessThan(1e-4)
  })
})
