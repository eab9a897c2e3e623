import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { integralUpTo, nodesUpTo } from '../../../src/dsl/numerics/quadrature.js'
import { onEachBackend } from './agreement.js'

// Oracle: closed forms.
onEachBackend('quadrature', () => {
  it('integrates monomials up to degree 31 and exponentials', () => {
    const end = tf.tensor1d([1, 2])
    const v = nodesUpTo(end)
    for (const n of [0, 1, 2, 7, 16, 31]) {
      const found = integralUpTo(end, tf.pow(v, n)).dataSync()
      for (const [i, e] of [1, 2].entries())
        expect(Math.abs((found[i] as number) / (e ** (n + 1) / (n + 1)) - 1)).toBeLessThan(2e-6)
    }
    const fall = integralUpTo(tf.scalar(18), tf.exp(tf.neg(nodesUpTo(tf.scalar(18))))).dataSync()[0] as number
    expect(Math.abs(fall - 1)).toBeLessThan(1e-6)
  })
})
