/**
 * The run-time twins of the typing rules: each sentence is written once, typed as the compiler's own sentence (so a
 * different one does not compile), and compared with what the run time throws when the types are defeated.
 */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { MethodFault } from '../../src/dsl/gradientMethods.js'
import type { Feeds } from '../../src/dsl/net.js'
import type { NameTaken } from '../../src/dsl/notation.js'
import { meanOverPlate } from '../../src/dsl/operations/plates.js'
import type { FitFault } from '../../src/dsl/rules.js'
import type { DataFault } from '../../src/inference/trainingData.js'

const Z = g.real(2)
const X = g.binary(3)
const sentencesOf = (f: () => unknown): readonly string[] => {
  try {
    f()
  } catch (e) {
    if (e instanceof g.GiryException) return e.errors.map((error) => error.message)
    throw e
  }
  return []
}
// The types are defeated on purpose here: an untyped program is what the run-time twins are for.
const untyped = g.elbo as unknown as (p: unknown, q: unknown, options?: unknown) => unknown

const p = g.pipe(
  g.Do,
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z }) => g.bernoulli({ logits: g.stack([g.sum(z), g.at(z, 0), g.at(z, 1)]) })),
)
const empty = g.given({ x: X })

describe('q must fit p', () => {
  it('proposes or is given every latent', () => {
    const q = empty
    const said: FitFault<typeof p, typeof q> = "latent 'z' of p: neither q nor the data gives it"
    expect(sentencesOf(() => untyped(p, q))).toEqual([said])
  })

  it('has no site that p lacks', () => {
    const q = g.pipe(
      empty,
      g.bind('z', () => g.standardNormal(2)),
      g.bind('w', () => g.standardNormal()),
    )
    const said: FitFault<typeof p, typeof q> = "site 'w' of q: p has no such site"
    expect(sentencesOf(() => untyped(p, q))).toEqual([said])
  })

  it('proposes the same shape', () => {
    const q = g.pipe(
      empty,
      g.bind('z', () => g.standardNormal(3)),
    )
    const said: FitFault<typeof p, typeof q> = "latent 'z': p has Real[2] but q proposes Real[3]"
    expect(sentencesOf(() => untyped(p, q))).toEqual([said])
  })

  const positive = g.pipe(
    g.Do,
    g.bind('z', () => g.exponential({ rate: 1 })),
    g.bind('x', ({ z }) => g.poisson({ rate: z })),
  )
  const counts = g.given({ x: g.count() })

  it('has its support within that of p', () => {
    const q = g.pipe(
      counts,
      g.bind('z', () => g.standardNormal()),
    )
    const said: FitFault<typeof positive, typeof q> =
      "latent 'z': p has Positive but q proposes Real, whose support is not within it"
    expect(sentencesOf(() => untyped(positive, q))).toEqual([said])
  })

  it('may have a strictly smaller support', () => {
    const reals = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
    )
    const q = g.pipe(
      g.given({ x: g.real() }),
      g.bind('z', () => g.exponential({ rate: 1 })),
    )
    expect(g.elbo(reals, q).tag).toBe('objective')
  })

  it('has the same reference measure', () => {
    const q = g.pipe(
      empty,
      g.bind('z', () => g.bernoulli({ logits: g.value(g.real(2), [0, 0]) })),
    )
    const said: FitFault<typeof p, typeof q> =
      "latent 'z': p has Real[2] but q proposes Binary[2], under another reference measure"
    expect(sentencesOf(() => untyped(p, q))).toEqual([said])
  })

  it('does not propose reals for one-hot vectors', () => {
    const hot = g.pipe(
      g.Do,
      g.bind('z', () => g.oneHotCategorical({ logits: g.value(g.real(3), [0, 0, 0]) })),
      g.bind('x', ({ z }) => g.bernoulli({ logits: z })),
    )
    const q = g.pipe(
      empty,
      g.bind('z', () => g.standardNormal(3)),
    )
    const said: FitFault<typeof hot, typeof q> =
      "latent 'z': p has OneHot[3] but q proposes Real[3], under another reference measure"
    expect(sentencesOf(() => untyped(hot, q))).toEqual([said])
  })

  it('has a density at every latent', () => {
    const q = g.pipe(
      empty,
      g.bind('z', () => g.push(g.value(Z, [0, 0]))),
    )
    const said: FitFault<typeof p, typeof q> =
      "latent 'z': q draws it from push, which has no density, but the bound needs log q(z)"
    expect(sentencesOf(() => untyped(p, q))).toEqual([said])
  })

  it('needs a density of p at the data', () => {
    const implicit = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal(2)),
      g.bind('x', ({ z }) => g.push(z)),
    )
    const q = g.pipe(
      g.given({ x: Z }),
      g.bind('z', () => g.standardNormal(2)),
    )
    const said: FitFault<typeof implicit, typeof q> =
      "datum 'x': p draws it from push, which has no density, but the bound needs log p(x)"
    expect(sentencesOf(() => untyped(implicit, q))).toEqual([said])
  })

  it('takes data of the space that p has', () => {
    const q = g.pipe(
      g.given({ x: g.real(4) }),
      g.bind('z', () => g.standardNormal(2)),
    )
    const said: FitFault<typeof p, typeof q> = "datum 'x': p has Binary[3] but q takes Real[4]"
    expect(sentencesOf(() => untyped(p, q))).toEqual([said])
  })

  const withShared = g.pipe(
    g.Do,
    g.shared('mu', () => g.standardNormal()),
    g.bind('x', ({ mu }) => g.normal({ loc: mu, scale: 1 })),
  )
  const reals = g.given({ x: g.real() })

  it('shares what p shares', () => {
    const q = g.pipe(
      reals,
      g.bind('mu', () => g.standardNormal()),
    )
    const said: FitFault<typeof withShared, typeof q> =
      "latent 'mu' is shared in p but q proposes one per datum"
    expect(sentencesOf(() => untyped(withShared, q))).toEqual([said])
  })

  it('draws per datum what p draws per datum', () => {
    const q = g.pipe(
      empty,
      g.shared('z', () => g.standardNormal(2)),
    )
    const said: FitFault<typeof p, typeof q> = "latent 'z' is drawn per datum in p but q shares one"
    expect(sentencesOf(() => untyped(p, q))).toEqual([said])
  })

  it('lies in the plates that p has', () => {
    const school = { plates: { school: 8 } }
    const schools = g.pipe(
      g.Do,
      g.bind('t', () => g.standardNormal(), school),
      g.bind('y', ({ t }) => g.normal({ loc: t, scale: 1 })),
    )
    const q = g.pipe(
      g.given({ y: g.real() }),
      g.bind('t', () => g.standardNormal()),
    )
    // Plates are not in the types, so only the run time can say it.
    expect(sentencesOf(() => g.elbo(schools, q))).toEqual([
      "latent 't': p draws it along school (8) but q along no plate",
    ])
  })

  it('does not draw a latent along a plate that it has from the data only', () => {
    const replicates = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 }), { plates: { r: 3 } }),
    )
    const each = g.pipe(
      g.given({ x: g.real() }),
      g.bind('z', ({ x }) => g.normal({ loc: g.mul(0.5, x), scale: 1 })),
    )
    // Plates are not in the types, so only the run time can say it.
    expect(sentencesOf(() => g.elbo(replicates, each))).toEqual([
      "latent 'z': q draws it along the plate r, which it has from 'x', but p draws it along no plate",
    ])
    const mean = g.pipe(
      g.given({ x: g.real() }),
      g.bind('z', ({ x }) => g.normal({ loc: meanOverPlate(x, 'r'), scale: 1 })),
    )
    expect(g.elbo(replicates, mean).tag).toBe('objective')
  })

  it('gets no data for what p shares', () => {
    const all = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.shared('x', () => g.standardNormal()),
    )
    const q = g.pipe(
      reals,
      g.bind('z', () => g.standardNormal()),
    )
    const said: FitFault<typeof all, typeof q> = "datum 'x' is shared in p but the data give one per datum"
    expect(sentencesOf(() => untyped(all, q))).toEqual([said])
  })

  it('takes the inputs that p takes', () => {
    const labelled = g.pipe(
      g.given({ c: g.real(2) }),
      g.bind('z', ({ c }) => g.normal({ loc: g.sum(c), scale: 1 })),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
    )
    const q = g.pipe(
      g.given({ c: g.real(3), x: g.real() }),
      g.bind('z', () => g.standardNormal()),
    )
    const said: FitFault<typeof labelled, typeof q> = "input 'c': p takes Real[2] but q takes Real[3]"
    expect(sentencesOf(() => untyped(labelled, q))).toEqual([said])
    const other = g.pipe(
      g.given({ c: g.positive(2), x: g.real() }),
      g.bind('z', () => g.standardNormal()),
    )
    const domain: FitFault<typeof labelled, typeof other> =
      "input 'c': p takes Real[2] but q takes Positive[2]"
    expect(sentencesOf(() => untyped(labelled, other))).toEqual([domain])
  })

  it('neither takes nor proposes what p is conditioned on', () => {
    const fixed = g.condition(p, { z: [1, 2] })
    const taking = g.given({ x: X, z: Z })
    const taken: FitFault<typeof fixed, typeof taking> =
      "datum 'z': p is conditioned on it, so q cannot take it as data"
    expect(sentencesOf(() => untyped(fixed, taking))).toEqual([taken])
    const proposing = g.pipe(
      empty,
      g.bind('z', () => g.standardNormal(2)),
    )
    const proposed: FitFault<typeof fixed, typeof proposing> =
      "site 'z' of q: p is conditioned on it, so it is no latent"
    expect(sentencesOf(() => untyped(fixed, proposing))).toEqual([proposed])
    expect(g.elbo(fixed, empty).tag).toBe('objective')
  })

  it('is told every fault at once', () => {
    const q = g.pipe(
      g.given({ x: g.binary(4) }),
      g.bind('w', () => g.standardNormal()),
    )
    expect(sentencesOf(() => untyped(p, q))).toEqual([
      "latent 'z' of p: neither q nor the data gives it",
      "site 'w' of q: p has no such site",
      "datum 'x': p has Binary[3] but q takes Binary[4]",
    ])
  })
})

