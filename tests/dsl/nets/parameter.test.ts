import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import type { EventSpace } from '../../../src/dsl/distribution.js'
import { parameter } from '../../../src/dsl/nets/parameter.js'
import * as S from '../../../src/dsl/space.js'
import { toArray } from '../../../src/dsl/value.js'
import { expectClose, expectDifferentiableTwice, noise, onEachBackend } from '../numerics/agreement.js'
import { randomTensors, refusal } from './nets.js'

onEachBackend('parameter', () => {
  it('maps its numbers into its domain', () => {
    const w = [-100, -1, 2]
    const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
    const sum = w.reduce((s, x) => s + Math.exp(x - 2), 0)
    const cases: readonly (readonly [EventSpace, (x: number) => number])[] = [
      [S.real(3), (x: number) => x],
      [S.positive(3), softplus],
      [S.nonNegative(3), softplus],
      [S.unit(3), (x: number) => 1 / (1 + Math.exp(-x))],
      [S.simplex(3), (x: number) => Math.exp(x - 2) / sum],
    ]
    for (const [space, exact] of cases) {
      const y = parameter(space).apply({ value: tf.tensor1d(w) })()
      expectClose(y.tensor.dataSync(), w.map(exact), 1e-6, 1e-37)
      expect([y.domain.name, y.axes, y.shape]).toEqual([space.domain.name, [], [3]])
    }
  })

  it('of Cholesky factors keeps the lower triangle, and softplus on the diagonal', () => {
    const y = parameter(S.cholesky(2)).apply({
      value: tf.tensor2d([
        [0, 9],
        [-3, 1],
      ]),
    })()
    expectClose(y.tensor.dataSync(), [Math.log(2), 0, -3, Math.log1p(Math.E)], 1e-6, 0)
    const large = parameter(S.cholesky(4))
    const l = large.apply(randomTensors(large))()
    expect(l.domain.outside(l.tensor.dataSync(), [4, 4])).toBeUndefined()
  })

  it('is differentiable twice', () => {
    const spaces: readonly EventSpace[] = [S.positive(2, 2), S.unit(2, 2), S.simplex(2, 2), S.cholesky(2)]
    for (const space of spaces) {
      const net = parameter(space)
      tf.tidy(() =>
        expectDifferentiableTwice(
          (t) => net.apply({ value: t })().tensor,
          tf.tensor(noise(4, 2), [2, 2]),
          0.02,
        ),
      )
    }
  })
})

describe('parameter', () => {
  it('starts as told, otherwise with noise for Real and at 0 else', () => {
    expect(parameter(S.real(2)).parameters).toEqual({
      value: { shape: [2], start: { kind: 'normal', scale: 0.1 } },
    })
    expect(parameter(S.positive()).parameters.value?.start).toEqual({ kind: 'constant', value: 0 })
    const start = { kind: 'constant', value: 3 } as const
    expect(parameter(S.real(), { start }).parameters.value?.start).toBe(start)
  })

  it('has an example of its space, a description, and is one scalar where the space is', () => {
    expect(parameter(S.positive(2)).description).toBe('() → Positive[2]')
    expect(toArray(parameter(S.real()).apply({ value: tf.scalar(3) })())).toBe(3)
    const example = parameter(S.cholesky(3)).example()
    expect(example.domain.outside(example.tensor.dataSync(), [3, 3])).toBeUndefined()
  })

  it('is refused where no link leads', () => {
    expect(refusal(() => parameter(S.binary(2)))).toContain('no net maps into Binary[2]')
    expect(refusal(() => parameter(S.correlation(2)))).toContain('no net maps into Correlation[2, 2]')
    expect(refusal(() => parameter(S.real(2)).apply({})())).toContain("the parameter 'value' is missing")
  })
})
