/** Which method each site comes to, by bound, capability and number of particles, and the sentences of what is asked for. */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyModel } from '../../../src/dsl/model.js'
import { importanceMethods, type MethodRules } from '../../../src/inference/importance/methods.js'
import { constantDraws } from '../../../src/inference/importance/posteriorMean.js'
import { powerRules } from '../../../src/inference/importance/powerRules.js'
import { iwae } from '../../../src/inference/iwae.js'
import { renyi } from '../../../src/inference/renyi.js'
import { sentences, untyped } from './untyped.js'

const sites = <T, G, R>(m: g.Model<T, G, R>) =>
  g.pipe(
    m as g.Model,
    g.bind('c' as never, () => g.bernoulli({ probs: 0.5 })) as never,
    g.bind('n' as never, () => g.poisson({ rate: 2 })) as never,
    g.bind('z' as never, () => g.standardNormal()) as never,
  ) as unknown as AnyModel
const p = g.bind(
  'x' as never,
  (({ z }: { z: never }) => g.normal({ loc: z, scale: 1 })) as never,
)(sites(g.Do) as never) as unknown as AnyModel
const q = sites(g.given({ x: g.real() }))

const of = (rules: MethodRules, particles: number, asked = {}) =>
  importanceMethods(p, q, asked, rules, particles)

describe('the choice', () => {
  it('of a power mean: summed out, pathwise, and vimco, or score where there is one particle', () => {
    expect(of(powerRules('iwae'), 5)).toEqual({ c: 'enumerate', n: 'vimco', z: 'pathwise' })
    expect(of(powerRules('iwae'), 1)).toEqual({ c: 'enumerate', n: 'score', z: 'pathwise' })
  })
  it('of constant draws', () => {
    expect(of(constantDraws('tvo'), 5)).toEqual({ c: 'enumerate', n: 'score', z: 'score' })
  })
  it('follows what is asked for, by name or record; one site doubly reparameterized, all pathwise ones', () => {
    expect(of(powerRules('iwae'), 5, { c: { method: 'vimco' }, z: 'stickingTheLanding' })).toEqual({
      c: 'vimco',
      n: 'vimco',
      z: 'stickingTheLanding',
    })
    const two = g.bind('y' as never, (() => g.standardNormal()) as never)(q as never) as unknown as AnyModel
    expect(importanceMethods(p, two, { z: 'doublyReparameterized' }, powerRules('iwae'), 5).y).toBe(
      'doublyReparameterized',
    )
  })
})

describe('sentences', () => {
  it('for options, which these bounds do not read, and methods of other objectives', () => {
    const asked = (c: unknown) => sentences(() => untyped(iwae)(p, q, { particles: 2, sites: { c } }))
    expect(asked({ method: 'score', baseline: 'none' })).toEqual([
      "site 'c': iwae takes the gradient method 'score' without options",
    ])
    expect(asked({ method: 'score' })).toEqual([])
    expect(asked('rebar')).toEqual(["site 'c': iwae has no gradient method 'rebar'"])
    expect(asked('magic')).toEqual(["site 'c': iwae has no gradient method 'magic'"])
  })
  it('for an implicit q, in the words of elbo', () => {
    const implicit = g.pipe(
      g.given({ x: g.real() }),
      g.bind('z', () => g.push(g.value(g.real(), 0))),
    )
    const model = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
    )
    const one = { particles: 2 }
    for (const [bound, options] of [
      [iwae, one],
      [renyi, { ...one, alpha: 0.5 }],
      [g.cubo, one],
      [g.cuboExponential, one],
      [g.tailAdaptive, one],
      [g.wakeTheta, one],
      [g.wakePhi, one],
      [g.sleep, one],
      [g.tvo, { ...one, partitions: 2 }],
      [g.reweightedWakeSleep, one],
    ] as const)
      expect(sentences(() => untyped(bound)(model, implicit, options))).toEqual([
        "latent 'z': q draws it from push, which has no density, but the bound needs log q(z)",
      ])
  })
})
