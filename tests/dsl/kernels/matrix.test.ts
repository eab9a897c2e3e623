import * as tf from '@tensorflow/tfjs'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { categorical } from '../../../src/dsl/distributions/categorical.js'
import { standardNormal } from '../../../src/dsl/distributions/normal.js'
import { GiryException } from '../../../src/dsl/error.js'
import type { AnyKernel } from '../../../src/dsl/kernel.js'
import { compose, copy, discard, identity, marginal } from '../../../src/dsl/kernels/category.js'
import { matrix, type TransitionMatrix } from '../../../src/dsl/kernels/matrix.js'
import { parameter } from '../../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../../src/dsl/notation.js'
import { add, mul, sub } from '../../../src/dsl/operations/arithmetic.js'
import { binary, category, oneHot, real, simplex, value } from '../../../src/dsl/space.js'

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** One mass comes from a float32 log density: relative error about 1e-7. */
const toBe = (actual: TransitionMatrix, expected: TransitionMatrix): void => {
  expect(actual.map((row) => row.length)).toEqual(expected.map((row) => row.length))
  actual.forEach((row, i) => {
    row.forEach((p, j) => {
      expect(p).toBeCloseTo(expected[i]?.[j] as number, 6)
    })
    expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 14)
  })
}

const probs = value(simplex(3), [0.5, 0.25, 0.25])
const dice = pipe(
  Do,
  bind('k', () => categorical({ probs })),
)
const channel = pipe(
  given({ y: binary() }),
  bind('z', ({ y }) => bernoulli({ logits: sub(mul(2, y), 1) })),
)

describe('matrix', () => {
  it('of a model without inputs is one row', () => {
    toBe(matrix(dice), [[0.5, 0.25, 0.25]])
  })

  it('has one row for each input', () => {
    toBe(matrix(channel), [
      [sigmoid(1), sigmoid(-1)],
      [sigmoid(-1), sigmoid(1)],
    ])
  })

  it('sums over hidden draws: a binary channel twice', () => {
    const twice = compose(channel, compose(copy({ z: binary() }, { y: 'z' }), channel))
    const flip = 2 * sigmoid(1) * sigmoid(-1)
    toBe(matrix(twice), [
      [1 - flip, flip],
      [flip, 1 - flip],
    ])
  })

  it('of a joint has the first site most significant', () => {
    const joint = pipe(
      Do,
      bind('y', () => bernoulli({ probs: 0.25 })),
      bind('z', ({ y }) => bernoulli({ logits: sub(mul(2, y), 1) })),
    )
    toBe(matrix(joint), [[0.75 * sigmoid(1), 0.75 * sigmoid(-1), 0.25 * sigmoid(-1), 0.25 * sigmoid(1)]])
    toBe(matrix(marginal(joint, ['z'])), [
      [0.75 * sigmoid(1) + 0.25 * sigmoid(-1), 0.75 * sigmoid(-1) + 0.25 * sigmoid(1)],
    ])
  })

  it('of vectors of bits', () => {
    const bits = pipe(
      given({ y: binary(2) }),
      bind('z', ({ y }) => bernoulli({ logits: sub(mul(2, y), 1) })),
    )
    const [p, q] = [sigmoid(1), sigmoid(-1)]
    toBe(matrix(bits), [
      [p * p, p * q, q * p, q * q],
      [p * q, p * p, q * q, q * p],
      [q * p, q * q, p * p, p * q],
      [q * q, q * p, p * q, p * p],
    ])
  })

  it('of identity and discard', () => {
    expect(matrix(identity({ x: oneHot(3) }))).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ])
    expect(matrix(discard({ x: category(2) }))).toEqual([[1], [1]])
  })

  it('counts a shared site as one more draw', () => {
    const model = pipe(
      Do,
      shared('a', () => bernoulli({ probs: 0.25 })),
      bind('b', ({ a }) => bernoulli({ logits: a })),
    )
    toBe(matrix(marginal(model, ['b'])), [[0.75 * 0.5 + 0.25 * sigmoid(-1), 0.75 * 0.5 + 0.25 * sigmoid(1)]])
  })

  it('takes params where there are nets', () => {
    const learned = pipe(
      given({ y: binary() }),
      nets({ w: parameter(real()) }),
      bind('z', ({ y, w }) => bernoulli({ logits: add(w(), y) })),
    )
    const params = { w: { value: { shape: [], data: Float32Array.of(0.5) } } }
    toBe(matrix(learned, { params }), [
      [sigmoid(-0.5), sigmoid(0.5)],
      [sigmoid(-1.5), sigmoid(1.5)],
    ])
  })

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors
    matrix(channel)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('names every reason why there is none', () => {
    const model = pipe(
      given({ u: real(2) }),
      bind('z', () => standardNormal(2)),
    )
    const build = () => matrix(model as unknown as AnyKernel)
    expect(build).toThrow(GiryException)
    try {
      build()
    } catch (e) {
      expect((e as GiryException).errors.map((x) => x.message)).toEqual([
        "no matrix: site 'z' is drawn from normal, which is not enumerable",
        "no matrix: input 'u' is Real[2], which is not finite",
        "no matrix: output 'z' is Real[2], which is not finite",
      ])
    }
  })

  it('refuses a site in a plate', () => {
    const model = pipe(
      Do,
      bind('z', () => bernoulli({ probs: 0.5 }), { plates: { word: 3 } }),
    )
    expect(() => matrix(model)).toThrow("no matrix: site 'z' lies in the plate 'word'")
  })
})
