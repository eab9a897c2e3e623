import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { expm1, log1p } from '../../../src/dsl/numerics/log1p.js'
import { decades, derivative, linear, onEachBackend, worstRelative } from './agreement.js'

const points = [...linear(-0.99, 5, 1000), ...decades(-30, 30, 500), ...decades(-30, -1, 300).map((x) => -x)]

onEachBackend('log1p', () => {
  it('has relative error below 1e-6', () => {
    expect(worstRelative(log1p, Math.log1p, points)).toBeLessThan(3e-7)
  })

  it('differentiates twice', () => {
    const safe = points.filter((x) => x > -0.5)
    expect(worstRelative(derivative(log1p), (x) => 1 / (1 + x), safe)).toBeLessThan(3e-7)
    expect(worstRelative(derivative(derivative(log1p)), (x) => -1 / (1 + x) ** 2, safe)).toBeLessThan(5e-7)
  })

  it('is -Infinity at -1 and NaN below', () => {
    expect([...log1p(tf.tensor1d([-1, -2])).dataSync()]).toEqual([Number.NEGATIVE_INFINITY, Number.NaN])
  })

  it('expm1 has relative error below 1e-6', () => {
    expect(
      worstRelative(expm1, Math.expm1, [...linear(-100, 88, 999), ...decades(-30, 0, 300)]),
    ).toBeLessThan(3e-7)
  })
})
