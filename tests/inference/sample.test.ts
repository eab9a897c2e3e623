/** sample and predictive: moments, conditional structure, axes, seeds, faults. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { condition } from '../../src/dsl/condition.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import { mul } from '../../src/dsl/operations/arithmetic.js'
import { binary, real } from '../../src/dsl/space.js'
import { toArray, toTypedArray } from '../../src/dsl/value.js'
import { init } from '../../src/inference/init.js'
import { predictive } from '../../src/inference/predictive.js'
import { sample } from '../../src/inference/sample.js'
import { followsCdf, hasMean } from '../../src/testing/laws/distribution.js'

const n = 4000

// z ~ B(0.3), x | z ~ N(2z − 1, ½²)
const model = pipe(
  Do,
  bind('z', () => bernoulli({ probs: 0.3 })),
  bind('x', ({ z }) => normal({ loc: mul(2, z), scale: 0.5 })),
)

describe('sample', () => {
  it('draws each site from its distribution given the sites before', () => {
    const { z, x } = sample(model, { n, seed: 1 })
    const zs = toTypedArray(z)
    const xs = toTypedArray(x)
    expect(hasMean(zs, 0.3).holds).toBe(true)
    for (const side of [0, 1]) {
      const given = xs.filter((_, i) => zs[i] === side)
      expect(hasMean(given, 2 * side).holds).toBe(true)
      expect(
        hasMean(
          given.map((v) => (v - 2 * side) ** 2),
          0.25,
        ).holds,
      ).toBe(true)
    }
  })

  it('draws a chain whose marginal is known: z ~ N(0, 1), x | z ~ N(z, 1), so x ~ N(0, 2)', () => {
    const chain = pipe(
      Do,
      bind('z', () => normal({ loc: 0, scale: 1 })),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    const { z, x } = sample(chain, { n, seed: 2 })
    const [zs, xs] = [toTypedArray(z), toTypedArray(x)]
    expect(
      hasMean(
        xs.map((v) => v * v),
        2,
      ).holds,
    ).toBe(true)
    expect(
      hasMean(
        xs.map((v, i) => v * (zs[i] as number)),
        1,
      ).holds,
    ).toBe(true)
    const phi = (t: number) => 1 / (1 + Math.exp(-1.5976 * t - 0.07056 * t ** 3)) // error below 2e-4
    expect(followsCdf(xs, (at) => at.map((v) => phi(v / Math.SQRT2))).holds).toBe(true)
  })

  it('has the axes draw and datum, and none where there is one draw of no data', () => {
    const regression = pipe(
      given({ x: real(2) }),
      shared('w', () => standardNormal(2)),
      bind('y', ({ x, w }) => normal({ loc: mul(x, w), scale: 1 })),
      bind('k', () => standardNormal(1), { plates: { rep: 4 } }),
    )
    const x = [
      [1, 2],
      [3, 4],
      [5, 6],
    ]
    const names = (v: { readonly axes: readonly { readonly name: string; readonly size: number }[] }) =>
      v.axes.map((a) => `${a.name} ${a.size}`)
    const many = sample(regression, { given: { x }, n: 5 })
    expect(names(many.w)).toEqual(['draw 5'])
    expect(names(many.y).sort()).toEqual(['datum 3', 'draw 5'])
    expect(names(many.k).sort()).toEqual(['datum 3', 'draw 5', 'rep 4'])
    expect(names(sample(regression, { given: { x } }).y)).toEqual(['datum 3'])
    expect(names(sample(regression, { given: { x: [1, 2] } }).y)).toEqual([])
    expect(names(sample(model, {}).x)).toEqual([])
  })

  it('depends on the seed only, and sites do not share noise', () => {
    const of = (seed: number) => toArray(sample(model, { n: 6, seed }).x)
    expect(of(3)).toEqual(of(3))
    expect(of(3)).not.toEqual(of(4))
    const pair = pipe(
      Do,
      bind('a', () => standardNormal(1)),
      bind('b', () => standardNormal(1)),
    )
    const { a, b } = sample(pair, { n })
    const products = toTypedArray(a).map((v, i) => v * (toTypedArray(b)[i] as number))
    expect(hasMean(products, 0).holds).toBe(true)
  })

  it('adding a site does not change the draws of the others', () => {
    const longer = pipe(
      model,
      bind('y', ({ x }) => normal({ loc: x, scale: 1 })),
    )
    expect(toArray(sample(longer, { n: 5, seed: 1 }).x)).toEqual(toArray(sample(model, { n: 5, seed: 1 }).x))
  })

  it('draws from a push, and takes parameters', () => {
    const generator = pipe(
      Do,
      nets({ G: dense(real(2), real(3)) }),
      bind('z', () => standardNormal(2)),
      bind('x', ({ z, G }) => push(G(z))),
    )
    const { x } = sample(generator, { params: init(generator, 0), n: 7 })
    expect(x.tensor.shape).toEqual([7, 3])
    // @ts-expect-error params are required where there are nets
    expect(() => sample(generator, {})).toThrow("the params have no net 'G'")
  })

  it('refuses n = 0, missing and wrong inputs', () => {
    expect(() => sample(model, { n: 0 })).toThrow('n must be a whole number >= 1, but 0 was given')
    const takes = pipe(
      given({ x: binary(2) }),
      bind('y', ({ x }) => bernoulli({ logits: x })),
    )
    // @ts-expect-error the input x is required
    expect(() => sample(takes, {})).toThrow("the input 'x' is missing")
    expect(() => sample(takes, { given: { x: [0.5, 1] } })).toThrow('0.5 is neither 0 nor 1')
  })
})

describe('predictive', () => {
  // z | x ~ N(10 x, 0.1²), then x' | z ~ N(z, 1)
  const p = pipe(
    Do,
    bind('z', () => standardNormal(1)),
    bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
  )
  const q = pipe(
    given({ x: real(1) }),
    bind('z', ({ x }) => normal({ loc: mul(10, x), scale: 0.1 })),
  )

  it('draws latents from q at the data and the rest from p anew', () => {
    const { z, x } = predictive(p, q, { given: { x: [0.3] }, n, seed: 5 })
    expect(hasMean(toTypedArray(z), 3).holds).toBe(true)
    const xs = toTypedArray(x)
    expect(hasMean(xs, 3).holds).toBe(true)
    expect(
      hasMean(
        xs.map((v) => (v - 3) ** 2),
        1.01,
      ).holds,
    ).toBe(true)
  })

  it('gives means where asked for, which equal the latents here', () => {
    const { z, x } = predictive(p, q, { given: { x: [[0.3], [0.1]] }, mean: true, seed: 1 })
    expect(toArray(x)).toEqual(toArray(z))
  })
})

describe('a conditioned batch', () => {
  it('has every site drawn per datum of it', () => {
    const pair = pipe(
      Do,
      bind('z', () => standardNormal()),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
      bind('y', ({ z }) => normal({ loc: z, scale: 1e-6 })),
    )
    const { z, y } = sample(condition(pair, { x: [1, 2, 3] }), { n: 2, seed: 3 })
    expect(z.axes).toEqual([
      { name: 'draw', size: 2 },
      { name: 'datum', size: 3 },
    ])
    expect(new Set(toTypedArray(z)).size).toBe(6)
    expect(y.axes).toEqual(z.axes)
  })
})
