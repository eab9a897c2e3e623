/** Bounds on importance weights: what compiles without an annotation, and what must not, with the sentence that is printed. */
import * as g from 'giry'
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
const coin = g.pipe(
  g.Do,
  g.bind('c', () => g.bernoulli({ probs: 0.5 })),
  g.bind('x', ({ c }) => g.normal({ loc: c, scale: 1 })),
)
const guess = g.pipe(
  g.given({ x: g.real() }),
  g.nets({ lean: g.parameter(g.real()) }),
  g.bind('c', ({ lean }) => g.bernoulli({ logits: lean() })),
)
const K = { particles: 2 }

it('a fitting q compiles, and the nets and the data are those of elbo', () => {
  const elbo = g.elbo(p, q)
  expectTypeOf(g.iwae(p, q, K)).toEqualTypeOf<typeof elbo>()
  expectTypeOf(g.renyi(p, q, { ...K, alpha: 0.5 })).toEqualTypeOf<typeof elbo>()
  expectTypeOf(g.cubo(p, q, K)).toEqualTypeOf<typeof elbo & g.UpperBound>()
  expectTypeOf(g.cuboExponential(p, q, { ...K, offset: -90 })).toEqualTypeOf<typeof elbo & g.UpperBound>()
  expectTypeOf(g.tailAdaptive(p, q, K)).toEqualTypeOf<typeof elbo>()
  expectTypeOf(g.wakeTheta(p, q, K)).toEqualTypeOf<typeof elbo>()
  expectTypeOf(g.wakePhi(p, q, K)).toEqualTypeOf<typeof elbo>()
  expectTypeOf(g.tvo(p, q, { ...K, partitions: 5 })).toEqualTypeOf<typeof elbo>()
  const dreams = g.sleep(p, q)
  expectTypeOf<keyof typeof dreams.data>().toEqualTypeOf<never>()
  const players = g.reweightedWakeSleep(p, q, K)
  expectTypeOf<keyof typeof players.nets>().toEqualTypeOf<'decode' | 'encode'>()
  expectTypeOf<keyof typeof players.data>().toEqualTypeOf<'x'>()
})

it('an upper bound is minimized', () => {
  const upper = g.cubo(p, q, K)
  const options = { data: { x: [[0, 1, 0]] }, optimizer: g.adam(1e-3), epochs: 1 }
  g.fit(g.minimize(upper), options)
  g.maximize(g.scale(-1, upper))
  g.game({ q: { owns: ['encode'], minimize: upper }, p: { owns: ['decode'], maximize: g.elbo(p, q) } })
  // @ts-expect-error player 'max' maximizes an upper bound, which lies above what it bounds
  g.maximize(upper)
  // @ts-expect-error player 'max' maximizes an upper bound, which lies above what it bounds
  g.fit(upper, options)
  // @ts-expect-error player 'max' maximizes an upper bound, which lies above what it bounds
  g.fit(g.cuboExponential(p, q, K), options)
  // @ts-expect-error player 'max' maximizes an upper bound, which lies above what it bounds
  g.minimax(upper, { max: ['encode'], min: ['decode'] })
  // @ts-expect-error player 'q' maximizes an upper bound, which lies above what it bounds
  g.game({ q: { owns: ['encode'], maximize: upper }, p: { owns: ['decode'], maximize: g.elbo(p, q) } })
  // @ts-expect-error player 'max' maximizes an upper bound, which lies above what it bounds
  g.maximize(g.tvo(p, q, { ...K, partitions: 5, bound: 'upper' }))
  g.maximize(g.tvo(p, q, { ...K, partitions: 5, bound: 'lower' }))
  // @ts-expect-error player 'max' maximizes an upper bound, which lies above what it bounds
  g.maximize(g.plus(g.elbo(p, q), upper))
  // @ts-expect-error player 'max' maximizes an upper bound, which lies above what it bounds
  g.maximize(g.minus(upper, g.elbo(p, q)))
  g.maximize(g.minus(g.elbo(p, q), upper))
  // @ts-expect-error player 'max' maximizes an upper bound, which lies above what it bounds
  g.maximize(g.scale(2, upper))
  // @ts-expect-error player 'max' maximizes an upper bound, which lies above what it bounds
  g.maximize(g.scale(g.linearSchedule(0, 1, 10), upper))
  g.maximize(g.scale(2, g.elbo(p, q)))
  const factor = -1 as number
  g.maximize(g.scale(factor, upper))
  g.maximize(g.plus(g.elbo(p, q), g.elbo(p, q)))
  const bound = 'upper' as g.TvoSide
  g.maximize(g.tvo(p, q, { ...K, partitions: 5, bound }))
  expectTypeOf<
    g.UpperFault<'max', typeof upper>
  >().toEqualTypeOf<"player 'max' maximizes an upper bound, which lies above what it bounds">()
})

