/** Sites in a row: the names are checked as one, in the words of the other rules. */
import { describe, expectTypeOf, it } from 'vitest'
import * as g from '../../src/index.js'

const [K, S, T] = [3, 4, 5] as const
const p = g.pipe(
  g.Do,
  g.nets({ move: g.parameter(g.real(K, K)), emission: g.parameter(g.real(K, S)) }),
  g.bindEach('z', { space: g.category(K), count: T }, ({ move }, t, before) => {
    expectTypeOf(before).toExtend<readonly g.Value<[], g.Category<3>>[]>()
    const last = before[t - 1]
    return g.categorical({ logits: last === undefined ? g.at(move(), 0) : g.gather(move(), last) })
  }),
  g.bindEach('x', { space: g.category(S), count: T }, (c, t) =>
    g.categorical({ logits: g.gather(c.emission(), g.nth(c, 'z', t)) }),
  ),
)
const data = g.given(g.numbered('x', T, () => g.category(S)))
const three = () => g.categorical({ logits: g.value(g.real(3), [0, 0, 0]) })
const four = () => g.categorical({ logits: g.value(g.real(4), [0, 0, 0, 0]) })

describe('bindEach', () => {
  it('makes models that bounds and evidence take', () => {
    const q = g.pipe(data, g.bindEach('z', { space: g.category(K), count: T }, three))
    const bound = g.elbo(p, q)
    expectTypeOf(bound.nets).toHaveProperty('emission')
    expectTypeOf<`x${number}`>().toExtend<keyof typeof bound.data>()
    void (() =>
      g.evidence(
        p,
        g.numbered('x', T, () => [1, 2]),
        { params: {} as never },
      ))
  })

  it('does not compile where a row does not fit', () => {
    const q = g.pipe(data, g.bindEach('z', { space: g.category(4), count: T }, four))
    // @ts-expect-error latent 'z${number}': p has Category(3) but q proposes Category(4)
    void (() => g.elbo(p, q))
    // @ts-expect-error latent 'z${number}' of p: neither q nor the data gives it
    void (() => g.elbo(p, data))
    // @ts-expect-error Categorical<4> where Category(3) was announced
    void (() => g.bindEach('z', { space: g.category(K), count: T }, four)(g.Do))
  })
})
