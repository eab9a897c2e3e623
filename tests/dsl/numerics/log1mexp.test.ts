import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { log1mexp } from '../../../src/dsl/numerics/log1mexp.js'
import { decades, derivative, linear, onEachBackend, worstRelative } from './agreement.js'

const points = [...linear(-86, -0.01, 1500), ...decades(-18, 0, 500).map((x) => -x)]
const ratio = (x: number): number => Math.exp(x) / -Math.expm1(x)

onEachBackend('log1mexp', () => {
  it('has relative error below 1e-6 at both ends', () => {
    const exact = (x: number) => (x > -0.69 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x)))
    expect(worstRelative(log1mexp, exact, points)).toBeLessThan(3e-7)
  })

  it('differentiates twice', () => {
    const slope = derivative(log1mexp)
    expect(worstRelative(slope, (x) => -ratio(x), points)).toBeLessThan(4e-7)
    expect(worstRelative(derivative(slope), (x) => -ratio(x) * (1 + ratio(x)), points)).toBeLessThan(1e-6)
  })

  it('has no NaN at -100', () => {
    const x = tf.tensor1d([-100])
    for (const f of [log1mexp, derivative(log1mexp), derivative(derivative(log1mexp))])
      expect(Math.abs(f(x).dataSync()[0] as number)).toBeLessThan(1e-40)
  })
})
