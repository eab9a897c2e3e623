import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { vonMisesCdf, vonMisesSlope } from '../../../src/dsl/numerics/vonMisesCdf.js'
import { onEachBackend } from './agreement.js'
import { vonMises as rows } from './incompleteReference.js'
import { column, worstOf } from './special.js'

// Oracle: mpmath (incompleteReference.ts).
onEachBackend('vonMisesCdf', () => {
  const at = (i: number) => tf.tensor1d(column(rows, i))

  it('is the cdf to 1e-5 relative, in the tail too, and symmetric', () => {
    const [z, k] = [at(0), at(1)]
    expect(worstOf(vonMisesCdf(z, k), column(rows, 2))).toBeLessThan(1e-5)
    const upper = vonMisesCdf(tf.neg(z), k)
    expect(
      worstOf(
        upper,
        column(rows, 2).map((p) => 1 - p),
      ),
    ).toBeLessThan(1e-6)
  })

  it('has the slope of z along a quantile to 1e-4 relative, near the mode too', () => {
    expect(worstOf(vonMisesSlope(at(0), at(1)), column(rows, 3))).toBeLessThan(1e-4)
    expect(worstOf(tf.neg(vonMisesSlope(tf.neg(at(0)), at(1))), column(rows, 3))).toBeLessThan(1e-4)
  })

  it('differentiates twice', () => {
    const z = tf.tensor1d([-2.5, -1, -0.2, 0.2, 0.5])
    const k = tf.tensor1d([0.2, 0.7, 3, 40, 9])
    const second = tf.grad((t) => tf.sum(vonMisesSlope(z, t)))(k)
    const step = tf.mul(k, 1e-2)
    const slope = (t: tf.Tensor) => vonMisesSlope(z, t)
    const difference = tf.div(tf.sub(slope(tf.add(k, step)), slope(tf.sub(k, step))), tf.mul(step, 2))
    const error = tf.max(tf.abs(tf.div(tf.sub(second, difference), tf.add(tf.abs(difference), 1e-4))))
    expect(error.dataSync()[0]).toBeLessThan(5e-3)
  })
})