it('discrete latents compile wherever no gradient flows through a draw', () => {
  g.iwae(coin, guess, { ...K, sites: { c: 'vimco' } })
  g.renyi(coin, guess, { ...K, alpha: -1, sites: { c: { method: 'score' } } })
  g.wakePhi(coin, guess, K)
  g.wakeTheta(coin, guess, { ...K, sites: { c: 'score' } })
  g.tvo(coin, guess, { ...K, partitions: [0.1, 0.4], bound: 'upper' })
  g.sleep(coin, guess)
  g.reweightedWakeSleep(coin, guess, { ...K, phi: 'both' })
  // @ts-expect-error site 'c': the gradient method 'pathwise' needs the capability 'pathwise', which bernoulli lacks
  g.tailAdaptive(coin, guess, K)
})

it('a method that the site does not allow', () => {
  g.iwae(p, q, { ...K, sites: { z: 'doublyReparameterized' } })
  // @ts-expect-error site 'c': the gradient method 'doublyReparameterized' needs the capability 'pathwise', which bernoulli lacks
  g.iwae(coin, guess, { ...K, sites: { c: 'doublyReparameterized' } })
  // @ts-expect-error site 'z': the gradient method 'enumerate' needs the capability 'enumerable', which normal lacks
  g.renyi(p, q, { ...K, alpha: 0.5, sites: { z: 'enumerate' } })
  // @ts-expect-error no such site
  g.iwae(p, q, { ...K, sites: { y: 'score' } })
  // @ts-expect-error site 'z': iwae has no gradient method 'magic'
  g.iwae(p, q, { ...K, sites: { z: 'magic' } })
})

it('a method that the bound does not have', () => {
  // @ts-expect-error site 'z': wakeTheta has no gradient method 'pathwise'
  g.wakeTheta(p, q, { ...K, sites: { z: 'pathwise' } })
  g.wakePhi(p, q, { ...K, sites: { z: 'doublyReparameterized' } })
  // @ts-expect-error site 'z': wakePhi has no gradient method 'vimco'
  g.wakePhi(p, q, { ...K, sites: { z: 'vimco' } })
  // @ts-expect-error site 'z': tvo has no gradient method 'stickingTheLanding'
  g.tvo(p, q, { ...K, partitions: 2, sites: { z: 'stickingTheLanding' } })
  // @ts-expect-error site 'z': cuboExponential has no gradient method 'doublyReparameterized'
  g.cuboExponential(p, q, { ...K, sites: { z: 'doublyReparameterized' } })
  // @ts-expect-error site 'c': iwae has no gradient method 'rebar'
  g.iwae(coin, guess, { ...K, sites: { c: 'rebar' } })
  // @ts-expect-error site 'c': iwae takes the gradient method 'score' without options
  g.iwae(coin, guess, { ...K, sites: { c: g.score({ baseline: 'none' }) } })
  // @ts-expect-error site 'c': elbo has no gradient method 'vimco'
  g.elbo(coin, guess, { sites: { c: 'vimco' } })
  type Q = typeof q
  expectTypeOf<
    g.ImportanceMethodFault<Q, { z: 'vimco' }, 'tvo', 'score' | 'enumerate'>
  >().toEqualTypeOf<"site 'z': tvo has no gradient method 'vimco'">()
  expectTypeOf<
    g.NeedFault<typeof guess, 'pathwise'>
  >().toEqualTypeOf<"site 'c': the gradient method 'pathwise' needs the capability 'pathwise', which bernoulli lacks">()
})

