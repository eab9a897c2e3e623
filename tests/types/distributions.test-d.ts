/** What distributions refuse at compile time, with the sentence; and what they know: capabilities, shapes, families. */
import { describe, expectTypeOf, it } from 'vitest'
import type { Distribution, EventSpace } from '../../src/dsl/distribution.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { binomial } from '../../src/dsl/distributions/binomial.js'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { delta } from '../../src/dsl/distributions/delta.js'
import { exponential } from '../../src/dsl/distributions/exponential.js'
import { geometric } from '../../src/dsl/distributions/geometric.js'
import { iid } from '../../src/dsl/distributions/iid.js'
import { independent } from '../../src/dsl/distributions/independent.js'
import { laplace } from '../../src/dsl/distributions/laplace.js'
import { logNormal } from '../../src/dsl/distributions/logNormal.js'
import { mixture } from '../../src/dsl/distributions/mixture.js'
import { multinomial } from '../../src/dsl/distributions/multinomial.js'
import { multivariateNormal, type Squares } from '../../src/dsl/distributions/multivariateNormal.js'
import { negativeBinomial } from '../../src/dsl/distributions/negativeBinomial.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { oneHotCategorical } from '../../src/dsl/distributions/oneHotCategorical.js'
import type { Within } from '../../src/dsl/distributions/parameter.js'
import type { Alike, CapabilitiesOf } from '../../src/dsl/distributions/parts.js'
import { poisson } from '../../src/dsl/distributions/poisson.js'
import type { IsVector } from '../../src/dsl/distributions/probabilities.js'
import { push } from '../../src/dsl/distributions/push.js'
import { relaxedBernoulli } from '../../src/dsl/distributions/relaxedBernoulli.js'
import { relaxedOneHotCategorical } from '../../src/dsl/distributions/relaxedOneHotCategorical.js'
import { truncatedNormal } from '../../src/dsl/distributions/truncatedNormal.js'
import { standardUniform, uniform } from '../../src/dsl/distributions/uniform.js'
import type {
  Binary,
  Category,
  Cholesky,
  Count,
  Interval,
  OneHot,
  Positive,
  Real,
  Simplex,
  Unit,
} from '../../src/dsl/domains/marks.js'
import { type ClosedForm, type HasKl, klExact } from '../../src/dsl/kl.js'
import type { Meets } from '../../src/dsl/operations/argument.js'
import type { ValueIn } from '../../src/dsl/space.js'
import type { Value } from '../../src/dsl/value.js'

declare const r: Value<[], Real>
declare const r2: Value<[2], Real>
declare const r3: Value<[3], Real>
declare const r23: Value<[2, 3], Real>
declare const p2: Value<[2], Positive>
declare const p3: Value<[3], Positive>
declare const u2: Value<[2], Unit>
declare const s2: Value<[2], Simplex>
declare const s3: Value<[3], Simplex>
declare const l2: Value<[2, 2], Cholesky>
declare const l3: Value<[3, 3], Cholesky>
declare const b2: Value<[2], Binary>

type SpaceOf<D> = D extends Distribution<infer X, never, string> ? X : never

