import * as tf from '@tensorflow/tfjs'
import { dgamma, digamma } from 'lib-r-math.js'
import { expect, it } from 'vitest'
import { logGammaMass, logMinusDigamma } from '../../../src/dsl/numerics/gammaMass.js'
import { decades, onEachBackend } from './agreement.js'

// Oracle: R's dgamma(x, a + 1, log = TRUE) and digamma, in float64.
onEachBackend('gammaMass', () => {
  const grid = decades(-2, 4, 25).flatMap((a) =>
    [-2, -0.3, -0.01, 0, 0.001, 0.02, 0.4, 1].map((e) => [a, Math.fround(a * 10 ** e)] as const),
  )
  const [a, x] = [0, 1].map((i) => grid.map((p) => p[i] as number)) as [number[], number[]]
  const tensors = () => [tf.tensor1d(a), tf.tensor1d(x)] as [tf.Tensor, tf.Tensor]

  it('is the log mass to 1e-6 absolute or relative', () => {
    const found = logGammaMass(...tensors()).dataSync()
    grid.forEach(([s, t], i) => {
      const exact = dgamma(t, s + 1, 1, undefined, true)
      expect(Math.abs((found[i] as number) - exact), `${s}, ${t}`).toBeLessThan(
        1e-6 * Math.max(1, Math.abs(exact)),
      )
    })
  })

  it('has the derivatives log x − digamma(a + 1) and (a − x)/x', () => {
    const [byA, byX] = tf
      .grads((s, t) => tf.sum(logGammaMass(s, t)))(tensors())
      .map((t) => t.dataSync())
    grid.forEach(([s, t], i) => {
      const exact = Math.log(t) - digamma(s + 1)
      expect(Math.abs((byA?.[i] as number) - exact), `${s}, ${t}`).toBeLessThan(
        1e-6 * Math.max(1, Math.abs(exact)),
      )
      const slope = (s - t) / t
      expect(Math.abs((byX?.[i] as number) - slope)).toBeLessThan(1e-6 * Math.max(1, Math.abs(slope)))
    })
  })

  it('keeps log x − digamma(a) near x = a', () => {
    const [s, t] = tensors()
    const found = logMinusDigamma(t, tf.log(t), s).dataSync()
    grid.forEach(([p, q], i) => {
      const exact = Math.log(q) - digamma(p)
      const scale = p < 2 ? 1 + 1 / p + Math.abs(Math.log(q)) : Math.abs(Math.log(q / p)) + 1 / p
      expect(Math.abs((found[i] as number) - exact)).toBeLessThan(1e-6 * scale)
    })
  })
})
