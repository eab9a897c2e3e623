import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { multivariateNormal } from '../../../src/dsl/distributions/multivariateNormal.js'
import { normalCdf } from '../../../src/dsl/distributions/normal.js'
import { cholesky, real } from '../../../src/dsl/domain.js'
import type { Cholesky, Real } from '../../../src/dsl/domains/marks.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { type Axis, makeValue, type Value } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsCdf, hasGradient, hasMean } from '../../../src/testing/laws/distribution.js'
import { expectClose, expectLaw, number, numbers, scalars } from './laws.js'
import { multivariateNormalLogProbs } from './reference.js'

type N = number
const vector = (t: tf.Tensor, axes: readonly Axis[] = []) =>
  makeValue<[N], Real>(t, [t.shape[t.rank - 1] as number], real, axes)
const factor = (t: tf.Tensor, axes: readonly Axis[] = []) => {
  const n = t.shape[t.rank - 1] as number
  return makeValue<[N, N], Cholesky>(t, [n, n], cholesky, axes)
}
const make = (loc: readonly number[], scaleTril: readonly number[]) =>
  multivariateNormal({
    loc: vector(tf.tensor([...loc])),
    scaleTril: factor(tf.tensor([...scaleTril], [loc.length, loc.length])),
  })
const L = [1.5, 0, -0.75, 0.5]

describe('multivariateNormal', () => {
  it('agrees with SciPy on log densities and entropy', () => {
    for (const r of multivariateNormalLogProbs) {
      const d = make(r.parameters.loc as number[], r.parameters.scaleTril as number[])
      expectClose(number(d.logProb(vector(tf.tensor(r.x as number[])))), r.logProb, 1e-5, JSON.stringify(r))
      expectClose(number(d.entropy()), r.entropy, 1e-5)
    }
  })

  it('integrates to 1', () => {
    const d = make([0.5, -1], L)
    const n = 240
    const axis = tf.linspace(-1, 1, n + 1)
    const [xs, ys] = tf.meshgrid(tf.add(tf.mul(axis, 9), 0.5), tf.sub(tf.mul(axis, 6), 1)) as [
      tf.Tensor,
      tf.Tensor,
    ]
    const points = tf.reshape(tf.stack([xs, ys], -1), [-1, 2])
    const p = d.logProb(vector(points, [{ name: 'point', size: (n + 1) ** 2 }]))
    expectClose(
      number(
        scalars(
          real,
          [
            numbers(p)
              .map(Math.exp)
              .reduce((a, b) => a + b) *
              ((18 * 12) / n ** 2),
          ],
          [],
        ),
      ),
      1,
      1e-4,
    )
  })

  it('has whitened samples that are standard normal and uncorrelated, and the right moments', () => {
    const d = make([0.5, -1], L)
    const xs = numbers(d.sample(noiseFromSeed(5), [{ name: 'draw', size: 3000 }]))
    const z1 = Array.from({ length: 3000 }, (_, i) => ((xs[2 * i] as number) - 0.5) / 1.5)
    const z2 = z1.map((z, i) => ((xs[2 * i + 1] as number) + 1 + 0.75 * z) / 0.5)
    const cdf = (zs: readonly number[]) => numbers(normalCdf(scalars(real, zs)))
    expectLaw(followsCdf(z1, cdf))
    expectLaw(followsCdf(z2, cdf))
    expectLaw(
      hasMean(
        z1.map((z, i) => z * (z2[i] as number)),
        0,
      ),
    )
    expect(numbers(d.mean())).toEqual([0.5, -1])
    expect(numbers(d.variance())).toEqual([2.25, 0.8125])
  })

  it('aligns batches of parameters and points by axis name', () => {
    const datum = { name: 'datum', size: 2 }
    const factors = [L, [1, 0, 2, 3]]
    const d = multivariateNormal({
      loc: vector(tf.tensor([0.5, -1])),
      scaleTril: factor(tf.tensor(factors.flat(), [2, 2, 2]), [datum]),
    })
    const x = vector(tf.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [3, 2, 2]), [
      { name: 'particle', size: 3 },
      datum,
    ])
    const p = d.logProb(x)
    expect(p.axes.map((a) => a.name)).toEqual(['particle', 'datum'])
    numbers(p).forEach((found, i) => {
      const alone = make([0.5, -1], factors[i % 2] as number[])
      expectClose(found, number(alone.logProb(vector(tf.tensor([2 * i + 1, 2 * i + 2])))))
    })
    expect(d.sample(noiseFromSeed(1), [{ name: 'particle', size: 3 }]).tensor.shape).toEqual([3, 2, 2])
    expect(numbers(d.entropy())).toHaveLength(2)
  })

  it('is differentiable twice in loc and scaleTril, and pathwise', () => {
    const parts = (t: tf.Tensor) =>
      multivariateNormal({
        loc: vector(tf.slice(t, 0, 2)),
        scaleTril: factor(tf.reshape(tf.slice(t, 2, 4), [2, 2])),
      })
    const logDensity = (t: tf.Tensor) => parts(t).logProb(vector(tf.tensor([1, 0.25]))).tensor
    const path = (t: tf.Tensor) =>
      tf.mean(tf.sin(parts(t).sample(noiseFromSeed(2), [{ name: 'draw', size: 40 }]).tensor))
    const weights = tf.tensor([1, 2, 3, 0, 4, 5])
    const second = (t: tf.Tensor) => tf.sum(tf.mul(tf.grad(logDensity)(t), weights))
    const at = [0.5, -1, ...L]
    // The entry above the diagonal is not a parameter.
    const fixed = (g: tf.TypedArray | number[]) => Array.from(g, (x, i) => (i === 3 ? 0 : x))
    for (const f of [logDensity, second]) {
      const value = (xs: readonly number[]) => f(tf.tensor([...xs])).dataSync()[0] as number
      expectLaw(
        hasGradient(
          (xs) => value(fixed([...xs])),
          fixed(Array.from(tf.grad(f)(tf.tensor(at)).dataSync())),
          at,
        ),
      )
    }
    const value = (xs: readonly number[]) => path(tf.tensor([...xs])).dataSync()[0] as number
    expectLaw(hasGradient(value, tf.grad(path)(tf.tensor(at)).dataSync(), at))
  })

  it('refuses other factors and shapes, in the words of the compiler', () => {
    const loc: Value<[3], Real> = value(space.real(3), [1, 2, 3]) as never
    const scaleTril = value(space.cholesky(2), [
      [1, 0],
      [0, 1],
    ])
    expect(() => multivariateNormal({ loc, scaleTril: scaleTril as never })).toThrow(
      'scaleTril of multivariateNormal must be Cholesky[3, 3], but Cholesky[2, 2] was given',
    )
    expect(() => multivariateNormal({ loc, scaleTril: loc as never })).toThrow(
      'scaleTril of multivariateNormal must be Cholesky, but Real[3] was given',
    )
  })
})
