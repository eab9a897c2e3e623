import { pipe } from 'fp-ts/lib/function.js'
import { describe, expectTypeOf, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { exponential } from '../../src/dsl/distributions/exponential.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import { dense, gaussian, mlp } from '../../src/dsl/nets/dense.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import { sum } from '../../src/dsl/operations/reductions.js'
import { binary, real } from '../../src/dsl/space.js'
import { compose } from '../../src/inference/combinators/compose.js'
import { logNormalizer, targetMean } from '../../src/inference/combinators/estimates.js'
import { evidenceBound } from '../../src/inference/combinators/evidenceBound.js'
import { extend } from '../../src/inference/combinators/extend.js'
import { factor } from '../../src/inference/combinators/factor.js'
import { marginal } from '../../src/inference/combinators/marginal.js'
import { type ObservedFault, primitive } from '../../src/inference/combinators/primitive.js'
import type { AnyProgram } from '../../src/inference/combinators/program.js'
import { propose } from '../../src/inference/combinators/propose.js'
import { rename } from '../../src/inference/combinators/rename.js'
import { resample } from '../../src/inference/combinators/resample.js'
import type { IsTarget, ProposeFault, SequenceFault } from '../../src/inference/combinators/rules.js'

const X = binary(5)
const Z = real(2)
const p = pipe(
  Do,
  nets({ decode: dense(Z, real(5)) }),
  bind('z', () => standardNormal(2)),
  bind('x', ({ z, decode }) => bernoulli({ logits: decode(z) })),
)
const q = pipe(
  given({ x: X }),
  nets({ encode: gaussian(X, [3], Z) }),
  bind('z', ({ x, encode }) => normal(encode(x))),
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
  it('knows what is drawn, what is read, and the nets', () => {
    expectTypeOf<keyof typeof target.sites>().toEqualTypeOf<'z'>()
    expectTypeOf<keyof typeof target.observed>().toEqualTypeOf<'x'>()
    expectTypeOf<keyof typeof target.nets>().toEqualTypeOf<'decode'>()
    expectTypeOf(target.kind).toEqualTypeOf<'target'>()
  })

  it('refuses observed names that are no sites, or have no density', () => {
    // @ts-expect-error 'y' is no site of this model
    primitive(p, { observed: ['y'] })
    expectTypeOf<ObservedFault<(typeof p)['entries'], 'y'>>().toEqualTypeOf<"'y' is no site of this model">()
    // @ts-expect-error site 'z' is drawn from push, which has no density to weigh by
    primitive(implicit, { observed: ['z'] })
  })

  it('refuses shared sites', () => {
    const pooled = pipe(
      Do,
      shared('w', () => standardNormal()),
    )
    // @ts-expect-error site 'w' is shared by all data, so it has no weight per datum
    primitive(pooled)
  })
})

describe('propose', () => {
  it('gives an inference program with the data and nets of both', () => {
    const found = propose(target, q)
    expectTypeOf(found.kind).toEqualTypeOf<'inference'>()
    expectTypeOf<keyof typeof found.sites>().toEqualTypeOf<'z'>()
    expectTypeOf<keyof typeof found.nets>().toEqualTypeOf<'decode' | 'encode'>()
    const bound = evidenceBound(found, { particles: 5 })
    expectTypeOf<keyof typeof bound.data>().toEqualTypeOf<'x'>()
    expectTypeOf<keyof typeof bound.nets>().toEqualTypeOf<'decode' | 'encode'>()
  })

  it('refuses a proposal that does not cover the target', () => {
    const elsewhere = pipe(
      Do,
      bind('u', () => standardNormal(2)),
    )
    // @ts-expect-error site 'z' of the target: the proposal does not draw it
    propose(target, elsewhere)
    expectTypeOf<ProposeFault<typeof target, typeof elsewhere>>().toEqualTypeOf<
      | "site 'z' of the target: the proposal does not draw it"
      | "site 'u' of the proposal: the target has no such site"
    >()
    // @ts-expect-error site 'next' of the proposal: the target has no such site
    propose(target, compose(target, walk))
  })

  it('refuses another space', () => {
    const wide = pipe(
      Do,
      bind('z', () => standardNormal(3)),
    )
    // @ts-expect-error site 'z': the target has Real[2] but the proposal draws Real[3]
    propose(target, wide)
    const half = pipe(
      Do,
      bind('z', () => exponential({ rate: 1 })),
    )
    const whole = pipe(
      Do,
      bind('z', () => standardNormal()),
    )
    expectTypeOf<
      ProposeFault<typeof whole, typeof half>
    >().toEqualTypeOf<"site 'z': the target has Real but the proposal draws Positive">()
    // @ts-expect-error a smaller support does not cover the target
    propose(whole, half)
  })

  it('refuses what has no density', () => {
    const both = pipe(
      Do,
      bind('e', () => standardNormal(2)),
      bind('z', ({ e }) => normal({ loc: e, scale: 1 })),
    )
    // @ts-expect-error site 'z': the proposal draws it from push, which has no density
    propose(both, implicit)
    // @ts-expect-error site 'z': the target draws it from push, which has no density
    propose(implicit, both)
  })

  it('refuses a target that is an inference program, and a proposal that has forgotten sites', () => {
    const found = propose(target, q)
    // @ts-expect-error a target is a model, or built of models by extend, compose and factor
    propose(found, q)
    expectTypeOf<
      IsTarget<typeof found>
    >().toEqualTypeOf<'a target is a model, or built of models by extend, compose and factor, but an inference program was given'>()
    const forgetful = rename(marginal(compose(found, walk), ['next']), { z: 'next' })
    // @ts-expect-error the proposal has forgotten sites by marginal, so its density is not known
    propose(target, forgetful)
    // @ts-expect-error and so has what was resampled or composed
    propose(target, resample(forgetful))
  })
})

