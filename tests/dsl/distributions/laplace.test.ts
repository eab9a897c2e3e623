import { describe, expect, it } from 'vitest'
import { laplace } from '../../../src/dsl/distributions/laplace.js'
import { positive, real } from '../../../src/dsl/domain.js'
import { continuousLaws, expectClose, number, scalar } from './laws.js'
import { laplaceLogProbs, laplaceSummaries } from './reference.js'

continuousLaws('laplace', {
  make: (p) => laplace(p as never),
  domains: { loc: real, scale: positive },
  at: { loc: -1, scale: 1.5 },
  support: [-31, 29],
  logProbs: laplaceLogProbs,
  summaries: laplaceSummaries,
})

describe('laplace', () => {
  it('refuses a scale that is not positive', () =>
    expect(() => laplace({ loc: 0, scale: -1 as never })).toThrow(
      'scale of laplace must be Positive, but -1 was given',
    ))

  it('keeps both tails of the quantile', () => {
    // scipy.stats.laplace.ppf([2**-24, 1 - 2**-24]) = [-15.942385152878742, 15.942385152878742]
    const d = laplace({ loc: 0, scale: 1 })
    expectClose(number(d.quantile(scalar(real, 2 ** -24) as never)), -15.942385152878742)
    expectClose(number(d.quantile(scalar(real, 1 - 2 ** -24) as never)), 15.942385152878742)
  })
})
