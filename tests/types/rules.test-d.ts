/**
 * Programs that must not compile, one for each typing rule. The sentence that the compiler
 * prints is typed, and compared with the run-time one, in tests/dsl/rules.test.ts.
 */
import * as g from 'giry'
import { expectTypeOf, it } from 'vitest'

const Z = g.real(2)
const X = g.binary(3)
const decode = g.mlp(Z, [4], g.real(3))
const encode = g.gaussian(X, [4], Z)

const p = g.pipe(
  g.Do,
  g.nets({ decode }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
)
const q = g.pipe(
  g.given({ x: X }),
  g.nets({ encode }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)

it('a fitting q compiles, without an annotation', () => {
  const bound = g.elbo(p, q)
  expectTypeOf<keyof typeof bound.nets>().toEqualTypeOf<'decode' | 'encode'>()
  expectTypeOf<keyof typeof bound.data>().toEqualTypeOf<'x'>()
})

it('rule 1: a latent without proposal, a site that p does not have', () => {
  // @ts-expect-error latent 'z' of p: neither q nor the data gives it
  g.elbo(p, g.given({ x: X }))
  const extra = g.pipe(
    q,
    g.bind('w', () => g.standardNormal()),
  )
  // @ts-expect-error site 'w' of q: p has no such site
  g.elbo(p, extra)
  const without = g.bind('z', () => g.standardNormal(2))(g.Do)
  // @ts-expect-error latent 'x' of p: neither q nor the data gives it
  g.elbo(p, without)
})

it('rule 2: a shape mismatch', () => {
  const other = g.pipe(
    g.given({ x: X }),
    g.bind('z', () => g.standardNormal(3)),
  )
  // @ts-expect-error latent 'z': p has Real[2] but q proposes Real[3]
  g.elbo(p, other)
})

it('rule 3: no absolute continuity', () => {
  const scale = g.pipe(
    g.Do,
    g.bind('s', () => g.exponential({ rate: 1 })),
    g.bind('y', ({ s }) => g.normal({ loc: 0, scale: s })),
  )
  const reals = g.pipe(
    g.given({ y: g.real() }),
    g.bind('s', () => g.standardNormal()),
  )
  // @ts-expect-error latent 's': p has Positive but q proposes Real, whose support is not within it
  g.elbo(scale, reals)
  const coins = g.pipe(
    g.given({ x: X }),
    g.bind('z', () => g.bernoulli({ logits: g.value(g.real(2), [0, 0]) })),
  )
  // @ts-expect-error latent 'z': p has Real[2] but q proposes Binary[2], under another reference measure
  g.elbo(p, coins)
  const smaller = g.pipe(
    g.given({ x: X }),
    g.bind('z', () => g.iid(2, g.exponential({ rate: 1 }))),
  )
  // A strictly smaller support is sound.
  g.elbo(p, smaller)
})

it('rule 4: a site without density', () => {
  const implicit = g.pipe(
    g.given({ x: X }),
    g.bind('z', () => g.push(g.value(g.real(2), [0, 0]))),
  )
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.elbo(p, implicit)
})

it('rule 5: a gradient method that the site does not allow', () => {
  const coin = g.pipe(
    g.Do,
    g.bind('c', () => g.bernoulli({ probs: 0.5 })),
    g.bind('y', ({ c }) => g.normal({ loc: c, scale: 1 })),
  )
  const guess = g.pipe(
    g.given({ y: g.real() }),
    g.bind('c', ({ y }) => g.bernoulli({ logits: y })),
  )
  g.elbo(coin, guess, { sites: { c: 'enumerate' } })
  // @ts-expect-error site 'c': the gradient method 'pathwise' needs the capability 'pathwise', which bernoulli lacks
  g.elbo(coin, guess, { sites: { c: 'pathwise' } })
  // @ts-expect-error 'd' is no latent
  g.elbo(coin, guess, { sites: { d: 'score' } })
})

it('rule 6: shared on one side only', () => {
  const one = g.pipe(
    g.Do,
    g.shared('mu', () => g.standardNormal()),
    g.bind('y', ({ mu }) => g.normal({ loc: mu, scale: 1 })),
  )
  const each = g.pipe(
    g.given({ y: g.real() }),
    g.bind('mu', () => g.standardNormal()),
  )
  // @ts-expect-error latent 'mu' is shared in p but q proposes one per datum
  g.elbo(one, each)
  const sharing = g.pipe(
    g.given({ x: X }),
    g.shared('z', () => g.standardNormal(2)),
  )
  // @ts-expect-error latent 'z' is drawn per datum in p but q shares one
  g.elbo(p, sharing)
  const all = g.pipe(
    g.Do,
    g.shared('x', () => g.standardNormal()),
  )
  // @ts-expect-error datum 'x' is shared in p but the data give one per datum
  g.elbo(all, g.given({ x: g.real() }))
})

it('inputs: one space on both sides', () => {
  const labelled = g.pipe(
    g.given({ c: g.real(2) }),
    g.bind('x', ({ c }) => g.normal({ loc: g.sum(c), scale: 1 })),
  )
  g.elbo(labelled, g.given({ c: g.real(2), x: g.real() }))
  // @ts-expect-error input 'c': p takes Real[2] but q takes Real[3]
  g.elbo(labelled, g.given({ c: g.real(3), x: g.real() }))
  // @ts-expect-error input 'c': p takes Real[2] but q takes Positive[2]
  g.elbo(labelled, g.given({ c: g.positive(2), x: g.real() }))
})

it('a site that p is conditioned on is neither data nor latent', () => {
  const fixed = g.condition(p, { z: [1, 2] })
  g.elbo(fixed, g.given({ x: X }))
  // @ts-expect-error datum 'z': p is conditioned on it, so q cannot take it as data
  g.elbo(fixed, g.given({ x: X, z: Z }))
  // @ts-expect-error site 'z' of q: p is conditioned on it, so it is no latent
  g.elbo(fixed, q)
})

it('rule 7: names, domains, nets, closed forms', () => {
  const noise = () => g.standardNormal(2)
  // @ts-expect-error the name 'z' is already declared in this model
  g.pipe(p, g.bind('z', noise))
  // @ts-expect-error the name 'decode' is already declared in this model
  g.pipe(p, g.nets({ decode }))
  const out = g.value(g.real(2), [1, 1])
  // @ts-expect-error scale of normal must be Positive, but Real[2] was given
  g.normal({ loc: 0, scale: out })
  // @ts-expect-error scale of normal must be Positive, but -1 was given
  g.normal({ loc: 0, scale: -1 })
  const three = g.value(g.real(3), [1, 2, 3])
  const withNet = g.pipe(g.Do, g.nets({ decode }))
  // @ts-expect-error a net from Real[2] was fed Real[3]
  g.letTo('y', ({ decode }: { decode: g.NetFunction<typeof Z, g.Value<[3], g.Real>> }) => decode(three))
  g.pipe(
    withNet,
    // @ts-expect-error a net from Real[2] was fed Real[3]
    g.letTo('y', ({ decode }) => decode(three)),
  )
  // @ts-expect-error no closed form for KL(laplace ‖ exponential) is in the table
  g.klExact(g.laplace({ loc: 0, scale: 1 }), g.exponential({ rate: 1 }))
  g.klExact(g.normal({ loc: 1, scale: 2 }), g.standardNormal())
})

it('minimax and game: one owner for each net', () => {
  const D = g.mlp(Z, [4], g.real())
  const fake = g.pipe(
    g.Do,
    g.nets({ G: g.mlp(Z, [4], Z) }),
    g.bind('z', () => g.standardNormal(2)),
    g.bind('x', ({ z, G }) => g.push(G(z))),
  )
  const value = g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(D(x)))
  g.minimax(value, { max: ['D'], min: ['G'] })
  // @ts-expect-error no player owns 'G'
  g.minimax(value, { max: ['D'], min: [] })
  // @ts-expect-error two players own 'D'
  g.minimax(value, { max: ['D'], min: ['G', 'D'] })
})

it('fit: the data are of the spaces of the objective', () => {
  const bound = g.elbo(p, q)
  const options = { optimizer: g.adam(1e-3), steps: 1 }
  g.fit(bound, { ...options, data: { x: [[0, 1, 0]] } })
  g.fit(bound, { ...options, data: g.dataset({ x: X }, { x: [[0, 1, 0]] }) })
  // @ts-expect-error column 'x': the objective takes Binary[3] but the data set has Unit[3]
  g.fit(bound, { ...options, data: g.dataset({ x: g.unit(3) }, { x: [[0.5, 1, 0]] }) })
  // @ts-expect-error the column 'x' is missing
  g.fit(bound, { ...options, data: { y: [[0, 1, 0]] } })
  // @ts-expect-error data is missing
  g.fit(bound, options)
})

it('sample and logProb: params of every net', () => {
  const params = g.init(p, 1)
  g.sample(p, { params, n: 3 })
  // @ts-expect-error the params lack the net 'decode'
  g.sample(p, { n: 3 })
  // @ts-expect-error the params are those of q
  g.sample(p, { params: g.init(q, 1) })
  const implicit = g.pipe(
    g.Do,
    g.bind('z', () => g.push(g.value(Z, [0, 0]))),
  )
  // @ts-expect-error site 'z' is drawn from push, which has no density
  g.logProb(implicit, { z: [0, 0] })
})
