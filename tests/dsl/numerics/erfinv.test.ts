import * as tf from '@tensorflow/tfjs'
import { qnorm } from 'lib-r-math.js'
import { expect, it } from 'vitest'
import { erfcinv, erfinv } from '../../../src/dsl/numerics/erfinv.js'
import { decades, derivative, linear, onEachBackend, worstRelative } from './agreement.js'

// Oracle: R's qnorm, in float64 at the float32 argument; for tiny y the series of erfinv.
const HALF_SQRT_PI = Math.sqrt(Math.PI) / 2
const erfinvOracle = (y: number): number =>
  Math.abs(y) < 1e-4 ? HALF_SQRT_PI * (y + (Math.PI / 12) * y ** 3) : qnorm((1 + y) / 2) / Math.SQRT2
const erfcinvOracle = (c: number): number => -qnorm(c / 2) / Math.SQRT2
const firstOf = (x: number): number => HALF_SQRT_PI * Math.exp(x * x)
const secondOf = (x: number): number => 2 * x * firstOf(x) ** 2

const nearOne = decades(-7.2, -1, 300).map((d) => Math.fround(1 - d))
const inside = [
  ...linear(-0.9999, 0.9999, 1000),
  ...decades(-30, -1, 300),
  ...nearOne,
  ...nearOne.map((y) => -y),
]
const tail = [...decades(-37, 0, 1000), ...linear(0.9, 1.9, 300)]

onEachBackend('erfinv', () => {
  it('has relative error below 1e-6 up to the last float32 number before 1', () => {
    expect(worstRelative(erfinv, erfinvOracle, inside)).toBeLessThan(4e-7)
  })

  it('erfcinv has relative error below 1e-6 down to 1e-37', () => {
    expect(worstRelative(erfcinv, erfcinvOracle, tail)).toBeLessThan(4e-7)
  })

  it('differentiates twice', () => {
    const first = derivative(erfinv)
    expect(worstRelative(first, (y) => firstOf(erfinvOracle(y)), inside)).toBeLessThan(6e-7)
    expect(worstRelative(derivative(first), (y) => secondOf(erfinvOracle(y)), inside)).toBeLessThan(1e-6)
    const mild = tail.filter((c) => c > 1e-15)
    expect(worstRelative(derivative(erfcinv), (c) => -firstOf(erfcinvOracle(c)), mild)).toBeLessThan(6e-7)
    expect(
      worstRelative(derivative(derivative(erfcinv)), (c) => secondOf(erfcinvOracle(c)), mild),
    ).toBeLessThan(1e-6)
  })

  it('is infinite at the ends and NaN outside', () => {
    const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN]
    expect([...erfinv(tf.tensor1d([-1, 1, 1.5])).dataSync()]).toEqual([-inf, inf, nan])
    expect([...erfcinv(tf.tensor1d([0, 2, -0.1])).dataSync()]).toEqual([inf, -inf, nan])
  })
})
