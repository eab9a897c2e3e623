/** The oracle is the maximum likelihood of probabilistic PCA in closed form (gaussian.ts). */
import * as g from 'giry'
import { linearGaussian, linearGaussianFamily } from 'giry/models'
import { Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { toDot } from '../../src/dsl/dot.js'
import { estimate } from '../../src/inference/estimate.js'
import { planBound } from '../../src/inference/plan.js'
import { decoded, sentences } from './codec.js'
import {
  drawFrom,
  type LinearModel,
  meanLogEvidence,
  modelAt,
  paramsOfPosterior,
  posteriorOf,
  principalComponents,
} from './gaussian.js'
import { once } from './once.js'

const truth: LinearModel = {
  loadings: new Matrix([
    [1.5, 0],
    [1, 0.8],
    [-1, 0.4],
    [0.3, -1.2],
    [0, 0.5],
  ]),
  offset: [1, -1, 0.5, 0, 2],
  variances: Array(5).fill(0.25),
}
const points = drawFrom(truth, 256, 'pPCA')
const data = { x: points.to2DArray() }
const { p, q, objective } = linearGaussian({ size: 5, latent: 2 })

const trained = once(() =>
  g.orThrow(
    g.fit(objective, {
      data,
      optimizer: g.adam(g.cosineSchedule(0.3, 300)),
      batch: 256,
      steps: 300,
      seed: 1,
    }),
  ),
)

describe('linearGaussian', () => {
  it('builds, with this graph', () => {
    expect(g.graphLine(p)).toBe('z ~ Normal on Real[2] → x ~ Normal on Real[5]   (nets: decode, noise)')
    expect(g.graphLine(q)).toBe(
      'given x on Real[5] → z ~ MultivariateNormal on Real[2]   (nets: encode, spread)',
    )
    expect(toDot(p)).toContain('"z" -> "x"')
    expect(Object.keys(objective.nets).sort()).toEqual(['decode', 'encode', 'noise', 'spread'])
    expect(Object.keys(objective.data)).toEqual(['x'])
    expect(planBound(p, q).latents).toMatchObject([{ name: 'z', kl: 'closed form', gradient: 'pathwise' }])
  })

  it('has one noise scale for all entries', () => {
    expect(g.init(p, 1).noise.value?.shape).toEqual([])
  })

  it('reaches the maximum likelihood of the data within 0.01 nats, and never passes it', async () => {
    const best = meanLogEvidence(principalComponents(points, 2), points)
    const found = meanLogEvidence(modelAt((await trained()).params), points)
    expect(found).toBeLessThanOrEqual(best + 1e-6)
    expect(found).toBeGreaterThan(best - 0.01)
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

  it('has L_b = log-likelihood at the closed-form optimum with its posterior', async () => {
    const best = principalComponents(points, 2)
    const params = {
      decode: {
        kernel: { shape: [2, 5], data: Float32Array.from(best.loadings.transpose().to1DArray()) },
        bias: { shape: [5], data: Float32Array.from(best.offset) },
      },
      noise: {
        value: {
          shape: [],
          data: Float32Array.of(Math.log(Math.expm1(Math.sqrt(best.variances[0] as number)))),
        },
      },
      ...paramsOfPosterior(posteriorOf(best)),
    }
    const exact = meanLogEvidence(best, points)
    const bound = await g.orThrow(estimate(objective, { params, data, n: 200, seed: 3 }))
    expect(Math.abs(bound.value - exact)).toBeLessThan(4 * bound.standardError + 1e-5)
    expect(bound.standardError).toBeLessThan(0.01)
  })
})

describe('options of linearGaussian', () => {
  it('take the defaults', () => {
    expect(decoded(linearGaussianFamily, {})).toEqual({ latent: 20 })
    expect(decoded(linearGaussianFamily, { latent: 3 })).toEqual({ latent: 3 })
    expect(linearGaussianFamily.defaults).toEqual({ latent: 20 })
  })

  it('refuse wrong and unknown ones, each with its sentence', () => {
    expect(sentences(linearGaussianFamily, { latent: 1.5, hidden: [3] })).toEqual([
      'latent must be a whole number >= 1, but 1.5 was given',
      "linearGaussian has no option 'hidden'; it has latent",
    ])
  })

  it('build a model of the size of the data', () => {
    const built = linearGaussianFamily.build({ size: 7, domain: 'Real' }, { latent: 2 })
    expect(built.latent).toBe(2)
    expect(g.graphLine(built.p)).toBe('z ~ Normal on Real[2] → x ~ Normal on Real[7]   (nets: decode, noise)')
  })
})
