import * as g from 'giry'
import { describe, expect, it } from 'vitest'

describe('predictive with means', () => {
  it('takes means at the sites that nothing depends on, and draws elsewhere', () => {
    const p = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('c', ({ z }) => g.bernoulli({ logits: z })),
      g.bind('x', ({ c }) => g.normal({ loc: g.mul(10, c), scale: 1 })),
    )
    const q = g.pipe(
      g.given({ c: g.binary(), x: g.real() }),
      g.bind('z', ({ x }) => g.normal({ loc: x, scale: 1 })),
    )
    const given = { c: [0, 1, 1], x: [0, 1, 2] }
    const { c, x } = g.predictive(p, q, { given, mean: true, seed: 1 })
    const coins = g.toArray(c) as number[]
    for (const coin of coins) expect([0, 1]).toContain(coin)
    // E[x | c] = 10 c at the coin that was drawn, without noise
    expect(g.toArray(x)).toEqual(coins.map((coin) => 10 * coin))
  })

  it('gives a mean the axes of its site, also where it depends on shared sites only', () => {
    const p = g.pipe(
      g.Do,
      g.shared('w', () => g.standardNormal()),
      g.bind('x', ({ w }) => g.normal({ loc: w, scale: 1 })),
    )
    const q = g.pipe(
      g.given({ x: g.real() }),
      g.shared('w', () => g.normal({ loc: 2, scale: 1e-6 })),
    )
    const { x } = g.predictive(p, q, { given: { x: [1, 2, 3] }, mean: true })
    expect(x.axes).toEqual([{ name: 'datum', size: 3 }])
    for (const mean of g.toArray(x) as number[]) expect(mean).toBeCloseTo(2, 4)
  })

  it('is Real by type, and a draw keeps the domain of its site', () => {
    const p = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('x', ({ z }) => g.bernoulli({ logits: z })),
    )
    const q = g.pipe(
      g.given({ x: g.binary() }),
      g.bind('z', () => g.standardNormal()),
    )
    const given = { x: [0, 1] }
    const mean: g.Value<[], g.Real> = g.predictive(p, q, { given, mean: true }).x
    const drawn: g.Value<[], g.Binary> = g.predictive(p, q, { given }).x
    // @ts-expect-error a mean is Real, not Binary
    const wrong: g.Value<[], g.Binary> = g.predictive(p, q, { given, mean: true }).x
    expect([mean, drawn, wrong].map((v) => v.axes[0]?.size)).toEqual([2, 2, 2])
    for (const v of g.toArray(drawn) as number[]) expect([0, 1]).toContain(v)
  })

  it('checks at run time that q fits p', () => {
    const p = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal(2)),
      g.bind('x', () => g.standardNormal()),
    )
    const q = g.given({ x: g.real() })
    const untyped = g.predictive as unknown as (p: unknown, q: unknown, options: unknown) => unknown
    expect(() => untyped(p, q, { given: { x: [1] } })).toThrow(
      "latent 'z' of p: neither q nor the data gives it",
    )
  })
})
