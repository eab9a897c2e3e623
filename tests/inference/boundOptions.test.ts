/** Options as they come from JavaScript: every objective refuses names that it does not have, and values of the wrong kind. */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { boundOptions, type Optioned } from '../../src/inference/boundOptions.js'

const Z = g.real(2)
const p = g.pipe(
  g.Do,
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
)
const q = g.pipe(
  g.given({ x: Z }),
  g.bind('z', ({ x }) => g.normal({ loc: x, scale: 1 })),
)
const auxiliary = g.pipe(
  g.given({ x: Z }),
  g.bind('a', () => g.standardNormal(2)),
  g.bind('z', ({ x, a }) => g.normal({ loc: g.add(x, a), scale: 1 })),
)
const reverse = g.pipe(
  g.given({ z: Z }),
  g.bind('a', ({ z }) => g.normal({ loc: z, scale: 1 })),
)
const labelled = g.pipe(
  g.Do,
  g.bind('y', () => g.bernoulli({ probs: 0.5 })),
  g.bind('x', ({ y }) => g.normal({ loc: y, scale: 1 })),
)
const guess = g.pipe(
  g.given({ x: g.real() }),
  g.bind('y', ({ x }) => g.bernoulli({ logits: x })),
)
const pooled = g.pipe(
  g.Do,
  g.shared('w', () => g.standardNormal()),
  g.bind('x', ({ w }) => g.normal({ loc: w, scale: 1 })),
)

const kernel = g.similarities.gaussian({ bandwidth: 1 })
const K = { particles: 2 }
const sumOf = ({ x }: { x: g.AnyValue }) => g.sum(x)

/** Each objective: what comes before its options, options that it takes, and itself. */
const cases: Readonly<
  Record<Optioned, readonly [before: readonly unknown[], options: object, build: unknown]>
> = {
  elbo: [[p, q], {}, g.elbo],
  hvi: [[p, auxiliary, reverse], {}, g.hvi],
  iwhvi: [[p, auxiliary, reverse], K, g.iwhvi],
  semiSupervised: [[labelled, guess], { label: 'y' }, g.semiSupervised],
  iwae: [[p, q], K, g.iwae],
  renyi: [[p, q], { ...K, alpha: 0.5 }, g.renyi],
  cubo: [[p, q], K, g.cubo],
  cuboExponential: [[p, q], K, g.cuboExponential],
  tailAdaptive: [[p, q], K, g.tailAdaptive],
  tvo: [[p, q], { ...K, partitions: 2 }, g.tvo],
  wakeTheta: [[p, q], K, g.wakeTheta],
  wakePhi: [[p, q], K, g.wakePhi],
  sleep: [[p, q], {}, g.sleep],
  reweightedWakeSleep: [
    [p, g.pipe(q, g.nets({ unused: g.mlp(Z, [], Z) }) as never)],
    K,
    g.reweightedWakeSleep,
  ],
  klParts: [[p, q], {}, g.klParts],
  betaTcvae: [[p, q], {}, g.betaTcvae],
  infoVae: [[p, q], { alpha: 1, lambda: 10, kernel }, g.infoVae],
  wae: [[p, q], { lambda: 10, kernel }, g.wae],
  svgd: [[pooled], { ...K, data: ['x'] }, g.svgd],
  expect: [[g.pipe(g.given({ x: Z })), sumOf], {}, g.expect],
}

// The types are defeated on purpose.
const build = (name: Optioned, options: unknown) =>
  (cases[name][2] as (...all: readonly unknown[]) => unknown)(...cases[name][0], options)

const errorsOf = (f: () => unknown): readonly g.GiryError[] => {
  try {
    f()
  } catch (e) {
    if (e instanceof g.GiryException) return e.errors
    throw e
  }
  return []
}
const said = (name: Optioned, options: object) => {
  const errors = errorsOf(() => build(name, { ...cases[name][1], ...options }))
  for (const e of errors) expect(e.remedy).not.toBe('')
  return errors.map((e) => e.message)
}

