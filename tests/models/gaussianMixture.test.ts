/**
 * The oracles are plain loops in float64: log P(x) = log Σ_c π_c N(x; μ_c, diag σ_c²), the posterior of c by Bayes' rule,
 * L_b = Σ_c q(c) (log p(x, c) − log q(c)), and expectation maximization for the optimum.
 */
import * as g from 'giry'
import { gaussianMixture, gaussianMixtureFamily } from 'giry/models'
import { describe, expect, it } from 'vitest'
import { toDot } from '../../src/dsl/dot.js'
import type { NetParams, Params } from '../../src/dsl/params.js'
import { evaluate } from '../../src/inference/evaluate.js'
import { planBound } from '../../src/inference/plan.js'
import { decoded, sentences } from './codec.js'
import { noise } from './gaussian.js'
import { once } from './once.js'

const size = 2
const latent = 3
const centers = [
  [3, 0],
  [-2, 2],
  [0, -3],
]
const rows = noise('mixture', 180, size)
  .to2DArray()
  .map((e, i) => e.map((x, j) => 0.6 * x + ((centers[i % 3] as number[])[j] as number)))
const data = { x: rows }
const { p, q, objective } = gaussianMixture({ size, latent, hidden: [16] })

interface Mixture {
  readonly weights: readonly number[]
  readonly means: readonly (readonly number[])[]
  readonly scales: readonly (readonly number[])[]
}

const at = (net: NetParams | undefined, path: string): readonly number[] => [...(net?.[path]?.data ?? [])]
const chunks = (x: readonly number[], n: number) =>
  Array.from({ length: x.length / n }, (_, i) => x.slice(i * n, (i + 1) * n))
const logSumExp = (x: readonly number[]): number => {
  const top = Math.max(...x)
  return top + Math.log(x.reduce((sum, v) => sum + Math.exp(v - top), 0))
}
const softmax = (x: readonly number[]): number[] => x.map((v) => Math.exp(v - logSumExp(x)))
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length

type Nets = Params<{ readonly weights: unknown; readonly means: unknown; readonly scales: unknown }>
const mixtureAt = (params: Nets): Mixture => ({
  weights: softmax(at(params.weights, 'value')),
  means: chunks(at(params.means, 'value'), size),
  scales: chunks(
    at(params.scales, 'value').map((w) => Math.log1p(Math.exp(w))),
    size,
  ),
})

/** log p(x, c) for each c. */
const logJoint = (m: Mixture, x: readonly number[]): number[] =>
  m.weights.map((w, c) =>
    x.reduce((sum, xi, i) => {
      const s = (m.scales[c] as readonly number[])[i] as number
      const z = (xi - ((m.means[c] as readonly number[])[i] as number)) / s
      return sum - 0.5 * z * z - Math.log(s) - 0.5 * Math.log(2 * Math.PI)
    }, Math.log(w)),
  )

const meanLogEvidence = (m: Mixture): number => mean(rows.map((x) => logSumExp(logJoint(m, x))))

/** The logits of q(c | x): 2 → 16 relu → 3. */
const assign = (net: NetParams | undefined, x: readonly number[]): number[] => {
  const layer = (i: number, input: readonly number[]): number[] => {
    const bias = at(net, `${i}/bias`)
    const kernel = chunks(at(net, `${i}/kernel`), bias.length)
    return bias.map((b, j) =>
      input.reduce((sum, v, k) => sum + v * ((kernel[k] as number[])[j] as number), b),
    )
  }
  return layer(
    1,
    layer(0, x).map((v) => Math.max(v, 0)),
  )
}

/** KL(q(c | x) ‖ P(c | x)) for one datum. */
const gapAt = (m: Mixture, x: readonly number[], net: NetParams | undefined): number => {
  const joint = logJoint(m, x)
  const logits = assign(net, x)
  const evidence = logSumExp(joint)
  const normalizer = logSumExp(logits)
  return softmax(logits).reduce(
    (sum, w, c) => sum + w * ((logits[c] as number) - normalizer - (joint[c] as number) + evidence),
    0,
  )
}

/** One round of expectation maximization. */
const improved = (m: Mixture): Mixture => {
  const shares = rows.map((x) => softmax(logJoint(m, x)))
  const each = <A>(f: (c: number, total: number) => A): A[] =>
    m.weights.map((_, c) =>
      f(
        c,
        shares.reduce((sum, s) => sum + (s[c] as number), 0),
      ),
    )
  const moment = (c: number, total: number, f: (x: number, i: number) => number): number[] =>
    Array.from(
      { length: size },
      (_, i) =>
        rows.reduce((sum, x, n) => sum + ((shares[n] as number[])[c] as number) * f(x[i] as number, i), 0) /
        total,
    )
  const means = each((c, total) => moment(c, total, (x) => x))
  const variances = each((c, total) =>
    moment(c, total, (x, i) => (x - ((means[c] as number[])[i] as number)) ** 2),
  )
  return {
    weights: each((_, total) => total / rows.length),
    means,
    scales: variances.map((v) => v.map(Math.sqrt)),
  }
}

