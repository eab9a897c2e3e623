import { pipe } from 'fp-ts/lib/function.js'
import { describe, expectTypeOf, it } from 'vitest'
import type * as A from '../../src/dsl/domains/arithmetic.js'
import type * as M from '../../src/dsl/domains/marks.js'
import type { Meets, Takes } from '../../src/dsl/operations/argument.js'
import {
  add,
  clip,
  div,
  maximum,
  minimum,
  mul,
  powInteger,
  square,
  sub,
} from '../../src/dsl/operations/arithmetic.js'
import { greater, where } from '../../src/dsl/operations/comparisons.js'
import {
  exp,
  lgamma,
  log,
  log1p,
  sigmoid,
  softmax,
  softplus,
  sqrt,
} from '../../src/dsl/operations/functions.js'
import { concat, stack } from '../../src/dsl/operations/joining.js'
import { lift } from '../../src/dsl/operations/lift.js'
import {
  at,
  encodeOneHot,
  gather,
  type IsLabel,
  type Labels,
  slice,
} from '../../src/dsl/operations/picking.js'
import { type Multiplies, matMul } from '../../src/dsl/operations/products.js'
import { reshape, transpose } from '../../src/dsl/operations/rearranging.js'
import { logSumExp, max, mean, sum } from '../../src/dsl/operations/reductions.js'
import type { Broadcast, Init, Last, RemoveAxis, SameShape, ShapeName } from '../../src/dsl/shape.js'
import * as S from '../../src/dsl/space.js'
import type { ShowValue, Value } from '../../src/dsl/value.js'

declare const r2: Value<[2], M.Real>
declare const r3: Value<[3], M.Real>
declare const scalar: Value<[], M.Real>
declare const p2: Value<[2], M.Positive>
declare const n2: Value<[2], M.NonNegative>
declare const m23: Value<[2, 3], M.Real>
declare const m34: Value<[3, 4], M.Real>
declare const b2: Value<[2], M.Binary>
declare const s2: Value<[2], M.Simplex>
declare const label: Value<[], M.Category<3>>
declare const wide: Value<[number], M.Real>
declare const n: number

/** Both ways assignable: the same type, whatever aliases it is written with. */
type Same<A, B> = [A, B] extends [B, A] ? true : false
const same = <A>() => ({ as: <B>(_: Same<A, B>): void => {} })

describe('shapes', () => {
  it('are named as in the sentences', () => {
    expectTypeOf<ShapeName<[]>>().toEqualTypeOf<''>()
    expectTypeOf<ShapeName<[2]>>().toEqualTypeOf<'[2]'>()
    expectTypeOf<ShapeName<[28, 28, 1]>>().toEqualTypeOf<'[28, 28, 1]'>()
    expectTypeOf<ShowValue<Value<[2], M.Positive>>>().toEqualTypeOf<'Positive[2]'>()
    expectTypeOf<ShowValue<Value<[], M.Category<3>>>>().toEqualTypeOf<'Category(3)'>()
    expectTypeOf<ShowValue<{ loc: Value<[], M.Real> }>>().toEqualTypeOf<'a record'>()
  })

  it('agree when they are equal, or not known to the compiler', () => {
    expectTypeOf<SameShape<[2], readonly [2]>>().toEqualTypeOf<true>()
    expectTypeOf<SameShape<[2], [3]>>().toEqualTypeOf<false>()
    expectTypeOf<SameShape<[2], [2, 1]>>().toEqualTypeOf<false>()
    expectTypeOf<SameShape<[], [1]>>().toEqualTypeOf<false>()
    expectTypeOf<SameShape<[number], [3]>>().toEqualTypeOf<true>()
    expectTypeOf<SameShape<[number, 2], [3, 4]>>().toEqualTypeOf<false>()
    expectTypeOf<SameShape<readonly number[], [3]>>().toEqualTypeOf<true>()
  })

  it('are cut and joined', () => {
    expectTypeOf<Init<[2, 3]>>().toEqualTypeOf<[2]>()
    expectTypeOf<Last<[2, 3]>>().toEqualTypeOf<3>()
    expectTypeOf<RemoveAxis<[2, 3, 4], 1>>().toEqualTypeOf<[2, 4]>()
    expectTypeOf<RemoveAxis<[2, 3, 4], 0>>().toEqualTypeOf<[3, 4]>()
    expectTypeOf<RemoveAxis<[2, 3, 4], -1>>().toEqualTypeOf<[2, 3]>()
    expectTypeOf<RemoveAxis<[3], 0>>().toEqualTypeOf<[]>()
    expectTypeOf<Broadcast<[], [2]>>().toEqualTypeOf<[2]>()
    expectTypeOf<Broadcast<[2], []>>().toEqualTypeOf<[2]>()
    expectTypeOf<Broadcast<[number], [2]>>().toEqualTypeOf<[2]>()
  })
})

