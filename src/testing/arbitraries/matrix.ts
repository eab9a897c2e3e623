/**
 * Small dense matrices in float64, as arrays of rows: what exact posteriors of linear-Gaussian models need.
 *
 *   cholesky(A) = L, A = L Lᵀ        inverse(A) of a symmetric positive definite A
 */

/** A matrix, by rows. */
export type Matrix = readonly (readonly number[])[]

/** The matrix with these entries. */
export const matrixOf = (rows: number, columns: number, entry: (i: number, j: number) => number): Matrix =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => entry(i, j)))

/** The entry (i, j). */
export const entryOf = (a: Matrix, i: number, j: number): number => (a[i] as readonly number[])[j] as number

/** A B. */
export const product = (a: Matrix, b: Matrix): Matrix =>
  matrixOf(a.length, (b[0] ?? []).length, (i, j) =>
    b.reduce((s, row, k) => s + entryOf(a, i, k) * (row[j] as number), 0),
  )

/** Aᵀ. */
export const transposed = (a: Matrix): Matrix =>
  matrixOf((a[0] ?? []).length, a.length, (i, j) => entryOf(a, j, i))

/** The lower Cholesky factor of a symmetric positive definite matrix. */
export const choleskyOf = (a: Matrix): Matrix => {
  const l = a.map((row) => row.map(() => 0))
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j <= i; j++) {
      const sum = Array.from({ length: j }, (_, k) => entryOf(l, i, k) * entryOf(l, j, k)).reduce(
        (s, x) => s + x,
        0,
      )
      const rest = entryOf(a, i, j) - sum
      ;(l[i] as number[])[j] = i === j ? Math.sqrt(rest) : rest / entryOf(l, j, j)
    }
  return l
}

/** L⁻¹ of a lower triangular matrix. */
const inverseLower = (l: Matrix): Matrix => {
  const x = l.map((row) => row.map(() => 0))
  for (let j = 0; j < l.length; j++)
    for (let i = j; i < l.length; i++) {
      const sum = Array.from({ length: i - j }, (_, k) => entryOf(l, i, j + k) * entryOf(x, j + k, j)).reduce(
        (s, y) => s + y,
        0,
      )
      ;(x[i] as number[])[j] = ((i === j ? 1 : 0) - sum) / entryOf(l, i, i)
    }
  return x
}

/** A⁻¹ of a symmetric positive definite matrix. */
export const inverse = (a: Matrix): Matrix => {
  const x = inverseLower(choleskyOf(a))
  return product(transposed(x), x)
}
