/**
 * Least squares: the minimum of |C z + d|² over z ∈ R^K, and the Gaussian that it is the exponent of. In float64.
 *
 *   CᵀC m = −Cᵀ d        exp(−½ |C z + d|²) ∝ N(z; m, (CᵀC)⁻¹)
 *
 *   log P(x) = −½ |C m + d|² − Σ_s log det L_s − ½ log det CᵀC − ½ (n − K) log 2π        (nats, n rows)
 *
 * Tested in tests/inference/evidence/linearGaussian.test.ts.
 */
import { backward, choleskyOf, forward, halfLogDet } from './matrix.js'
import type { System } from './residuals.js'

/** log 2π. */
export const log2Pi = Math.log(2 * Math.PI)

/** Which rows of a system count. */
type Rows = (row: number) => boolean

const allRows: Rows = () => true

/** CᵀC over the rows of `use`. */
const gram = (c: Float64Array, k: number, use: Rows): Float64Array => {
  const a = new Float64Array(k * k)
  for (let row = 0; row * k < c.length; row++) if (use(row)) addOuter(a, c, row * k, k)
  for (let i = 0; i < k; i++) for (let j = 0; j < i; j++) a[j * k + i] = a[i * k + j] as number
  return a
}

/** Adds v vᵀ to the lower triangle of A; v begins at `at`. */
const addOuter = (a: Float64Array, v: Float64Array, at: number, k: number): void => {
  for (let i = 0; i < k; i++) {
    const x = v[at + i] as number
    if (x !== 0)
      for (let j = 0; j <= i; j++) a[i * k + j] = (a[i * k + j] as number) + x * (v[at + j] as number)
  }
}

/** The lower Cholesky factor of CᵀC over some rows; undefined unless it is positive definite. */
export const precisionFactor = (c: Float64Array, k: number, use: Rows = allRows): Float64Array | undefined =>
  choleskyOf(gram(c, k, use), k)

/** m = −(CᵀC)⁻¹ Cᵀ d over some rows, given the factor of CᵀC over them. */
export const minimizer = (
  { c, d }: System,
  k: number,
  factor: Float64Array,
  use: Rows = allRows,
): Float64Array => {
  const b = new Float64Array(k)
  for (let row = 0; row < d.length; row++)
    if (use(row))
      for (let i = 0; i < k; i++) b[i] = (b[i] as number) - (c[row * k + i] as number) * (d[row] as number)
  return backward(factor, k, forward(factor, k, b))
}

const squaredResidual = ({ c, d }: System, m: Float64Array, k: number): number => {
  let sum = 0
  for (let row = 0; row < d.length; row++) {
    let x = d[row] as number
    for (let i = 0; i < k; i++) x += (c[row * k + i] as number) * (m[i] as number)
    sum += x * x
  }
  return sum
}

/** The exact answer for one datum. */
export interface Solution {
  readonly logEvidence: number
  readonly mean: Float64Array
  /** The Cholesky factor of the precision CᵀC. */
  readonly precision: Float64Array
}

const solve = (system: System, k: number, rest: number, factor: Float64Array): Solution => {
  const mean = minimizer(system, k, factor)
  const quadratic = -0.5 * squaredResidual(system, mean, k)
  const constants = system.logScale + halfLogDet(factor, k) + 0.5 * (system.d.length - k) * log2Pi
  return { logEvidence: rest + quadratic - constants, mean, precision: factor }
}

/** Solves every system; `rest` is what other sites add to log P(x). Undefined unless each CᵀC is positive definite. */
export const solveAll = (
  systems: readonly System[],
  k: number,
  rest: Float64Array,
): readonly Solution[] | undefined => {
  const solutions: Solution[] = []
  let factor: Float64Array | undefined
  for (const [r, system] of systems.entries()) {
    if (factor === undefined || system.c !== systems[r - 1]?.c) factor = precisionFactor(system.c, k)
    if (factor === undefined) return undefined
    solutions.push(solve(system, k, rest[r] as number, factor))
  }
  return solutions
}
