/**
 * The table of estimators, small: biases within 5 standard errors where none is claimed, and found where they are known; variances in
 * the order that is published; and the shares of several processes add up to the whole.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { contendersOf } from '../../bench/estimators/contenders.js'
import { measureAll } from '../../bench/estimators/measure.js'
import { type Measured, measuredOf } from '../../bench/estimators/measured.js'
import { problems } from '../../bench/estimators/problems.js'
import { countIn, merged, momentsOf, tallyAbout } from '../../bench/estimators/tally.js'
import { orThrow } from '../../src/inference/fit.js'
import { useRuntime } from '../../src/runtime/backend.js'

/** Slices of five coins multiply: 3^5 evaluations. */
const slow = ['measureValued', 'rebar']
const found = new Map<string, ReadonlyMap<string, Measured>>()

beforeAll(async () => {
  await orThrow(useRuntime('wasm'))
  for (const problem of problems) {
    const contenders = contendersOf(problem).filter(
      (c) => problem.name !== 'belief net' || !slow.includes(c.name),
    )
    const counts = await measureAll(problem, contenders, { n: 4000, seeds: [0] })
    found.set(problem.name, new Map(counts.map((c) => [c.contender, measuredOf([c])])))
  }
}, 240_000)

const of = (problem: string, contender: string): Measured => {
  const row = found.get(problem)?.get(contender)
  if (row === undefined) throw new Error(`${contender} is not allowed in ${problem}`)
  return row
}

describe.each(problems.map((p) => p.name))('%s', (name) => {
  it('has no bias where none is claimed', () => {
    const rows = [...(found.get(name)?.values() ?? [])]
    expect(rows.length).toBeGreaterThan(6)
    for (const m of rows)
      if (m.unbiased) expect(m.bias.errors, `${m.contender}: ${JSON.stringify(m.bias)}`).toBeLessThan(5)
  })
})

/** The variances of these contenders fall. */
const expectOrder = (problem: string, ...contenders: readonly string[]): void => {
  const variances = contenders.map((c) => of(problem, c).variance)
  expect(variances, `${problem}: ${contenders.join(' > ')}`).toEqual([...variances].sort((a, b) => b - a))
}

describe('variances', () => {
  it('fall in the order that is published', () => {
    const optimum = 'normals, at the optimum, divergences in closed form'
    expectOrder(
      optimum,
      'score',
      'score, leave-one-out',
      'score, both (the default)',
      'pathwise',
      'stickingTheLanding',
    )
    expect(of(optimum, 'pathwise').variance).toBeGreaterThan(1)
    expect(of(optimum, 'stickingTheLanding').variance).toBeLessThan(1e-9)
    expectOrder('belief net', 'score', 'score, leave-one-out', 'score, both (the default)', 'enumerate')
    expect(of('belief net', 'enumerate').variance).toBeLessThan(1e-9)
    for (const { name } of problems) {
      expectOrder(name, 'score', 'score, leave-one-out')
      expectOrder(name, 'score', 'score, moving average')
      expectOrder(name, 'score', 'score, learned baseline')
    }
  })

  it('of bounds on importance weights: score > vimco, pathwise > doubly reparameterized', () => {
    for (const name of ['normals', 'belief net', 'mixture', 'counts'])
      expectOrder(name, 'score, L_2', 'vimco, L_2')
    expectOrder('normals', 'pathwise, L_2', 'doublyReparameterized, L_2')
  })

  it('of biased methods are small, and their bias is found', () => {
    for (const method of ['gumbelSoftmax', 'straightThrough'])
      expect(of('mixture', method).bias.errors).toBeGreaterThan(5)
    expect(of('normals', 'stickingTheLanding, L_2').bias.errors).toBeGreaterThan(5)
  })
})

it('shares add up to the whole', () => {
  const xs = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i))
  const tally = (part: Float32Array) => {
    const t = tallyAbout(0.1)
    countIn(t, part)
    return t
  }
  const whole = momentsOf(tally(xs))
  const parts = momentsOf(merged([tally(xs.slice(0, 30)), tally(xs.slice(30))]))
  for (const key of ['off', 'variance', 'standardError'] as const)
    expect(parts[key]).toBeCloseTo(whole[key], 12)
  const mean = xs.reduce((s, x) => s + x, 0) / 100
  expect(whole.off).toBeCloseTo(mean - 0.1, 6)
  expect(whole.variance).toBeCloseTo(xs.reduce((s, x) => s + (x - mean) ** 2, 0) / 99, 6)
})
