import { lgamma } from 'lib-r-math.js'
import { expect, it } from 'vitest'
import {
  concentrationKl,
  gammaEntropy,
  logPart,
  logTotal,
  partEntropy,
  totalEntropy,
} from '../../../src/dsl/distributions/concentration.js'
import { positive } from '../../../src/dsl/domain.js'
import { expectClose, number, scalar } from './laws.js'

const p = (x: number) => scalar(positive, x)

it('adds up to the entropies of a gamma and of a beta', () => {
  // scipy.stats.gamma(a).entropy(), beta(a, b).entropy()
  expectClose(number(gammaEntropy(p(2.5))), 1.7299479095050545)
  const found = number(partEntropy(p(2.5))) + number(partEntropy(p(0.75))) - number(totalEntropy(p(3.25), 2))
  expectClose(found, -0.50279965128377)
})

it('is 0 between equal concentrations and means', () => {
  for (const a of [0.01, 1, 30, 1e5])
    expect(Math.abs(number(concentrationKl(p(a), p(a), p(2), p(2))))).toBeLessThan(1e-7)
})

it('adds up to a log density', () => {
  // log of x^a y^b / B(a, b) at a = 3, b = 2, x = 1/4
  const total = p(5)
  const found =
    number(logPart(total, p(3), p(0.25))) + number(logPart(total, p(2), p(0.75))) + number(logTotal(total))
  const logBeta = lgamma(3) + lgamma(2) - lgamma(5)
  expectClose(found, 3 * Math.log(0.25) + 2 * Math.log(0.75) - logBeta)
})
