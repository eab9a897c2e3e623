import { either as E } from 'fp-ts'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { GiryException } from '../../src/dsl/error.js'
import { klTable } from '../../src/dsl/kl.js'
import type { AnyModel } from '../../src/dsl/model.js'
import { dense, gaussian, mlp } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import { mul } from '../../src/dsl/operations/arithmetic.js'
import { binary, real } from '../../src/dsl/space.js'
import { finiteCase } from '../../src/testing/arbitraries/finite.js'
import { assertBound, checkBound } from '../../src/testing/assertBound.js'

const X = real(2)
const pca = pipe(
  Do,
  nets({ decode: dense(real(1), X) }),
  bind('z', () => standardNormal(1)),
  bind('x', ({ z, decode }) => normal({ loc: decode(z), scale: 0.5 })),
)
const encoder = pipe(
  given({ x: X }),
  nets({ encode: gaussian(X, [4], real(1)) }),
  bind('z', ({ x, encode }) => normal(encode(x))),
)
const data = {
  x: [
    [0.2, -0.4],
    [1.5, 0.3],
    [-0.7, 2],
  ],
}

const message = async (task: Promise<unknown>): Promise<string> => {
  try {
    await task
  } catch (e) {
    expect(e).toBeInstanceOf(GiryException)
    return (e as GiryException).message
  }
  return 'nothing was thrown'
}

