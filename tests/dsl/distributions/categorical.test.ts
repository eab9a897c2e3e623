import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { categorical } from '../../../src/dsl/distributions/categorical.js'
import { oneHotCategorical } from '../../../src/dsl/distributions/oneHotCategorical.js'
import { count, oneHot, real, simplex } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { type AnyValue, makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsMasses, hasGradient } from '../../../src/testing/laws/distribution.js'
import { expectClose, expectLaw, logProbAt, number, numbers, scalars } from './laws.js'
import { categoricalLogProbs, categoricalSummaries } from './reference.js'

const vector = (xs: readonly number[], domain: typeof real | typeof simplex): AnyValue =>
  makeValue(tf.tensor([...xs]), [xs.length], domain)
const byLogits = (xs: readonly number[]) => ({ logits: vector(xs, real) }) as never
const byProbs = (xs: readonly number[]) => ({ probs: vector(xs, simplex) }) as never
const unitVector = (k: number, n: number) =>
  makeValue(tf.oneHot(tf.scalar(k, 'int32'), n).toFloat(), [n], oneHot)

describe('categorical', () => {
  it('agrees with SciPy on log densities, as a label and one-hot', () => {
    for (const r of categoricalLogProbs) {
      const logits = r.parameters.logits as readonly number[]
      const d = categorical(byLogits(logits))
      expectClose(number(logProbAt(d, value(space.category(3), r.x as number))), r.logProb)
      expectClose(
        number(logProbAt(oneHotCategorical(byLogits(logits)), unitVector(r.x as number, 3))),
        r.logProb,
      )
    }
  })

  it('agrees with SciPy on moments and entropy, by probs and by logits', () => {
    for (const r of categoricalSummaries) {
      const probs = r.parameters.probs as readonly number[]
      const logits = probs.map((p) => (p === 0 ? -200 : Math.log(p)))
      for (const d of [categorical(byProbs(probs)), categorical(byLogits(logits))]) {
        expectClose(number(d.mean()), r.mean)
        expectClose(number(d.variance()), r.variance)
        expectClose(number(d.entropy()), r.entropy as number)
      }
    }
  })

  it('lists its support, on which the masses sum to 1, and has none outside', () => {
    const d = categorical(byProbs([0.5, 0, 0.5]))
    expect(numbers(d.enumerate('k'))).toEqual([0, 1, 2])
    expect(
      numbers(d.logProb(d.enumerate('k')))
        .map(Math.exp)
        .map((p) => Math.round(p * 1e6) / 1e6),
    ).toEqual([0.5, 0, 0.5])
    expect(numbers(logProbAt(d, scalars(count, [3, 7])))).toEqual([-Infinity, -Infinity])
    const h = oneHotCategorical(byProbs([0.5, 0, 0.5]))
    expect(h.supportSize).toBe(3)
    expect(numbers(h.logProb(h.enumerate('k')))).toEqual(numbers(d.logProb(d.enumerate('k'))))
  })

  it('is sampled by its masses, as a label and one-hot, never at mass 0', () => {
    const masses = [0.1, 0, 0.45, 0.4, 0.05]
    const axes = [{ name: 'draw', size: 4000 }]
    const labels = numbers(categorical(byProbs(masses)).sample(noiseFromSeed(3), axes))
    expectLaw(
      followsMasses(
        masses.map((_, k) => labels.filter((x) => x === k).length),
        masses,
      ),
    )
    const logits = masses.map((p) => (p === 0 ? -200 : Math.log(p)))
    const hot = oneHotCategorical(byLogits(logits)).sample(noiseFromSeed(4), axes)
    expect(hot.shape).toEqual([5])
    expectLaw(followsMasses(Array.from(tf.sum(hot.tensor, 0).dataSync()), masses))
  })

  it('aligns logits and labels by axis name', () => {
    const logits = makeValue(
      tf.tensor([
        [0, 1, 2],
        [3, 0, 0],
      ]),
      [3],
      real,
      [{ name: 'datum', size: 2 }],
    )
    const d = categorical({ logits })
    const x = makeValue(
      tf.tensor([
        [0, 1],
        [2, 0],
      ]),
      [] as [],
      d.space.domain,
      [
        { name: 'particle', size: 2 },
        { name: 'datum', size: 2 },
      ],
    )
    const alone = (l: number[], k: number) =>
      number(logProbAt(categorical(byLogits(l)), value(space.category(3), k)))
    const expected = [alone([0, 1, 2], 0), alone([3, 0, 0], 1), alone([0, 1, 2], 2), alone([3, 0, 0], 0)]
    numbers(d.logProb(x)).forEach((p, i) => {
      expectClose(p, expected[i] as number)
    })
  })

  it('has a log density that is differentiable twice in its logits', () => {
    const f = (t: tf.Tensor) =>
      tf.sum(
        logProbAt(categorical({ logits: makeValue(t, [3], real) } as never), scalars(count, [0, 2, 2]))
          .tensor,
      )
    const at = [0.5, -1, 0.25]
    const g = (t: tf.Tensor) => tf.sum(tf.mul(tf.grad(f)(t), tf.tensor([1, 2, 3])))
    for (const h of [f, g])
      expectLaw(
        hasGradient(
          (xs) => h(tf.tensor([...xs])).dataSync()[0] as number,
          tf.grad(h)(tf.tensor(at)).dataSync(),
          at,
        ),
      )
  })

  it('refuses other parameters, in the words of the compiler', () => {
    const R3 = value(space.real(3), [1, 2, 3])
    expect(() => categorical({ probs: R3 } as never)).toThrow(
      'probs of categorical must be Simplex, but Real[3] was given\n  → map it with softmax',
    )
    expect(() => categorical({ logits: 1 } as never)).toThrow('logits of categorical must be a vector')
    expect(() => oneHotCategorical({} as never)).toThrow('oneHotCategorical takes either logits or probs')
  })
})
