import { describe, expectTypeOf, it } from 'vitest'
import type { Binary, Domain, Real, Unit } from '../../src/dsl/domains/marks.js'
import type { Model } from '../../src/dsl/model.js'
import type { Net, NetFunction } from '../../src/dsl/net.js'
import { spectralNorm } from '../../src/dsl/nets/spectralNorm.js'
import type { Objective } from '../../src/dsl/objective.js'
import { gradient } from '../../src/dsl/operations/gradient.js'
import { pack } from '../../src/dsl/operations/packing.js'
import { sum } from '../../src/dsl/operations/reductions.js'
import type { Value } from '../../src/dsl/value.js'
import { gradientPenalty, r1 } from '../../src/inference/penalties.js'

type Space<S extends readonly number[], D> = { readonly shape: S; readonly domain: Domain<D> }
type Score = Net<NetFunction<Space<readonly [2], Real>, Value<[], Real>>>
type Packed = Net<NetFunction<Space<readonly [3, 2], Real>, Value<[], Real>>>

declare const x: Value<[2], Real>
declare const bits: Value<[4], Binary>
declare const D: Score
declare const P: Packed
// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries.
type None = {}
declare const data: Model<None, { readonly x: Space<[2], Real> }, None>
declare const grey: Model<None, { readonly x: Space<[2], Unit>; readonly y: Space<[], Real> }, None>

describe('gradient', () => {
  it('has the shape of the argument, on Real', () => {
    expectTypeOf(gradient((v) => sum(v), x)).toEqualTypeOf<Value<[2], Real>>()
    expectTypeOf(gradient((v) => sum(v), bits)).toEqualTypeOf<Value<[4], Real>>()
  })

  it('takes scalar functions only', () => {
    // @ts-expect-error Value<[2], Real> is not Value<[], Real>
    gradient((v: Value<[2], Real>) => v, x)
  })
})

describe('pack', () => {
  it('puts a first axis before the event', () => {
    expectTypeOf(pack(3, x)).toEqualTypeOf<Value<[3, 2], Real>>()
    expectTypeOf(pack(2, bits)).toEqualTypeOf<Value<[2, 4], Binary>>()
  })
})

describe('spectralNorm', () => {
  it('has the type of the net', () => {
    expectTypeOf(spectralNorm(D)).toEqualTypeOf<Score>()
  })
})

describe('penalties', () => {
  it('have the nets and the data of both models', () => {
    const penalty = gradientPenalty({ real: data, fake: grey, nets: { D }, score: ({ x, D }) => D(x) })
    expectTypeOf(penalty.nets.D).toEqualTypeOf<Score>()
    expectTypeOf<keyof typeof penalty.data>().toEqualTypeOf<'x' | 'y'>()
    expectTypeOf(penalty).toExtend<Objective>()
  })

  it('show the score what both models have', () => {
    r1({ real: data, fake: data, nets: { P }, score: ({ x, P }) => P(pack(3, x)) })
    // @ts-expect-error only one of the models has y
    r1({ real: data, fake: grey, nets: { D }, score: ({ y }) => y })
    // @ts-expect-error a net from Real[3, 2] was fed Real[2]
    r1({ real: data, fake: data, nets: { P }, score: ({ x, P }) => P(x) })
    // @ts-expect-error a penalty has no option k
    r1({ real: data, fake: data, nets: { D }, score: ({ x, D }) => D(x) }, { k: 1 })
  })
})