describe('parameters outside their domain do not compile', () => {
  it('prints the parameter, its domain and what was given', () => {
    const real: Within<
      Value<[2], Real>,
      Positive,
      'scale of normal'
    > = 'scale of normal must be Positive, but Real[2] was given'
    const negative: Within<-1, Positive, 'scale of laplace'> = {
      error: 'scale of laplace must be Positive, but -1 was given',
    }
    const probs: Within<
      Value<[3], Real>,
      Simplex,
      'probs of categorical'
    > = 'probs of categorical must be Simplex, but Real[3] was given'
    const vector: IsVector<
      Value<[2, 3], Real>,
      'logits of categorical'
    > = 'logits of categorical must be a vector, but Real[2, 3] was given'
    const factor: Squares<
      Value<[3], Real>,
      Value<[2, 2], Cholesky>
    > = 'scaleTril of multivariateNormal must be Cholesky[3, 3], but Cholesky[2, 2] was given'
    const shapes: Meets<
      Value<[2], Real>,
      Value<[3], Positive>,
      'normal'
    > = 'normal was given Real[2] and Positive[3]'
    const scalarLogits: IsVector<3, 'logits of categorical'> = {
      error: 'logits of categorical must be a vector, but 3 was given',
    }
    const triangular: Squares<Value<[2], Real>, 1> = {
      error: 'scaleTril of multivariateNormal must be Cholesky[2, 2], but 1 was given',
    }
    expectTypeOf([real, negative, probs, vector, factor, shapes, scalarLogits, triangular]).toBeArray()
  })

  it('refuses each parameter of each distribution', () => {
    // @ts-expect-error scale of normal must be Positive, but Real[2] was given
    normal({ loc: r2, scale: r2 })
    // @ts-expect-error scale of normal must be Positive, but 0 was given
    normal({ loc: r2, scale: 0 })
    // @ts-expect-error scale of laplace must be Positive, but Real[2] was given
    laplace({ loc: r2, scale: r2 })
    // @ts-expect-error scale of logNormal must be Positive, but -1 was given
    logNormal({ loc: r2, scale: -1 })
    // @ts-expect-error rate of exponential must be Positive, but Real[2] was given
    exponential({ rate: r2 })
    // @ts-expect-error rate of poisson must be Positive, but Real[2] was given
    poisson({ rate: r2 })
    // @ts-expect-error probs of bernoulli must be Unit, but Real[2] was given
    bernoulli({ probs: r2 })
    // @ts-expect-error probs of categorical must be Simplex, but Real[3] was given
    categorical({ probs: r3 })
    // @ts-expect-error logits of categorical must be a vector, but Real was given
    categorical({ logits: r })
    // @ts-expect-error logits of categorical must be a vector, but 3 was given
    categorical({ logits: 3 })
    // @ts-expect-error logits of oneHotCategorical must be a vector, but Real[2, 3] was given
    oneHotCategorical({ logits: r23 })
    // @ts-expect-error probs of oneHotCategorical must be Simplex, but Unit[2] was given
    oneHotCategorical({ probs: u2 })
    // @ts-expect-error trials of binomial must be Count, but 2.5 was given
    binomial({ trials: 2.5, logits: r2 })
    // @ts-expect-error trials of binomial must be Count, but -1 was given
    binomial({ trials: -1, logits: r2 })
    // @ts-expect-error trials of binomial must be Count, but Real[2] was given
    binomial({ trials: r2, logits: r2 })
    // @ts-expect-error probs of binomial must be Unit, but Real[2] was given
    binomial({ trials: 3, probs: r2 })
    // @ts-expect-error trials of multinomial must be a scalar, but Binary[2] was given
    multinomial({ trials: b2, logits: r3 })
    // @ts-expect-error logits of multinomial must be a vector, but Real was given
    multinomial({ trials: 3, logits: r })
    // @ts-expect-error failures of negativeBinomial must be Positive, but 0 was given
    negativeBinomial({ failures: 0, logits: r2 })
    // @ts-expect-error probs of geometric must be Unit, but Real[2] was given
    geometric({ probs: r2 })
    // @ts-expect-error scale of truncatedNormal must be Positive, but Real[2] was given
    truncatedNormal({ loc: r2, scale: r2, low: 0, high: 1 })
    // @ts-expect-error temperature of relaxedBernoulli must be Positive, but Real was given
    relaxedBernoulli({ temperature: r, logits: r2 })
    // @ts-expect-error temperature of relaxedOneHotCategorical must be a scalar, but Positive[2] was given
    relaxedOneHotCategorical({ temperature: p2, logits: r3 })
    // @ts-expect-error scaleTril of multivariateNormal must be Cholesky, but Real[2, 3] was given
    multivariateNormal({ loc: r2, scaleTril: r23 })
    // @ts-expect-error probs of mixture must be Simplex, but Real[2] was given
    mixture({ probs: r2 }, [standardNormal(), standardNormal()])
  })

  it('refuses shapes that do not meet', () => {
    // @ts-expect-error normal was given Real[2] and Positive[3]
    normal({ loc: r2, scale: p3 })
    // @ts-expect-error laplace was given Real[2] and Positive[3]
    laplace({ loc: r2, scale: p3 })
    // @ts-expect-error logNormal was given Real[2] and Positive[3]
    logNormal({ loc: r2, scale: p3 })
    // @ts-expect-error uniform was given Real[2] and Real[3]
    uniform({ low: r2, high: r3 })
    // @ts-expect-error scaleTril of multivariateNormal must be Cholesky[3, 3], but Cholesky[2, 2] was given
    multivariateNormal({ loc: r3, scaleTril: l2 })
    // @ts-expect-error mixture was given 3 weights and 2 distributions
    mixture({ probs: s3 }, [standardNormal(), standardNormal()])
  })

  it('refuses parts that are not alike, with both of them named', () => {
    const n2 = standardNormal(2)
    const b = bernoulli({ logits: r2 })
    const n3 = standardNormal(3)
    const shape: Alike<readonly [typeof n2, typeof n3], 'independent'> =
      'independent was given a normal on Real[2] and a normal on Real[3]'
    const measure: Alike<readonly [typeof n2, typeof b], 'mixture'> =
      'mixture was given a normal on Real[2] and a bernoulli on Binary[2]'
    expectTypeOf([shape, measure]).toBeArray()
    // @ts-expect-error independent was given no distributions
    independent([])
    // @ts-expect-error independent was given a normal on Real[2] and a normal on Real[3]
    independent([n2, n3])
    // @ts-expect-error mixture was given a normal on Real[2] and a bernoulli on Binary[2]
    mixture({ probs: s2 }, [n2, b])
  })
})

