/**
 * Matrix products.
 *
 *   Gemm          alpha op(A) op(B) + beta C, ONNX's own operator
 *   BatchMatMul   of two matrices with a transpose: Gemm; otherwise Transpose and MatMul, whose leading axes broadcast
 *
 * ONNX Runtime fuses a Transpose of the last two axes into the product that follows. Written so, the file stays within
 * plain ONNX. Tested in tests/runtime/onnx/lowerings/products.test.ts.
 */
import type { Typed } from '../../graph/graph.js'
import {
  type Emit,
  float,
  int,
  ints,
  type Lowering,
  type Lowerings,
  type OnnxAttributes,
} from '../lowering.js'

const flags = (transposeA: boolean, transposeB: boolean): OnnxAttributes => ({
  transA: int(transposeA ? 1 : 0),
  transB: int(transposeB ? 1 : 0),
})

const rankOf = (type: Typed | undefined): number => type?.shape.length ?? 0

/** The tensor with its last two axes exchanged. */
const exchanged = (emit: Emit, x: string, rank: number): string => {
  const perm = Array.from({ length: rank }, (_, i) => i)
  return emit.op('Transpose', [x], { perm: ints([...perm.slice(0, -2), rank - 1, rank - 2]) })
}

const batchMatMul: Lowering<'BatchMatMul'> = (emit, inputs, { attributes, shape }, types) => {
  const { transposeA, transposeB } = attributes
  const [a, b] = inputs as [string, string]
  if (shape.length === 2 && (transposeA || transposeB))
    return emit.op('Gemm', inputs, flags(transposeA, transposeB))
  return emit.op('MatMul', [
    transposeA ? exchanged(emit, a, rankOf(types[0])) : a,
    transposeB ? exchanged(emit, b, rankOf(types[1])) : b,
  ])
}

/** Lowerings of matrix products. */
export const products: Lowerings<'Gemm' | 'BatchMatMul'> = {
  Gemm: (emit, inputs, { attributes: { transposeA, transposeB, alpha, beta } }) =>
    emit.op('Gemm', inputs, { ...flags(transposeA, transposeB), alpha: float(alpha), beta: float(beta) }),
  BatchMatMul: batchMatMul,
}
