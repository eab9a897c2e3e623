/** The rules at construction: the compiler's words (tests/types/combinators.test-d.ts), and what only run time can know. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { condition } from '../../../src/dsl/condition.js'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { exponential } from '../../../src/dsl/distributions/exponential.js'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import { poisson } from '../../../src/dsl/distributions/poisson.js'
import { push } from '../../../src/dsl/distributions/push.js'
import { GiryException } from '../../../src/dsl/error.js'
import { mlp } from '../../../src/dsl/nets/dense.js'
import { parameter } from '../../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../../src/dsl/notation.js'
import { exp } from '../../../src/dsl/operations/functions.js'
import { sum } from '../../../src/dsl/operations/reductions.js'
import { real } from '../../../src/dsl/space.js'
import { compose } from '../../../src/inference/combinators/compose.js'
import { evidenceBound } from '../../../src/inference/combinators/evidenceBound.js'
import { extend } from '../../../src/inference/combinators/extend.js'
import { factor } from '../../../src/inference/combinators/factor.js'
import { marginal } from '../../../src/inference/combinators/marginal.js'
import { primitive } from '../../../src/inference/combinators/primitive.js'
import { propose } from '../../../src/inference/combinators/propose.js'
import { rename } from '../../../src/inference/combinators/rename.js'
import { resample } from '../../../src/inference/combinators/resample.js'
import { stepwise } from '../../../src/inference/combinators/stepwise.js'

type Loose = (...args: readonly unknown[]) => never
const loose = <F>(f: F): Loose => f as unknown as Loose

const sentences = (f: () => unknown): readonly string[] => {
  try {
    f()
  } catch (e) {
    expect(e).toBeInstanceOf(GiryException)
    return (e as GiryException).errors.map((error) => error.message)
  }
  return []
}

const Z = real(2)
const prior = pipe(
  Do,
  bind('z', () => standardNormal(2)),
)
const p = pipe(
  Do,
  bind('z', () => standardNormal(2)),
  bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
)
const target = primitive(p, { observed: ['x'] })
const walk = pipe(
  given({ z: Z }),
  bind('next', ({ z }) => normal({ loc: z, scale: 1 })),
)
const implicit = pipe(
  Do,
  nets({ G: mlp(Z, [3], Z) }),
  bind('e', () => standardNormal(2)),
  bind('z', ({ e, G }) => push(G(e))),
)

describe('primitive', () => {
  it('refuses names, densities, scopes, batches and powers', () => {
    expect(sentences(() => loose(primitive)(p, { observed: ['y'] }))).toEqual([
      "'y' is no site of this model",
    ])
    expect(sentences(() => loose(primitive)(implicit, { observed: ['z'] }))).toEqual([
      "site 'z' is drawn from push, which has no density to weigh by",
    ])
    const pooled = pipe(
      Do,
      shared('w', () => standardNormal()),
    )
    expect(sentences(() => loose(primitive)(pooled))).toEqual([
      "site 'w' is shared by all data, so it has no weight per datum",
    ])
    const batch = condition(p, {
      x: [
        [1, 2],
        [3, 4],
      ],
    })
    expect(sentences(() => primitive(batch))).toEqual([
      "site 'x' is conditioned on 2 data, which a program would meet in other orders and sizes",
    ])
    expect(sentences(() => primitive(p, { observed: ['x'], power: -1 }))).toEqual([
      'power must be a number >= 0, but -1 was given',
    ])
    expect(sentences(() => loose(primitive)(condition(p, { x: [0, 1] }), { observed: ['x'] }))).toEqual([
      "'x' is no site of this model",
    ])
  })
})

describe('propose', () => {
  it('refuses what does not cover the target', () => {
    const elsewhere = pipe(
      Do,
      bind('u', () => standardNormal(2)),
    )
    expect(sentences(() => loose(propose)(target, elsewhere))).toEqual([
      "site 'z' of the target: the proposal does not draw it",
      "site 'u' of the proposal: the target has no such site",
    ])
    const wide = pipe(
      Do,
      bind('z', () => standardNormal(3)),
    )
    expect(sentences(() => loose(propose)(target, wide))).toEqual([
      "site 'z': the target has Real[2] but the proposal draws Real[3]",
    ])
    const half = pipe(
      Do,
      bind('z', () => exponential({ rate: 1 })),
    )
    const whole = pipe(
      Do,
      bind('z', () => standardNormal()),
    )
    expect(sentences(() => loose(propose)(whole, half))).toEqual([
      "site 'z': the target has Real but the proposal draws Positive",
    ])
  })

  it('refuses plates that differ', () => {
    const rows = pipe(
      Do,
      bind('z', () => standardNormal(2), { plates: { row: 3 } }),
    )
    expect(sentences(() => propose(prior, rows))).toEqual([
      "site 'z': the target draws it along no plate but the proposal along row (3)",
    ])
  })

  it('refuses what has no density, an inference program as target, and forgotten sites', () => {
    const both = pipe(
      Do,
      bind('e', () => standardNormal(2)),
      bind('z', ({ e }) => normal({ loc: e, scale: 1 })),
    )
    expect(sentences(() => loose(propose)(both, implicit))).toEqual([
      "site 'z': the proposal draws it from push, which has no density",
    ])
    expect(sentences(() => loose(propose)(implicit, both))).toEqual([
      "site 'z': the target draws it from push, which has no density",
    ])
    const found = propose(target, prior)
    const notTarget =
      'a target is a model, or built of models by extend, compose and factor, but an inference program was given'
    expect(sentences(() => loose(propose)(found, prior))).toEqual([notTarget])
    expect(sentences(() => loose(propose)(resample(target), prior))).toEqual([notTarget])
    expect(sentences(() => loose(extend)(found, walk))).toEqual([notTarget])
    expect(sentences(() => loose(factor)(found, () => 0))).toEqual([notTarget])
    const forgetful = resample(marginal(compose(found, walk), ['z']))
    expect(sentences(() => loose(propose)(target, forgetful))).toEqual([
      'the proposal has forgotten sites by marginal, so its density is not known',
    ])
  })

  it('refuses two nets, and two spaces, of one name', () => {
    const net = () =>
      pipe(
        Do,
        nets({ loc: parameter(real(2)) }),
        bind('z', ({ loc }) => normal({ loc: loc(), scale: 1 })),
      )
    expect(sentences(() => propose(net(), net()))).toEqual([
      "two programs use the name 'loc' for different nets",
    ])
    const reading = pipe(
      given({ x: real(3) }),
      bind('z', () => standardNormal(2)),
    )
    expect(sentences(() => propose(target, reading))).toEqual([
      "datum 'x': one program takes Real[2] and the other Real[3]",
    ])
  })
})

describe('compose, extend, rename, marginal, factor, resample', () => {
  it('refuse in the words of the compiler', () => {
    expect(sentences(() => loose(compose)(target, primitive(prior)))).toEqual(["both programs draw 'z'"])
    const narrow = pipe(
      given({ z: real(3) }),
      bind('next', ({ z }) => normal({ loc: sum(z), scale: 1 })),
    )
    expect(sentences(() => loose(compose)(target, narrow))).toEqual([
      "input 'z': the first program draws Real[2] but the second takes Real[3]",
    ])
    const drawsX = pipe(
      Do,
      bind('x', () => bernoulli({ logits: 0 })),
    )
    expect(sentences(() => loose(compose)(target, drawsX))).toEqual([
      "site 'x' is drawn by one program and read from the data by the other",
    ])
    const seen = primitive(
      pipe(
        given({ z: Z }),
        bind('y', ({ z }) => normal({ loc: z, scale: 1 })),
      ),
      { observed: ['y'] },
    )
    expect(sentences(() => loose(extend)(target, seen))[0]).toBe(
      "site 'y' of the extension is observed, but an extension must be normalized",
    )
    expect(
      sentences(() =>
        loose(extend)(
          target,
          factor(walk, ({ next }) => sum(next)),
        ),
      ),
    ).toEqual(['an extension must be normalized, but this one weighs its traces'])
    const sequence = compose(target, walk)
    expect(sentences(() => loose(rename)(sequence, { start: 'u' }))).toEqual([
      "'u' is no site of this program",
    ])
    expect(sentences(() => loose(rename)(sequence, { z: 'next' }))).toEqual([
      "the name 'z' is taken in this program",
    ])
    expect(sentences(() => loose(rename)(sequence, { a: 'z', b: 'z' }))[0]).toBe(
      "site 'z' is given two names",
    )
    expect(sentences(() => loose(rename)(extend(target, walk), { last: 'next' }))).toEqual([
      "'next' is auxiliary, and is forgotten anyway",
    ])
    expect(sentences(() => loose(marginal)(sequence, ['u']))).toEqual(["'u' is no site of this program"])
    expect(sentences(() => factor(extend(target, walk), ({ z }) => sum(z)))).toEqual([
      "'next' is auxiliary, and a factor on it would change the target",
    ])
    expect(sentences(() => loose(resample)(target, 'residual'))).toEqual([
      "resample knows systematic and multinomial, but 'residual' was given",
    ])
  })

  it('refuse a kernel, which hides what it draws', () => {
    const kernel = compose(prior, walk)
    expect(kernel.tag).toBe('kernel')
    const words =
      'a kernel hides what it draws, so it has no density: compose programs, with primitive(model) for a model'
    expect(sentences(() => loose(propose)(target, kernel))).toEqual([words])
    expect(sentences(() => loose(extend)(target, kernel))).toEqual([words])
  })
})

describe('objectives', () => {
  const rates = pipe(
    Do,
    nets({ logRate: parameter(real()) }),
    bind('n', ({ logRate }) => poisson({ rate: exp(logRate()) })),
  )
  const counts = pipe(
    Do,
    bind('n', () => poisson({ rate: 2 })),
  )

  it('refuse draws that would need the score function', () => {
    expect(sentences(() => evidenceBound(propose(counts, rates), { particles: 5 }))).toEqual([
      "site 'n' is drawn from poisson, whose gradient would need the score function, which evidenceBound does not have",
    ])
    expect(
      sentences(() => stepwise(propose(counts, rates), { particles: 5, divergence: 'reverse' })),
    ).toEqual([
      "site 'n' is drawn from poisson, whose gradient would need the score function, which the reverse divergence of stepwise does not have",
    ])
    expect(
      sentences(() => stepwise(propose(counts, rates), { particles: 5, divergence: 'forward' })),
    ).toEqual([])
    expect(sentences(() => evidenceBound(propose(rates, counts), { particles: 5 }))).toEqual([])
  })

  it('follow the dependence through inputs and names', () => {
    const start = pipe(
      Do,
      nets({ loc: parameter(real()) }),
      bind('z', ({ loc }) => normal({ loc: loc(), scale: 1 })),
    )
    const count = pipe(
      given({ u: real() }),
      bind('n', ({ u }) => poisson({ rate: exp(u) })),
    )
    const chain = compose(rename(primitive(start), { u: 'z' }), count)
    expect(sentences(() => evidenceBound(chain, { particles: 2 }))).toEqual([
      "site 'n' is drawn from poisson, whose gradient would need the score function, which evidenceBound does not have",
    ])
    // What a level gives is a constant of the levels after it.
    const weighed = compose(propose(start, start), rename(primitive(counts), { m: 'n' }))
    expect(sentences(() => stepwise(weighed, { particles: 2, divergence: 'reverse' }))).toEqual([])
  })

  it('refuse options, and a program that proposes nothing', () => {
    const found = propose(target, prior)
    expect(sentences(() => evidenceBound(found, { particles: 0 }))).toEqual([
      'particles must be a whole number >= 1, but 0 was given',
    ])
    expect(sentences(() => stepwise(found, { particles: 1, divergence: 'forward' }))).toEqual([
      'with one particle every weight is 1, and the forward divergence has no gradient',
    ])
    expect(sentences(() => stepwise(found, { particles: 2, divergence: 'sideways' as never }))).toEqual([
      "stepwise knows reverse and forward, but 'sideways' was given",
    ])
    expect(sentences(() => stepwise(target, { particles: 2, divergence: 'reverse' }))).toEqual([
      'this program proposes nothing, so there is no proposal to train',
    ])
  })
})
