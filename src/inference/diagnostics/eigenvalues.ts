/**
 * Eigenvalues of a symmetric matrix in float64: Householder reflections to tridiagonal form, then QL with implicit shifts.
 *
 *   A = Q T Qᵀ, T tridiagonal        4/3 n³ operations        T → diagonal: some 30 n² more
 *
 * Row-major n × n. Errors of size 1e-16 ‖A‖, small eigenvalues included. No eigenvectors: what is asked for here are sums
 * over eigenvalues. Source: Golub, Van Loan, "Matrix computations" (4th edition), algorithms 8.3.1 and 8.3.2 in the
 * explicit form of EISPACK's tred1 and tql1. Tested in tests/inference/diagnostics/eigenvalues.test.ts against ml-matrix.
 */

interface Tridiagonal {
  readonly diagonal: Float64Array
  /** Below the diagonal; entry i couples i and i + 1. */
  readonly below: Float64Array
}

/** v and β of the reflection I − β v vᵀ that maps x to ∓‖x‖ e_1; v overwrites x. Returns β and the new first entry. */
const reflection = (x: Float64Array): { beta: number; first: number } => {
  const norm = Math.sqrt(x.reduce((s, a) => s + a * a, 0))
  if (norm === 0) return { beta: 0, first: 0 }
  const x0 = x[0] as number
  const first = x0 > 0 ? -norm : norm
  x[0] = x0 - first
  const square = x.reduce((s, a) => s + a * a, 0)
  return { beta: square === 0 ? 0 : 2 / square, first }
}

/** A ← (I − β v vᵀ) A (I − β v vᵀ) on the trailing rows and columns from `from`: A − v wᵀ − w vᵀ. */
const reflect = (a: Float64Array, n: number, from: number, v: Float64Array, beta: number): void => {
  const m = n - from
  const p = new Float64Array(m)
  for (let i = 0; i < m; i++) {
    let sum = 0
    const row = (from + i) * n + from
    for (let j = 0; j < m; j++) sum += (a[row + j] as number) * (v[j] as number)
    p[i] = beta * sum
  }
  const half = (beta / 2) * p.reduce((s, x, i) => s + x * (v[i] as number), 0)
  const w = p.map((x, i) => x - half * (v[i] as number))
  for (let i = 0; i < m; i++) {
    const row = (from + i) * n + from
    const [vi, wi] = [v[i] as number, w[i] as number]
    for (let j = 0; j < m; j++)
      a[row + j] = (a[row + j] as number) - vi * (w[j] as number) - wi * (v[j] as number)
  }
}

/** The tridiagonal matrix with the same eigenvalues. */
const tridiagonal = (matrix: Float64Array, n: number): Tridiagonal => {
  const a = matrix.slice()
  const below = new Float64Array(n)
  for (let k = 0; k + 1 < n; k++) {
    const v = Float64Array.from({ length: n - k - 1 }, (_, i) => a[(k + 1 + i) * n + k] as number)
    const { beta, first } = reflection(v)
    below[k] = first
    if (beta > 0) reflect(a, n, k + 1, v, beta)
  }
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i] as number), below }
}

/** The end of the block that begins at l: the first entry below the diagonal that is negligible. */
const blockEnd = ({ diagonal: d, below: e }: Tridiagonal, l: number): number => {
  let m = l
  for (; m + 1 < d.length; m++) {
    const size = Math.abs(d[m] as number) + Math.abs(d[m + 1] as number)
    if (Math.abs(e[m] as number) <= Number.EPSILON * size) break
  }
  return m
}

/** One implicit QL step with Wilkinson's shift on the block l … m. */
const step = ({ diagonal: d, below: e }: Tridiagonal, l: number, m: number): void => {
  const g0 = ((d[l + 1] as number) - (d[l] as number)) / (2 * (e[l] as number))
  const r0 = Math.hypot(g0, 1)
  let g = (d[m] as number) - (d[l] as number) + (e[l] as number) / (g0 + (g0 >= 0 ? r0 : -r0))
  let [s, c, p] = [1, 1, 0]
  for (let i = m - 1; i >= l; i--) {
    const f = s * (e[i] as number)
    const b = c * (e[i] as number)
    const r = Math.hypot(f, g)
    e[i + 1] = r
    if (r === 0) {
      // The block falls apart here; what is left is found in the next step.
      d[i + 1] = (d[i + 1] as number) - p
      e[m] = 0
      return
    }
    s = f / r
    c = g / r
    g = (d[i + 1] as number) - p
    const t = ((d[i] as number) - g) * s + 2 * c * b
    p = s * t
    d[i + 1] = g + p
    g = c * t - b
  }
  d[l] = (d[l] as number) - p
  e[l] = g
  e[m] = 0
}

/** The eigenvalues of a symmetric n × n matrix, from small to large. */
export const eigenvalues = (matrix: Float64Array, n: number): Float64Array => {
  const t = tridiagonal(matrix, n)
  for (let l = 0; l < n; l++) for (let m = blockEnd(t, l); m > l; m = blockEnd(t, l)) step(t, l, m)
  return t.diagonal.sort()
}
