/** elbo: closed forms and sampling agree, ladders, options, shared nets, conditioned models, sentences. */
import { pipe } from 'fp-ts/lib/function.js'
import { Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { condition } from '../../src/dsl/condition.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { GiryException } from '../../src/dsl/error.js'
import { klTable } from '../../src/dsl/kl.js'
import { dense, gaussian } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import { afterTraining } from '../../src/dsl/objective.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { sumOverPlate } from '../../src/dsl/operations/plates.js'
import { binary, real, value } from '../../src/dsl/space.js'
import { elbo } from '../../src/inference/elbo.js'
import { evidence } from '../../src/inference/evidence.js'
import { drawSites } from '../../src/inference/expectation.js'
import { orThrow } from '../../src/inference/fit.js'
import { init } from '../../src/inference/init.js'
import { noiseFromSeed } from '../../src/runtime/noise.js'
import { boundOf } from '../../src/testing/arbitraries/boundCase.js'
import { finiteCase } from '../../src/testing/arbitraries/finite.js'
import { factorAnalysisCase } from '../../src/testing/arbitraries/linearGaussian.js'
import { randomParams } from '../../src/testing/randomParams.js'
import { boundAt, evaluateMany, evaluateOnce } from '../laws/evaluation.js'
import { logGaussian } from '../laws/oracle.js'

const sentences = (f: () => unknown): readonly string[] => {
  try {
    f()
  } catch (e) {
    expect(e).toBeInstanceOf(GiryException)
    return (e as GiryException).errors.map((error) => error.message)
  }
  return []
}

const X = real(3)
const Z = real(2)
const p = pipe(
  Do,
  nets({ decode: dense(Z, X) }),
  bind('z', () => standardNormal(2)),
  bind('x', ({ z, decode }) => normal({ loc: decode(z), scale: 0.7 })),
)
const q = pipe(
  given({ x: X }),
  nets({ encode: gaussian(X, [], Z) }),
  bind('z', ({ x, encode }) => normal(encode(x))),
)
const data = {
  x: [
    [0.1, 0.9, -1],
    [1, 0, 2],
  ],
}

describe('closed form and sampled divergence', () => {
  it('agree within 5 standard errors, and are two estimates', () => {
    const params = randomParams({ nets: { ...p.nets, ...q.nets } }, 1)
    const closed = evaluateMany(elbo(p, q) as never, params, data, 300)
    const sampled = evaluateMany(elbo(p, q, { kl: 'sampled' }) as never, params, data, 300)
    expect(Math.abs(closed.value - sampled.value)).toBeLessThan(
      5 * Math.hypot(closed.standardError, sampled.standardError),
    )
    expect(closed.standardError).not.toBe(sampled.standardError)
  })

  it('agree exactly where all is enumerated', () => {
    for (let seed = 0; seed < 30; seed++) {
      const c = finiteCase(seed)
      expect(Math.abs(boundAt(c) - boundAt(c, { kl: 'sampled' }))).toBeLessThan(2e-5)
    }
  })

  it('a larger table is used', () => {
    const params = randomParams({ nets: { ...p.nets, ...q.nets } }, 1)
    const nothing = { ...klTable, 'normal|normal': () => mul(0, 1) as never }
    const free = evaluateOnce(elbo(p, q, { klTable: nothing }) as never, params, data)
    const reconstruction = evaluateOnce(elbo(p, q, { beta: 0 }) as never, params, data)
    expect(Math.abs(free - reconstruction)).toBeLessThan(1e-5)
  })
})

describe('ladders', () => {
  // p: z2 → z1 → x, all normal.  x ~ N(0, I + ...): z2 ~ N(0, 1), z1 ~ N(z2, 1), x ~ N(z1, 1), so x ~ N(0, 3)
  const ladder = pipe(
    Do,
    bind('z2', () => standardNormal(1)),
    bind('z1', ({ z2 }) => normal({ loc: z2, scale: 1 })),
    bind('x', ({ z1 }) => normal({ loc: z1, scale: 1 })),
  )
  // P(z1 | x) = N(2x/3, 2/3), P(z2 | z1) = N(z1/2, 1/2)
  const bottomUp = pipe(
    given({ x: real(1) }),
    bind('z1', ({ x }) => normal({ loc: mul(2 / 3, x), scale: Math.sqrt(2 / 3) as 0.8 })),
    bind('z2', ({ z1 }) => normal({ loc: mul(0.5, z1), scale: Math.SQRT1_2 as 0.7 })),
  )
  // P(z2 | x) = N(x/3, 2/3), P(z1 | z2, x) = N((z2 + x)/2, 1/2)
  const topDown = pipe(
    given({ x: real(1) }),
    bind('z2', ({ x }) => normal({ loc: mul(1 / 3, x), scale: Math.sqrt(2 / 3) as 0.8 })),
    bind('z1', ({ z2, x }) => normal({ loc: mul(0.5, add(z2, x)), scale: Math.SQRT1_2 as 0.7 })),
  )
  const column = { x: [[1.7]] }
  const evidence = logGaussian(new Matrix([[1.7]]), new Matrix([[0]]), new Matrix([[3]]))

  it.each([
    ['bottom-up', bottomUp],
    ['top-down', topDown],
  ] as const)(
    '%s: the posterior makes every single draw log P(x), if all divergences are sampled',
    (_, family) => {
      const o = elbo(ladder, family as typeof topDown, { kl: 'sampled' })
      for (let seed = 0; seed < 5; seed++)
        expect(Math.abs(evaluateOnce(o as never, {}, column, seed) - evidence)).toBeLessThan(1e-5)
    },
  )

  it.each([
    ['bottom-up', bottomUp],
    ['top-down', topDown],
  ] as const)('%s: and log P(x) in the mean as planned', (_, family) => {
    const found = evaluateMany(
      elbo(ladder, family as typeof topDown, { particles: 8 }) as never,
      {},
      column,
      200,
    )
    expect(Math.abs(found.value - evidence)).toBeLessThan(5 * found.standardError + 1e-5)
  })
})

describe('nets', () => {
  it('may be shared by p and q under one name', () => {
    const both = parameter(real(), { start: { kind: 'constant', value: 0.5 } })
    const model = pipe(
      Do,
      nets({ both }),
      bind('z', ({ both }) => normal({ loc: both(), scale: 1 })),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    const family = pipe(
      given({ x: real() }),
      nets({ both }),
      bind('z', ({ both }) => normal({ loc: both(), scale: 1 })),
    )
    const o = elbo(model, family)
    expect(Object.keys(o.nets)).toEqual(['both'])
    // KL = 0, so L_b = E log N(x; z, 1) = log N(x; ½, 1) − ½
    const found = evaluateMany(o as never, init(o, 0), { x: [1] }, 400)
    expect(Math.abs(found.value - (-0.125 - 0.5 * Math.log(2 * Math.PI) - 0.5))).toBeLessThan(
      5 * found.standardError,
    )
  })

  it('of one name must be one net', () => {
    const clash = pipe(
      given({ x: X }),
      nets({ decode: gaussian(X, [], Z) }),
      bind('z', ({ x, decode }) => normal(decode(x))),
    )
    expect(sentences(() => elbo(p, clash as never))).toEqual([
      "p and q use the name 'decode' for different nets",
    ])
  })
})

describe('conditioned models', () => {
  it('count the density of a fixed site', () => {
    const family = pipe(
      given({}),
      bind('z', () => normal({ loc: 0.6, scale: Math.SQRT1_2 as 0.7 })),
    )
    const scalar = pipe(
      Do,
      bind('z', () => normal({ loc: 0, scale: 1 })),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    const o = boundOf(condition(scalar, { x: 1.2 }) as never, family as never, { kl: 'sampled' })
    const evidence = logGaussian(new Matrix([[1.2]]), new Matrix([[0]]), new Matrix([[2]]))
    expect(Math.abs(evaluateOnce(o, {}, {}) - evidence)).toBeLessThan(1e-5)
  })
})

describe('options', () => {
  it('are checked, all at once, in words', () => {
    expect(sentences(() => elbo(p, q, { particles: 0, beta: -1 }))).toEqual([
      'particles must be a whole number >= 1, but 0 was given',
      'beta must be a number >= 0, but -1 was given',
    ])
    expect(sentences(() => elbo(p, q, { particles: 1.5 }))).toEqual([
      'particles must be a whole number >= 1, but 1.5 was given',
    ])
    expect(sentences(() => elbo(p, q, { beta: Number.NaN }))).toEqual([
      'beta must be a number >= 0, but NaN was given',
    ])
  })

  it('gradient methods need their capability and their site', () => {
    expect(sentences(() => elbo(p, q, { sites: { z: 'enumerate' } as never }))).toEqual([
      "site 'z': the gradient method 'enumerate' needs the capability 'enumerable', which normal lacks",
    ])
    expect(sentences(() => elbo(p, q, { sites: { y: 'score' } as never }))).toEqual([
      "site 'y': q has no such site",
    ])
    expect(sentences(() => elbo(p, q, { sites: { z: 'magic' } as never }))).toEqual([
      "site 'z': 'magic' is not one of the gradient methods pathwise, stickingTheLanding, score, enumerate, gumbelSoftmax, straightThrough, rebar, relax, measureValued",
    ])
  })

  it('the method of a site does not change the value in the mean', () => {
    const c = factorAnalysisCase(3)
    const one = evaluateMany(boundOf(c.p, c.q, { particles: 16 }), c.params, c.data, 60)
    const other = evaluateMany(
      boundOf(c.p, c.q, { particles: 16, sites: { z: 'score' } }),
      c.params,
      c.data,
      60,
    )
    // Same noise, same value: only the gradient differs.
    expect(Math.abs(one.value - other.value)).toBeLessThan(1e-5)
  })
})

describe('a q that does not fit', () => {
  it('is refused with every reason', () => {
    const other = pipe(
      given({ x: X }),
      shared('z', () => standardNormal(2)),
      bind('y', () => bernoulli({ logits: 0 })),
    )
    expect(sentences(() => elbo(p, other as never))).toEqual([
      "latent 'z' is drawn per datum in p but q shares one",
      "site 'y' of q: p has no such site",
    ])
    const grey = pipe(
      given({ x: binary(3) }),
      bind('z', () => standardNormal(2)),
    )
    expect(sentences(() => elbo(p, grey as never))).toEqual([
      "datum 'x': p has Real[3] but q takes Binary[3]",
    ])
  })
})

describe('plates', () => {
  const replicates = pipe(
    Do,
    bind('z', () => standardNormal()),
    bind('x', ({ z }) => normal({ loc: z, scale: 1 }), { plates: { r: 3 } }),
  )
  const x = [
    [0.5, -1, 2],
    [1.5, 1, 0.1],
  ]

  it('the bound is the evidence at the posterior, which needs the sum over the plate', () => {
    // z | x ~ N(sum x / 4, 1/4); x ~ N(0, I + 1 1^T)
    const posterior = pipe(
      given({ x: real() }),
      bind('z', ({ x }) => normal({ loc: mul(0.25, sumOverPlate(x, 'r')), scale: 0.5 })),
    )
    const o = elbo(replicates, posterior, { kl: 'sampled' })
    const cov = new Matrix([
      [2, 1, 1],
      [1, 2, 1],
      [1, 1, 2],
    ])
    const exact =
      x.reduce((s, row) => s + logGaussian(new Matrix(row.map((v) => [v])), Matrix.zeros(3, 1), cov), 0) / 2
    expect(Math.abs(evaluateOnce(o as never, {}, { x }) - exact)).toBeLessThan(1e-5)
  })

  it('a site is refused in a plate that it does not declare, whatever let it in', () => {
    const inputs = pipe(
      given({ c: real() }),
      bind('z', ({ c }) => normal({ loc: c, scale: 1 })),
    )
    const env = {
      functions: {},
      parameters: {},
      data: { c: value(real(), [1, 2, 3], 'r') },
      noise: noiseFromSeed(1),
      batch: 1,
      dataSize: 1,
      step: afterTraining,
    }
    for (const method of ['pathwise', 'score'] as const)
      expect(sentences(() => drawSites(inputs, () => method, 1, env))).toEqual([
        "site 'z' is drawn along the plate r, which it has from 'c', but does not declare it",
      ])
    const coin = pipe(
      given({ c: real() }),
      bind('z', ({ c }) => bernoulli({ logits: c })),
    )
    expect(sentences(() => drawSites(coin, () => 'enumerate', 1, env))).toHaveLength(1)
  })
})

describe('conditioned sites', () => {
  const three = pipe(
    Do,
    shared('m', () => standardNormal()),
    bind('y', ({ m }) => normal({ loc: m, scale: 1 })),
    bind('x', ({ y }) => normal({ loc: y, scale: 1 })),
  )

  it('a batch per datum is refused, since batches of data come in other orders and sizes', () => {
    const q = pipe(
      given({ x: real() }),
      shared('m', () => standardNormal()),
    )
    const fixed = condition(three, { y: [1, 2, 3, 4] })
    expect(sentences(() => elbo(fixed, q))).toEqual([
      "site 'y' is conditioned on 4 data, which a bound would meet in other orders and sizes",
    ])
    expect(elbo(condition(three, { y: 1 }), q).tag).toBe('objective')
  })

  it('a shared one counts 1/N, in the bound as in the evidence', async () => {
    const fixed = condition(three, { m: 0.7 })
    const q = pipe(
      given({ x: real() }),
      // y | x, m ~ N((x + m) / 2, 1/2)
      bind('y', ({ x }) => normal({ loc: mul(0.5, add(x, 0.7)), scale: Math.SQRT1_2 })),
    )
    const xs = [0.3, -1, 2]
    const bound = evaluateOnce(elbo(fixed, q, { kl: 'sampled' }) as never, {}, { x: xs })
    const term = (at: number, loc: number, variance: number) =>
      logGaussian(new Matrix([[at]]), new Matrix([[loc]]), new Matrix([[variance]]))
    const each = xs.map((v) => term(v, 0.7, 2) + term(0.7, 0, 1) / 3)
    expect(Math.abs(bound - each.reduce((a, b) => a + b, 0) / 3)).toBeLessThan(1e-5)
    for (const method of ['linear-Gaussian', 'quadrature'] as const) {
      const found = await orThrow(evidence(fixed, { x: xs }, { method }))
      found.value.forEach((v, i) => {
        expect(Math.abs(v - (each[i] as number))).toBeLessThan(1e-5)
      })
    }
  })
})
