/** The variants of the elbo: what compiles, and what must not, each with its sentence. */
import * as g from 'giry'
import { expectTypeOf, it } from 'vitest'

const [X, Z, Y] = [g.real(3), g.real(2), g.category(4)]
const decode = g.mlp(Z, [4], X)
const encode = g.gaussian(X, [4], Z)
const kernel = g.similarities.gaussian({ bandwidth: 1 })

const p = g.pipe(
  g.Do,
  g.nets({ decode }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, decode }) => g.normal({ loc: decode(z), scale: 1 })),
)
const q = g.pipe(
  g.given({ x: X }),
  g.nets({ encode }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)
const implicit = g.pipe(
  g.given({ x: X }),
  g.nets({ code: g.mlp(X, [4], Z) }),
  g.bind('z', ({ x, code }) => g.push(code(x))),
)
const misnamed = g.pipe(
  g.given({ x: X }),
  g.bind('w', () => g.standardNormal(2)),
)

it('elbo: schedules and free bits', () => {
  g.elbo(p, q, { beta: g.linearSchedule(0, 1, 1000), freeBits: 0.5 })
  g.elbo(p, q, { beta: g.cyclicalSchedule({ steps: 1000 }), freeBits: { z: 0.5 } })
  g.scale(g.linearSchedule(0, 1, 10), g.elbo(p, q))
  // @ts-expect-error a schedule is a function of the step to a number
  g.elbo(p, q, { beta: (t: number) => `${t}` })
  // @ts-expect-error no schedule, but the record that one is made of
  g.elbo(p, q, { beta: { from: 0, to: 1, steps: 10 } })
  // @ts-expect-error 'w' is no latent of q
  g.elbo(p, q, { freeBits: { w: 1 } })
  // @ts-expect-error free bits are numbers
  g.elbo(p, q, { freeBits: '1' })
})

it('semiSupervised: the label is a finite site of q', () => {
  const classes = g.pipe(
    g.Do,
    g.bind('y', () => g.categorical({ probs: g.value(g.simplex(4), [0.25, 0.25, 0.25, 0.25]) })),
    g.bind('z', () => g.standardNormal(2)),
    g.bind('x', ({ z }) => g.normal({ loc: g.sum(z), scale: 1 })),
  )
  const guess = g.pipe(
    g.given({ x: g.real() }),
    g.nets({ classify: g.mlp(g.real(), [4], g.real(4)) }),
    g.bind('y', ({ x, classify }) => g.categorical({ logits: classify(x) })),
    g.bind('z', () => g.standardNormal(2)),
  )
  const bound = g.semiSupervised(classes, guess, { label: 'y', alpha: 3 })
  expectTypeOf<keyof typeof bound.data>().toEqualTypeOf<'x' | 'y' | 'labelled'>()
  const named = g.semiSupervised(classes, guess, { label: 'y', known: 'seen' })
  expectTypeOf<keyof typeof named.data>().toEqualTypeOf<'x' | 'y' | 'seen'>()
  g.fit(bound, {
    data: { x: [1, 2], y: [3, 0], labelled: [1, 0] },
    optimizer: g.adam(1e-3),
    steps: 1,
  })
  // @ts-expect-error label 'z': q draws it from normal, which cannot be summed out where the label is missing
  g.semiSupervised(classes, guess, { label: 'z' })
  // @ts-expect-error label 'c': q has no such site, so it cannot be guessed where it is missing
  g.semiSupervised(classes, guess, { label: 'c' })
  g.semiSupervised(classes, guess, { label: 'y', sites: { y: 'enumerate', z: 'score' } })
  // @ts-expect-error label 'y' is summed out, so it cannot have the gradient method 'score'
  g.semiSupervised(classes, guess, { label: 'y', sites: { y: 'score' } })
  // @ts-expect-error the column 'labelled' is missing
  g.fit(bound, { data: { x: [1, 2], y: [3, 0] }, optimizer: g.adam(1e-3), steps: 1 })
  // @ts-expect-error latent 'y' of p: neither q nor the data gives it
  g.semiSupervised(classes, misnamed, { label: 'y' })
})

it('klParts and betaTcvae: entries that are known to be independent', () => {
  const { totalCorrelation } = g.klParts(p, q)
  expectTypeOf<keyof typeof totalCorrelation.nets>().toEqualTypeOf<'decode' | 'encode'>()
  g.betaTcvae(p, q, { beta: g.linearSchedule(1, 6, 100) })
  const correlated = g.pipe(
    g.given({ x: X }),
    g.bind('z', () =>
      g.multivariateNormal({
        loc: g.value(Z, [0, 0]),
        scaleTril: g.value(g.cholesky(2), [
          [1, 0],
          [0, 1],
        ]),
      }),
    ),
  )
  // @ts-expect-error latent 'z': q draws it from multivariateNormal, whose entries are not known to be independent
  g.betaTcvae(p, correlated)
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.klParts(p, implicit)
  // @ts-expect-error site 'w' of q: p has no such site
  g.klParts(p, misnamed)
})

it('infoVae needs a density of q, wae does not', () => {
  g.infoVae(p, q, { alpha: 1, lambda: 100, kernel })
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.infoVae(p, implicit, { alpha: 1, lambda: 100, kernel })
  // @ts-expect-error 'w' is no value that both have
  g.infoVae(p, q, { alpha: 1, lambda: 100, kernel, at: 'w' })
  const objective = g.wae(p, implicit, { lambda: 100, kernel })
  expectTypeOf<keyof typeof objective.nets>().toEqualTypeOf<'decode' | 'code'>()
  expectTypeOf<keyof typeof objective.data>().toEqualTypeOf<'x'>()
  // @ts-expect-error site 'w' of q: p has no such site
  g.wae(p, misnamed, { lambda: 100, kernel })
  const wide = g.pipe(
    g.given({ x: X }),
    g.bind('z', () => g.push(g.value(X, [0, 0, 0]))),
  )
  // @ts-expect-error latent 'z': p has Real[2] but q proposes Real[3]
  g.wae(p, wide, { lambda: 100, kernel })
})

it('hvi and iwhvi: r gives back what p does not have', () => {
  const deep = g.pipe(
    g.given({ x: X }),
    g.nets({ encode }),
    g.bind('a', ({ x, encode }) => g.normal(encode(x))),
    g.bind('z', ({ a }) => g.normal({ loc: a, scale: 1 })),
  )
  const back = g.pipe(
    g.given({ z: Z }),
    g.nets({ reverse: g.gaussian(Z, [4], Z) }),
    g.bind('a', ({ z, reverse }) => g.normal(reverse(z))),
  )
  const bound = g.hvi(p, deep, back, { sites: { a: 'score' } })
  expectTypeOf<keyof typeof bound.nets>().toEqualTypeOf<'decode' | 'encode' | 'reverse'>()
  expectTypeOf<keyof typeof bound.data>().toEqualTypeOf<'x'>()
  g.iwhvi(p, deep, back, { particles: 10 })
  const nothing = g.given({ z: Z })
  // @ts-expect-error auxiliary 'a' of q: p has no such site, and r does not give it back
  g.hvi(p, deep, nothing)
  // @ts-expect-error auxiliary 'a' of q: p has no such site, and r does not give it back
  g.iwhvi(p, deep, nothing, { particles: 1 })
  const more = g.pipe(
    back,
    g.bind('b', () => g.standardNormal()),
  )
  // @ts-expect-error site 'b' of r: q draws no such auxiliary
  g.hvi(p, deep, more)
  const other = g.pipe(
    g.given({ z: g.real(5) }),
    g.bind('a', () => g.standardNormal(2)),
  )
  // @ts-expect-error input 'z' of r: p has Real[2] but r takes Real[5]
  g.hvi(p, deep, other)
  const wrong = g.pipe(
    g.given({ z: Z }),
    g.bind('a', () => g.standardNormal(7)),
  )
  // @ts-expect-error latent 'a': p has Real[7] but q proposes Real[2]
  g.hvi(p, deep, wrong)
  const hidden = g.pipe(
    g.given({ x: X }),
    g.bind('a', () => g.standardNormal(2)),
    g.bind('z', ({ a }) => g.push(a)),
  )
  // @ts-expect-error latent 'z': q draws it from push, which has no density, but the bound needs log q(z)
  g.hvi(p, hidden, back)
  const coins = g.pipe(
    g.given({ x: X }),
    g.bind('c', () => g.bernoulli({ probs: 0.5 })),
    g.bind('z', () => g.standardNormal(2)),
  )
  const guess = g.pipe(
    g.given({ z: Z }),
    g.bind('c', () => g.bernoulli({ probs: 0.5 })),
  )
  g.hvi(p, coins, guess)
  // @ts-expect-error site 'c' of q: the gradient flows through samples, but bernoulli is not pathwise
  g.iwhvi(p, coins, guess, { particles: 1 })
})

it('svgd: shared latents in Real', () => {
  const line = g.pipe(
    g.given({ u: Z }),
    g.shared('w', () => g.standardNormal(2)),
    g.bind('y', ({ u, w }) => g.normal({ loc: g.sum(g.mul(u, w)), scale: 1 })),
  )
  const objective = g.svgd(line, { data: ['y'], particles: 10 })
  expectTypeOf<keyof typeof objective.nets>().toEqualTypeOf<'w'>()
  expectTypeOf<keyof typeof objective.data>().toEqualTypeOf<'u' | 'y'>()
  // @ts-expect-error latent 'z' is drawn per datum, but particles are draws for all data
  g.svgd(p, { data: ['x'], particles: 10 })
  // @ts-expect-error 'v' is no site of p, so it cannot be data
  g.svgd(line, { data: ['y', 'v'], particles: 10 })
  // @ts-expect-error datum 'w' is shared in p but the data give one per datum
  g.svgd(line, { data: ['w', 'y'], particles: 10 })
  const scale = g.pipe(
    g.Do,
    g.shared('s', () => g.exponential({ rate: 1 })),
    g.bind('y', ({ s }) => g.normal({ loc: 0, scale: s })),
  )
  // @ts-expect-error latent 's': p has Positive, but particles move in Real
  g.svgd(scale, { data: ['y'], particles: 10 })
  const hidden = g.pipe(
    g.Do,
    g.shared('w', () => g.push(g.value(Z, [0, 0]))),
    g.bind('y', ({ w }) => g.normal({ loc: g.sum(w), scale: 1 })),
  )
  // @ts-expect-error latent 'w': p draws it from push, which has no density
  g.svgd(hidden, { data: ['y'], particles: 10 })
})

void Y
