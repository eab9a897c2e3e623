import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { logI0e, resultantGap } from '../../../src/dsl/numerics/besselI0.js'
import { onEachBackend } from './agreement.js'
import { besselI0 as rows } from './incompleteReference.js'
import { column, worstOf } from './special.js'

// Oracle: mpmath (incompleteReference.ts).
onEachBackend('besselI0', () => {
  const k = () => tf.tensor1d(column(rows, 0))

  it('is log(e^-k I0(k)) to 1e-6 absolute and relative', () => {
    const found = logI0e(k()).dataSync()
    column(rows, 1).forEach((exact, i) => {
      expect(Math.abs((found[i] as number) - exact)).toBeLessThan(1e-6 * Math.max(1, Math.abs(exact)))
    })
  })

  it('has the derivative I1/I0 - 1 to 2e-6 relative', () => {
    expect(worstOf(resultantGap(k()), column(rows, 2))).toBeLessThan(2e-6)
    const slope = tf.grad((t) => tf.sum(logI0e(t)))(k())
    expect(worstOf(tf.neg(slope), column(rows, 2))).toBeLessThan(2e-6)
  })

  it('has the second derivative 1 - A/k - A², A = I1/I0', () => {
    // mpmath: A = besseli(1, 3)/besseli(0, 3); 1 - A/3 - A**2
    const second = tf
      .grad((t) => tf.sum(tf.neg(resultantGap(t))))(tf.tensor1d([3]))
      .dataSync()[0] as number
    expect(Math.abs(second / 0.0739287255887 - 1)).toBeLessThan(1e-5)
  })
})
