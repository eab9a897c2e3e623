import * as g from 'giry'
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { frechet, frechetOfMoments, momentsOf } from '../../../src/inference/diagnostics/frechet.js'
import { points } from '../../../src/inference/diagnostics/points.js'
import { gaussianDraws, refused } from './draws.js'

const moments = (mean: readonly number[], covariance: readonly (readonly number[])[]) => ({
  mean: Float64Array.from(mean),
  covariance: Float64Array.from(covariance.flat()),
})

const root = (a: Matrix): Matrix => {
  const { realEigenvalues: values, eigenvectorMatrix: q } = new EigenvalueDecomposition(a)
  return q.mmul(Matrix.diag(values.map((v) => Math.sqrt(Math.max(0, v))))).mmul(q.transpose())
}

/** By symmetric roots: tr (A^½ B A^½)^½. */
const oracle = (a: Matrix, b: Matrix): number => {
  const s = root(a)
  const inner = s.mmul(b).mmul(s)
  return a.trace() + b.trace() - 2 * root(Matrix.add(inner, inner.transpose()).mul(0.5)).trace()
}

const randomCovariance = (seed: number, d: number, rank = d): Matrix => {
  const x = new Matrix(gaussianDraws(seed, d, rank))
  return x.mmul(x.transpose())
}

describe('frechetOfMoments', () => {
  it('is Σ (m_i − m_i′)² + (s_i − s_i′)² for diagonal Gaussians', () => {
    const a = moments(
      [1, 2, 3],
      [
        [4, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ],
    )
    const b = moments(
      [0, 2, 5],
      [
        [1, 0, 0],
        [0, 9, 0],
        [0, 0, 4],
      ],
    )
    expect(frechetOfMoments(a, b)).toBeCloseTo(1 + 0 + 4 + (1 + 4 + 4), 12)
  })

  it('is the distance of roots for covariances that commute', () => {
    const a = randomCovariance(1, 6)
    const b = a.mmul(a)
    const difference = Matrix.sub(root(a), root(b))
    const exact = difference.mmul(difference).trace()
    const zero = new Array<number>(6).fill(0)
    const value = frechetOfMoments(moments(zero, a.to2DArray()), moments(zero, b.to2DArray()))
    expect(Math.abs(value - exact)).toBeLessThan(1e-9 * exact)
  })

  it('agrees with symmetric roots by ml-matrix, low rank included', () => {
    for (const [d, rankA, rankB] of [
      [2, 2, 2],
      [5, 5, 5],
      [12, 12, 3],
      [12, 4, 7],
      [40, 40, 40],
    ] as const) {
      const [a, b] = [randomCovariance(d, d, rankA), randomCovariance(d + 1, d, rankB)]
      const zero = new Array<number>(d).fill(0)
      const value = frechetOfMoments(moments(zero, a.to2DArray()), moments(zero, b.to2DArray()))
      // The roots of eigenvalues that are 0 are known to √1e-16 only.
      expect(Math.abs(value - oracle(a, b))).toBeLessThan(1e-6 * (a.trace() + b.trace()))
    }
  })

  it('is symmetric, and 0 on the diagonal', () => {
    const a = momentsOf(points(gaussianDraws(1, 50, 4)))
    const b = momentsOf(points(gaussianDraws(2, 50, 4, 1, 2)))
    expect(frechetOfMoments(a, a)).toBeLessThan(1e-12)
    expect(frechetOfMoments(a, b)).toBeCloseTo(frechetOfMoments(b, a), 10)
  })
})

describe('frechet', () => {
  it('fits means and covariances', () => {
    const { mean, covariance } = momentsOf(
      points([
        [1, 2],
        [3, 6],
        [5, 4],
      ]),
    )
    expect([...mean]).toEqual([3, 4])
    expect([...covariance]).toEqual([4, 2, 2, 4])
  })

  it('measures in the space of the features', async () => {
    const [x, y] = [gaussianDraws(1, 200, 2), gaussianDraws(2, 200, 2, 1)]
    const first = await g.orThrow(
      frechet(x, y, { features: (p) => [...p.data].filter((_, i) => i % 2 === 0) }),
    )
    const direct = await g.orThrow(
      frechet(
        x.map((r) => r[0] as number),
        y.map((r) => r[0] as number),
      ),
    )
    expect(first).toEqual(direct)
    expect(first).toMatchObject({ size: 1, n: 200, m: 200 })
  })

  it('is quick for pixels', async () => {
    const began = performance.now()
    await g.orThrow(frechet(gaussianDraws(1, 300, 200), gaussianDraws(2, 300, 200)))
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('refuses what has no covariance', async () => {
    expect(
      (
        await refused(
          frechet(
            [[1, 2]],
            [
              [1, 2],
              [2, 3],
            ],
          ),
        )
      ).map((e) => e.message),
    ).toEqual(['a covariance needs two data, but 1 was given'])
    expect(
      (await refused(frechet([[1], [2]], [[1], [2]], { features: () => [[Number.NaN]] })))[0]?.message,
    ).toContain("'features of real' has the entry NaN")
  })
})
