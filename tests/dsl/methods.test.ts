/** Options of gradient methods: the run-time twins, in the words that the compiler prints, each with a remedy. */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { MethodFault } from '../../src/dsl/gradientMethods.js'
import type { OptionFault } from '../../src/dsl/methods.js'

const errorsOf = (f: () => unknown): readonly g.GiryError[] => {
  try {
    f()
  } catch (e) {
    if (e instanceof g.GiryException) return e.errors
    throw e
  }
  return []
}
const p = g.pipe(
  g.Do,
  g.bind('c', () => g.bernoulli({ logits: g.value(g.real(3), [0, 1, -1]) })),
  g.bind('z', ({ c }) => g.normal({ loc: g.sum(c), scale: 1 })),
  g.bind('y', ({ z }) => g.normal({ loc: z, scale: 1 })),
)
const q = g.pipe(
  g.given({ y: g.real() }),
  g.bind('c', () => g.bernoulli({ logits: g.value(g.real(3), [0, 1, -1]) })),
  g.bind('z', ({ y }) => g.normal({ loc: y, scale: 1 })),
)
const b = g.mlp(g.real(), [2], g.real())
const wide = g.mlp(g.real(3), [2], g.real())

// The types are defeated on purpose.
const elbo = g.elbo as unknown as (p: unknown, q: unknown, options: unknown) => unknown
const saidOf = (sites: object) => {
  const errors = errorsOf(() => elbo(p, q, { sites }))
  for (const e of errors) expect(e.remedy).not.toBe('')
  return errors.map((e) => e.message)
}
type Q = typeof q

describe('methods', () => {
  it('need a capability', () => {
    const said: MethodFault<Q, { z: 'rebar' }> =
      "site 'z': the gradient method 'rebar' needs the capability 'relaxable', which normal lacks"
    expect(saidOf({ z: 'rebar' })).toEqual([said])
    const other: MethodFault<Q, { c: { method: 'stickingTheLanding' } }> =
      "site 'c': the gradient method 'stickingTheLanding' needs the capability 'pathwise', which bernoulli lacks"
    expect(saidOf({ c: { method: 'stickingTheLanding' } })).toEqual([other])
  })

  it('belong to an objective', () => {
    const said: MethodFault<Q, { z: 'vimco' }> = "site 'z': elbo has no gradient method 'vimco'"
    expect(saidOf({ z: 'vimco' })).toEqual([said])
    const none: MethodFault<Q, { z: 'stickingTheLanding' }, 'expect'> =
      "site 'z': expect has no gradient method 'stickingTheLanding'"
    const expectation = g.expect as unknown as (...all: unknown[]) => unknown
    const f = ({ y }: { y: unknown }) => y
    const errors = errorsOf(() => expectation(p, f, { sites: { z: 'stickingTheLanding' } }))
    expect(errors.map((e) => e.message)).toEqual([none])
    const magic: MethodFault<Q, { z: 'magic' }> =
      "site 'z': 'magic' is not one of the gradient methods pathwise, stickingTheLanding, score, enumerate, gumbelSoftmax, straightThrough, rebar, relax, measureValued"
    expect(saidOf({ z: 'magic' })).toEqual([magic])
  })
})

describe('options', () => {
  it('are those of the method', () => {
    const baseline: OptionFault<'z', { method: 'pathwise'; baseline: 'none' }> =
      "site 'z': the gradient method 'pathwise' has no baseline"
    expect(saidOf({ z: { method: 'pathwise', baseline: 'none' } })).toEqual([baseline])
    const typo: OptionFault<'c', { method: 'rebar'; temprature: 1 }> =
      "site 'c': the gradient method 'rebar' has no option 'temprature'"
    expect(saidOf({ c: { method: 'rebar', temprature: 1 } })).toEqual([typo])
  })

  it('lie in range', () => {
    const below: OptionFault<'c', { method: 'rebar'; temperature: -1 }> =
      "site 'c': temperature must be a number > 0, but -1 was given"
    expect(saidOf({ c: { method: 'rebar', temperature: -1 } })).toEqual([below])
    const zero: OptionFault<'c', { method: 'gumbelSoftmax'; temperature: 0 }> =
      "site 'c': temperature must be a number > 0, but 0 was given"
    expect(saidOf({ c: { method: 'gumbelSoftmax', temperature: 0 } })).toEqual([zero])
    expect(saidOf({ c: { method: 'rebar', temperature: (t: number) => 1 / t } })).toEqual([zero])
    expect(saidOf({ c: { method: 'rebar', weight: Number.NaN } })).toEqual([
      "site 'c': weight must be a number, but NaN was given",
    ])
    const movingAverage = g.movingAverage as (decay: number) => unknown
    for (const decay of [0, 1, -0.5, Number.NaN])
      expect(errorsOf(() => movingAverage(decay)).map((e) => e.message)).toEqual([
        `decay must lie within (0, 1), but ${decay} was given`,
      ])
    expect(saidOf({ z: { method: 'score', baseline: 'mean' } })).toEqual([`site 'z': "mean" is no baseline`])
    expect(saidOf({ z: { method: 'score', baseline: null } })).toEqual([`site 'z': null is no baseline`])
  })
})

