import * as tf from '@tensorflow/tfjs'
import { pgamma } from 'lib-r-math.js'
import { expect, it } from 'vitest'
import { gammaSlope, igamma, igammac } from '../../../src/dsl/numerics/incompleteGamma.js'
import { decades, onEachBackend } from './agreement.js'
import {
  gammaQuantileSlopes,
  incompleteGamma as rows,
  incompleteGammaTails as tails,
} from './incompleteReference.js'
import { column, worstOf } from './special.js'

// Oracle: mpmath (incompleteReference.ts); R's pgamma for a dense grid.
onEachBackend('incompleteGamma', () => {
  const at = (i: number) => tf.tensor1d(column(rows, i))

  it('is P and Q to 1e-5 relative, a from 0.01 to 1000, tails to 1e-9', () => {
    expect(worstOf(igamma(at(0), at(1)), column(rows, 2))).toBeLessThan(1e-5)
    expect(worstOf(igammac(at(0), at(1)), column(rows, 3))).toBeLessThan(1e-5)
  })

  it('has the derivative by a to 1e-5 relative, and that by x', () => {
    const [byA, byX] = tf.grads((a, x) => tf.sum(igamma(a, x)))([at(0), at(1)]) as [tf.Tensor, tf.Tensor]
    expect(worstOf(byA, column(rows, 4))).toBeLessThan(1e-5)
    // dP/dx = -(dP/da) / (x slope)
    const density = rows.map(([, x, , , d, slope]) => -(d as number) / ((x as number) * (slope as number)))
    expect(worstOf(byX, density)).toBeLessThan(1e-5)
  })

  it('has the slope of log x along a quantile to 5e-6 relative', () => {
    const logX = tf.tensor1d(column(rows, 1).map(Math.log))
    expect(worstOf(gammaSlope(at(0), logX), column(rows, 5))).toBeLessThan(5e-6)
  })

  it('keeps tails down to 1e-36 to 3.5e-7 per nat, the slope to 1e-6', () => {
    const [a, x] = [0, 1].map((i) => tf.tensor1d(column(tails, i))) as [tf.Tensor, tf.Tensor]
    const small = tails.map((r) => Math.min(r[2] as number, r[3] as number))
    const found = tf.where(tf.tensor1d(tails.map((r) => (r[2] as number) < 0.5)), igamma(a, x), igammac(a, x))
    const byA = tf.grad((s) => tf.sum(igamma(s, x)))(a)
    tails.forEach((_, i) => {
      const nats = 3.5e-7 * (3 - Math.log(small[i] as number))
      expect(worstOf(tf.slice(found, i, 1), [small[i] as number])).toBeLessThan(nats)
      expect(worstOf(tf.slice(byA, i, 1), [tails[i]?.[4] as number])).toBeLessThan(nats)
    })
    const logX = tf.tensor1d(column(tails, 1).map(Math.log))
    expect(worstOf(gammaSlope(a, logX), column(tails, 5))).toBeLessThan(1e-6)
  })

  it('has the slope of SciPy’s quantiles to 1e-5 relative', () => {
    const [a, x] = [0, 1].map((i) => tf.tensor1d(column(gammaQuantileSlopes, i)))
    expect(
      worstOf(gammaSlope(a as tf.Tensor, tf.log(x as tf.Tensor)), column(gammaQuantileSlopes, 2)),
    ).toBeLessThan(1e-5)
  })

  it('agrees with R on a grid', () => {
    const as = decades(-2, 3, 40)
    const grid = as.flatMap((a) => decades(-3, 0.7, 40).map((r) => [a, Math.fround(a * r)] as const))
    const exact = grid.map(([a, x]) => pgamma(x, a, 1))
    const found = igamma(tf.tensor1d(grid.map(([a]) => a)), tf.tensor1d(grid.map(([, x]) => x)))
    const kept = exact.map((p) => (p > 1e-15 ? p : Number.NaN))
    expect(worstOf(found, kept)).toBeLessThan(1.5e-5)
  })

  it('is 0 at 0 and 1 far out, also for arguments far beyond float32', () => {
    const values = igamma(tf.tensor1d([0.01, 2, 2, 1e6]), tf.tensor1d([0, 0, 1e30, 1e7])).dataSync()
    expect([...values]).toEqual([0, 0, 1, 1])
    // d log x/da = -[log x - digamma(a + 1)]/a where x is 0 in float32: mpmath.psi(0, 1.25) = -0.2274535334
    const slope = gammaSlope(tf.scalar(0.25), tf.scalar(-1600)).dataSync()[0] as number
    expect(Math.abs(slope / (4 * (1600 - 0.2274535334)) - 1)).toBeLessThan(1e-6)
  })

  it('differentiates twice', () => {
    const a = tf.tensor1d([0.2, 0.7, 3, 3, 20, 20])
    const x = tf.tensor1d([0.01, 1.5, 1, 6, 15, 28])
    for (const [f, h] of [
      [(s: tf.Tensor) => igamma(s, x), 1e-2],
      [(s: tf.Tensor) => gammaSlope(s, tf.log(x)), 1e-2],
    ] as const) {
      const first = (s: tf.Tensor) => tf.grad((t) => tf.sum(f(t)))(s)
      const second = tf.grad((t) => tf.sum(first(t)))(a)
      const step = tf.mul(a, h)
      const difference = tf.div(tf.sub(first(tf.add(a, step)), first(tf.sub(a, step))), tf.mul(step, 2))
      const error = tf.max(tf.abs(tf.div(tf.sub(second, difference), tf.add(tf.abs(difference), 1e-3))))
      expect(error.dataSync()[0]).toBeLessThan(5e-3)
    }
  })
})
