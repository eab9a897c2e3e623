/** infoVae and wae: the bound at one end, MMD in closed form at the other, implicit posteriors, sentences. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { condition } from '../../src/dsl/condition.js'
import { dataset } from '../../src/dsl/dataset.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, letTo, nets } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { concat } from '../../src/dsl/operations/joining.js'
import { flattenParams } from '../../src/dsl/params.js'
import { positive, real } from '../../src/dsl/space.js'
import { batchAt } from '../../src/inference/batches.js'
import { elbo } from '../../src/inference/elbo.js'
import { infoVae } from '../../src/inference/infoVae.js'
import { similarities } from '../../src/inference/similarities/table.js'
import { wae } from '../../src/inference/wae.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import { randomParams } from '../../src/testing/randomParams.js'
import { evaluateOnce } from '../laws/evaluation.js'
import { compiled, disagreement, eagerly } from './compiled/agree.js'
import { gradientAt, scalarsOf } from './gradients.js'
import { sentences } from './sentences.js'

const any = (o: unknown): AnyObjective => o as AnyObjective
const X = real(2)
const h = 1.3
const kernel = similarities.gaussian({ bandwidth: h })
const p = pipe(
  Do,
  nets({ decode: dense(real(2), X) }),
  bind('z', () => standardNormal(2)),
  letTo('loc', ({ z, decode }) => decode(z)),
  bind('x', ({ loc }) => normal({ loc, scale: 1 })),
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
  [0.2, -1],
]
const data = { x: rows }
/** Each of them 20 times, so that one evaluation says enough. */
const many = Array.from({ length: 20 }, () => rows).flat()
const [gain, raw] = [0.8, -0.5]
const scale = Math.log1p(Math.exp(raw))
const params = { ...randomParams({ nets: p.nets }, 1), ...scalarsOf({ g: gain, s: raw }) }
const at = (o: unknown, seed = 0, t: typeof params = params) => evaluateOnce(any(o), t, { x: many }, seed)

/** E exp(−d² / 2h²) for d ~ N(mean, variance I). */
const similar = (mean: readonly number[], variance: number): number =>
  mean.reduce(
    (a, m) => (a * h * Math.exp(-(m * m) / (2 * (h * h + variance)))) / Math.hypot(h, Math.sqrt(variance)),
    1,
  )

/** The expectation of the unbiased estimate: pairs of different data within q. */
const discrepancy = (s: number): number => {
  const means = many.map((x) => x.map((v) => gain * v))
  const pairs = means.flatMap((a, i) =>
    means.filter((_, j) => j !== i).map((b) => a.map((v, k) => v - (b[k] as number))),
  )
  const within = pairs.reduce((a, d) => a + similar(d, 2 * s * s), 0) / pairs.length
  const between = means.reduce((a, m) => a + similar(m, 1 + s * s), 0) / means.length
  return similar([0, 0], 2) + within - 2 * between
}

const overSeeds = (f: (seed: number) => number, n: number) => {
  const values = Array.from({ length: n }, (_, seed) => f(seed))
  const mean = values.reduce((a, b) => a + b, 0) / n
  return { mean, error: Math.sqrt(values.reduce((a, x) => a + (x - mean) ** 2, 0) / (n * (n - 1))) }
}

describe('infoVae', () => {
  it('is elbo at α = 0 and λ = 1', () => {
    const [a, b] = [infoVae(p, q, { alpha: 0, lambda: 1, kernel }), elbo(p, q)].map((o) =>
      gradientAt(any(o), params, data),
    )
    expect(a).toEqual(b)
  })

  it('takes away MMD² of the aggregate posterior, whose mean is known', () => {
    const [lambda, alpha] = [10, 0.4]
    const found = overSeeds(
      (seed) =>
        (at(elbo(p, q, { beta: 1 - alpha }), seed) - at(infoVae(p, q, { alpha, lambda, kernel }), seed)) /
        (alpha + lambda - 1),
      60,
    )
    expect(found.error).toBeLessThan(0.02)
    expect(Math.abs(found.mean - discrepancy(scale))).toBeLessThan(5 * found.error)
  })

  it('trains the encoder and the decoder, and takes the data of elbo', () => {
    const o = infoVae(p, q, { alpha: 1, lambda: 50, kernel })
    expect(Object.keys(o.nets).sort()).toEqual(['decode', 'g', 's'])
    expect(Object.keys(o.data)).toEqual(['x'])
  })

  it('compiled = eager', async () => {
    const o = any(infoVae(p, q, { alpha: 0.5, lambda: 50, kernel }))
    const arrays = flattenParams(params)
    const batch = batchAt(dataset(o.data, data as never), [0, 1, 2, 3], keyFromSeed(4))
    expect(disagreement(await eagerly(o, arrays, batch), await compiled(o, arrays, batch))).toBeLessThan(1e-5)
  })

  it('compares several latents by what is made of them', () => {
    const two = pipe(
      Do,
      bind('a', () => standardNormal(1)),
      bind('b', ({ a }) => normal({ loc: a, scale: 1 })),
      bind('x', ({ b }) => normal({ loc: b, scale: 1 })),
    )
    const family = pipe(
      given({ x: real(1) }),
      bind('b', ({ x }) => normal({ loc: x, scale: 1 })),
      bind('a', ({ b }) => normal({ loc: b, scale: 1 })),
    )
    const o = infoVae(two, family, { alpha: 1, lambda: 2, kernel, at: ({ a, b }) => concat(a, b) })
    expect(Number.isFinite(evaluateOnce(any(o), {}, { x: [[1], [2]] }))).toBe(true)
    expect(sentences(() => infoVae(two, family, { alpha: 1, lambda: 2, kernel }))).toEqual([
      'the posterior and the prior are compared at one point, but q has the latents b, a',
    ])
  })
})

