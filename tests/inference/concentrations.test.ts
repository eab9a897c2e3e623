/**
 * Trained bounds reach the exact evidence where q's family holds the posterior. Oracle: marginal likelihoods of conjugate pairs
 * (SciPy, the calls beside the numbers). At the optimum every draw gives log P(x), so the tolerance is that of training.
 */
import { describe, expect, it } from 'vitest'
import type { NetParams } from '../../src/dsl/params.js'
import { evaluate } from '../../src/inference/evaluate.js'
import { orThrow, fit as train } from '../../src/inference/fit.js'
import { adam } from '../../src/inference/optimizers/optimizers.js'
import { cosineSchedule } from '../../src/inference/optimizers/schedule.js'
import { type Case, cases } from './concentrations.js'

const evidence = {
  // scipy.stats.nbinom(2, 0.5/1.5).logpmf([0, 1, 4, 9]).mean()
  gammaPoisson: -2.4650599092,
  // mean of scipy.special.betaln(2 + k, 8 - k) - betaln(2, 3) over k = 0, 2, 4 ones among 5
  betaBernoulli: -3.0890329019,
  // numpy.log([0.5/4, 1/4, 2.5/4]).mean()
  dirichletCategorical: -1.3119131773,
  // scipy.stats.t(6, 0, sqrt(2/3)).logpdf([-1.5, 0.25, 0.5, 3]).mean()
  inverseGammaNormal: -2.2461227456,
} as const

/** What the parameters of q are at the posterior, in the order of its nets, by conjugacy. */
const posterior = {
  gammaPoisson: [2, 1.5],
  betaBernoulli: [2, 3],
  dirichletCategorical: [0.5, 1, 2.5],
  inverseGammaNormal: [3.5, 2],
} as const

const SEEDS = 4

/** Value and standard error of a trained bound, from evaluations with independent noise, the data repeated. */
const measured = async (objective: never, params: never, data: Case['data']) => {
  const many = Object.fromEntries(
    Object.entries(data).map(([k, xs]) => [k, Array.from({ length: 200 }, () => xs).flat()]),
  )
  const values: number[] = []
  for (let seed = 0; seed < SEEDS; seed++) {
    const options = { data: many, params, seed, batch: 1000, runtime: 'onnx-node' } as const
    values.push(await orThrow(evaluate(objective, options as never)))
  }
  const mean = values.reduce((a, b) => a + b) / SEEDS
  const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / (SEEDS - 1)
  return { mean, error: Math.sqrt(variance / SEEDS) }
}

const softplus = (w: number) => Math.log1p(Math.exp(w))

describe('bounds with implicit pathwise gradients reach the evidence', () => {
  it.each(Object.entries(evidence))('%s', { timeout: 120_000 }, async (name, exact) => {
    const { objective, data } = cases[name as keyof typeof evidence]()
    const steps = 500
    const optimizer = adam(cosineSchedule(0.1, steps))
    const trained = await orThrow(
      train(objective as never, { data, optimizer, steps, seed: 1, runtime: 'onnx-node' } as never),
    )
    expect(trained.diagnostics).toMatchObject({ runtime: 'onnx-node', notices: [] })
    const found = Object.values(trained.params as Readonly<Record<string, NetParams>>)
      .flatMap((net) => Array.from(net.value?.data ?? []))
      .map(softplus)
    const expected = posterior[name as keyof typeof posterior]
    // Within 10% of every parameter the bound is within 2e-3 nats of the evidence.
    expected.forEach((x, i) => {
      expect(Math.abs((found[i] as number) / x - 1), `parameter ${i}: ${found[i]}`).toBeLessThan(0.1)
    })
    const { mean, error } = await measured(objective as never, trained.params as never, data)
    expect(Math.abs(mean - exact)).toBeLessThan(5 * error + 2e-3)
  })
})
