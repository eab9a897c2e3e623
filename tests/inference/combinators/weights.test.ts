/** Log weights: against the same sums in float64, with weights of 0. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { real } from '../../../src/dsl/domain.js'
import { makeValue } from '../../../src/dsl/value.js'
import type { Scalar } from '../../../src/inference/combinators/program.js'
import { logMean, reweighed, shares } from '../../../src/inference/combinators/weights.js'

const logs = (...xs: readonly number[]): Scalar =>
  makeValue(tf.tensor([...xs]), [], real, [{ name: 'particle', size: xs.length }])

const numbers = (v: Scalar) => Array.from(v.tensor.dataSync())
const none = Number.NEGATIVE_INFINITY

describe('weights', () => {
  it('are multiplied by γ_p and divided by γ_q', () => {
    expect(numbers(reweighed(logs(1, 2), logs(-3, 4), logs(0.5, 2)))).toEqual([-2.5, 4])
  })

  it('stay 0 where γ_q is 0, and become 0 where γ_p is', () => {
    expect(numbers(reweighed(logs(none, 1), logs(2, none), logs(none, 1)))).toEqual([none, none])
    expect(numbers(reweighed(logs(none), logs(none), logs(none)))).toEqual([none])
  })

  it('have a finite gradient beside a weight of 0', () => {
    const slope = tf.grad((x: tf.Tensor) => {
      const q: Scalar = { ...logs(0, 0), tensor: x }
      const w = reweighed(logs(0, 0), logs(0, 0), q).tensor
      return tf.sum(tf.where(tf.tensor([false, true], [2], 'bool'), w, 0))
    })(tf.tensor([none, 1]))
    expect(Array.from(slope.dataSync())).toEqual([0, -1])
  })

  it('have a mean and shares, also far from 0', () => {
    const w = [0.2, 0.5, 1.3]
    for (const shift of [0, 200, -200]) {
      const lw = logs(...w.map((x) => Math.log(x) + shift))
      expect(logMean(lw).tensor.dataSync()[0]).toBeCloseTo(Math.log(2 / 3) + shift, 4)
      numbers(shares(lw) as unknown as Scalar).forEach((s, i) => {
        expect(s).toBeCloseTo((w[i] as number) / 2, 4)
      })
    }
  })

  it('that are all 0 have the mean 0 and shares of 0', () => {
    const lw = logs(none, none)
    expect(logMean(lw).tensor.dataSync()[0]).toBe(none)
    expect(numbers(shares(lw) as unknown as Scalar)).toEqual([0, 0])
  })
})
