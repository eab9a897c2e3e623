/** klParts and betaTcvae: the identity, quadrature, independence, minibatches, gradients, sentences. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../src/dsl/dataset.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { exponential } from '../../src/dsl/distributions/exponential.js'
import { gamma } from '../../src/dsl/distributions/gamma.js'
import { inverseGamma } from '../../src/dsl/distributions/inverseGamma.js'
import { laplace } from '../../src/dsl/distributions/laplace.js'
import { logNormal } from '../../src/dsl/distributions/logNormal.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { studentT } from '../../src/dsl/distributions/studentT.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { mul } from '../../src/dsl/operations/arithmetic.js'
import { flattenParams } from '../../src/dsl/params.js'
import { positive, real, value } from '../../src/dsl/space.js'
import { sumOver, toTypedArray } from '../../src/dsl/value.js'
import { batchAt } from '../../src/inference/batches.js'
import { betaTcvae } from '../../src/inference/betaTcvae.js'
import { elbo } from '../../src/inference/elbo.js'
import { entryAxis, entrywise } from '../../src/inference/entrywise.js'
import { logDensity } from '../../src/inference/estimators/draws.js'
import { klParts } from '../../src/inference/klParts.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import { randomParams } from '../../src/testing/randomParams.js'
import { compiled, disagreement, eagerly } from './compiled/agree.js'
import { gradientAt, scalarsOf, slopes } from './gradients.js'
import { sentences } from './sentences.js'

const any = (o: unknown): AnyObjective => o as AnyObjective
const anyParts = (o: unknown) =>
  o as { mutualInformation: AnyObjective; totalCorrelation: AnyObjective; dimensionWise: AnyObjective }

// z ~ N(0, I), x | z ~ N(A z, 1), q(z | x) = N(g x, s²) in two dimensions
const X = real(2)
const p = pipe(
  Do,
  nets({ decode: dense(real(2), X) }),
  bind('z', () => standardNormal(2)),
  bind('x', ({ z, decode }) => normal({ loc: decode(z), scale: 1 })),
)
const q = pipe(
  given({ x: X }),
  nets({ g: parameter(real()), s: parameter(positive()) }),
  bind('z', ({ x, g, s }) => normal({ loc: mul(g(), x), scale: s() })),
)
const rows = [
  [0.5, 1],
  [-1, -0.8],
  [1.5, 2],
]
const data = { x: rows }
const softplus = (a: number) => Math.log1p(Math.exp(a))
const [gain, raw] = [0.8, 0.1]
const params = { ...randomParams({ nets: p.nets }, 1), ...scalarsOf({ g: gain, s: raw }) }

const logNormal1 = (z: number, m: number, s: number) =>
  -0.5 * ((z - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI)

/** The three parts by quadrature on a grid of the plane. */
const exactParts = (): readonly [number, number, number] => {
  const s = softplus(raw)
  const means = rows.map((x) => x.map((v) => gain * v) as [number, number])
  const [h, span] = [0.05, 7]
  const grid = Array.from({ length: (2 * span) / h + 1 }, (_, i) => -span + i * h)
  const mix = (f: (m: readonly [number, number]) => number) =>
    Math.log(means.reduce((a, m) => a + Math.exp(f(m)), 0) / means.length)
  const sums: [number, number, number] = [0, 0, 0]
  for (const a of grid)
    for (const b of grid) {
      const conditional = means.map((m) => logNormal1(a, m[0], s) + logNormal1(b, m[1], s))
      const joint = mix((m) => logNormal1(a, m[0], s) + logNormal1(b, m[1], s))
      const product = mix((m) => logNormal1(a, m[0], s)) + mix((m) => logNormal1(b, m[1], s))
      const prior = logNormal1(a, 0, 1) + logNormal1(b, 0, 1)
      const w = Math.exp(joint) * h * h
      sums[0] += conditional.reduce((t, l) => t + (Math.exp(l) * (l - joint) * h * h) / means.length, 0)
      sums[1] += w * (joint - product)
      sums[2] += w * (product - prior)
    }
  return sums
}