describe('what a distribution is known to be', () => {
  it('has the space of its parameters', () => {
    expectTypeOf<SpaceOf<ReturnType<typeof standardNormal<[2, 3]>>>>().toEqualTypeOf<
      EventSpace<[2, 3], Real>
    >()
    const scaled = normal({ loc: r2, scale: 1 })
    expectTypeOf<typeof scaled.space>().toEqualTypeOf<EventSpace<[2], Real>>()
    const laplaceOf = laplace({ loc: 0, scale: p3 })
    expectTypeOf<typeof laplaceOf.space>().toEqualTypeOf<EventSpace<[3], Real>>()
    const label = categorical({ logits: r3 })
    expectTypeOf<typeof label.space>().toEqualTypeOf<EventSpace<[], Category<3>>>()
    const hot = oneHotCategorical({ probs: s3 })
    expectTypeOf<typeof hot.space>().toEqualTypeOf<EventSpace<[3], OneHot>>()
    const counts = poisson({ logRate: r2 })
    expectTypeOf<typeof counts.space>().toEqualTypeOf<EventSpace<[2], Count>>()
    const successes = binomial({ trials: 10, logits: r2 })
    expectTypeOf<typeof successes.space>().toEqualTypeOf<EventSpace<[2], Count>>()
    const tally = multinomial({ trials: 10, logits: r3 })
    expectTypeOf<typeof tally.space>().toEqualTypeOf<EventSpace<[3], Count>>()
    const before = negativeBinomial({ failures: p3, logits: 0 })
    expectTypeOf<typeof before.space>().toEqualTypeOf<EventSpace<[3], Count>>()
    const waiting = geometric({ probs: u2 })
    expectTypeOf<typeof waiting.space>().toEqualTypeOf<EventSpace<[2], Count>>()
    const cut = truncatedNormal({ loc: 0, scale: p3, low: 0, high: 1 })
    expectTypeOf<typeof cut.space>().toEqualTypeOf<EventSpace<[3], Interval>>()
    const coin = relaxedBernoulli({ temperature: 1, logits: r2 })
    expectTypeOf<typeof coin.space>().toEqualTypeOf<EventSpace<[2], Unit>>()
    const soft = relaxedOneHotCategorical({ temperature: 1, probs: s3 })
    expectTypeOf<typeof soft.space>().toEqualTypeOf<EventSpace<[3], Simplex>>()
    const cube = standardUniform(2)
    expectTypeOf<typeof cube.space>().toEqualTypeOf<EventSpace<[2], Unit>>()
    const box = uniform({ low: r2, high: 1 })
    expectTypeOf<typeof box.space>().toEqualTypeOf<EventSpace<[2], Interval>>()
    const full = multivariateNormal({ loc: r3, scaleTril: l3 })
    expectTypeOf<typeof full.space>().toEqualTypeOf<EventSpace<[3], Real>>()
    const labels = iid(4, label)
    expectTypeOf<ValueIn<typeof labels.space>>().toEqualTypeOf<Value<[4], Category<3>>>()
    const both = independent([scaled, full2])
    expectTypeOf<typeof both.space.shape>().toEqualTypeOf<[2, 2]>()
    const mixed = mixture({ logits: r2 }, [standardNormal(), exponential({ rate: 1 })])
    expectTypeOf<typeof mixed.space.shape>().toEqualTypeOf<[]>()
    const computed = mixture(
      { logits: r3 },
      [-1, 0, 1].map((loc) => normal({ loc, scale: p2 })),
    )
    expectTypeOf<typeof computed.space>().toEqualTypeOf<EventSpace<[2], Real>>()
    expectTypeOf<CapabilitiesOf<typeof computed>>().toEqualTypeOf<'density'>()
    expectTypeOf(computed.mean()).toEqualTypeOf<Value<[2], Real>>()
  })

  it('has the capabilities of its parts', () => {
    const coins = iid(3, bernoulli({ logits: r2 }))
    expectTypeOf<CapabilitiesOf<typeof coins>>().toEqualTypeOf<'density' | 'enumerable'>()
    expectTypeOf(coins.enumerate('point')).toEqualTypeOf<Value<[3, 2], Binary>>()
    const listed = binomial({ trials: 3, logits: r2 })
    expectTypeOf<CapabilitiesOf<typeof listed>>().toEqualTypeOf<'density' | 'enumerable'>()
    const unlisted = binomial({ trials: b2, logits: r2 })
    expectTypeOf<CapabilitiesOf<typeof unlisted>>().toEqualTypeOf<'density'>()
    const pair = independent([standardNormal(), push(r)])
    expectTypeOf<CapabilitiesOf<typeof pair>>().toEqualTypeOf<'pathwise'>()
    const mixed = mixture({ logits: r2 }, [standardNormal(), laplace({ loc: 0, scale: 1 })])
    expectTypeOf<CapabilitiesOf<typeof mixed>>().toEqualTypeOf<'density'>()
    const point = delta(b2)
    expectTypeOf<CapabilitiesOf<typeof point>>().toEqualTypeOf<'density' | 'enumerable'>()
    const atom = delta(r2)
    expectTypeOf<CapabilitiesOf<typeof atom>>().toEqualTypeOf<'pathwise'>()
  })

  it('has the family that the table is read by', () => {
    expectTypeOf(iid(3, standardNormal(2)).family).toEqualTypeOf<'iid(normal)'>()
    expectTypeOf(
      independent([standardNormal(), laplace({ loc: 0, scale: 1 })]).family,
    ).toEqualTypeOf<'independent(normal,laplace)'>()
  })

  it('lacks what it cannot do', () => {
    // @ts-expect-error push has no density
    push(r2).logProb(r2)
    // @ts-expect-error delta on Real has no density
    delta(r2).logProb(r2)
    // @ts-expect-error normal is not enumerable
    standardNormal(2).enumerate('point')
    // @ts-expect-error a mixture with an implicit component has no density
    mixture({ logits: r2 }, [standardNormal(), push(r)]).logProb(r)
    // @ts-expect-error the entropy of a Poisson has no closed form
    poisson({ rate: 1 }).entropy()
    // @ts-expect-error a value of another shape
    standardNormal(2).logProb(r3)
  })
})

