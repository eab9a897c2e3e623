import * as tf from '@tensorflow/tfjs'
import { dnorm, qnorm } from 'lib-r-math.js'
import { expect, it } from 'vitest'
import { normalQuantile } from '../../../src/dsl/numerics/normalQuantile.js'
import { decades, derivative, linear, onEachBackend, worstRelative } from './agreement.js'

const points = [
  ...decades(-37, -0.01, 1000),
  ...linear(0.001, 0.999, 1000),
  ...decades(-7.2, -1, 300).map((d) => Math.fround(1 - d)),
]
const first = (u: number): number => 1 / dnorm(qnorm(u))

// Oracle: R's qnorm and dnorm, in float64 at the float32 argument.
onEachBackend('normalQuantile', () => {
  it('has relative error below 1e-6 in both tails and near the median', () => {
    expect(worstRelative(normalQuantile, (u) => qnorm(u), points)).toBeLessThan(4e-7)
  })

  it('differentiates twice', () => {
    const slope = derivative(normalQuantile)
    const mild = points.filter((u) => u > 1e-15)
    expect(worstRelative(slope, first, mild)).toBeLessThan(6e-7)
    expect(worstRelative(derivative(slope), (u) => qnorm(u) * first(u) ** 2, mild)).toBeLessThan(1.5e-6)
  })

  it('is exactly 0 at the median and infinite at the ends', () => {
    const inf = Number.POSITIVE_INFINITY
    expect([...normalQuantile(tf.tensor1d([0.5, 0, 1])).dataSync()]).toEqual([0, -inf, inf])
  })
})