const overSeeds = (o: AnyObjective, n: number) => {
  const values = Array.from({ length: n }, (_, seed) => gradientAt(o, params, data, { seed }).value)
  const mean = values.reduce((a, b) => a + b, 0) / n
  return { mean, error: Math.sqrt(values.reduce((a, x) => a + (x - mean) ** 2, 0) / (n * (n - 1))) }
}

describe('the parts', () => {
  it('are those of quadrature, where the minibatch is the whole data set', () => {
    const found = anyParts(klParts(p, q, { particles: 400 }))
    const exact = exactParts()
    Object.values(found).forEach((part, i) => {
      const { mean, error } = overSeeds(part, 25)
      expect(error).toBeLessThan(0.02)
      expect(Math.abs(mean - (exact[i] as number)), part.description).toBeLessThan(5 * error)
    })
  })

  it.each(['stratified', 'weighted'] as const)(
    '%s: add up to the sampled divergence, draw by draw',
    (sampling) => {
      for (const chosen of [
        [0, 1, 2],
        [0, 2],
      ])
        for (let seed = 0; seed < 5; seed++) {
          const at = (o: AnyObjective) => gradientAt(o, params, data, { seed, rows: chosen }).value
          const sum = Object.values(anyParts(klParts(p, q, { sampling }))).reduce(
            (a, part) => a + at(part),
            0,
          )
          const whole =
            at(any(elbo(p, q, { kl: 'sampled', beta: 0 }))) - at(any(elbo(p, q, { kl: 'sampled' })))
          expect(Math.abs(sum - whole)).toBeLessThan(1e-5)
        }
    },
  )

  it('a code that tells nothing has no mutual information, in a minibatch as well; weighted is off by log N', () => {
    const blind = { ...params, ...scalarsOf({ g: 0 }) }
    for (const chosen of [
      [0, 1, 2],
      [1, 2],
    ]) {
      const at = (sampling: 'stratified' | 'weighted') =>
        gradientAt(anyParts(klParts(p, q, { sampling })).mutualInformation, blind, data, { rows: chosen })
          .value
      expect(Math.abs(at('stratified'))).toBeLessThan(1e-6)
      expect(at('weighted')).toBeCloseTo(Math.log(3), 5)
    }
  })

  it('entries that are independent over the data have no total correlation', () => {
    // On the four corners of a square q(z) is a product.
    const square = {
      x: [
        [1, 1],
        [1, -1],
        [-1, 1],
        [-1, -1],
      ],
    }
    for (let seed = 0; seed < 5; seed++)
      expect(
        Math.abs(gradientAt(anyParts(klParts(p, q)).totalCorrelation, params, square, { seed }).value),
      ).toBeLessThan(1e-5)
  })
})

describe('entrywise', () => {
  it('adds up to the log density, for every family it knows', () => {
    const loc = value(
      real(3),
      [
        [0.1, -1, 2],
        [0, 1, 3],
      ],
      'datum',
    )
    const scale = value(positive(3), [0.5, 1, 2])
    const x = value(positive(3), [0.3, 1.5, 0.2])
    for (const d of [
      normal({ loc, scale }),
      normal({ loc: 1, scale }),
      standardNormal(3),
      laplace({ loc, scale }),
      logNormal({ loc, scale }),
      exponential({ rate: scale }),
      gamma({ concentration: scale, rate: 2 }),
      inverseGamma({ concentration: scale, scale: 2 }),
      studentT({ degrees: 3, loc, scale }),
    ]) {
      const whole = toTypedArray(logDensity(d, x))
      const parts = toTypedArray(sumOver(entrywise(d, x), [entryAxis]))
      whole.forEach((l, i) => void expect(parts[i], d.family).toBeCloseTo(l, 5))
    }
  })
})