describe('compose, extend, rename, factor', () => {
  it('feeds inputs by name, and forgets auxiliary sites when weighed', () => {
    const sequence = compose(target, walk)
    expectTypeOf<keyof typeof sequence.sites>().toEqualTypeOf<'z' | 'next'>()
    expectTypeOf<keyof typeof sequence.inputs>().toEqualTypeOf<never>()
    expectTypeOf(sequence.kind).toEqualTypeOf<'target'>()
    const extended = extend(target, walk)
    expectTypeOf<(typeof extended.auxiliary)[number]>().toEqualTypeOf<'next'>()
    const found = propose(extended, compose(primitive(q), walk))
    expectTypeOf<keyof typeof found.sites>().toEqualTypeOf<'z'>()
  })

  it('takes no kernel, which hides what it draws', () => {
    const kernel = compose(q, walk)
    expectTypeOf(kernel.tag).toEqualTypeOf<'kernel'>()
    // @ts-expect-error a kernel hides what it draws, so it has no density
    propose(extend(target, walk), kernel)
    // @ts-expect-error a kernel hides what it draws, so it has no density
    extend(target, kernel)
  })

  it('refuses a site twice, another space, and a site that the other reads', () => {
    // @ts-expect-error both programs draw 'z'
    compose(target, q)
    const narrow = pipe(
      given({ z: real(3) }),
      bind('next', ({ z }) => normal({ loc: sum(z), scale: 1 })),
    )
    // @ts-expect-error input 'z': the first program draws Real[2] but the second takes Real[3]
    compose(target, narrow)
    expectTypeOf<
      SequenceFault<typeof target, typeof narrow>
    >().toEqualTypeOf<"input 'z': the first program draws Real[2] but the second takes Real[3]">()
    const pixels = pipe(
      Do,
      bind('x', () => bernoulli({ logits: 0 })),
    )
    // @ts-expect-error site 'x' is drawn by one program and read from the data by the other
    compose(target, pixels)
  })

  it('refuses an extension that weighs', () => {
    const seen = primitive(
      pipe(
        given({ z: Z }),
        bind('y', ({ z }) => normal({ loc: z, scale: 1 })),
      ),
      { observed: ['y'] },
    )
    // @ts-expect-error site 'y' of the extension is observed, but an extension must be normalized
    extend(target, seen)
  })

  it('renames sites that there are, to names that are free', () => {
    const sequence = compose(target, walk)
    const moved = rename(sequence, { start: 'z' })
    expectTypeOf<keyof typeof moved.sites>().toEqualTypeOf<'start' | 'next'>()
    // @ts-expect-error 'u' is no site of this program
    rename(sequence, { start: 'u' })
    // @ts-expect-error the name 'z' is taken in this program
    rename(sequence, { z: 'next' })
    // @ts-expect-error 'u' is no site of this program
    marginal(sequence, ['u'])
  })

  it('shows sites, inputs and data to a factor', () => {
    const tilted = factor(target, ({ z, x }) => {
      expectTypeOf(z.shape).toEqualTypeOf<[2]>()
      expectTypeOf(x.shape).toEqualTypeOf<[5]>()
      return sum(z)
    })
    expectTypeOf(tilted.kind).toEqualTypeOf<'target'>()
    // @ts-expect-error there is no site y
    factor(target, ({ y }) => sum(y))
  })
})

describe('estimates', () => {
  it('asks for params and data', () => {
    const found = propose(target, q)
    // @ts-expect-error params are missing
    logNormalizer(found, { data: { x: [[0, 1, 0, 1, 1]] } })
    // @ts-expect-error f sees the sites of the target only
    targetMean(found, ({ x }) => sum(x), { params: undefined as never, data: { x: [[0, 1, 0, 1, 1]] } })
    logNormalizer(
      pipe(
        Do,
        bind('z', () => standardNormal(2)),
      ),
      {},
    )
  })
})

describe('programs that the compiler does not know', () => {
  it('are checked at construction only', () => {
    const known = (any: AnyProgram): AnyProgram => propose(any, resample(compose(any, any)))
    expectTypeOf(known).returns.toEqualTypeOf<AnyProgram>()
  })
})