describe('gradient methods', () => {
  const coin = g.pipe(
    g.Do,
    g.bind('z', () => g.bernoulli({ probs: 0.5 })),
    g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
  )
  const q = g.pipe(
    g.given({ x: g.real() }),
    g.bind('z', ({ x }) => g.bernoulli({ logits: x })),
  )

  it('need the capability of the site', () => {
    const said: MethodFault<typeof q, { readonly z: 'pathwise' }> =
      "site 'z': the gradient method 'pathwise' needs the capability 'pathwise', which bernoulli lacks"
    expect(sentencesOf(() => untyped(coin, q, { sites: { z: 'pathwise' } }))).toEqual([said])
  })

  it('are accepted where the site allows them', () => {
    expect(g.elbo(coin, q, { sites: { z: 'enumerate' } }).tag).toBe('objective')
    expect(g.elbo(coin, q, { sites: { z: 'score' }, particles: 4 }).tag).toBe('objective')
  })

  it('are named correctly', () => {
    expect(sentencesOf(() => untyped(coin, q, { sites: { z: 'reinforce', y: 'score' } }))).toEqual([
      "site 'z': 'reinforce' is not one of the gradient methods pathwise, stickingTheLanding, score, enumerate, gumbelSoftmax, straightThrough, rebar, relax, measureValued",
      "site 'y': q has no such site",
    ])
  })
})

