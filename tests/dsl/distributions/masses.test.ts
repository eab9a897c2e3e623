import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { plogp, relativeEntropy, safeLog, selected } from '../../../src/dsl/distributions/masses.js'
import { binary, real, unit } from '../../../src/dsl/domain.js'
import { makeValue } from '../../../src/dsl/value.js'
import { expectClose, numbers, scalars } from './laws.js'

const p = scalars(unit, [0, 0.5, 1])

describe('masses', () => {
  it('keep 0 log 0 = 0 and log 0 = −Infinity', () => {
    expect(numbers(safeLog(p))[0]).toBe(-Infinity)
    expect(numbers(safeLog(p))[2]).toBe(0)
    numbers(plogp(p)).forEach((x, i) => {
      expectClose(x, [0, 0.5 * Math.log(0.5), 0][i] as number)
    })
    expect(numbers(selected(scalars(binary, [0, 1, 1]), p)).map((x) => x + 0)).toEqual([
      0,
      Math.fround(Math.log(0.5)),
      0,
    ])
  })

  it('give relative entropies of 0, of finite numbers, and of Infinity', () => {
    const q = scalars(unit, [0, 0.5, 0.5])
    const other = scalars(unit, [0, 0.25, 0])
    const found = numbers(relativeEntropy(q, safeLog(q), safeLog(other)))
    expect(found[0]).toBe(0)
    expectClose(found[1] as number, 0.5 * Math.LN2)
    expect(found[2]).toBe(Number.POSITIVE_INFINITY)
  })

  it('have finite gradients at 0', () => {
    const at = (f: (v: typeof p) => { tensor: tf.Tensor }) =>
      Array.from(
        tf
          .grad((t) => f(makeValue(t, [] as [], unit, p.axes)).tensor)(tf.tensor([0, 0.5, 1]))
          .dataSync(),
      )
    for (const slope of [...at(plogp), ...at(safeLog), ...at((v) => selected(scalars(binary, [0, 1, 0]), v))])
      expect(Number.isFinite(slope)).toBe(true)
    const zeros = scalars(real, [-Infinity, -1, -Infinity])
    for (const slope of at((v) => relativeEntropy(v, safeLog(v), zeros)).slice(0, 2))
      expect(Number.isFinite(slope)).toBe(true)
  })
})
