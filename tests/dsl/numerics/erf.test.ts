import * as tf from '@tensorflow/tfjs'
import { pnorm } from 'lib-r-math.js'
import { expect, it } from 'vitest'
import { erf, erfc, expNegSquare } from '../../../src/dsl/numerics/erf.js'
import { decades, derivative, linear, onEachBackend, worstRelative } from './agreement.js'

const SLOPE = 2 / Math.sqrt(Math.PI)

/** erf by R's pnorm, and by its series where 1 - erfc would cancel. */
const erfOracle = (x: number): number =>
  Math.abs(x) < 0.01 ? SLOPE * (x - x ** 3 / 3 + x ** 5 / 10) : 1 - 2 * pnorm(-x * Math.SQRT2)
const erfcOracle = (x: number): number => 2 * pnorm(-x * Math.SQRT2)
const bell = (x: number): number => Math.exp(-x * x)

onEachBackend('erf', () => {
  it('has relative error below 1e-6', () => {
    const points = [...linear(-6, 6, 1501), ...decades(-30, 0, 500)]
    expect(worstRelative(erf, erfOracle, points)).toBeLessThan(3e-7)
  })

  it('erfc has relative error below 1e-6 down to the smallest normal number', () => {
    expect(worstRelative(erfc, erfcOracle, linear(-6, 9.1, 1501))).toBeLessThan(5e-7)
  })

  it('exp(-x^2) has relative error below 1e-6 in the tails', () => {
    expect(worstRelative(expNegSquare, bell, linear(-9.3, 9.3, 1501))).toBeLessThan(4e-7)
  })

  it('differentiates', () => {
    const points = linear(-9, 9, 999)
    const slope = (x: number) => SLOPE * bell(x)
    expect(worstRelative(derivative(erf), slope, points)).toBeLessThan(5e-7)
    expect(worstRelative(derivative(erfc), (x) => -slope(x), points)).toBeLessThan(5e-7)
    expect(worstRelative(derivative(derivative(erf)), (x) => -2 * x * slope(x), points)).toBeLessThan(7e-7)
  })

  it('saturates without NaN, in value and derivatives', () => {
    const x = tf.tensor1d([-100, 100, -1e30, 1e30])
    expect([...erf(x).dataSync()]).toEqual([-1, 1, -1, 1])
    expect([...erfc(x).dataSync()]).toEqual([2, 0, 2, 0])
    expect([...derivative(erf)(x).dataSync()]).toEqual([0, 0, 0, 0])
    expect([...derivative(derivative(erf))(x).dataSync()].map(Math.abs)).toEqual([0, 0, 0, 0])
  })
})
