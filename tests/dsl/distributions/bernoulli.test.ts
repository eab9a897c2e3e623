import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { can } from '../../../src/dsl/distribution.js'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { binary, count, real, unit } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { discreteLaws, expectClose, logProbAt, number, numbers, scalar, scalars } from './laws.js'
import { bernoulliLogitLogProbs, bernoulliLogProbs, bernoulliSummaries } from './reference.js'

discreteLaws('bernoulli by probs', {
  make: (p) => bernoulli(p as never),
  domains: { probs: unit },
  at: { probs: 0.3 },
  support: [0, 1],
  logProbs: bernoulliLogProbs,
  summaries: bernoulliSummaries,
})

discreteLaws('bernoulli by logits', {
  make: (p) => bernoulli(p as never),
  domains: { logits: real },
  at: { logits: -0.75 },
  support: [0, 1],
  logProbs: bernoulliLogitLogProbs,
  summaries: [],
})

describe('bernoulli', () => {
  it('has the same moments and entropy by logits as by probs', () => {
    const [a, b] = [bernoulli({ logits: Math.log(0.25 / 0.75) }), bernoulli({ probs: 0.25 })]
    expectClose(number(a.mean()), number(b.mean()))
    expectClose(number(a.variance()), number(b.variance()))
    expectClose(number(a.entropy()), number(b.entropy()))
  })

  it('is finite with finite gradients at logits ±100, and at impossible outcomes −Infinity', () => {
    const d = (logits: tf.Tensor) =>
      bernoulli({ logits: makeValue(logits, [], real, [{ name: 'point', size: 4 }]) })
    const x = scalars(binary, [0, 1, 0, 1])
    const logits = tf.tensor([-100, -100, 100, 100])
    numbers(logProbAt(d(logits), x)).forEach((p, i) => {
      expectClose(p, [0, -100, -100, 0][i] as number)
    })
    expect(
      Array.from(
        tf
          .grad((l) => logProbAt(d(l), x).tensor)(logits)
          .dataSync(),
      ).map(Math.round),
    ).toEqual([-0, 1, -1, 0])
    expect(numbers(logProbAt(bernoulli({ probs: 0 }), scalars(binary, [0, 1])))).toEqual([0, -Infinity])
    expect(numbers(logProbAt(bernoulli({ probs: 1 }), scalars(binary, [0, 1])))).toEqual([-Infinity, 0])
    expect(number(bernoulli({ probs: 1 }).entropy()) + 0).toBe(0)
    expect(numbers(logProbAt(bernoulli({ logits: 1 }), scalars(count, [2, 3])))).toEqual([
      -Infinity,
      -Infinity,
    ])
  })

  it('lists its support up to 16 coins', () => {
    const d = bernoulli({
      probs: value(space.unit(2, 2), [
        [0.5, 0.25],
        [0.125, 1],
      ]),
    })
    const points = d.enumerate('point')
    expect(points.axes).toEqual([{ name: 'point', size: 16 }])
    expect(numbers(points).slice(0, 8)).toEqual([0, 0, 0, 0, 0, 0, 0, 1])
    expectClose(
      numbers(d.logProb(points))
        .map(Math.exp)
        .reduce((a, b) => a + b),
      1,
    )
    const large = bernoulli({ logits: value(space.real(17), Array(17).fill(0)) })
    expect(can(large, 'enumerable')).toBe(false)
    expect(() => large.enumerate('point')).toThrow('bernoulli has no enumerable')
  })

  it('refuses parameters outside their domain, and both at once', () => {
    expect(() => bernoulli({ probs: value(space.real(2), [1, 1]) as never })).toThrow(
      'probs of bernoulli must be Unit, but Real[2] was given\n  → map it with sigmoid',
    )
    expect(() => bernoulli({ probs: 1.5 })).toThrow('probs of bernoulli must be Unit, but 1.5 was given')
    expect(() => bernoulli({ logits: 0, probs: 0.5 } as never)).toThrow(
      'bernoulli takes either logits or probs',
    )
    expect(() => logProbAt(bernoulli({ logits: 0 }), scalar(real, 1))).not.toThrow()
  })
})
