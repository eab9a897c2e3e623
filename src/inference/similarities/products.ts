/**
 * Inner products and squared distances of every pair of elements of two values, by one matrix product:
 *
 *   innerProduct(x, y) = Σ_i x_i y_i        squaredDistance(x, y) = ‖x‖² + ‖y‖² − 2 ⟨x, y⟩ >= 0
 *
 * Where x and y have different axes the result has both, without a tensor of pairs times coordinates. The distance
 * is right to about 2^−22 (‖x‖² + ‖y‖²) in float32, and its gradient is 0 where it is clipped at 0.
 * Tested in tests/inference/similarities/table.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { real } from '../../dsl/domain.js'
import type { NonNegative, Real } from '../../dsl/domains/marks.js'
import { add, mul, square, sub } from '../../dsl/operations/arithmetic.js'
import { relu } from '../../dsl/operations/functions.js'
import { sum } from '../../dsl/operations/reductions.js'
import { type Shape, sizeOf } from '../../dsl/shape.js'
import { type Axis, hasAxis, makeValue, unionOrigins, type Value } from '../../dsl/value.js'

type Point = Value<Shape, Real>
type Scalar = Value<[], Real>

const asRows = (x: Point): tf.Tensor2D =>
  tf.reshape(x.tensor, [sizeOf(x.axes.map((a) => a.size)), sizeOf(x.shape)])

const meets = (x: Point, y: Point): boolean => x.axes.some((a: Axis) => hasAxis(y, a.name))

/** ⟨x, y⟩ over the event. */
export const innerProduct = (x: Point, y: Point): Scalar => {
  if (meets(x, y) || x.axes.length === 0 || y.axes.length === 0) return sum(mul(x, y) as Point)
  const axes = [...x.axes, ...y.axes]
  const product = tf.matMul(asRows(x), asRows(y), false, true)
  return makeValue<[], Real>(
    tf.reshape(
      product,
      axes.map((a) => a.size),
    ),
    [],
    real,
    axes,
    unionOrigins([x, y]),
  )
}

/** ‖x − y‖² over the event. */
export const squaredDistance = (x: Point, y: Point): Value<[], NonNegative> =>
  relu(sub(add(sum(square(x)), sum(square(y))), mul(2, innerProduct(x, y))))
