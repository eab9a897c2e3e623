import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { oneHotCategorical } from '../../../src/dsl/distributions/oneHotCategorical.js'
import { real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { hasGradient } from '../../../src/testing/laws/distribution.js'
import { expectClose, expectLaw, logProbAt, number, numbers } from './laws.js'

// Log densities, the listed support and the masses of samples: tests/dsl/distributions/categorical.test.ts.
const S2 = space.simplex(2)
const H3 = space.oneHot(3)

describe('oneHotCategorical', () => {
  it('has the moments p and p (1 − p), and an entropy', () => {
    const d = oneHotCategorical({ probs: value(S2, [0.25, 0.75]) })
    expect(numbers(d.mean())).toEqual([0.25, 0.75])
    expect(numbers(d.variance())).toEqual([0.1875, 0.1875])
    expectClose(number(d.entropy()), 0.5623351446188083) // scipy.stats.entropy([0.25, 0.75])
  })

  it('aligns logits and points by axis name', () => {
    const logits = makeValue(
      tf.tensor([
        [0, 1, 2],
        [3, 0, 0],
      ]),
      [3] as [3],
      real,
      [{ name: 'datum', size: 2 }],
    )
    const d = oneHotCategorical({ logits })
    const p = d.logProb(
      value(H3, [
        [1, 0, 0],
        [0, 1, 0],
      ]),
    )
    expect(p.axes).toEqual([{ name: 'datum', size: 2 }])
    const log = (xs: readonly number[]) => Math.log(xs.map(Math.exp).reduce((a, b) => a + b))
    expectClose(numbers(p)[0] as number, 0 - log([0, 1, 2]))
    expectClose(numbers(p)[1] as number, 0 - log([3, 0, 0]))
    expect(d.sample(noiseFromSeed(1), [{ name: 'particle', size: 4 }]).tensor.shape).toEqual([4, 2, 3])
  })

  it('has a log density that is differentiable twice in its logits', () => {
    const x = value(H3, [
      [1, 0, 0],
      [0, 0, 1],
    ])
    const f = (t: tf.Tensor) =>
      tf.sum(logProbAt(oneHotCategorical({ logits: makeValue(t, [3] as [3], real) }), x).tensor)
    const g = (t: tf.Tensor) => tf.sum(tf.mul(tf.grad(f)(t), tf.tensor([1, 2, 3])))
    const at = [0.5, -1, 0.25]
    for (const h of [f, g])
      expectLaw(
        hasGradient(
          (xs) => h(tf.tensor([...xs])).dataSync()[0] as number,
          tf.grad(h)(tf.tensor(at)).dataSync(),
          at,
        ),
      )
  })
})
