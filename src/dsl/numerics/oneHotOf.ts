/**
 * oneHotOf(labels, k): the labels 0 … k − 1 as one-hot vectors along a new last axis, as float32.
 *
 * tf.oneHot refuses k = 1, where the vector is [1]. Tested in tests/dsl/numerics/oneHotOf.test.ts.
 */
import * as tf from '@tensorflow/tfjs'

/** One-hot vectors of labels. */
export const oneHotOf = (labels: tf.Tensor, k: number): tf.Tensor =>
  k === 1
    ? tf.ones([...labels.shape, 1])
    : tf.cast(tf.oneHot(tf.cast(labels, 'int32') as tf.Tensor1D, k), 'float32')
