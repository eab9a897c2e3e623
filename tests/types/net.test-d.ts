import type * as tf from '@tensorflow/tfjs'
import { describe, expectTypeOf, it } from 'vitest'
import type { EventSpace } from '../../src/dsl/distribution.js'
import type * as D from '../../src/dsl/domains/marks.js'
import type { Feeds, FunctionOf } from '../../src/dsl/net.js'
import { chain } from '../../src/dsl/nets/chain.js'
import { conv2d, conv2dTranspose } from '../../src/dsl/nets/conv2d.js'
import { dense, gaussian, type LocScale, mlp, type OnReal } from '../../src/dsl/nets/dense.js'
import { fromLayers } from '../../src/dsl/nets/fromLayers.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import * as S from '../../src/dsl/space.js'
import type { Value } from '../../src/dsl/value.js'

declare const r2: Value<[2], D.Real>
declare const r3: Value<[3], D.Real>
declare const u2: Value<[2], D.Unit>
declare const image: Value<[28, 28, 1], D.Real>
declare const layers: tf.LayersModel

/** The function of a net. */
declare const call: <N>(net: N) => FunctionOf<N>

describe('nets', () => {
  it('give values of their output space', () => {
    expectTypeOf(call(dense(S.real(2), S.unit(3)))(r2)).toEqualTypeOf<Value<[3], D.Unit>>()
    expectTypeOf(call(mlp(S.real(2), [400], S.real(784)))(r2)).toEqualTypeOf<Value<[784], D.Real>>()
    expectTypeOf(call(gaussian(S.real(2), [400], S.real(5)))(r2)).toEqualTypeOf<LocScale<[5]>>()
    expectTypeOf(call(parameter(S.cholesky(2)))()).toEqualTypeOf<Value<[2, 2], D.Cholesky>>()
    expectTypeOf(
      call(conv2d(S.real(28, 28, 1), S.real(14, 14, 8), { kernel: 4, stride: 2, padding: 'same' }))(image),
    ).toEqualTypeOf<Value<[14, 14, 8], D.Real>>()
    expectTypeOf(call(fromLayers(layers, S.real(2), S.simplex(3)))(r2)).toEqualTypeOf<Value<[3], D.Simplex>>()
    expectTypeOf(call(chain(dense(S.real(2), S.real(3)), dense(S.real(3), S.unit())))(r2)).toEqualTypeOf<
      Value<[], D.Unit>
    >()
    expectTypeOf(
      call(chain(dense(S.real(2), S.real(3)), gaussian(S.real(3), [], S.real(4))))(r2),
    ).toEqualTypeOf<LocScale<[4]>>()
  })

  it('take a smaller domain', () => {
    call(mlp(S.real(2), [], S.real()))(u2)
    chain(dense(S.real(2), S.unit(3)), dense(S.real(3), S.real()))
  })

  it('refuse values of another space, with a sentence', () => {
    // @ts-expect-error a net from Real[2] was fed Real[3]
    call(mlp(S.real(2), [], S.real()))(r3)
    // @ts-expect-error a net from Unit[2] was fed Real[2]
    call(mlp(S.unit(2), [], S.real()))(r2)
    // @ts-expect-error a net from Real[14, 14, 8] was fed Real[28, 28, 1]
    call(conv2dTranspose(S.real(14, 14, 8), S.real(28, 28, 1), { kernel: 4, stride: 2 }))(image)
    expectTypeOf<
      Feeds<Value<[3], D.Real>, EventSpace<[2], D.Real>>
    >().toEqualTypeOf<'a net from Real[2] was fed Real[3]'>()
    expectTypeOf<
      Feeds<Value<[2], D.Real>, EventSpace<[2], D.Positive>>
    >().toEqualTypeOf<'a net from Positive[2] was fed Real[2]'>()
    expectTypeOf<
      Feeds<{ loc: number }, EventSpace<[2], D.Real>>
    >().toEqualTypeOf<'a net from Real[2] was fed something that is no value'>()
    expectTypeOf<Feeds<Value<[2], D.Positive>, EventSpace<[2], D.Real>>>().toEqualTypeOf<unknown>()
    expectTypeOf<Feeds<Value<[number], D.Real>, EventSpace<[2], D.Real>>>().toEqualTypeOf<unknown>()
  })

  it('in a chain must fit', () => {
    // @ts-expect-error a net from Real[4] was fed Real[3]
    chain(dense(S.real(2), S.real(3)), dense(S.real(4), S.real()))
    // @ts-expect-error a net from Positive[3] was fed Real[3]
    chain(dense(S.real(2), S.real(3)), dense(S.positive(3), S.real()))
    // @ts-expect-error a record of two heads is no value
    chain(gaussian(S.real(2), [], S.real(3)), dense(S.real(3), S.real()))
  })

  it('refuse options that do not exist', () => {
    // @ts-expect-error no such activation
    dense(S.real(2), S.real(), { activation: 'sine' })
    // @ts-expect-error gaussian was asked to map into Simplex[3], but a normal lives on Real
    gaussian(S.real(2), [], S.simplex(3))
    expectTypeOf<
      OnReal<[3], D.Simplex>
    >().toEqualTypeOf<'gaussian was asked to map into Simplex[3], but a normal lives on Real'>()
    // @ts-expect-error a convolution needs a kernel
    conv2d(S.real(2, 2, 1), S.real(2, 2, 1), {})
    // @ts-expect-error no such padding
    conv2d(S.real(2, 2, 1), S.real(2, 2, 1), { kernel: 1, padding: 'full' })
  })
})
