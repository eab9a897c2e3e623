import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { eigenvalues } from '../../../src/inference/diagnostics/eigenvalues.js'
import { gaussianDraws } from './draws.js'

const of = (rows: readonly (readonly number[])[]) => [
  ...eigenvalues(Float64Array.from(rows.flat()), rows.length),
]

describe('eigenvalues', () => {
  it('of small matrices are exact', () => {
    expect(of([[3]])).toEqual([3])
    expect(
      of([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual([0, 0])
    const [a, b] = of([
      [2, 1],
      [1, 2],
    ])
    expect(a).toBeCloseTo(1, 14)
    expect(b).toBeCloseTo(3, 14)
    expect(
      of([
        [5, 0, 0],
        [0, -1, 0],
        [0, 0, 2],
      ]),
    ).toEqual([-1, 2, 5])
  })

  it('of the path of n vertices are 2 − 2 cos(k π / (n + 1))', () => {
    const n = 40
    const rows = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
    )
    of(rows).forEach((x, k) => {
      expect(Math.abs(x - (2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1))))).toBeLessThan(1e-13)
    })
  })

  it('agree with ml-matrix on random symmetric matrices, low rank included', () => {
    for (const [n, rank] of [
      [2, 2],
      [3, 1],
      [10, 10],
      [25, 4],
      [60, 60],
    ] as const) {
      const x = new Matrix(gaussianDraws(n, n, rank))
      const signs = Matrix.diag(Array.from({ length: rank }, (_, i) => (i % 3 === 0 ? -1 : 1)))
      const a = x.mmul(signs).mmul(x.transpose())
      const symmetric = Matrix.add(a, a.transpose()).mul(0.5)
      const oracle = [...new EigenvalueDecomposition(symmetric).realEigenvalues].sort((p, q) => p - q)
      const scale = Math.max(...oracle.map(Math.abs))
      of(symmetric.to2DArray()).forEach((v, i) => {
        expect(Math.abs(v - (oracle[i] as number))).toBeLessThan(1e-12 * scale)
      })
    }
  })
})
