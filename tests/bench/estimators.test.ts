/**
 * The table of estimators, small: biases within 5 standard errors where none is claimed, and the order of the variances: score >
 * leave-one-out > Rao-Blackwellized with leave-one-out; pathwise > sticking the landing at the optimum, where it is 0.
 */
import { describe, expect, it } from 'vitest'
import { contendersOf } from '../../bench/estimators/contenders.js'
import { measure } from '../../bench/estimators/measure.js'
import { problems } from '../../bench/estimators/problems.js'

const slow = ['measureValued', 'rebar']
const results = problems.map((problem) => ({
  problem,
  measured: contendersOf(problem)
    // Slices of five coins multiply: 3^5 evaluations.
    .filter((c) => problem.name !== 'belief net' || !slow.includes(c.name))
    .map((c) => measure(problem, c, 4000, 1)),
}))
const of = (problem: string, contender: string) => {
  const found = results
    .find((r) => r.problem.name === problem)
    ?.measured.find((m) => m.contender === contender)
  if (found === undefined) throw new Error(`${contender} is not allowed in ${problem}`)
  return found
}

describe.each(results)('$problem.name', ({ measured }) => {
  it('has no bias where none is claimed', () => {
    expect(measured.length).toBeGreaterThan(3)
    for (const m of measured)
      if (m.unbiased) expect(m.bias.errors, `${m.contender}: ${JSON.stringify(m.bias)}`).toBeLessThan(5)
  })
})

describe('variances', () => {
  it('fall in the order that is published', () => {
    const net = (name: string) => of('belief net', name).variance
    expect(net('score')).toBeGreaterThan(net('score, leave-one-out'))
    expect(net('score, leave-one-out')).toBeGreaterThan(net('score, both (the default)'))
    expect(net('enumerate')).toBeLessThan(1e-9)
    for (const problem of ['Gaussian', 'Gaussian, at the optimum', 'coin', 'mixture', 'counts'])
      expect(of(problem, 'score').variance).toBeGreaterThan(of(problem, 'score, leave-one-out').variance)
    expect(of('Gaussian', 'score, leave-one-out').variance).toBeGreaterThan(
      of('Gaussian', 'pathwise').variance,
    )
    expect(of('Gaussian', 'pathwise').variance).toBeGreaterThan(of('Gaussian', 'stickingTheLanding').variance)
    expect(of('Gaussian, at the optimum', 'pathwise').variance).toBeGreaterThan(1)
    expect(of('Gaussian, at the optimum', 'stickingTheLanding').variance).toBeLessThan(1e-9)
  })

  it('of biased methods are small, and their bias is found', () => {
    for (const method of ['gumbelSoftmax', 'straightThrough'])
      expect(of('mixture', method).bias.errors).toBeGreaterThan(5)
  })
})