const maximized = (start: Mixture): Mixture => {
  let m = start
  for (let i = 0; i < 200; i++) m = improved(m)
  return m
}

const boundAt = (params: Parameters<typeof evaluate<typeof objective.nets, unknown, unknown>>[1]['params']) =>
  g.orThrow(evaluate(objective, { params, data }))
// The likelihood of a mixture has poor local optima, so the means start at three data, as is usual.
const start = {
  ...g.init(objective, 1),
  means: { value: { shape: [latent, size], data: Float32Array.from(rows.slice(0, latent).flat()) } },
}
const trained = once(() =>
  g.orThrow(
    g.fit(objective, {
      data,
      params: start,
      optimizer: g.adam(g.cosineSchedule(0.2, 150)),
      batch: 180,
      steps: 150,
      seed: 1,
    }),
  ),
)

describe('gaussianMixture', () => {
  it('builds, with this graph', () => {
    expect(g.graphLine(p)).toBe(
      'c ~ Categorical on Category(3) → x ~ Normal on Real[2]   (nets: weights, means, scales)',
    )
    expect(g.graphLine(q)).toBe('given x on Real[2] → c ~ Categorical on Category(3)   (nets: assign)')
    expect(toDot(p)).toContain('"c" -> "x"')
    expect(planBound(p, q).latents).toMatchObject([{ name: 'c', kl: 'closed form', gradient: 'enumerate' }])
  })

  it('has log P(x) = L_b + KL(q ‖ posterior), by plain loops, whatever the parameters', async () => {
    for (const seed of [1, 2, 3]) {
      const params = g.init(objective, seed)
      const m = mixtureAt(params)
      const exact = meanLogEvidence(m)
      const gap = mean(rows.map((x) => gapAt(m, x, params.assign)))
      const bound = await boundAt(params)
      expect(bound).toBeLessThan(exact)
      expect(Math.abs(exact - bound - gap) / Math.abs(exact)).toBeLessThan(1e-5)
    }
  })

  it('has this evidence exactly: evidence() agrees with the oracle', async () => {
    const { params } = await trained()
    const found = await g.orThrow(g.evidence(p, data, { params }))
    expect(found).toMatchObject({ kind: 'exact', method: 'enumeration' })
    expect(Math.abs(mean(found.value) - meanLogEvidence(mixtureAt(params)))).toBeLessThan(1e-5)
  })

  it('is tight within 0.02 nats after training of a flexible q', async () => {
    const { params } = await trained()
    const exact = meanLogEvidence(mixtureAt(params))
    const bound = await boundAt(params)
    expect(bound).toBeLessThan(exact + 1e-5)
    expect(bound).toBeGreaterThan(exact - 0.02)
  })

  it('reaches the optimum: expectation maximization from there gains less than 0.01 nats', async () => {
    const m = mixtureAt((await trained()).params)
    const found = meanLogEvidence(m)
    const best = meanLogEvidence(maximized(m))
    expect(best).toBeGreaterThan(found - 1e-9)
    expect(best - found).toBeLessThan(0.01)
  })

  it('finds the three components', async () => {
    const m = mixtureAt((await trained()).params)
    for (const center of centers)
      expect(
        Math.min(...m.means.map((mu) => Math.hypot(...mu.map((x, i) => x - (center[i] as number))))),
      ).toBeLessThan(0.3)
  })
})

describe('options of gaussianMixture', () => {
  it('take the defaults', () => {
    expect(decoded(gaussianMixtureFamily, {})).toEqual({ latent: 10, hidden: [] })
    expect(decoded(gaussianMixtureFamily, { hidden: 8 })).toEqual({ latent: 10, hidden: [8] })
  })

  it('refuse wrong and unknown ones, each with its sentence', () => {
    expect(sentences(gaussianMixtureFamily, { latent: 0, hidden: [4, -1], components: 3 })).toEqual([
      'latent must be a whole number >= 1, but 0 was given',
      'hidden must be a whole number >= 1, or a list of them, but [4,-1] was given',
      "gaussianMixture has no option 'components'; it has latent, hidden",
    ])
  })

  it('build a model of the size of the data; no hidden layer is logistic regression', () => {
    const built = gaussianMixtureFamily.build({ size: 4, domain: 'Real' }, { latent: 2, hidden: [] })
    expect(built.latent).toBe(2)
    expect(Object.keys(built.objective.nets.assign?.parameters ?? {})).toEqual(['0/kernel', '0/bias'])
  })
})
