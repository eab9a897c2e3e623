/** Wrong uses of giry/testing that must not compile. */
import * as fc from 'fast-check'
import * as g from 'giry'
import { vaeFamily } from 'giry/models'
import { check, type LawVerdict, lawProperty, laws, runner } from 'giry/testing'
import { expectTypeOf, it } from 'vitest'

const Z = g.real(2)
const X = g.binary(3)
const p = g.pipe(
  g.Do,
  g.nets({ decode: g.mlp(Z, [4], g.real(3)) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
)
const q = g.pipe(
  g.given({ x: X }),
  g.nets({ encode: g.gaussian(X, [4], Z) }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)
const x = [[0, 1, 1]]

it('laws take what fits, without annotations', () => {
  expectTypeOf(laws.distribution(g.normal, { loc: 0, scale: 1 })).toEqualTypeOf<readonly LawVerdict[]>()
  expectTypeOf(laws.distribution(g.bernoulli, { logits: 0 })).toEqualTypeOf<readonly LawVerdict[]>()
  expectTypeOf(laws.evidenceBound(p, q, { x })).toEqualTypeOf<Promise<readonly LawVerdict[]>>()
  expectTypeOf(laws.objective(g.elbo(p, q), { x })).toEqualTypeOf<Promise<readonly LawVerdict[]>>()
  expectTypeOf(laws.family(vaeFamily)).toEqualTypeOf<Promise<readonly LawVerdict[]>>()
  expectTypeOf(check(laws.kl(g.standardNormal(), g.standardNormal()))).toEqualTypeOf<readonly LawVerdict[]>()
  expectTypeOf(check(laws.evidenceBound(p, q, { x }))).toEqualTypeOf<Promise<readonly LawVerdict[]>>()
})

it('laws.distribution refuses parameters that the constructor does not take', () => {
  // @ts-expect-error 'rate' is no parameter of normal
  laws.distribution(g.normal, { rate: 1 })
  // @ts-expect-error no distribution
  laws.distribution((s: { readonly a: number }) => s.a, { a: 1 })
  // @ts-expect-error an option that there is not
  laws.distribution(g.standardNormal(2), { sigma: 5 })
})

it('laws.evidenceBound refuses a q that does not fit, and data that lack a column', () => {
  const wide = g.pipe(
    g.given({ x: X }),
    g.bind('z', () => g.standardNormal(3)),
  )
  // @ts-expect-error latent 'z': p has Real[2] but q proposes Real[3]
  laws.evidenceBound(p, wide, { x })
  // @ts-expect-error the column 'x' is missing
  laws.evidenceBound(p, q, {})
})

it('laws.objective and laws.estimator refuse data of another shape, and params of other nets', () => {
  const bound = g.elbo(p, q)
  // @ts-expect-error the column 'x' is missing
  laws.objective(bound, {})
  // @ts-expect-error no params of the nets
  laws.estimator(bound, { x }, { params: {} })
})

it('laws.kernel refuses kernels that do not compose, and infinite ones', () => {
  const coin = g.pipe(
    g.given({ a: g.binary() }),
    g.bind('b', () => g.bernoulli({ logits: 0 })),
  )
  const other = g.pipe(
    g.given({ c: g.binary() }),
    g.bind('d', () => g.bernoulli({ logits: 0 })),
  )
  // @ts-expect-error input 'c' of the second kernel is no output of the first
  laws.kernel(coin, other)
  // @ts-expect-error output 'z' is Real[2], which is not finite
  laws.kernel(p)
})

it('laws.bijection refuses an inverse of another space', () => {
  const forward = (v: g.Value<[2], g.Real>) => g.exp(v)
  const logDet = (v: g.Value<[2], g.Real>) => g.sum(v)
  laws.bijection(
    { forward, inverse: (y: g.Value<[2], g.Positive>) => g.log(y), logDet },
    g.real(2),
    g.positive(2),
  )
  const inverse = (y: g.Value<[3], g.Positive>) => g.log(y)
  // @ts-expect-error the inverse takes what forward gives
  laws.bijection({ forward, inverse, logDet }, g.real(2), g.positive(2))
})

it('laws.game refuses an objective, laws.family a name', () => {
  // @ts-expect-error an objective is no game
  laws.game(g.elbo(p, q), { x })
  // @ts-expect-error a name is no family
  laws.family('vae')
})

it('runners refuse examples that the constructor does not take', () => {
  const { testDistribution } = runner({ describe: () => {}, it: () => {} })
  testDistribution('normal', g.normal, [{ loc: 0, scale: 1 }])
  testDistribution('normal', g.normal, fc.record({ loc: fc.double(), scale: fc.double() }))
  // @ts-expect-error 'rate' is no parameter of normal
  testDistribution('normal', g.normal, { rate: 1 })
  // @ts-expect-error a law gives verdicts
  lawProperty(fc.nat(), (n) => n > 0)
})
