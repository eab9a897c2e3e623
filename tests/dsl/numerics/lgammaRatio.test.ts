import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { digammaStep, lgammaRatio } from '../../../src/dsl/numerics/lgammaRatio.js'
import { onEachBackend } from './agreement.js'
import { column, worstOf } from './special.js'

/** b, a, mpmath.loggamma(a + b) - mpmath.loggamma(b), mpmath.psi(0, a + b) - mpmath.psi(0, b), at float32 a and b. */
const rows = [
  [0.009999999776482582, 0.5, -4.04650608216, 98.6459001682],
  [3.0, 0.009999999776482582, 0.009247564211, 0.00394165465686],
  [1000.0, 0.5, 3.4537526395, 0.000500124999984],
  [500000.0, 0.25, 3.28059065685, 5.00000375e-7],
  [2.0, 700.0, 3896.50334017, 6.13043664911],
]

onEachBackend('lgammaRatio', () => {
  const [b, a] = [0, 1].map((i) => column(rows, i)) as [number[], number[]]

  it('is relative to a, also where both lgamma agree in all digits', () => {
    expect(worstOf(lgammaRatio(tf.tensor1d(b), tf.tensor1d(a)), column(rows, 2))).toBeLessThan(2e-6)
    expect(worstOf(digammaStep(tf.tensor1d(b), tf.tensor1d(a)), column(rows, 3))).toBeLessThan(2e-6)
  })

  it('has the step of digamma as its derivative', () => {
    const byB = tf.grads((s, t) => tf.sum(lgammaRatio(s, t)))([
      tf.tensor1d(b),
      tf.tensor1d(a),
    ])[0] as tf.Tensor
    expect(worstOf(byB, column(rows, 3))).toBeLessThan(2e-6)
  })
})