describe('spaces', () => {
  it('know their shape as a tuple', () => {
    expectTypeOf(S.real()).toEqualTypeOf<S.Space<[], M.Real>>()
    expectTypeOf(S.real(2)).toEqualTypeOf<S.Space<[2], M.Real>>()
    expectTypeOf(S.positive(28, 28, 1)).toEqualTypeOf<S.Space<[28, 28, 1], M.Positive>>()
    expectTypeOf(S.category(10)).toEqualTypeOf<S.Space<[], M.Category<10>>>()
    expectTypeOf(S.category(10, 3)).toEqualTypeOf<S.Space<[3], M.Category<10>>>()
    expectTypeOf(S.cholesky(2)).toEqualTypeOf<S.Space<[2, 2], M.Cholesky>>()
    expectTypeOf(S.real(n)).toEqualTypeOf<S.Space<[number], M.Real>>()
    expectTypeOf<S.ShowSpace<S.Space<[784], M.Binary>>>().toEqualTypeOf<'Binary[784]'>()
    expectTypeOf(S.value(S.unit(2), [0, 1])).toEqualTypeOf<Value<[2], M.Unit>>()
  })

  it('of vectors need an axis', () => {
    // @ts-expect-error a simplex has at least one axis
    S.simplex()
    // @ts-expect-error strings are no data
    S.value(S.real(), 'abc')
  })
})

describe('domains', () => {
  it('are accepted where a larger one is asked for, and not the other way round', () => {
    expectTypeOf<Value<[2], M.Positive>>().toExtend<Value<[2], M.Real>>()
    expectTypeOf<Value<[2], M.OneHot>>().toExtend<Value<[2], M.Binary>>()
    expectTypeOf<Value<[2], M.Real>>().not.toExtend<Value<[2], M.Positive>>()
    expectTypeOf<Value<[2], M.Real>>().not.toExtend<Value<[3], M.Real>>()
    expectTypeOf<Value<[], M.Category<3>>>().not.toExtend<Value<[], M.Category<4>>>()
    expectTypeOf(log(p2)).toEqualTypeOf<Value<[2], M.Real>>()
    expectTypeOf<typeof log>().toExtend<(x: Value<[2], M.Positive>) => Value<[2], M.Real>>()
    expectTypeOf(pipe(p2, log)).toEqualTypeOf<Value<[2], M.Real>>()
    expectTypeOf(pipe(p2, sqrt, log)).toEqualTypeOf<Value<[2], M.Real>>()
    // @ts-expect-error log takes Positive and was given Real[2]
    log(r2)
    // @ts-expect-error sqrt takes NonNegative and was given Real[2]
    sqrt(r2)
    // @ts-expect-error log1p takes NonNegative and was given Real[2]
    log1p(r2)
    // @ts-expect-error lgamma takes Positive and was given NonNegative[2]
    lgamma(n2)
    // @ts-expect-error softmax works along the last event axis, but a scalar has none
    softmax(scalar)
    // @ts-expect-error where takes Binary and was given Real[2]
    where(r2, r2, 0)
    // @ts-expect-error encodeOneHot takes a Category label and was given Real
    encodeOneHot(scalar)
    expectTypeOf<
      Takes<typeof r2, M.Positive, 'log'>
    >().toEqualTypeOf<'log takes Positive and was given Real[2]'>()
    expectTypeOf<Takes<typeof p2, M.NonNegative, 'sqrt'>>().toEqualTypeOf<unknown>()
    expectTypeOf<
      IsLabel<typeof scalar, 'encodeOneHot'>
    >().toEqualTypeOf<'encodeOneHot takes a Category label and was given Real'>()
  })

  it('of numbers are read off the literal', () => {
    expectTypeOf<A.DomainOfNumber<2>>().toEqualTypeOf<M.Positive>()
    expectTypeOf<A.DomainOfNumber<0>>().toEqualTypeOf<M.NonNegative>()
    expectTypeOf<A.DomainOfNumber<-1>>().toEqualTypeOf<M.Real>()
    expectTypeOf<A.DomainOfNumber<0.001>>().toEqualTypeOf<M.Positive>()
    expectTypeOf<A.DomainOfNumber<number>>().toEqualTypeOf<M.Real>()
  })

  it('have a reference measure', () => {
    expectTypeOf<M.Measure<M.Real>>().toEqualTypeOf<'Lebesgue'>()
    expectTypeOf<M.Measure<M.Positive>>().toEqualTypeOf<'Lebesgue'>()
    expectTypeOf<M.Measure<M.OneHot>>().toEqualTypeOf<'counting'>()
    expectTypeOf<M.Measure<M.Category<3>>>().toEqualTypeOf<'counting'>()
    expectTypeOf<M.Measure<M.Simplex>>().toEqualTypeOf<'simplex'>()
    expectTypeOf<M.Measure<M.Circle>>().toEqualTypeOf<'circle'>()
  })
})