describe('betaTcvae', () => {
  it('with weights 1 is elbo, sampled: value and gradient', () => {
    for (let seed = 0; seed < 3; seed++) {
      const [a, b] = [betaTcvae(p, q), elbo(p, q, { kl: 'sampled' })].map((o) =>
        gradientAt(any(o), params, data, { seed }),
      )
      expect(a?.value).toBeCloseTo(b?.value as number, 5)
      for (const [path, g] of Object.entries(a?.gradients ?? {}))
        g.forEach((x, i) => void expect(x).toBeCloseTo(b?.gradients[path]?.[i] as number, 4))
    }
  })

  it('weighs the parts', () => {
    const parts = Object.values(anyParts(klParts(p, q))).map((o) => gradientAt(o, params, data).value)
    const [i, t, d] = parts as [number, number, number]
    const fit = gradientAt(any(elbo(p, q, { kl: 'sampled', beta: 0 })), params, data).value
    const found = gradientAt(any(betaTcvae(p, q, { alpha: 0.5, beta: 6, gamma: 2 })), params, data).value
    expect(found).toBeCloseTo(fit - 0.5 * i - 6 * t - 2 * d, 4)
  })

  it('has the gradient of its value, by finite differences at fixed noise', () => {
    const o = any(betaTcvae(p, q, { alpha: 0.5, beta: 6, gamma: 2, particles: 3 }))
    const rest = randomParams({ nets: p.nets }, 1)
    const { gradients } = gradientAt(o, params, data, { rows: [0, 2] })
    const slope = slopes(
      (t) => gradientAt(o, { ...rest, ...scalarsOf(t) }, data, { rows: [0, 2] }).value,
      { g: gain, s: raw },
      1e-2,
    )
    for (const name of ['g/value', 's/value'])
      expect(Math.abs((gradients[name]?.[0] as number) - (slope[`${name}[0]`] as number))).toBeLessThan(2e-3)
  })

  it('compiled = eager', async () => {
    const o = any(betaTcvae(p, q, { beta: (t) => Math.min(6, t), particles: 2 }))
    const arrays = flattenParams(params)
    const batch = { ...batchAt(dataset(o.data, data as never), [0, 2], keyFromSeed(4)), step: 3 }
    expect(disagreement(await eagerly(o, arrays, batch), await compiled(o, arrays, batch))).toBeLessThan(1e-5)
  })
})

describe('sentences', () => {
  const x = { x: real() }
  const model = pipe(
    Do,
    bind('a', () => standardNormal(2)),
    bind('b', () => standardNormal()),
    bind('x', ({ b }) => normal({ loc: b, scale: 1 })),
  )
  it('each latent is drawn given the data alone, with independent entries, per datum', () => {
    const chained = pipe(
      given(x),
      bind('b', () => standardNormal()),
      bind('a', ({ b }) => normal({ loc: mul(b, value(real(2), [1, 1])), scale: 1 })),
    )
    expect(sentences(() => betaTcvae(model, chained))).toEqual([
      "latent 'a': q draws it from 'b', but its parts need q(z | x) of the data alone",
    ])
    const one = pipe(
      Do,
      shared('w', () => standardNormal()),
    )
    expect(sentences(() => klParts(one, one))).toEqual([
      "latent 'w' is shared by all data, so it has no mean over them",
    ])
    const coin = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.5 })),
    )
    expect(sentences(() => klParts(coin, coin as never))).toEqual([
      "latent 'c': q draws it from bernoulli, whose entries are not known to be independent",
    ])
  })

  it('a minibatch of one, and options', () => {
    expect(sentences(() => gradientAt(any(betaTcvae(p, q)), params, data, { rows: [1] }))).toEqual([
      'the mean of q(z | x) over the data is estimated from pairs of data, but the minibatch has one',
    ])
    expect(sentences(() => betaTcvae(p, q, { beta: -1 }))).toEqual([
      'beta must be a number >= 0, but -1 was given',
    ])
    expect(sentences(() => klParts(p, q, { sampling: 'none' as never }))).toEqual([
      "sampling is 'stratified' or 'weighted', but 'none' was given",
    ])
  })
})
