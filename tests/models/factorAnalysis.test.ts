/**
 * The oracle is expectation maximization in float64 (Rubin and Thayer, 1982): with S the sample covariance and
 * P(z | x) = N(G (x − b), Σ),
 *   W ← S Gᵀ (Σ + G S Gᵀ)⁻¹        Ψ ← diag(S − W G S)        b = the mean of the data
 */
import * as g from 'giry'
import { factorAnalysis, factorAnalysisFamily } from 'giry/models'
import { inverse, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { toDot } from '../../src/dsl/dot.js'
import { estimate } from '../../src/inference/estimate.js'
import { planBound } from '../../src/inference/plan.js'
import { decoded, sentences } from './codec.js'
import {
  covarianceOf,
  drawFrom,
  type LinearModel,
  meanLogEvidence,
  meanOf,
  modelAt,
  paramsOfPosterior,
  posteriorOf,
  principalComponents,
} from './gaussian.js'
import { once } from './once.js'

const truth: LinearModel = {
  loadings: new Matrix([
    [1.2, 0],
    [1, 0.8],
    [-0.8, 0.4],
    [0.3, -1.1],
    [0, 0.9],
    [0.7, 0.6],
  ]),
  offset: [1, -1, 0.5, 0, 2, 0],
  variances: [0.1, 0.4, 0.9, 0.2, 0.6, 0.3],
}
const points = drawFrom(truth, 256, 'factor analysis')
const data = { x: points.to2DArray() }
const { p, q, objective } = factorAnalysis({ size: 6, latent: 2 })

const improved = (m: LinearModel, s: Matrix): LinearModel => {
  const { gain, covariance } = posteriorOf(m)
  const crossed = s.mmul(gain.transpose())
  const loadings = crossed.mmul(inverse(Matrix.add(covariance, gain.mmul(crossed))))
  return { ...m, loadings, variances: Matrix.sub(s, loadings.mmul(crossed.transpose())).diagonal() }
}

const maximized = (start: LinearModel, x: Matrix, iterations: number): LinearModel => {
  const s = covarianceOf(x)
  let m: LinearModel = { ...start, offset: meanOf(x) }
  for (let i = 0; i < iterations; i++) m = improved(m, s)
  return m
}

const best = maximized(truth, points, 3000)
const trained = once(() =>
  g.orThrow(
    g.fit(objective, {
      data,
      optimizer: g.adam(g.cosineSchedule(0.2, 350)),
      batch: 256,
      steps: 350,
      seed: 1,
    }),
  ),
)

describe('factorAnalysis', () => {
  it('builds, with this graph', () => {
    expect(g.graphLine(p)).toBe('z ~ Normal on Real[2] → x ~ Normal on Real[6]   (nets: decode, noise)')
    expect(g.graphLine(q)).toBe(
      'given x on Real[6] → z ~ MultivariateNormal on Real[2]   (nets: encode, spread)',
    )
    expect(toDot(p)).toContain('"z" -> "x"')
    expect(planBound(p, q).latents).toMatchObject([{ name: 'z', kl: 'closed form', gradient: 'pathwise' }])
  })

  it('has a noise scale for each entry', () => {
    expect(g.init(p, 1).noise.value?.shape).toEqual([6])
  })

  it('reaches the optimum of expectation maximization within 0.01 nats, and does not pass it', async () => {
    const found = meanLogEvidence(modelAt((await trained()).params), points)
    const reference = meanLogEvidence(best, points)
    expect(found).toBeLessThanOrEqual(reference + 1e-5)
    expect(found).toBeGreaterThan(reference - 0.01)
  })

  it('beats the best model with one noise scale for all entries', async () => {
    const found = meanLogEvidence(modelAt((await trained()).params), points)
    expect(found).toBeGreaterThan(meanLogEvidence(principalComponents(points, 2), points) + 0.05)
  })

  it('has this evidence exactly: evidence() agrees with the oracle', async () => {
    const { params } = await trained()
    const found = await g.orThrow(g.evidence(p, data, { params }))
    expect(found).toMatchObject({ kind: 'exact', method: 'linear-Gaussian' })
    const mean = found.value.reduce((a, b) => a + b, 0) / found.value.length
    expect(Math.abs(mean - meanLogEvidence(modelAt(params), points))).toBeLessThan(1e-5)
  })

  it('has a bound below the log-likelihood, tight within 0.02 nats after training', async () => {
    const { params } = await trained()
    const exact = meanLogEvidence(modelAt(params), points)
    const bound = await g.orThrow(estimate(objective, { params, data, n: 200, seed: 2 }))
    expect(bound.value).toBeLessThan(exact + 4 * bound.standardError)
    expect(bound.value).toBeGreaterThan(exact - 0.02 - 4 * bound.standardError)
  })

  it('has L_b = log-likelihood with the exact posterior of what was trained', async () => {
    const { params } = await trained()
    const model = modelAt(params)
    const exact = meanLogEvidence(model, points)
    const tight = { ...params, ...paramsOfPosterior(posteriorOf(model)) }
    const bound = await g.orThrow(estimate(objective, { params: tight, data, n: 200, seed: 3 }))
    expect(Math.abs(bound.value - exact)).toBeLessThan(4 * bound.standardError + 1e-5)
    expect(bound.standardError).toBeLessThan(0.01)
  })
})

describe('options of factorAnalysis', () => {
  it('take the defaults', () => {
    expect(decoded(factorAnalysisFamily, {})).toEqual({ latent: 20 })
    expect(factorAnalysisFamily.defaults).toEqual({ latent: 20 })
  })

  it('refuse wrong and unknown ones, each with its sentence', () => {
    expect(sentences(factorAnalysisFamily, { latent: 'two', width: 3 })).toEqual([
      'latent must be a whole number >= 1, but "two" was given',
      "factorAnalysis has no option 'width'; it has latent",
    ])
  })

  it('build a model of the size of the data', () => {
    const built = factorAnalysisFamily.build({ size: 7, domain: 'Real' }, { latent: 2 })
    expect(built.latent).toBe(2)
    expect(g.graphLine(built.p)).toBe('z ~ Normal on Real[2] → x ~ Normal on Real[7]   (nets: decode, noise)')
  })
})