describe('operations', () => {
  it('infer shape and domain exactly', () => {
    same<typeof sum2>().as<Value<[2], M.Real>>(true)
    expectTypeOf(add(p2, n2)).toEqualTypeOf<Value<[2], M.Positive>>()
    expectTypeOf(add(scalar, m23)).toEqualTypeOf<Value<[2, 3], M.Real>>()
    expectTypeOf(mul(2, p2)).toEqualTypeOf<Value<[2], M.Positive>>()
    expectTypeOf(mul(n, p2)).toEqualTypeOf<Value<[2], M.Real>>()
    expectTypeOf(div(1, p2)).toEqualTypeOf<Value<[2], M.Positive>>()
    expectTypeOf(square(r2)).toEqualTypeOf<Value<[2], M.NonNegative>>()
    expectTypeOf(exp(r2)).toEqualTypeOf<Value<[2], M.Positive>>()
    expectTypeOf(sigmoid(m23)).toEqualTypeOf<Value<[2, 3], M.Unit>>()
    expectTypeOf(softmax(r2)).toEqualTypeOf<Value<[2], M.Simplex>>()
    expectTypeOf(softplus(scalar)).toEqualTypeOf<Value<[], M.Positive>>()
    expectTypeOf(sqrt(p2)).toEqualTypeOf<Value<[2], M.Positive>>()
    same<ReturnType<typeof unitClip>>().as<Value<[2], M.Unit>>(true)
    expectTypeOf(clip(r2, 1e-3, 10)).toEqualTypeOf<Value<[2], M.Positive>>()
    expectTypeOf(clip(r2, 1e-7, 0.5)).toExtend<Value<[2], M.Positive & M.Unit>>()
    expectTypeOf(clip(r2, 0, 10)).toEqualTypeOf<Value<[2], M.NonNegative>>()
    expectTypeOf(clip(r2, -1, 1)).toEqualTypeOf<Value<[2], M.Real>>()
    expectTypeOf(clip(r2, n, n)).toEqualTypeOf<Value<[2], M.Real>>()
    expectTypeOf(sub(1, sigmoid(r2))).toEqualTypeOf<Value<[2], M.Unit>>()
    expectTypeOf(sub(1, b2)).toEqualTypeOf<Value<[2], M.Binary>>()
    expectTypeOf(sub(1, p2)).toEqualTypeOf<Value<[2], M.Real>>()
    expectTypeOf(sub(2, sigmoid(r2))).toEqualTypeOf<Value<[2], M.Real>>()
    expectTypeOf(powInteger(p2, 3)).toEqualTypeOf<Value<[2], M.Positive>>()
    expectTypeOf(powInteger(n2, 3)).toEqualTypeOf<Value<[2], M.NonNegative>>()
    expectTypeOf(powInteger(r2, 4)).toEqualTypeOf<Value<[2], M.NonNegative>>()
    expectTypeOf(powInteger(r2, 3)).toEqualTypeOf<Value<[2], M.Real>>()
    expectTypeOf(powInteger(r2, n)).toEqualTypeOf<Value<[2], M.Real>>()
    expectTypeOf(greater(r2, 0)).toEqualTypeOf<Value<[2], M.Binary>>()
    expectTypeOf(sum(m23)).toEqualTypeOf<Value<[], M.Real>>()
    expectTypeOf(sum(m23, 0)).toEqualTypeOf<Value<[3], M.Real>>()
    expectTypeOf(mean(p2)).toEqualTypeOf<Value<[], M.Positive>>()
    expectTypeOf(logSumExp(m23, -1)).toEqualTypeOf<Value<[2], M.Real>>()
    expectTypeOf(max(s2)).toEqualTypeOf<Value<[], M.Unit>>()
    expectTypeOf(minimum(s2, s2)).toEqualTypeOf<Value<[2], M.Unit>>()
    expectTypeOf(matMul(m23, m34)).toEqualTypeOf<Value<[2, 4], M.Real>>()
    expectTypeOf(matMul(r2, m23)).toEqualTypeOf<Value<[3], M.Real>>()
    expectTypeOf(matMul(m23, r3)).toEqualTypeOf<Value<[2], M.Real>>()
    expectTypeOf(matMul(r2, r2)).toEqualTypeOf<Value<[], M.Real>>()
    expectTypeOf(stack([p2, p2, p2])).toEqualTypeOf<Value<[3, 2], M.Positive>>()
    expectTypeOf(concat(r2, r3)).toEqualTypeOf<Value<[5], M.Real>>()
    expectTypeOf(slice(m23, 0, 2)).toEqualTypeOf<Value<[2, 2], M.Real>>()
    expectTypeOf(at(m23, 0)).toEqualTypeOf<Value<[3], M.Real>>()
    expectTypeOf(reshape(m23, [3, 2])).toEqualTypeOf<Value<[3, 2], M.Real>>()
    expectTypeOf(transpose(m23)).toEqualTypeOf<Value<[3, 2], M.Real>>()
    expectTypeOf(gather(m34, label)).toEqualTypeOf<Value<[4], M.Real>>()
    expectTypeOf(encodeOneHot(label)).toEqualTypeOf<Value<[3], M.OneHot>>()
    expectTypeOf(lift(S.unit(3), (t) => t)(r2)).toEqualTypeOf<Value<[3], M.Unit>>()
    expectTypeOf(add(wide, r2)).toEqualTypeOf<Value<[2], M.Real>>()
  })
  const sum2 = sub(r2, p2)
  const unitClip = () => clip(r2, 0, 1)

  it('choose whole events by a scalar, and entries by a vector', () => {
    same<ReturnType<typeof whole>>().as<Value<[2], M.Simplex>>(true)
    same<ReturnType<typeof entries>>().as<Value<[2], M.Unit>>(true)
  })
  const whole = () => where(greater(scalar, 0), s2, s2)
  const entries = () => where(b2, s2, s2)

  it('refuse shapes that do not meet, with a sentence', () => {
    // @ts-expect-error add was given Real[2] and Real[3]
    add(r2, r3)
    // @ts-expect-error mul was given Real[2] and Real[2, 3]
    mul(r2, m23)
    // @ts-expect-error maximum was given Positive[2] and Real[3]
    maximum(p2, r3)
    // @ts-expect-error greater was given Real[2] and Real[3]
    greater(r2, r3)
    // @ts-expect-error where was given Binary[2] and Real[3]
    where(b2, r3, r3)
    expectTypeOf<Meets<typeof r2, typeof r3, 'add'>>().toEqualTypeOf<'add was given Real[2] and Real[3]'>()
    expectTypeOf<
      Meets<typeof p2, typeof m23, 'mul'>
    >().toEqualTypeOf<'mul was given Positive[2] and Real[2, 3]'>()
    expectTypeOf<Meets<typeof r2, 3, 'add'>>().toEqualTypeOf<unknown>()
    expectTypeOf<Meets<typeof wide, typeof r3, 'add'>>().toEqualTypeOf<unknown>()
  })

  it('refuse matrices whose inner sizes differ, with a sentence', () => {
    // @ts-expect-error matMul: the inner sizes 3 and 2 differ
    matMul(m23, r2)
    expectTypeOf<Multiplies<[2, 3], [2]>>().toEqualTypeOf<'matMul: the inner sizes 3 and 2 differ'>()
    expectTypeOf<Multiplies<[2, number], [2]>>().toEqualTypeOf<unknown>()
  })

  it('refuse a label of another table, with a sentence', () => {
    // @ts-expect-error gather from a table of 2 rows was given Category(3)
    gather(m23, label)
    // @ts-expect-error gather takes a Category label
    gather(m23, scalar)
    expectTypeOf<
      Labels<[2, 3], typeof label>
    >().toEqualTypeOf<'gather from a table of 2 rows was given Category(3)'>()
    expectTypeOf<Labels<[3], typeof scalar>>().toEqualTypeOf<'gather takes a Category label'>()
  })
})
