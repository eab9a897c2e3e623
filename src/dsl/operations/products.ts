/**
 * matMul: the product of vectors and matrices, over their inner size.
 *
 *   c_mn = Σ_k a_mk b_kn        [m, k] × [k, n] → [m, n];   [k] × [k, n] → [n];   [m, k] × [k] → [m];   [k] × [k] → []
 *
 * Named axes stay in front and are aligned by name. Errors: `shape`, naming both parties.
 * Tested in tests/dsl/operations.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { real } from '../domain.js'
import type { Real } from '../domains/marks.js'
import { fail } from '../error.js'
import type { Last, Shape } from '../shape.js'
import {
  type AnyValue,
  expandTo,
  makeValue,
  showSpaceOf,
  unionAxes,
  unionOrigins,
  type Value,
} from '../value.js'

/** Shape of a matrix product. */
export type MatMulShape<A extends Shape, B extends Shape> = A extends readonly [
  infer M extends number,
  number,
]
  ? B extends readonly [number, infer N extends number]
    ? [M, N]
    : [M]
  : B extends readonly [number, infer N extends number]
    ? [N]
    : A extends readonly [number]
      ? []
      : Shape

type InnerOf<A extends Shape> = Last<A>
type OuterOf<B extends Shape> = B extends readonly [infer K extends number, ...Shape] ? K : number

/** Accepts `B` beside `A` when the inner sizes agree; otherwise a sentence. */
export type Multiplies<A extends Shape, B extends Shape> = number extends InnerOf<A> | OuterOf<B>
  ? unknown
  : InnerOf<A> extends OuterOf<B>
    ? unknown
    : `matMul: the inner sizes ${InnerOf<A>} and ${OuterOf<B>} differ`

const asMatrix = (t: tf.Tensor, v: AnyValue, leading: number, side: 'left' | 'right'): tf.Tensor => {
  if (v.shape.length === 2) return t
  const axes = t.shape.slice(0, leading)
  return tf.reshape(t, side === 'left' ? [...axes, 1, ...v.shape] : [...axes, ...v.shape, 1])
}

/** One plain matrix product where the right factor has no axes: the axes of the left become rows. */
const flatProduct = (a: AnyValue, b: AnyValue): tf.Tensor => {
  const k = a.shape[a.shape.length - 1] as number
  const right = (b.shape.length === 2 ? b.tensor : tf.reshape(b.tensor, [k, 1])) as tf.Tensor2D
  const rows = a.tensor.size / k
  return tf.matMul(tf.reshape(a.tensor, [rows, k]) as tf.Tensor2D, right)
}

const requireProduct = (a: AnyValue, b: AnyValue): void => {
  const inner = a.shape[a.shape.length - 1]
  if (![1, 2].includes(a.shape.length) || ![1, 2].includes(b.shape.length))
    fail(
      'shape',
      'matMul',
      `matMul was given ${showSpaceOf(a)} and ${showSpaceOf(b)}`,
      'give it vectors and matrices',
    )
  if (inner !== b.shape[0])
    fail(
      'shape',
      'matMul',
      `matMul: the inner sizes ${inner} and ${b.shape[0]} differ`,
      'the last size of the left must be the first of the right',
    )
}

/** Matrix product of the last two event axes; vectors count as a row on the left and a column on the right. */
export const matMul = <SA extends Shape, SB extends Shape>(
  a: Value<SA, Real>,
  b: Value<SB, Real> & Multiplies<SA, SB>,
): Value<MatMulShape<SA, SB>, Real> => {
  const right = b as AnyValue
  requireProduct(a, right)
  const shape = [...a.shape.slice(0, -1), ...right.shape.slice(1)]
  const axes = unionAxes([a, right])
  const sizes = axes.map((x) => x.size)
  const origins = unionOrigins([a, right])
  const product =
    right.axes.length === 0
      ? flatProduct(a, right)
      : tf.matMul(
          asMatrix(expandTo(a, axes), a, axes.length, 'left'),
          asMatrix(expandTo(right, axes), right, axes.length, 'right'),
        )
  return makeValue(
    tf.reshape(product, [...sizes, ...shape]),
    shape as Shape as MatMulShape<SA, SB>,
    real,
    axes,
    origins,
  )
}
