import fc from 'fast-check'
import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import {
  backward,
  choleskyOf,
  forward,
  halfLogDet,
  inverseOf,
} from '../../../src/inference/evidence/matrix.js'

const square = fc
  .integer({ min: 1, max: 6 })
  .chain((n) =>
    fc
      .array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n * n, maxLength: n * n })
      .map((a) => ({ n, a })),
  )

/** B Bᵀ + I, positive definite. */
const definite = ({ n, a }: { n: number; a: number[] }): Matrix => {
  const b = Matrix.from1DArray(n, n, a)
  return b.mmul(b.transpose()).add(Matrix.eye(n))
}

describe('positive definite systems, against ml-matrix', () => {
  it('has the factor, the solutions, the inverse and the determinant', () => {
    fc.assert(
      fc.property(square, ({ n, a }) => {
        const m = definite({ n, a })
        const l = choleskyOf(Float64Array.from(m.to1DArray()), n) as Float64Array
        new CholeskyDecomposition(m).lowerTriangularMatrix.to1DArray().forEach((x, i) => {
          expect(l[i]).toBeCloseTo(x, 10)
        })
        const b = a.slice(0, n)
        const x = backward(l, n, forward(l, n, b))
        m.mmul(Matrix.columnVector(Array.from(x)))
          .to1DArray()
          .forEach((y, i) => {
            expect(y).toBeCloseTo(b[i] as number, 9)
          })
        inverse(m)
          .to1DArray()
          .forEach((y, i) => {
            expect(inverseOf(l, n).flat()[i]).toBeCloseTo(y, 9)
          })
        expect(2 * halfLogDet(l, n)).toBeCloseTo(
          Math.log(
            new CholeskyDecomposition(m).lowerTriangularMatrix.diagonal().reduce((p, d) => p * d * d, 1),
          ),
          9,
        )
      }),
      { numRuns: 50 },
    )
  })

  it('knows what is not positive definite', () => {
    expect(choleskyOf(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined()
  })
})
