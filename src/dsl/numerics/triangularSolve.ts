/**
 * X with op(L) X = B,   L: [..., n, n] triangular,   B: [..., n, k],   op the identity or the transpose
 *
 *   gradient:  dB = op(L)^-T dX,    d op(L) = -dB X^T, restricted to the triangle
 *
 * Substitution, one row of X a step, n <= 32 or so. Only the named triangle of L is read. The leading dimensions of L
 * and B broadcast. A zero on the diagonal gives infinities. The backward function recomputes X from its inputs, so
 * derivatives of every order are right.
 * Laws: tests/dsl/numerics/triangularSolve.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { unbroadcast } from './broadcast.js'
import { linearized2 } from './customGradient.js'
import './gradients.js'
import { asBatch, sideOf, transposed, tril } from './triangular.js'

/** Which triangle of L is read, and whether the system is L X = B or L^T X = B. */
export type TriangularOptions = { readonly lower?: boolean; readonly transpose?: boolean }

const rowOf = (m: tf.Tensor3D, i: number, from: number, count: number): tf.Tensor =>
  tf.slice(m, [0, i, from], [-1, 1, count])

/** Forward substitution with rows in increasing order, or backward with L^T; L, B: [batch, n, .]. */
const substitute = (l: tf.Tensor3D, b: tf.Tensor3D, transpose: boolean): tf.Tensor => {
  const n = l.shape[1]
  const m = transpose ? (transposed(l) as tf.Tensor3D) : l
  const step = (solved: tf.Tensor | undefined, k: number): tf.Tensor => {
    const i = transpose ? n - 1 - k : k
    const target = rowOf(b, i, 0, b.shape[2])
    const known =
      solved === undefined ? target : tf.sub(target, tf.matMul(knownPart(m, i, k, transpose), solved))
    const x = tf.div(known, rowOf(m, i, i, 1))
    if (solved === undefined) return x
    return transpose ? tf.concat([x, solved], 1) : tf.concat([solved, x], 1)
  }
  return Array.from({ length: n }, (_, k) => k).reduce<tf.Tensor | undefined>(step, undefined) as tf.Tensor
}

const knownPart = (m: tf.Tensor3D, i: number, count: number, backward: boolean): tf.Tensor =>
  rowOf(m, i, backward ? i + 1 : 0, count)

const leading = (a: tf.Tensor, b: tf.Tensor): number[] =>
  tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))

const spreadTo = (a: tf.Tensor, lead: readonly number[]): tf.Tensor => {
  const shape = [...lead, ...a.shape.slice(-2)]
  return shape.join() === a.shape.join() ? a : tf.broadcastTo(a, shape)
}

/** Lower-triangular solve, differentiable: the case to which the others reduce. */
const solveLower = (l: tf.Tensor, b: tf.Tensor, transpose: boolean): tf.Tensor =>
  linearized2(
    (m, c) => {
      const lead = leading(m, c)
      const x = substitute(asBatch(spreadTo(m, lead)), asBatch(spreadTo(c, lead)), transpose)
      return tf.reshape(x, [...lead, ...c.shape.slice(-2)])
    },
    (dx, m, c) => {
      const x = solveLower(m, c, transpose)
      const db = solveLower(m, dx, !transpose)
      const outer = transpose ? tf.matMul(x, transposed(db)) : tf.matMul(db, transposed(x))
      return [unbroadcast(tril(tf.neg(outer)), m.shape), unbroadcast(db, c.shape)]
    },
  )(l, b)

/** Solves op(L) X = B for triangular L; see the head of the file. `lower` is true, `transpose` false by default. */
export const triangularSolve = (l: tf.Tensor, b: tf.Tensor, options: TriangularOptions = {}): tf.Tensor => {
  const n = sideOf('triangularSolve', l)
  if (b.rank < 2 || b.shape[b.rank - 2] !== n)
    throw new Error(
      `triangularSolve: L has shape [${l.shape.join(', ')}], so B must have shape [..., ${n}, k]; ` +
        `it has [${b.shape.join(', ')}]. A vector needs a last dimension: tf.expandDims(b, -1).`,
    )
  const { lower = true, transpose = false } = options
  return lower ? solveLower(l, b, transpose) : solveLower(transposed(l), b, !transpose)
}
