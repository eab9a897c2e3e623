/** SciPy 1.17.1's `geom` with loc=-1: it counts the success too. */
import { describe, expect, it } from 'vitest'
import { geometric } from '../../../src/dsl/distributions/geometric.js'
import { count, real, unit } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { discreteLaws, expectClose, logProbAt, number, numbers, scalars } from './laws.js'
import type { Reference, Summary } from './reference.js'

const logProbs: readonly Reference[] = [
  // geom(0.25, loc=-1).logpmf(0)
  { parameters: { probs: 0.25 }, x: 0, logProb: -1.3862943611198906 },
  // geom(0.25, loc=-1).logpmf(5)
  { parameters: { probs: 0.25 }, x: 5, logProb: -2.8247047233787947 },
  // geom(0.5, loc=-1).logpmf(3)
  { parameters: { probs: 0.5 }, x: 3, logProb: -2.772588722239781 },
  // geom(0.0009765625, loc=-1).logpmf(1500)
  { parameters: { probs: 0.0009765625 }, x: 1500, logProb: -8.397031277339373 },
  // geom(0.9921875, loc=-1).logpmf(2)
  { parameters: { probs: 0.9921875 }, x: 2, logProb: -9.71190370530026 },
  // geom(1.0, loc=-1).logpmf(0)
  { parameters: { probs: 1 }, x: 0, logProb: 0 },
]

const summaries: readonly Summary[] = [
  // d = geom(0.25, loc=-1); d.mean(), d.var(), d.entropy()
  { parameters: { probs: 0.25 }, mean: 3, variance: 12, entropy: 2.249340578475233 },
  // d = geom(0.0009765625, loc=-1); d.mean(), d.var(), d.entropy()
  { parameters: { probs: 0.0009765625 }, mean: 1023, variance: 1047552, entropy: 7.930983365326078 },
  // d = geom(0.9921875, loc=-1); d.mean(), d.var(), d.entropy()
  {
    parameters: { probs: 0.9921875 },
    mean: 0.007874015748031482,
    variance: 0.007936015872031745,
    entropy: 0.04604814016905437,
  },
]

discreteLaws('geometric by probs', {
  make: (p) => geometric(p as never),
  domains: { probs: unit },
  at: { probs: 0.375 },
  support: [0, 40],
  logProbs,
  summaries,
})

const logitOf = (p: number) => Math.log(p / (1 - p))

discreteLaws('geometric by logits', {
  make: (p) => geometric(p as never),
  domains: { logits: real },
  at: { logits: -0.5 },
  support: [0, 40],
  logProbs: logProbs
    .filter((r) => (r.parameters.probs as number) < 1)
    .map((r) => ({ ...r, parameters: { logits: logitOf(r.parameters.probs as number) } })),
  summaries: summaries.map((r) => ({ ...r, parameters: { logits: logitOf(r.parameters.probs as number) } })),
})

describe('geometric', () => {
  it('has the cdf 1 − (1 − p)^(x + 1)', () => {
    // geom(p, loc=-1).cdf(x)
    const at = (probs: number, xs: readonly number[]) => numbers(geometric({ probs }).cdf(scalars(real, xs)))
    const [zero, between, below] = at(0.25, [0, 2.5, -1])
    expectClose(zero as number, 0.25)
    expectClose(between as number, 0.578125)
    expect(Math.abs(below as number)).toBe(0)
    expectClose(at(0.0009765625, [100])[0] as number, 0.09396831797721181)
  })

  it('always succeeds at once where the chance is 1, and stays finite at saturated logits', () => {
    const sure = geometric({ probs: 1 })
    expect(numbers(sure.sample(noiseFromSeed(1), [{ name: 'draw', size: 3 }])).map(Math.abs)).toEqual([
      0, 0, 0,
    ])
    expect(number(sure.entropy())).toBeCloseTo(0)
    expect(numbers(logProbAt(sure, scalars(count, [0, 1])))).toEqual([0, -Infinity])
    expectClose(number(logProbAt(geometric({ logits: 200 }), value(space.count(), 3))), -600)
    expectClose(number(logProbAt(geometric({ logits: -80 }), value(space.count(), 3))), -80)
  })

  it('waits for ever where the chance is 0', () =>
    expect(number(geometric({ probs: 0 }).sample(noiseFromSeed(1)))).toBe(Number.POSITIVE_INFINITY))

  it('refuses other parameters, in the words of the compiler', () => {
    expect(() => geometric({ probs: value(space.real(), 1) as never })).toThrow(
      'probs of geometric must be Unit, but Real was given',
    )
    expect(() => geometric({} as never)).toThrow('geometric takes either logits or probs')
  })
})
