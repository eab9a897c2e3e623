/**
 * Squared distances of each point of a to every point of b, row by row.
 *
 *   d²(i, j) = Σ_k (a_ik − b_jk)²
 *
 * From the differences, in float64: the shorter ‖a‖² + ‖b‖² − 2 a·b loses the digits of near points, and copies would no
 * longer lie at distance 0. Two by two rows at a time, so that each number is read once for two distances: 1e9 terms take
 * about a second. The event loop turns every 50 ms. Tested in tests/inference/diagnostics/distances.test.ts.
 */
import type { Points } from './points.js'
import { turns } from './turns.js'

/** Rows of distances that are computed before they are handed over. */
const BLOCK = 16

/** Rows `begin` to `end` of the matrix of squared distances; an odd last row or column is computed twice. */
const fillBlock = (a: Points, b: Points, begin: number, end: number, out: Float64Array): void => {
  const { data: x, size: d } = a
  const { data: y, count: m } = b
  for (let i = begin; i < end; i += 2) {
    const i1 = Math.min(i + 1, end - 1)
    const [r0, r1] = [(i - begin) * m, (i1 - begin) * m]
    for (let j = 0; j < m; j += 2) {
      const j1 = Math.min(j + 1, m - 1)
      let [s00, s01, s10, s11] = [0, 0, 0, 0]
      for (let k = 0, a0 = i * d, a1 = i1 * d, b0 = j * d, b1 = j1 * d; k < d; k++) {
        const x0 = x[a0 + k] as number
        const x1 = x[a1 + k] as number
        const y0 = y[b0 + k] as number
        const y1 = y[b1 + k] as number
        s00 += (x0 - y0) * (x0 - y0)
        s01 += (x0 - y1) * (x0 - y1)
        s10 += (x1 - y0) * (x1 - y0)
        s11 += (x1 - y1) * (x1 - y1)
      }
      out[r0 + j] = s00
      out[r0 + j1] = s01
      out[r1 + j] = s10
      out[r1 + j1] = s11
    }
  }
}

/** Hands over each row of squared distances; the array is written anew afterwards. */
export const eachDistanceRow = async (
  a: Points,
  b: Points,
  visit: (i: number, squared: Float64Array) => void,
): Promise<void> => {
  const block = new Float64Array(BLOCK * b.count)
  const turn = turns()
  for (let begin = 0; begin < a.count; begin += BLOCK) {
    const end = Math.min(begin + BLOCK, a.count)
    fillBlock(a, b, begin, end, block)
    for (let i = begin; i < end; i++)
      visit(i, block.subarray((i - begin) * b.count, (i - begin + 1) * b.count))
    await turn()
  }
}