describe('a prior below a site that condition fixed', () => {
  it('is drawn at the fixed value, whatever else the site depends on', () => {
    const fixed = condition(
      pipe(
        Do,
        bind('y', () => standardNormal()),
        bind('c', ({ y }) => normal({ loc: y, scale: 1 })),
        bind('z', ({ c }) => normal({ loc: c, scale: 1 })),
        bind('x', ({ y, z }) => normal({ loc: add(y, z), scale: 1 })),
      ),
      { c: 0.7 },
    )
    const plain = pipe(
      Do,
      bind('y', () => standardNormal()),
      bind('z', () => normal({ loc: 0.7, scale: 1 })),
      bind('x', ({ y, z }) => normal({ loc: add(y, z), scale: 1 })),
    )
    const family = pipe(
      given({ x: real(), y: real() }),
      bind('z', ({ x }) => normal({ loc: x, scale: 0.5 })),
    )
    const column = many.map(([a]) => a as number)
    const discrepancy = (model: typeof plain | typeof fixed) => {
      const of = (lambda: number) =>
        evaluateOnce(
          any(wae(model as typeof plain, family, { lambda, kernel })),
          {},
          { x: column, y: column },
        )
      return of(0) - of(1)
    }
    expect(discrepancy(plain)).toBeGreaterThan(0.01)
    expect(discrepancy(fixed)).toBeCloseTo(discrepancy(plain), 5)
  })
})

describe('wae', () => {
  it('is infoVae at α = 1, to the bit, where q has a density', () => {
    const [a, b] = [wae(p, q, { lambda: 7, kernel }), infoVae(p, q, { alpha: 1, lambda: 7, kernel })].map(
      (o) => gradientAt(any(o), params, data),
    )
    expect(a?.value).toBeCloseTo(b?.value as number, 5)
    for (const [path, g] of Object.entries(a?.gradients ?? {}))
      g.forEach((x, i) => void expect(x).toBeCloseTo(b?.gradients[path]?.[i] as number, 4))
  })

  it('takes a deterministic encoder, whose discrepancy is known in the mean', () => {
    const encoder = pipe(
      given({ x: X }),
      nets({ g: parameter(real()) }),
      bind('z', ({ x, g }) => push(mul(g(), x))),
    )
    const t = { ...randomParams({ nets: p.nets }, 1), ...scalarsOf({ g: gain }) }
    const values = (lambda: number) => (seed: number) => at(wae(p, encoder, { lambda, kernel }), seed, t)
    const found = overSeeds((seed) => values(0)(seed) - values(1)(seed), 60)
    expect(Math.abs(found.mean - discrepancy(0))).toBeLessThan(5 * found.error)
    // Without noise the data term is a number, and the same at every seed.
    expect(values(0)(1)).toBe(values(0)(2))
  })

  it('takes an implicit one, compiled = eager', async () => {
    const encoder = pipe(
      given({ x: X }),
      nets({ g: parameter(real()) }),
      bind('e', () => standardNormal(2)),
      bind('z', ({ x, e, g }) => push(add(mul(g(), x), mul(e, e)))),
    )
    const model = pipe(
      Do,
      nets({ decode: dense(real(2), X) }),
      bind('e', () => standardNormal(2)),
      bind('z', () => standardNormal(2)),
      bind('x', ({ z, decode }) => normal({ loc: decode(z), scale: 1 })),
    )
    const o = any(wae(model, encoder, { lambda: 10, kernel, at: 'z' }))
    const arrays = flattenParams({ ...randomParams({ nets: model.nets }, 1), ...scalarsOf({ g: gain }) })
    const batch = batchAt(dataset(o.data, data as never), [0, 1, 2], keyFromSeed(4))
    expect(disagreement(await eagerly(o, arrays, batch), await compiled(o, arrays, batch))).toBeLessThan(1e-5)
  })
})

describe('sentences', () => {
  it('weights', () => {
    expect(sentences(() => infoVae(p, q, { alpha: 2, lambda: -3, kernel }))).toEqual([
      'alpha of infoVae must be a number <= 1, but 2 was given',
      'alpha + lambda must be a number >= 1, but 2 and -3 were given',
    ])
    expect(sentences(() => wae(p, q, { lambda: -1, kernel }))).toEqual([
      'lambda must be a number >= 0, but -1 was given',
    ])
  })

  it('a latent that is not pathwise, an encoder that does not fit', () => {
    const coin = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.5 })),
      bind('x', ({ c }) => normal({ loc: c, scale: 1 })),
    )
    const guess = pipe(
      given({ x: real() }),
      nets({ w: parameter(real()) }),
      bind('c', ({ x, w }) => bernoulli({ logits: mul(w(), x) })),
    )
    const flows =
      "site 'c': the gradient of a discrepancy flows through samples, but bernoulli is not pathwise"
    expect(sentences(() => infoVae(coin, guess, { alpha: 1, lambda: 2, kernel }))).toEqual([flows])
    expect(sentences(() => wae(coin, guess, { lambda: 2, kernel }))).toEqual([flows])
    const other = pipe(
      given({ x: X }),
      bind('z', () => push(standardNormal(3).parameters.loc)),
    )
    expect(sentences(() => wae(p, other as never, { lambda: 2, kernel }))).toEqual([
      "latent 'z': p has Real[2] but q proposes Real[3]",
    ])
  })
})
