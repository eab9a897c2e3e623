/**
 * Zero gradients of the locally constant kernels: comparisons, logic, rounding.
 *
 * tfjs has none for most of them, and `where(greater(x, 0), ...)` inside a gradient then throws.
 * Laws: tests/dsl/numerics/gradients.test.ts
 */
import * as tf from '@tensorflow/tfjs'

const zeroGradient = (kernelName: string, ...inputs: string[]): tf.GradConfig => ({
  kernelName,
  inputsToSave: inputs,
  gradFunc: (_, saved) =>
    Object.fromEntries(
      inputs.map((name, i) => [name, () => tf.zeros((saved[i] as tf.Tensor).shape)] as const),
    ),
})

const ofTwo = [
  tf.Greater,
  tf.GreaterEqual,
  tf.Less,
  tf.LessEqual,
  tf.Equal,
  tf.NotEqual,
  tf.LogicalAnd,
  tf.LogicalOr,
  tf.FloorDiv,
]
const ofOne = [
  tf.LogicalNot,
  tf.Floor,
  tf.Ceil,
  tf.Round,
  tf.Sign,
  tf.Step,
  tf.IsNan,
  tf.IsInf,
  tf.IsFinite,
  tf.All,
  tf.Any,
  tf.ArgMax,
  tf.ArgMin,
]

/** Zero gradients of comparisons, logical operations, rounding and arg-reductions. */
export const zeroGradients: readonly tf.GradConfig[] = [
  ...ofTwo.map((name) => zeroGradient(name, 'a', 'b')),
  ...ofOne.map((name) => zeroGradient(name, 'x')),
  zeroGradient(tf.OneHot, 'indices'),
]