describe('what a baseline sees', () => {
  it('is not its own site, nor a later one, nor another space', () => {
    const own = g.score({ baseline: g.learned(g.given({ z: g.real() }), { b }, ({ z, b }) => b(z)) })
    const said: OptionFault<'z', typeof own> = "site 'z': the baseline sees 'z', which it is subtracted for"
    expect(saidOf({ z: own })).toEqual([said])
    const later = g.score({ baseline: g.learned(g.given({ z: g.real() }), { b }, ({ z, b }) => b(z)) })
    expect(saidOf({ c: later })).toEqual([
      "site 'c': the baseline sees 'z', which q does not have before 'c'",
    ])
    const stranger = g.score({ baseline: g.learned(g.given({ u: g.real() }), { b }, ({ u, b }) => b(u)) })
    expect(saidOf({ c: stranger })).toEqual([
      "site 'c': the baseline sees 'u', which q does not have before 'c'",
    ])
    const other = g.score({
      baseline: g.learned(g.given({ y: g.real(3) }), { wide }, ({ y, wide }) => wide(y)),
    })
    expect(saidOf({ z: other })).toEqual(["site 'z': the baseline sees 'y' as Real[3], but q has Real"])
  })

  it('ends in a scalar, by nets of its shape', () => {
    const learned = g.learned as unknown as (...all: unknown[]) => unknown
    const two = g.mlp(g.real(), [2], g.real(2))
    const run = (net: unknown) =>
      errorsOf(() =>
        learned(g.given({ y: g.real() }), { net }, ({ y, net }: Record<string, (y: unknown) => unknown>) =>
          (net as (y: unknown) => unknown)(y),
        ),
      ).map((e) => e.message)
    expect(run(two)).toEqual(['a learned baseline must be a scalar, but its function returned Real[2]'])
    expect(run(wide)).toEqual(['a net from Real[3] was fed Real'])
  })

  it('a control variate sees the continuous variable behind its site', () => {
    const blind = g.relax(g.given({ y: g.real() }), { b }, ({ y, b }) => b(y))
    const said: OptionFault<'c', typeof blind> = "site 'c': the control variate of relax does not see 'c'"
    expect(saidOf({ c: blind })).toEqual([said])
    const narrow = g.relax(g.given({ c: g.real() }), { b }, ({ c, b }) => b(c))
    expect(saidOf({ c: narrow })).toEqual([
      "site 'c': the control variate of relax sees 'c' as Real, but the continuous variable behind it is Real[3]",
    ])
  })
})

describe('nets', () => {
  it('of two baselines may be one, but not two of one name', () => {
    const of = (net: typeof b) =>
      g.score({ baseline: g.learned(g.given({ y: g.real() }), { b: net }, ({ y, b }) => b(y)) })
    expect(saidOf({ c: of(b), z: of(b) })).toEqual([])
    expect(saidOf({ c: of(b), z: of(g.mlp(g.real(), [2], g.real())) })).toEqual(["two nets are called 'b'"])
  })
})

describe('plates', () => {
  it('measure-valued derivatives take none', () => {
    const plates = { k: 3 }
    const model = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal(), { plates }),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 }), { plates }),
    )
    const family = g.pipe(
      g.given({ x: g.real() }),
      g.bind('z', ({ x }) => g.normal({ loc: x, scale: 1 }), { plates }),
    )
    expect(
      errorsOf(() => elbo(model, family, { sites: { z: 'measureValued' } })).map((e) => e.message),
    ).toEqual(["site 'z': the gradient method 'measureValued' takes no site in a plate, but it lies in k"])
  })
})
