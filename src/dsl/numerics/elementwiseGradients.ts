/**
 * Gradients of the elementwise kernels of tfjs, each written from the kernel's input.
 *
 *   tanh'(x)    = 4 s(2x) s(-2x)        s the logistic function: no cancellation in the tails
 *   sigmoid'(x) = s(x) s(-x)
 *   exp'(x)     = exp(x),   expm1'(x) = exp(x)
 *   elu'(x)     = exp(min(x, 0))
 *   (a/b)'      = 1/b, -(a/b)/b         no b^2, which leaves float32's range first
 *   (a^b)'      = b a^(b-1), a^b log a  with 0 where b = 0, and 0 where a <= 0
 *
 * The stock gradients of tanh, sigmoid, exp and elu reuse the saved output and are wrong at second order (tfjs issue
 * 3252); those of maximum, minimum, squaredDifference and prelu do not undo broadcasting. Piecewise functions take
 * their slope from the mask of the branch; masks are constants to the next derivative.
 * Laws: tests/dsl/numerics/gradients.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { unbroadcast } from './broadcast.js'
import { stopGradient } from './stopGradient.js'

type Slope = (x: tf.Tensor, attrs: tf.NamedAttrMap) => tf.Tensor
type Partial = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor

const unaryGradient = (kernelName: string, slope: Slope): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => ({
    x: () => tf.mul(dy as tf.Tensor, slope(x as tf.Tensor, attrs)),
  }),
})

const binaryGradient = (kernelName: string, byA: Partial, byB: Partial): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor]
    return {
      a: () => unbroadcast(byA(dy as tf.Tensor, a, b), a.shape),
      b: () => unbroadcast(byB(dy as tf.Tensor, a, b), b.shape),
    }
  },
})

const number = (attribute: tf.Attribute | undefined): number => attribute as number
const mask = (condition: tf.Tensor): tf.Tensor => tf.cast(condition, 'float32')
const negativePart = (x: tf.Tensor): tf.Tensor => tf.minimum(x, 0)

/** log a where a > 0, else 0: finite on both branches. */
const logOfPositive = (a: tf.Tensor): tf.Tensor => {
  const positive = tf.greater(stopGradient(a), 0)
  return tf.where(positive, tf.log(tf.where(positive, a, tf.onesLike(a))), tf.zerosLike(a))
}

/** b a^(b - 1), and 0 where b = 0 (there a^(b - 1) may be infinite). */
const powerSlope = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
  const constant = tf.equal(stopGradient(b), 0)
  return tf.mul(b, tf.pow(a, tf.where(constant, tf.onesLike(b), tf.sub(b, 1))))
}

const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805

const smooth: tf.GradConfig[] = [
  unaryGradient(tf.Tanh, (x) => {
    const twice = tf.mul(x, 2)
    return tf.mul(tf.mul(tf.sigmoid(twice), 4), tf.sigmoid(tf.neg(twice)))
  }),
  unaryGradient(tf.Sigmoid, (x) => tf.mul(tf.sigmoid(x), tf.sigmoid(tf.neg(x)))),
  unaryGradient(tf.Softplus, (x) => tf.sigmoid(x)),
  unaryGradient(tf.Exp, (x) => tf.exp(x)),
  unaryGradient(tf.Expm1, (x) => tf.exp(x)),
  unaryGradient(tf.Sqrt, (x) => tf.div(0.5, tf.sqrt(x))),
  unaryGradient(tf.Rsqrt, (x) => tf.div(tf.mul(tf.rsqrt(x), -0.5), x)),
  unaryGradient(tf.Reciprocal, (x) => tf.div(tf.neg(tf.reciprocal(x)), x)),
]

