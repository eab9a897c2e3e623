/**
 * softplus(x) = log(1 + e^x),   logSigmoid(x) = -softplus(-x) = log s(x)
 * softplus'(x) = s(x),          logSigmoid'(x) = s(-x),   s the logistic function
 *
 * The kernel Softplus is right to 4.3e-7 relative on cpu and wasm, and never overflows. tf.logSigmoid is not used: its
 * backward function holds on to an input it has not saved.
 * Laws: tests/dsl/numerics/softplus.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import './gradients.js'

/** log(1 + e^x), nats when x is a logit. */
export const softplus = (x: tf.Tensor): tf.Tensor => tf.softplus(x)

/** log of the logistic function: log(1 / (1 + e^-x)). */
export const logSigmoid = (x: tf.Tensor): tf.Tensor => tf.neg(tf.softplus(tf.neg(x)))