it('an implicit p or q', () => {
  const implicit = g.pipe(
    g.given({ x: X }),
    g.bind('z', () => g.push(g.value(Z, [0, 0]))),
  )
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.iwae(p, implicit, K)
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.renyi(p, implicit, { ...K, alpha: 0.5 })
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.cubo(p, implicit, K)
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.cuboExponential(p, implicit, K)
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.tailAdaptive(p, implicit, K)
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.wakeTheta(p, implicit, K)
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.wakePhi(p, implicit, K)
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.sleep(p, implicit)
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.tvo(p, implicit, { ...K, partitions: 2 })
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.reweightedWakeSleep(p, implicit, K)
  const generator = g.pipe(
    g.Do,
    g.bind('z', () => g.standardNormal(2)),
    g.bind('x', ({ z }) => g.push(g.sigmoid(z))),
  )
  const ofGenerator = g.pipe(
    g.given({ x: g.unit(2) }),
    g.bind('z', () => g.standardNormal(2)),
  )
  // @ts-expect-error datum 'x': p draws it from push, which has no density, but the bound needs log p(x)
  g.iwae(generator, ofGenerator, K)
  // @ts-expect-error datum 'x': p draws it from push, which has no density, but the bound needs log p(x)
  g.tvo(generator, ofGenerator, { ...K, partitions: 2 })
})

it('missing options', () => {
  // @ts-expect-error particles is missing
  g.iwae(p, q, {})
  // @ts-expect-error alpha is missing
  g.renyi(p, q, K)
  // @ts-expect-error partitions is missing
  g.tvo(p, q, K)
  // @ts-expect-error no such side
  g.tvo(p, q, { ...K, partitions: 2, bound: 'middle' })
  // @ts-expect-error no such phase
  g.reweightedWakeSleep(p, q, { ...K, phi: 'dream' })
})

it('reweighted wake-sleep: no net of both', () => {
  const net = g.mlp(g.real(), [], g.real())
  const model = g.pipe(
    g.Do,
    g.nets({ net }),
    g.bind('z', () => g.standardNormal()),
    g.bind('x', ({ z, net }) => g.normal({ loc: net(z), scale: 1 })),
  )
  const family = g.pipe(
    g.given({ x: g.real() }),
    g.nets({ net }),
    g.bind('z', ({ x, net }) => g.normal({ loc: net(x), scale: 1 })),
  )
  g.iwae(model, family, K)
  // @ts-expect-error p and q share the net 'net', which two players would own
  g.reweightedWakeSleep(model, family, K)
  expectTypeOf<
    g.SharedNetFault<{ a: 1; b: 1 }, { b: 1 }>
  >().toEqualTypeOf<"p and q share the net 'b', which two players would own">()
})

it('the examples of docs/bounds.md', async () => {
  const data = { x: [[0, 1, 0]] } as const
  const bound = g.iwae(p, q, { particles: 50 })
  const fit = await g.orThrow(g.fit(bound, { data, optimizer: g.adam(1e-3), epochs: 10, seed: 1 }))
  const options = { data, optimizer: g.adam(1e-3), epochs: 10 }
  g.fit(g.iwae(p, q, { particles: 50, sites: { z: 'doublyReparameterized' } }), options)
  g.evaluate(g.iwae(p, q, { particles: 5000 }), { params: fit.params, data: { x: [[0, 1, 0]] } })
  g.fit(g.renyi(p, q, { alpha: 0.5, particles: 10 }), options)
  const upper = g.cubo(p, q, { order: 2, particles: 100 })
  const enclosing = g.game({
    q: { owns: ['encode'], minimize: upper },
    p: { owns: ['decode'], maximize: g.elbo(p, q) },
  })
  g.fit(enclosing, { data, optimizer: g.adam(1e-3), steps: 1000 })
  g.fit(g.tailAdaptive(p, q, { particles: 20 }), options)
  const rws = g.reweightedWakeSleep(p, q, { particles: 10, phi: 'wake' })
  g.fit(rws, { data, optimizer: { p: g.adam(1e-3), q: g.adam(1e-3) }, steps: 5000 })
  g.fit(g.tvo(p, q, { partitions: g.logPartitions(5, 0.05), particles: 10 }), options)
})
