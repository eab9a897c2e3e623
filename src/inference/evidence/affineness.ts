/**
 * Whether the means of a reading are affine in z, and its scales constant, to float32 rounding:
 *
 *   loc(z) = loc(0) + Σ_i z_i (loc(e_i) − loc(0))        scale(z) = scale(0)
 *
 * where the reading of the basis has loc at 0, e_1, …, e_K, in this order (probes.ts chooses z).
 * Tested in tests/inference/evidence/linearGaussian.test.ts.
 */
import { blockAt, type GaussianSite, type Reading } from './gaussianSites.js'

/** Rounding of float32 that a few layers may add up to, relative to the largest term. */
const rounding = 2e-5

/** The spacing of float32 numbers, relative to their size: what a difference of two of them may be off by. */
const spacing = 2 ** -23

/** Below this, float32 keeps no relative accuracy. */
const underflow = 1e-36

/** Points at which a reading was taken. */
export interface Probes {
  readonly reading: Reading
  /** Which of its points are compared. */
  readonly indices: readonly number[]
  /** z at a point and a datum. */
  readonly pointOf: (index: number, row: number) => Float64Array
}

/** The first site whose mean is not affine, or whose scale is not constant, in words. */
export const bendOf = (basis: Reading, probes: Probes, rows: number): string | undefined => {
  for (const [i, s] of basis.sites.entries()) {
    const bend = bendOfSite(s, probes.reading.sites[i] as GaussianSite, probes, rows)
    if (bend !== undefined) return bend
  }
  return undefined
}

const bendOfSite = (
  s: GaussianSite,
  seen: GaussianSite,
  { indices, pointOf }: Probes,
  rows: number,
): string | undefined => {
  // What has neither a point axis nor a datum axis is the same everywhere.
  const datums = seen.loc.datum > 0 || seen.scale.datum > 0 || s.loc.datum > 0 ? rows : 1
  for (const index of indices)
    for (let r = 0; r < datums; r++) {
      if (scaleMoves(s, seen, index, r)) return `the scale of site '${s.name}' depends on a latent`
      if (meanBends(s, seen, index, r, pointOf(index, r)))
        return `the mean of site '${s.name}' is not affine in the latents`
    }
  return undefined
}

const scaleMoves = (s: GaussianSite, seen: GaussianSite, index: number, r: number): boolean => {
  if (seen.scale.point === 0) return false
  for (let j = 0; j < s.scale.size; j++) {
    const a = s.scale.data[blockAt(s.scale, 0, r) + j] as number
    const b = seen.scale.data[blockAt(seen.scale, index, r) + j] as number
    if (!(Math.abs(a - b) <= rounding * Math.abs(a))) return true
  }
  return false
}

const meanBends = (
  s: GaussianSite,
  seen: GaussianSite,
  index: number,
  r: number,
  z: Float64Array,
): boolean => {
  if (seen.loc.point === 0) return false
  let largest = 0
  let worst = 0
  let lost = 0
  for (let j = 0; j < s.loc.size; j++) {
    const { value, size, cancelled } = affineAt(s, r, j, z)
    const found = seen.loc.data[blockAt(seen.loc, index, r) + j] as number
    const gap = Math.abs(found - value)
    if (!(gap < Number.POSITIVE_INFINITY)) return true
    largest = Math.max(largest, size, Math.abs(found))
    worst = Math.max(worst, gap)
    lost = Math.max(lost, cancelled)
  }
  return worst > rounding * largest + lost + underflow
}

/** loc(0) + Σ_i z_i (loc(e_i) − loc(0)) of one entry, the size of its terms, and what cancellation in them may lose. */
const affineAt = (s: GaussianSite, r: number, entry: number, z: Float64Array) => {
  const base = s.loc.data[blockAt(s.loc, 0, r) + entry] as number
  let value = base
  let size = Math.abs(base)
  let cancelled = 0
  for (let i = 0; i < z.length; i++) {
    const along = s.loc.data[blockAt(s.loc, i + 1, r) + entry] as number
    const term = (z[i] as number) * (along - base)
    value += term
    size += Math.abs(term)
    cancelled += Math.abs(z[i] as number) * spacing * (Math.abs(along) + Math.abs(base))
  }
  return { value, size, cancelled }
}
