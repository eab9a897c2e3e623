import { describe, expect, it } from 'vitest'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import { positive, real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { continuousLaws, expectClose, number, numbers, scalar } from './laws.js'
import { normalLogProbs, normalSummaries } from './reference.js'

continuousLaws('normal', {
  make: (p) => normal(p as never),
  domains: { loc: real, scale: positive },
  at: { loc: -1, scale: 1.5 },
  support: [-13, 11],
  logProbs: normalLogProbs,
  summaries: normalSummaries,
})

describe('normal', () => {
  it('is N(0, I) as standardNormal', () => {
    const d = standardNormal(2, 3)
    const matrix = space.real(2, 3)
    const x = value(matrix, [
      [1, -2, 3],
      [0, 0.5, 12],
    ])
    const same = normal({
      loc: value(matrix, [
        [0, 0, 0],
        [0, 0, 0],
      ]),
      scale: 1,
    })
    expectClose(number(d.logProb(x)), number(same.logProb(x)))
    expect(d.family).toBe('normal')
    expect(number(d.entropy())).toBe(number(same.entropy()))
    expect(d.sample(noiseFromSeed(1)).shape).toEqual([2, 3])
    expect(numbers(d.cdf(x))).toEqual(numbers(same.cdf(x)))
  })

  it('repeats a scalar parameter over the event', () => {
    const d = normal({ loc: value(space.real(3), [1, 2, 3]), scale: 0.5 })
    expect(numbers(d.variance())).toEqual([0.25, 0.25, 0.25])
    expect(numbers(d.mean())).toEqual([1, 2, 3])
  })

  it('keeps the lower tail of the cdf', () => {
    // scipy.stats.norm.cdf(-10) = 7.61985302416047e-24
    expectClose(number(standardNormal().cdf(scalar(real, -10) as never)) / 7.61985302416047e-24, 1, 1e-5)
  })

  it('refuses a scale that may be negative, in the words of the compiler', () => {
    const scale = value(space.real(2), [1, 1])
    expect(() => normal({ loc: 0, scale: scale as never })).toThrow(
      'scale of normal must be Positive, but Real[2] was given\n  → map it with exp or softplus',
    )
    expect(() => normal({ loc: 0, scale: 0 as never })).toThrow(
      'scale of normal must be Positive, but 0 was given',
    )
    expect(() => normal({ loc: Number.NaN, scale: 1 })).toThrow(
      'loc of normal must be Real, but NaN was given',
    )
    expect(() =>
      normal({ loc: value(space.real(2), [1, 1]), scale: value(space.positive(3), [1, 1, 1]) as never }),
    ).toThrow('normal was given Real[2] and Positive[3]')
  })

  it('refuses sizes that are none', () => {
    for (const n of [-2, 0, 1.5])
      expect(() => standardNormal(3, n)).toThrow(
        `standardNormal cannot have size ${n} along axis 1\n  → sizes are whole numbers >= 1`,
      )
  })
})
