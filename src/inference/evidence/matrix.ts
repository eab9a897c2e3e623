/**
 * Symmetric positive definite systems in float64, row-major: A = L Lᵀ.
 *
 *   choleskyOf(A) = L        forward(L, b) = L⁻¹ b        backward(L, b) = L⁻ᵀ b        inverseOf(L) = (L Lᵀ)⁻¹
 *
 * Plain JavaScript: the matrices have a row for each latent coordinate, and float32 tensors would lose the digits that
 * an exact evidence is for. Tested in tests/inference/evidence/matrix.test.ts.
 */

/** The lower Cholesky factor of an n × n matrix; undefined unless it is positive definite. */
export const choleskyOf = (a: Float64Array, n: number): Float64Array | undefined => {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] as number
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number)
      if (i === j && !(sum > 0)) return undefined
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / (l[j * n + j] as number)
    }
  return l
}

/** L⁻¹ b. */
export const forward = (l: ArrayLike<number>, n: number, b: ArrayLike<number>): Float64Array => {
  const x = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let sum = b[i] as number
    for (let j = 0; j < i; j++) sum -= (l[i * n + j] as number) * (x[j] as number)
    x[i] = sum / (l[i * n + i] as number)
  }
  return x
}

/** L⁻ᵀ b. */
export const backward = (l: ArrayLike<number>, n: number, b: ArrayLike<number>): Float64Array => {
  const x = new Float64Array(n)
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] as number
    for (let j = i + 1; j < n; j++) sum -= (l[j * n + i] as number) * (x[j] as number)
    x[i] = sum / (l[i * n + i] as number)
  }
  return x
}

/** (L Lᵀ)⁻¹, row by row. */
export const inverseOf = (l: Float64Array, n: number): number[][] =>
  Array.from({ length: n }, (_, i) => {
    const unit = new Float64Array(n)
    unit[i] = 1
    return Array.from(backward(l, n, forward(l, n, unit)))
  })

/** Σ log L_ii: half the log determinant of L Lᵀ. */
export const halfLogDet = (l: ArrayLike<number>, n: number): number => {
  let sum = 0
  for (let i = 0; i < n; i++) sum += Math.log(l[i * n + i] as number)
  return sum
}