declare const full2: ReturnType<typeof multivariateNormal<Value<[2], Real>, Value<[2, 2], Cholesky>>>

describe('klExact compiles only for pairs in the table', () => {
  it('prints the pair', () => {
    const sentence: ClosedForm<'poisson', 'geometric'> =
      'no closed form for KL(poisson ‖ geometric) is in the table'
    const products: ClosedForm<'iid(poisson)', 'iid(geometric)'> =
      'no closed form for KL(iid(poisson) ‖ iid(geometric)) is in the table'
    expectTypeOf([sentence, products]).toBeArray()
  })

  it('knows products at every depth', () => {
    type Pair = 'independent(iid(normal),independent(normal,bernoulli))'
    expectTypeOf<HasKl<Pair, Pair>>().toEqualTypeOf<true>()
    expectTypeOf<HasKl<Pair, 'independent(iid(normal),independent(normal,normal))'>>().toEqualTypeOf<false>()
    expectTypeOf<HasKl<'independent(normal,normal)', 'independent(normal)'>>().toEqualTypeOf<false>()
    expectTypeOf<HasKl<'iid(iid(normal))', 'iid(iid(normal))'>>().toEqualTypeOf<true>()
    expectTypeOf<HasKl<'mixture(normal,normal)', 'normal'>>().toEqualTypeOf<false>()
    expectTypeOf<HasKl<string, 'normal'>>().toEqualTypeOf<false>()
  })

  it('compiles for its rows and for nothing else', () => {
    const n = normal({ loc: r2, scale: p2 })
    klExact(n, standardNormal(2))
    klExact(full2, n)
    klExact(n, iid(2, standardNormal()))
    klExact(iid(3, n), iid(3, standardNormal(2)))
    klExact(delta(b2), bernoulli({ probs: u2 }))
    klExact(exponential({ rate: 1 }), standardNormal())
    klExact(n, laplace({ loc: r2, scale: p2 }))
    klExact(bernoulli({ logits: r2 }), geometric({ probs: u2 }))
    klExact(oneHotCategorical({ logits: r3 }), multinomial({ trials: 1, logits: r3 }))
    // @ts-expect-error no closed form for KL(poisson ‖ geometric) is in the table
    klExact(poisson({ rate: 1 }), geometric({ probs: 0.5 }))
    // @ts-expect-error no closed form for KL(normal ‖ exponential) is in the table
    klExact(standardNormal(), exponential({ rate: 1 }))
    // @ts-expect-error delta on Real has no density
    klExact(delta(r2), delta(r2))
    // @ts-expect-error push has no density
    klExact(push(r2), n)
    // @ts-expect-error other shapes
    klExact(n, standardNormal(3))
  })
})
