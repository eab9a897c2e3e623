import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { can } from '../../../src/dsl/distribution.js'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { categorical } from '../../../src/dsl/distributions/categorical.js'
import { iid } from '../../../src/dsl/distributions/iid.js'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import { real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsCdf, hasGradient } from '../../../src/testing/laws/distribution.js'
import { expectClose, expectLaw, logProbAt, number, numbers, scalars } from './laws.js'

const R2 = space.real(2)
const R32 = space.real(3, 2)

describe('iid', () => {
  const part = normal({ loc: value(R2, [0, 1]), scale: 2 })
  const d = iid(3, part)
  const rows = [
    [1, 2],
    [3, 4],
    [-5, 6],
  ] as const

  it('adds the log densities of its draws', () => {
    const expected = rows.map((row) => number(part.logProb(value(R2, row)))).reduce((a, b) => a + b)
    expectClose(number(d.logProb(value(R32, rows))), expected)
    expectClose(number(d.entropy()), 3 * number(part.entropy()))
    expect(numbers(d.mean())).toEqual([0, 1, 0, 1, 0, 1])
    expect(d.variance().shape).toEqual([3, 2])
    expect(d.family).toBe('iid(normal)')
  })

  it('draws independently, with the axes of the parameters', () => {
    const loc = makeValue(tf.tensor([0, 100]), [] as [], real, [{ name: 'datum', size: 2 }])
    const x = iid(500, normal({ loc, scale: 1 })).sample(noiseFromSeed(1), [{ name: 'draw', size: 4 }])
    expect(x.shape).toEqual([500])
    expect(new Set(x.axes.map((a) => a.name))).toEqual(new Set(['draw', 'datum']))
    const cdf = (xs: readonly number[]) => numbers(standardNormal().cdf(scalars(real, xs)))
    expectLaw(
      followsCdf(
        numbers(x).map((v) => (v > 50 ? v - 100 : v)),
        cdf,
      ),
    )
    expect(new Set(numbers(x)).size).toBeGreaterThan(3990)
  })

  it('aligns parameters by axis name, nested too', () => {
    const loc = makeValue(tf.tensor([0, 5]), [] as [], real, [{ name: 'datum', size: 2 }])
    const nested = iid(2, iid(2, normal({ loc, scale: 1 })))
    const x = makeValue(tf.range(0, 24).reshape([3, 2, 2, 2]), [2, 2] as [2, 2], real, [
      { name: 'particle', size: 3 },
      { name: 'datum', size: 2 },
    ])
    const p = nested.logProb(x)
    expect(p.axes.map((a) => a.name)).toEqual(['particle', 'datum'])
    numbers(p).forEach((found, i) => {
      const alone = normal({ loc: (i % 2) * 5, scale: 1 })
      const entries = [0, 1, 2, 3].map((j) => number(alone.logProb(value(space.real(), 4 * i + j) as never)))
      expectClose(
        found,
        entries.reduce((a, b) => a + b),
      )
    })
  })

  it('lists the support of enumerable parts up to 65536 points', () => {
    const coins = iid(3, bernoulli({ probs: 0.25 }))
    expect(numbers(coins.enumerate('point')).slice(0, 6)).toEqual([0, 0, 0, 0, 0, 1])
    expectClose(
      numbers(coins.logProb(coins.enumerate('point')))
        .map(Math.exp)
        .reduce((a, b) => a + b),
      1,
    )
    const labels = iid(2, categorical({ logits: value(R2, [0, 1]) }))
    expect(labels.supportSize).toBe(4)
    expectClose(
      numbers(labels.logProb(labels.enumerate('point')))
        .map(Math.exp)
        .reduce((a, b) => a + b),
      1,
    )
    expect(can(iid(17, bernoulli({ probs: 0.25 })), 'enumerable')).toBe(false)
    expect(can(d, 'enumerable')).toBe(false)
    expect(can(d, 'pathwise')).toBe(true)
  })

  it('is differentiable twice, and pathwise', () => {
    const at = [0.5, 1.5]
    const make = (t: tf.Tensor) =>
      iid(2, normal({ loc: makeValue(tf.reshape(tf.slice(t, 0, 1), []), [], real), scale: 2 }))
    const f = (t: tf.Tensor) => logProbAt(make(t), value(R2, [1, 2])).tensor
    const g = (t: tf.Tensor) => tf.sum(tf.mul(t, tf.grad(f)(t)))
    const path = (t: tf.Tensor) =>
      tf.mean(tf.sin(make(t).sample(noiseFromSeed(2), [{ name: 'draw', size: 40 }]).tensor))
    for (const h of [f, g, path])
      expectLaw(
        hasGradient(
          (xs) => h(tf.tensor([...xs])).dataSync()[0] as number,
          tf.grad(h)(tf.tensor(at)).dataSync(),
          at,
        ),
      )
  })

  it('refuses a number of draws that is not one', () =>
    expect(() => iid(0, part)).toThrow('iid was asked for 0 draws'))
})
