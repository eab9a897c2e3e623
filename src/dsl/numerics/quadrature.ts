/**
 * Gauss-Legendre quadrature with 16 nodes along one more dimension, the last:
 *
 *   int_0^V f(v) dv  =  V sum_k w_k f(V t_k),      exact for polynomials of degree 31
 *
 * An integral is one short chain of kernels on a tensor 16 times as large, so it is recorded and compiled as any other
 * function. What is integrated in this folder falls from 1 at v = 0 and is log-concave; V is where it has fallen to
 * e^-18, and the relative error of the rule is then below 3e-7 (each use states its own).
 * Laws: tests/dsl/numerics/quadrature.test.ts
 */
import * as tf from '@tensorflow/tfjs'

/** Where an integrand e^-h is cut: h(V) = 18, and e^-18 = 1.5e-8. */
export const DEPTH = 18

/** The positive nodes on [-1, 1] and their weights: numpy.polynomial.legendre.leggauss(16). */
const NODES = [
  0.0950125098376, 0.281603550779, 0.458016777657, 0.617876244403, 0.755404408355, 0.865631202388,
  0.944575023073, 0.989400934992,
]
const WEIGHTS = [
  0.189450610455, 0.182603415045, 0.169156519395, 0.149595988817, 0.124628971256, 0.0951585116825,
  0.0622535239386, 0.0271524594118,
]

const points = [...NODES.map((t) => (1 - t) / 2).toReversed(), ...NODES.map((t) => (1 + t) / 2)]
const weights = [...WEIGHTS.toReversed(), ...WEIGHTS].map((w) => w / 2)

/** The tensor with a last dimension of size 1, to meet the nodes. */
export const spread = (x: tf.Tensor): tf.Tensor => tf.expandDims(x, -1)

/** The nodes V t_k along a new last dimension. */
export const nodesUpTo = (end: tf.Tensor): tf.Tensor => tf.mul(spread(end), tf.tensor1d(points))

/** V sum_k w_k f_k, for the values of f at the nodes. */
export const integralUpTo = (end: tf.Tensor, values: tf.Tensor): tf.Tensor =>
  tf.mul(end, tf.sum(tf.mul(values, tf.tensor1d(weights)), -1))
