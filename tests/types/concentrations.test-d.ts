/** What gamma, beta, Dirichlet and their kin refuse at compile time, with the sentence; their spaces, capabilities and KL rows. */
import { describe, expectTypeOf, it } from 'vitest'
import type { Distribution, EventSpace } from '../../src/dsl/distribution.js'
import { beta } from '../../src/dsl/distributions/beta.js'
import { dirichlet } from '../../src/dsl/distributions/dirichlet.js'
import { exponential } from '../../src/dsl/distributions/exponential.js'
import { gamma } from '../../src/dsl/distributions/gamma.js'
import { inverseGamma } from '../../src/dsl/distributions/inverseGamma.js'
import { normal } from '../../src/dsl/distributions/normal.js'
import type { Within } from '../../src/dsl/distributions/parameter.js'
import { studentT } from '../../src/dsl/distributions/studentT.js'
import { vonMises } from '../../src/dsl/distributions/vonMises.js'
import type { Circle, Positive, Real, Simplex, Unit } from '../../src/dsl/domains/marks.js'
import { type HasKl, klExact } from '../../src/dsl/kl.js'
import { betainc, igamma } from '../../src/dsl/operations/incomplete.js'
import type { Value } from '../../src/dsl/value.js'

declare const r: Value<[], Real>
declare const p: Value<[], Positive>
declare const p2: Value<[2], Positive>
declare const p3: Value<[3], Positive>
declare const u2: Value<[2], Unit>

type SpaceOf<D> = D extends Distribution<infer X, never, string> ? X : never

describe('concentrations', () => {
  it('must be Positive, and agree in shape', () => {
    const sentence: Within<
      Value<[], Real>,
      Positive,
      'concentration of gamma'
    > = 'concentration of gamma must be Positive, but Real was given'
    expectTypeOf(sentence).toBeString()
    // @ts-expect-error a Real concentration
    gamma({ concentration: r, rate: 1 })
    // @ts-expect-error a negative rate
    gamma({ concentration: 1, rate: -1 })
    // @ts-expect-error two shapes
    beta({ alpha: p2, beta: p3 })
    // @ts-expect-error a scalar is no vector
    dirichlet({ concentration: p })
    // @ts-expect-error a Real scale
    studentT({ degrees: 3, loc: 0, scale: r })
    // @ts-expect-error a Real scale
    inverseGamma({ concentration: 1, scale: r })
    // @ts-expect-error a Real concentration
    vonMises({ loc: 0, concentration: r })
  })

  it('give spaces', () => {
    expectTypeOf<SpaceOf<ReturnType<typeof gammaOf>>>().toEqualTypeOf<EventSpace<[2], Positive>>()
    expectTypeOf<SpaceOf<ReturnType<typeof betaOf>>>().toEqualTypeOf<EventSpace<[2], Unit>>()
    expectTypeOf<SpaceOf<ReturnType<typeof dirichletOf>>>().toEqualTypeOf<EventSpace<[3], Simplex>>()
    expectTypeOf<SpaceOf<ReturnType<typeof circular>>>().toEqualTypeOf<EventSpace<[], Circle>>()
  })

  it('have rows of closed forms', () => {
    expectTypeOf<HasKl<'gamma', 'logNormal'>>().toEqualTypeOf<true>()
    expectTypeOf<HasKl<'exponential', 'inverseGamma'>>().toEqualTypeOf<false>()
    klExact(gamma({ concentration: 1, rate: 1 }), exponential({ rate: 1 }))
    // @ts-expect-error no closed form
    klExact(studentT({ degrees: 3, loc: 0, scale: 1 }), studentT({ degrees: 3, loc: 0, scale: 1 }))
    // @ts-expect-error no closed form
    klExact(normal({ loc: 0, scale: 1 }), studentT({ degrees: 3, loc: 0, scale: 1 }))
  })

  it('of the incomplete functions too', () => {
    expectTypeOf(igamma(p2, p)).toEqualTypeOf<Value<[2], Unit>>()
    expectTypeOf(betainc(p, 2, u2)).toEqualTypeOf<Value<[2], Unit>>()
    // @ts-expect-error a Real shape parameter
    igamma(r, p)
    // @ts-expect-error x outside Unit
    betainc(p, p, r)
  })
})

const gammaOf = () => gamma({ concentration: p2, rate: 1 })
const betaOf = () => beta({ alpha: p2, beta: p })
const dirichletOf = () => dirichlet({ concentration: p3 })
const circular = () => vonMises({ loc: 0, concentration: 1 })