describe('names, arguments and nets', () => {
  it('are declared once', () => {
    const said: NameTaken<'z'> = "the name 'z' is already declared in this model"
    const again = g.bind as unknown as (name: string, f: () => unknown) => (m: unknown) => unknown
    expect(sentencesOf(() => again('z', () => g.standardNormal())(p))).toEqual([said])
  })

  it('lie in the domain of the parameter', () => {
    const raw = g.normal as unknown as (p: unknown) => unknown
    expect(sentencesOf(() => raw({ loc: 0, scale: g.value(g.real(2), [1, 1]) }))).toEqual([
      'scale of normal must be Positive, but Real[2] was given',
    ])
    expect(sentencesOf(() => raw({ loc: 0, scale: -1 }))).toEqual([
      'scale of normal must be Positive, but -1 was given',
    ])
  })

  it('feed a net its own space', () => {
    const net = g.mlp(Z, [4], g.real(3))
    const said: Feeds<g.Value<[3], g.Real>, typeof Z> = 'a net from Real[2] was fed Real[3]'
    const draw = ({ net }: { readonly net: (x: unknown) => unknown }) => net(g.value(g.real(3), [1, 2, 3]))
    const bind = g.letTo as unknown as (name: string, f: typeof draw) => (m: unknown) => unknown
    expect(sentencesOf(() => bind('y', draw)(g.pipe(g.Do, g.nets({ net }))))).toEqual([said])
  })
})

describe('fit', () => {
  it('refuses data of other spaces', async () => {
    const q = g.pipe(
      empty,
      g.nets({ encode: g.gaussian(X, [], Z) }),
      g.bind('z', ({ x, encode }) => g.normal(encode(x))),
    )
    const bound = g.elbo(p, q)
    const grey = g.dataset({ x: g.unit(3) }, { x: [[0.5, 0.2, 0.1]] })
    const said: DataFault<typeof bound.data, typeof grey.spaces> =
      "column 'x': the objective takes Binary[3] but the data set has Unit[3]"
    const run = g.fit as unknown as (o: unknown, options: unknown) => ReturnType<typeof g.fit>
    const result = await run(bound, { data: grey, optimizer: g.adam(1e-3), steps: 1 })()
    expect(result).toMatchObject({ _tag: 'Left', left: [{ message: said }] })
  })
})