const names = Object.keys(boundOptions) as readonly Optioned[]

describe.each(names)('%s', (name) => {
  it('takes its own options', () => expect(said(name, {})).toEqual([]))

  it('refuses an option that it does not have, and names those that it has', () => {
    const errors = errorsOf(() => build(name, { ...cases[name][1], sties: {} }))
    expect(errors).toEqual([
      {
        tag: 'option',
        where: 'sties',
        message: `${name} has no option 'sties'`,
        remedy: `its options are ${boundOptions[name].join(', ')}`,
      },
    ])
  })

  it('refuses options that are no record', () => {
    for (const [given, shown] of [
      [5, '5'],
      [null, 'null'],
      ['fast', "'fast'"],
      [[1], '[1]'],
    ])
      expect(errorsOf(() => build(name, given)).map((e) => e.message)).toEqual([
        `the options of ${name} are a record, but ${shown} was given`,
      ])
  })

  it('says what is missing where no options are given', () => {
    const required = Object.keys(cases[name][1])
    const errors = errorsOf(() => build(name, undefined))
    for (const e of errors) expect(required).toContain(e.where)
    if (required.length > 0) expect(errors.length).toBeGreaterThan(0)
  })

  it('reads methods from a record', () => {
    if ((boundOptions[name] as readonly string[]).includes('sites'))
      expect(said(name, { sites: 'score' })).toContain(
        "sites must be a record of gradient methods by site, but 'score' was given",
      )
  })
})

describe('values', () => {
  it('of elbo: how divergences are found', () => {
    for (const name of ['elbo', 'hvi', 'infoVae', 'semiSupervised'] as const)
      expect(said(name, { kl: 'exact' })).toEqual(["kl is 'closed form' or 'sampled', but 'exact' was given"])
    expect(said('elbo', { kl: 'sampled' })).toEqual([])
    expect(said('elbo', { klTable: 'mine' })).toEqual([
      "klTable must be a table of closed forms, but 'mine' was given",
    ])
  })

  it('with every other fault of a construction', () => {
    expect(said('elbo', { sties: {}, kl: 1, particles: 0, beta: -1 })).toEqual([
      "elbo has no option 'sties'",
      "kl is 'closed form' or 'sampled', but 1 was given",
      'particles must be a whole number >= 1, but 0 was given',
      'beta must be a number >= 0, but -1 was given',
    ])
  })

  it('numbers that are written as text, and schedules where there is one number', () => {
    expect(said('cubo', { order: '2' })).toEqual(["order must be a number >= 1, but '2' was given"])
    expect(said('tailAdaptive', { beta: '-1' })).toEqual(["beta must be a number <= 0, but '-1' was given"])
    expect(said('infoVae', { alpha: '1' })).toEqual([
      "alpha of infoVae must be a number <= 1, but '1' was given",
    ])
    const always = () => 1
    for (const [name, weight] of [
      ['semiSupervised', 'alpha'],
      ['wae', 'lambda'],
    ] as const)
      expect(said(name, { [weight]: always })).toEqual([
        `${weight} must be a number >= 0, but a function was given`,
      ])
  })

  it('that are no numbers', () => {
    expect(said('wae', { kernel: 'gaussian' })).toEqual([
      "kernel must be a similarity of two points, but 'gaussian' was given",
    ])
    expect(said('semiSupervised', { known: 1 })).toEqual([
      'known must be the name of a column, but 1 was given',
    ])
    expect(said('svgd', { data: 'x' })).toEqual(["data must be a list of sites of p, but 'x' was given"])
    const asked = { z: { method: 'score', baseline: 'none', raoBlackwell: 'no' } }
    expect(said('elbo', { sites: asked })).toEqual([
      "site 'z': raoBlackwell must be true or false, but no was given",
    ])
  })
})
