import { describe, expect, it } from 'vitest'
import { poisson } from '../../../src/dsl/distributions/poisson.js'
import { positive, real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { hasMean } from '../../../src/testing/laws/distribution.js'
import { discreteLaws, expectLaw, logProbAt, numbers, scalars } from './laws.js'
import { poissonLogProbs, poissonSummaries } from './reference.js'

discreteLaws('poisson by rate', {
  make: (p) => poisson(p as never),
  domains: { rate: positive },
  at: { rate: 3.5 },
  support: [0, 25],
  logProbs: poissonLogProbs,
  summaries: poissonSummaries,
})

discreteLaws('poisson by logRate', {
  make: (p) => poisson(p as never),
  domains: { logRate: real },
  at: { logRate: 1.25 },
  support: [0, 25],
  logProbs: poissonLogProbs
    .map((r) => ({
      ...r,
      parameters: { logRate: Math.fround(Math.log(r.parameters.rate as number)) },
    }))
    .filter((r) => (r.x as number) < 100),
  summaries: [],
})

describe('poisson', () => {
  it('has the mean and variance of a large rate', () => {
    const draws = numbers(poisson({ rate: 900 }).sample(noiseFromSeed(2), [{ name: 'draw', size: 2000 }]))
    expectLaw(hasMean(draws, 900))
    expectLaw(
      hasMean(
        draws.map((x) => (x - 900) ** 2),
        900,
      ),
    )
  })

  it('has log density −Infinity below 0', () =>
    expect(numbers(logProbAt(poisson({ rate: 2 }), scalars(real, [-1])))).toEqual([-Infinity]))

  it('refuses a rate that is not positive, and both parameters at once', () => {
    expect(() => poisson({ rate: value(space.real(), 1) as never })).toThrow(
      'rate of poisson must be Positive, but Real was given',
    )
    expect(() => poisson({ rate: 1, logRate: 0 } as never)).toThrow('poisson takes either rate or logRate')
  })
})
