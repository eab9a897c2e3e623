import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { logSigmoid, softplus } from '../../../src/dsl/numerics/softplus.js'
import { derivative, linear, onEachBackend, worstRelative } from './agreement.js'

const points = linear(-87, 100, 3000)
const exact = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const logistic = (x: number): number => (x > 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

onEachBackend('softplus', () => {
  it('has relative error below 1e-6 in the tails', () => {
    expect(worstRelative(softplus, exact, points)).toBeLessThan(6e-7)
    expect(
      worstRelative(
        logSigmoid,
        (x) => -exact(-x),
        points.map((x) => -x),
      ),
    ).toBeLessThan(6e-7)
  })

  it('differentiates twice, the tails included', () => {
    const bell = (x: number) => logistic(x) * logistic(-x)
    const both = linear(-87, 87, 2000)
    expect(worstRelative(derivative(softplus), logistic, points)).toBeLessThan(4e-7)
    expect(worstRelative(derivative(derivative(softplus)), bell, both)).toBeLessThan(6e-7)
    expect(worstRelative(derivative(logSigmoid), (x) => logistic(-x), both)).toBeLessThan(4e-7)
    expect(worstRelative(derivative(derivative(logSigmoid)), (x) => -bell(x), both)).toBeLessThan(6e-7)
  })

  it('neither overflows nor gives NaN at +-100 and +-1000', () => {
    const x = tf.tensor1d([100, -100, 1000, -1000])
    const [a, b, c, d] = softplus(x).dataSync() as unknown as [number, number, number, number]
    expect([a, c, d]).toEqual([100, 1000, 0])
    expect(b).toBeLessThan(4e-44)
    for (const f of [softplus, logSigmoid])
      for (const g of [f, derivative(f), derivative(derivative(f))])
        expect([...g(x).dataSync()].every(Number.isFinite)).toBe(true)
  })
})
