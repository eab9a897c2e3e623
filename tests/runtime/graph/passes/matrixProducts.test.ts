import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { matrixProducts } from '../../../../src/runtime/graph/passes/matrixProducts.js'
import { expectSame, keepsResults } from '../agreement.js'
import { feedsFor, kernelsOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const left = (make: Parameters<typeof sketch>[0]) => {
  const before = sketch(make)
  const after = matrixProducts(before)
  expectSame({ graph: before, feeds: feedsFor(before) }, after)
  return kernelsOf(after)
}

const plain = { transposeA: false, transposeB: false }
const gemmOf = (make: Parameters<typeof sketch>[0]) =>
  matrixProducts(sketch(make)).nodes.findLast((n) => n.kernel === 'Gemm')?.attributes

describe('matrixProducts', () => {
  it('makes Gemm of matrices, and flags of transposes', () => {
    expect(left((b, given) => b.add('BatchMatMul', [given([2, 3]), given([3, 4])], plain))).toEqual(['Gemm'])
    const transposed: Parameters<typeof sketch>[0] = (b, given) =>
      b.add('BatchMatMul', [b.add('Transpose', [given([3, 2])], { perm: [1, 0] }), given([3, 4])], plain)
    expect(left(transposed)).toEqual(['Gemm'])
    expect(gemmOf(transposed)).toMatchObject({ transposeA: true, transposeB: false })
  })

  it('flattens leading axes where the right factor is one matrix', () => {
    const product = (a: readonly number[], b2: readonly number[], transposeA = false) =>
      left((b, given) => b.add('BatchMatMul', [given(a), given(b2)], { transposeA, transposeB: false }))
    expect(product([5, 2, 3], [3, 4])).toEqual(['Reshape', 'Gemm', 'Reshape'])
    expect(product([5, 2, 3], [1, 3, 4])).toEqual(['Reshape', 'Reshape', 'Gemm', 'Reshape'])
    expect(product([1, 2, 3], [1, 3, 4])).toEqual(['Reshape', 'Reshape', 'Gemm', 'Reshape'])
    expect(product([5, 2, 3], [5, 3, 4])).toEqual(['BatchMatMul'])
    expect(product([5, 3, 2], [3, 4], true)).toEqual(['BatchMatMul'])
    expect(product([2, 3], [5, 3, 4])).toEqual(['BatchMatMul'])
  })

  it('sees through broadcasts of matrices', () => {
    expect(
      left((b, given) =>
        b.add(
          'BatchMatMul',
          [given([5, 2, 3]), b.add('BroadcastTo', [given([3, 4])], { shape: [5, 3, 4] })],
          plain,
        ),
      ),
    ).toEqual(['Reshape', 'Gemm', 'Reshape'])
    expect(
      left((b, given) =>
        b.add(
          'BatchMatMul',
          [b.add('BroadcastTo', [given([2, 3])], { shape: [5, 2, 3] }), given([5, 3, 4])],
          plain,
        ),
      ),
    ).toEqual(['BatchMatMul'])
    expect(
      left((b, given) =>
        b.add(
          'BatchMatMul',
          [
            b.add('BroadcastTo', [given([5, 1, 2, 3])], { shape: [5, 6, 2, 3] }),
            b.add('BroadcastTo', [given([1, 6, 3, 4])], { shape: [5, 6, 3, 4] }),
          ],
          plain,
        ),
      ),
    ).toEqual(['BatchMatMul'])
  })

  it('sums products over leading axes in one Gemm', () => {
    expect(
      left((b, given) =>
        b.add(
          'Sum',
          [
            b.add('BatchMatMul', [given([5, 2, 3]), given([5, 2, 4])], {
              transposeA: true,
              transposeB: false,
            }),
          ],
          {
            axes: [0],
            keepDims: false,
          },
        ),
      ),
    ).toEqual(['Reshape', 'Reshape', 'Gemm'])
  })

  it('takes numbers as alpha, from factors and from results', () => {
    const gemm = { ...plain, alpha: 1, beta: 1 }
    const before: Parameters<typeof sketch>[0] = (b, given) =>
      b.add(
        'Gemm',
        [b.add('Multiply', [given([2, 3]), b.number(2)], {}), b.add('Neg', [given([3, 4])], {})],
        gemm,
      )
    expect(left(before)).toEqual(['Gemm'])
    expect(gemmOf(before)).toMatchObject({ alpha: -2 })
    const after: Parameters<typeof sketch>[0] = (b, given) =>
      b.add('Multiply', [b.number(3), b.add('Gemm', [given([2, 3]), given([3, 4]), given([4])], gemm)], {})
    expect(left(after)).toEqual(['Gemm'])
    expect(gemmOf(after)).toMatchObject({ alpha: 3, beta: 3 })
  })

  it('takes a bias as C', () => {
    const gemm = { ...plain, alpha: 2, beta: 1 }
    const biased = (shape: readonly number[]) =>
      left((b, given) =>
        b.add('Add', [b.add('Gemm', [given([2, 3]), given([3, 4])], gemm), given(shape)], {}),
      )
    expect(biased([4])).toEqual(['Gemm'])
    expect(biased([1, 4])).toEqual(['Gemm'])
    expect(biased([2, 1])).toEqual(['Gemm', 'Add'])
    expect(biased([5, 2, 4])).toEqual(['Gemm', 'Add'])
  })

  it('keeps what random graphs compute', () => {
    keepsResults(matrixProducts)
  })
})
