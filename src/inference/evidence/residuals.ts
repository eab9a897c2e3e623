/**
 * Residuals: every Gaussian site in units of its scale, as an affine function of the latents.
 *
 *   r(z) = L⁻¹ (s − loc(z)) = C z + d        rows of C and d: the entries of all sites, one site after the other
 *
 * C comes from loc at 0, e_1, …, e_K (the reading of the basis), d from loc(0) and what is observed; a latent site is
 * its own coordinate. `logScale` is Σ_s log det L_s, in nats. Tested in tests/inference/evidence/linearGaussian.test.ts.
 */
import type { Column } from './column.js'
import { blockAt, type GaussianSite, type Reading } from './gaussianSites.js'
import { forward } from './matrix.js'
import type { Latent, Problem } from './problem.js'

/** The residuals r(z) = C z + d of one datum, C row-major. */
export interface System {
  readonly c: Float64Array
  readonly d: Float64Array
  readonly logScale: number
}

/** The system of every row; all of them share C, as one array, where it is the same. */
export const systemsOf = (problem: Problem, basis: Reading, rows: Int32Array): readonly System[] => {
  const shared = sharesSlopes(basis)
  const systems: System[] = []
  for (let r = 0; r < rows.length; r++)
    systems.push(systemOf(problem, basis, r, rows[r] as number, shared ? systems[0]?.c : undefined))
  return systems
}

/** Whether C is the same for every datum. */
const sharesSlopes = (basis: Reading): boolean =>
  basis.sites.every((s) => s.scale.datum === 0 && (s.loc.datum === 0 || s.loc.point === 0))

/** Builds C (unless it is known already) and d of one datum. */
const systemOf = (problem: Problem, basis: Reading, r: number, row: number, known?: Float64Array): System => {
  const n = basis.sites.reduce((sum, s) => sum + s.loc.size, 0)
  const c = known ?? new Float64Array(n * problem.dim)
  const d = new Float64Array(n)
  let at = 0
  let logScale = 0
  for (const s of basis.sites) {
    const column = problem.columns.find((x) => x.name === s.name)
    const latent = problem.latents.find((l) => l.name === s.name)
    d.set(offsetsOf(s, r, column, row), at)
    if (known === undefined) writeSlopes(c, problem.dim, at, s, r, latent)
    logScale += logVolume(s, r)
    at += s.loc.size
  }
  return { c, d, logScale }
}

/** L⁻¹ (x − loc(0)) of one site; x is 0 where it is latent. */
const offsetsOf = (s: GaussianSite, r: number, column: Column | undefined, row: number): Float64Array => {
  const n = s.loc.size
  const x = column === undefined ? new Float32Array(n) : observedAt(column, row, n)
  const base = blockAt(s.loc, 0, r)
  return whiten(
    s,
    r,
    Float64Array.from(x, (value, j) => value - (s.loc.data[base + j] as number)),
  )
}

/** The observed numbers of a site in one row. */
const observedAt = (c: Column, row: number, n: number): Float32Array =>
  c.constant ? c.data : c.data.subarray(row * n, (row + 1) * n)

/** Writes L⁻¹ (∂s/∂z_i − loc(e_i) + loc(0)) of one site into column i of C, for every i. */
const writeSlopes = (
  c: Float64Array,
  k: number,
  at: number,
  s: GaussianSite,
  r: number,
  latent: Latent | undefined,
): void => {
  const base = blockAt(s.loc, 0, r)
  for (let i = 0; i < k; i++) {
    const unit = blockAt(s.loc, i + 1, r)
    const slope = Float64Array.from({ length: s.loc.size }, (_, j) => {
      const own = latent !== undefined && latent.offset + j === i ? 1 : 0
      return own - ((s.loc.data[unit + j] as number) - (s.loc.data[base + j] as number))
    })
    whiten(s, r, slope).forEach((v, j) => {
      c[(at + j) * k + i] = v
    })
  }
}

/** Divides the entries of a site by its scale: L⁻¹ v. */
const whiten = (s: GaussianSite, r: number, v: Float64Array): Float64Array => {
  const at = blockAt(s.scale, 0, r)
  if (!s.factor) return v.map((x, j) => x / (s.scale.data[at + j] as number))
  const n = s.block
  for (let b = 0; b * n < v.length; b++) {
    const l = Float64Array.from({ length: n * n }, (_, i) => s.scale.data[at + b * n * n + i] as number)
    v.set(forward(l, n, v.slice(b * n, (b + 1) * n)), b * n)
  }
  return v
}

/** log det L of a site. */
const logVolume = (s: GaussianSite, r: number): number => {
  const at = blockAt(s.scale, 0, r)
  const diagonal = (j: number) =>
    s.factor ? Math.floor(j / s.block) * s.block ** 2 + (j % s.block) * (s.block + 1) : j
  let sum = 0
  for (let j = 0; j < s.loc.size; j++) sum += Math.log(s.scale.data[at + diagonal(j)] as number)
  return sum
}

/** The rows of latent sites within C. */
export const latentRows = (problem: Problem, basis: Reading): ReadonlySet<number> => {
  const rows = new Set<number>()
  let at = 0
  for (const s of basis.sites) {
    if (problem.latents.some((l) => l.name === s.name)) for (let j = 0; j < s.loc.size; j++) rows.add(at + j)
    at += s.loc.size
  }
  return rows
}