describe('assertBound', () => {
  it('holds on a linear-Gaussian model, against the exact evidence', async () => {
    const checks = await assertBound(pca, encoder, { data, runs: 3 })
    expect(checks.length).toBe(9)
    for (const c of checks) expect(c.gap).toBeGreaterThan(0)
  })

  it('holds on a finite model, with no noise at all', async () => {
    const c = finiteCase(7)
    const checks = await assertBound(c.p as AnyModel as never, c.q as never, {
      data: c.data as never,
      runs: 3,
    })
    for (const check of checks) expect(check.bound.standardError).toBe(0)
  })

  it('holds on a nonlinear model, by quadrature', async () => {
    const p = pipe(
      Do,
      nets({ decode: mlp(real(2), [3], real(4), { activation: 'tanh' }) }),
      bind('z', () => standardNormal(2)),
      bind('x', ({ z, decode }) => bernoulli({ logits: decode(z) })),
    )
    const q = pipe(
      given({ x: binary(4) }),
      nets({ encode: gaussian(binary(4), [3], real(2)) }),
      bind('z', ({ x, encode }) => normal(encode(x))),
    )
    const checks = await assertBound(p, q, { data: { x: [[0, 1, 1, 0]] }, runs: 2 })
    for (const c of checks) expect(c.gap).toBeGreaterThan(0)
  })

  it('holds against L_K where the evidence has no exact method', async () => {
    const p = pipe(
      Do,
      nets({ decode: mlp(real(5), [3], real(4), { activation: 'tanh' }) }),
      bind('z', () => standardNormal(5)),
      bind('x', ({ z, decode }) => bernoulli({ logits: decode(z) })),
    )
    const q = pipe(
      given({ x: binary(4) }),
      nets({ encode: gaussian(binary(4), [3], real(5)) }),
      bind('z', ({ x, encode }) => normal(encode(x))),
    )
    const checks = await assertBound(p, q, { data: { x: [[0, 1, 1, 0]] }, runs: 2 })
    for (const c of checks) expect(c.method).toBe('L_K with 256 draws of q')
  })

  it('checks the whole data set at once where a latent is shared', async () => {
    const p = pipe(
      Do,
      shared('m', () => normal({ loc: 0, scale: 2 })),
      bind('x', ({ m }) => normal({ loc: m, scale: 1 })),
    )
    const q = pipe(
      given({ x: real() }),
      nets({ loc: parameter(real()) }),
      shared('m', ({ loc }) => normal({ loc: loc(), scale: 0.5 })),
    )
    const checks = await assertBound(p, q, { data: { x: [0.1, 0.7, -1.2] }, runs: 4 })
    expect(checks.map((c) => c.datum)).toEqual([undefined, undefined, undefined, undefined])
    for (const c of checks) expect(c.gap).toBeGreaterThan(0)
  })

  it('throws a sentence with seed, datum, log P(x), L_b and gap where a density lies', async () => {
    const wrong = { ...klTable, 'normal|normal': () => mul(0, 1) as never }
    const text = await message(
      assertBound(pca, encoder, { data, runs: 1, seed: 3, bound: { klTable: wrong } }),
    )
    expect(text).toMatch(
      /^seed 3, datum \d: the bound lies above the evidence: log P\(x\) = -?\d+\.\d{6} \(.+\), L_b = -?\d+\.\d{6} ± \S+, gap -\S+ nats\n {2}→ a density is not what it says: .*repeat it with \{ seed: 3, runs: 1 \}/,
    )
  })

  it('holds where L_b is -Infinity, which lies below every evidence', async () => {
    const infinite = { ...klTable, 'normal|normal': () => mul(1, Infinity) as never }
    const checks = await assertBound(pca, encoder, { data, runs: 1, bound: { klTable: infinite } })
    expect(checks.map((c) => c.bound.value)).toEqual([-Infinity, -Infinity, -Infinity])
  })

  it('says where L_b is NaN, in a sentence of its own', async () => {
    const broken = { ...klTable, 'normal|normal': () => mul(1, Number.NaN) as never }
    const text = await message(
      assertBound(pca, encoder, { data, runs: 1, seed: 3, bound: { klTable: broken } }),
    )
    expect(text).toMatch(
      /^L_b is NaN at seed 3, datum 0: log P\(x\) = -?\d+\.\d{6} \(linear-Gaussian\), L_b = NaN\n/,
    )
    expect(text).not.toContain('lies above')
  })

  it.each([
    { latent: 20, x: new Array<number>(784).fill(1) },
    { latent: 2, x: Array.from({ length: 784 }, (_, i) => Number(i % 3 === 0)) },
  ])(
    'holds on a VAE of 784-400-$latent, against L_K',
    async ({ latent, x }) => {
      const [Z, image] = [real(latent), binary(784)]
      const p = pipe(
        Do,
        nets({ decode: mlp(Z, [400], real(784)) }),
        bind('z', () => standardNormal(latent)),
        bind('x', ({ z, decode }) => bernoulli({ logits: decode(z) })),
      )
      const q = pipe(
        given({ x: image }),
        nets({ encode: gaussian(image, [400], Z) }),
        bind('z', ({ x, encode }) => normal(encode(x))),
      )
      const checks = await assertBound(p, q, { data: { x: new Array(8).fill(x) } })
      expect(checks).toHaveLength(16)
      for (const c of checks) expect([c.method, c.gap > 0]).toEqual(['L_K with 64 draws of q', true])
      // parameters at which exp overflows in float32: it may say NaN, but never that the bound lies above the evidence
      const far = await message(assertBound(p, q, { data: { x: [x] }, runs: 2, spread: 9 }))
      expect(far).toMatch(/^(nothing was thrown$|L_b is NaN at seed)/)
      expect(far).not.toContain('lies above')
    },
    60_000,
  )

  it('is tight where q is the posterior', async () => {
    // p: x | z ~ N(z, 1): z | x ~ N(x/2, ½)
    const p = pipe(
      Do,
      bind('z', () => standardNormal(1)),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    const q = pipe(
      given({ x: real(1) }),
      bind('z', ({ x }) => normal({ loc: mul(0.5, x), scale: Math.SQRT1_2 as 0.7 })),
    )
    const checks = await assertBound(p, q, { data: { x: [[0.4], [-2]] }, runs: 1 })
    for (const c of checks) expect(Math.abs(c.gap)).toBeLessThan(5 * c.bound.standardError + 1e-4)
  })

  it('returns faults of options, params and data as errors', async () => {
    const faults = async (options: object) => {
      const found = await checkBound(pca, encoder, { data, ...options } as never)()
      return E.isLeft(found) ? found.left.map((e) => e.message) : []
    }
    expect(await faults({ runs: 0 })).toEqual(['runs must be a whole number >= 1, but 0 was given'])
    expect(await faults({ params: {} })).toEqual([
      "the params have no net 'decode'",
      "the params have no net 'encode'",
    ])
    expect(await faults({ data: {} })).toEqual(["the column 'x' is missing"])
    expect(await faults({ data: { x: [[1, Number.NaN]] } })).toHaveLength(1)
  })
})

describe('the types', () => {
  it('refuse a q that does not fit, and data that lack a column', () => {
    const misfit = pipe(
      given({ x: X }),
      bind('z', () => standardNormal(3)),
    )
    // @ts-expect-error latent 'z': p has Real[1] but q proposes Real[3]
    const first = () => assertBound(pca, misfit, { data })
    // @ts-expect-error the column 'x' is missing
    const second = () => assertBound(pca, encoder, { data: {} })
    expect([first, second]).toHaveLength(2)
  })
})