const piecewise: tf.GradConfig[] = [
  unaryGradient(tf.Abs, (x) => tf.sign(stopGradient(x))),
  unaryGradient(tf.Relu, (x) => tf.step(stopGradient(x))),
  unaryGradient(tf.Relu6, (x) =>
    mask(tf.logicalAnd(tf.greater(stopGradient(x), 0), tf.lessEqual(stopGradient(x), 6))),
  ),
  unaryGradient(tf.LeakyRelu, (x, { alpha }) =>
    tf.where(tf.greater(stopGradient(x), 0), tf.onesLike(x), tf.fill(x.shape, number(alpha))),
  ),
  unaryGradient(tf.Elu, (x) => tf.exp(negativePart(x))),
  unaryGradient(tf.Selu, (x) =>
    tf.where(
      tf.greater(stopGradient(x), 0),
      tf.fill(x.shape, SELU_SCALE),
      tf.mul(tf.exp(negativePart(x)), SELU_SCALE * SELU_ALPHA),
    ),
  ),
  unaryGradient(tf.ClipByValue, (x, { clipValueMin, clipValueMax }) => {
    const inside = stopGradient(x)
    return mask(
      tf.logicalAnd(
        tf.greaterEqual(inside, number(clipValueMin)),
        tf.lessEqual(inside, number(clipValueMax)),
      ),
    )
  }),
]

const binary: tf.GradConfig[] = [
  binaryGradient(
    tf.RealDiv,
    (dy, _, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.mul(dy, tf.div(tf.div(a, b), b))),
  ),
  binaryGradient(
    tf.Pow,
    (dy, a, b) => tf.mul(dy, powerSlope(a, b)),
    (dy, a, b) => tf.mul(dy, tf.mul(tf.pow(a, b), logOfPositive(a))),
  ),
  binaryGradient(
    tf.SquaredDifference,
    (dy, a, b) => tf.mul(dy, tf.mul(tf.sub(a, b), 2)),
    (dy, a, b) => tf.mul(dy, tf.mul(tf.sub(b, a), 2)),
  ),
  binaryGradient(
    tf.Maximum,
    (dy, a, b) => tf.mul(dy, mask(tf.greaterEqual(stopGradient(a), stopGradient(b)))),
    (dy, a, b) => tf.mul(dy, mask(tf.less(stopGradient(a), stopGradient(b)))),
  ),
  binaryGradient(
    tf.Minimum,
    (dy, a, b) => tf.mul(dy, mask(tf.lessEqual(stopGradient(a), stopGradient(b)))),
    (dy, a, b) => tf.mul(dy, mask(tf.greater(stopGradient(a), stopGradient(b)))),
  ),
]

const prelu: tf.GradConfig = {
  kernelName: tf.Prelu,
  inputsToSave: ['x', 'alpha'],
  gradFunc: (dy, saved) => {
    const [x, alpha] = saved as [tf.Tensor, tf.Tensor]
    const slope = () => tf.where(tf.greater(stopGradient(x), 0), tf.onesLike(x), alpha)
    return {
      x: () => tf.mul(dy as tf.Tensor, slope()),
      alpha: () => unbroadcast(tf.mul(dy as tf.Tensor, negativePart(x)), alpha.shape),
    }
  },
}

const select: tf.GradConfig = {
  kernelName: tf.Select,
  inputsToSave: ['condition'],
  gradFunc: (dy, [condition]) => {
    const [d, c] = [dy as tf.Tensor, condition as tf.Tensor]
    return {
      condition: () => tf.zeros(c.shape),
      t: () => tf.where(c, d, tf.zerosLike(d)),
      e: () => tf.where(c, tf.zerosLike(d), d),
    }
  },
}

/** A cast to float32 is the identity; a cast to int32 or bool is locally constant. */
const cast: tf.GradConfig = {
  kernelName: tf.Cast,
  gradFunc: (dy, _, { dtype }) => ({
    x: () => (dtype === 'float32' ? tf.clone(dy as tf.Tensor) : tf.zeros((dy as tf.Tensor).shape)),
  }),
}

/** Gradients of exp, tanh, relu, division, where, ... from their inputs. */
export const elementwiseGradients: readonly tf.GradConfig[] = [
  ...smooth,
  ...piecewise,
  ...binary,
  prelu,
  select,
  cast,
]
