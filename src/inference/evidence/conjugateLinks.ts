/**
 * Links: which coordinate z_i a parameter θ of an observed entry is made of, and by which constant c.
 *
 *   probs = z     logits = log z − log(1 − z)     rate = c z     logRate = log c + log z     scale = (c z)^−½     loc = z + c
 *
 * Each is read off as c(θ, z), which must be one number at all points: an analytic function of z for which it is so at one
 * random point more than it has degrees of freedom is the link, with probability 1 (linearGaussian.ts says why points near
 * the mass come besides). Tested in tests/inference/evidence/conjugate.test.ts.
 */
import { baseFamily, numberAt, type ParameterReading, type SiteParameters } from './parameterReading.js'
import { range } from './range.js'

/** The laws a latent may have, and the pair of a mean and a precision. */
export type Role = 'beta' | 'gamma' | 'dirichlet' | 'normal' | 'normalGamma'

/** The role of a latent by its family: an exponential is gamma(1, rate), a standard uniform beta(1, 1). */
export const roleOf = (family: string): Exclude<Role, 'normalGamma'> | undefined =>
  (
    ({
      beta: 'beta',
      uniform: 'beta',
      gamma: 'gamma',
      exponential: 'gamma',
      dirichlet: 'dirichlet',
      normal: 'normal',
    }) as const
  )[baseFamily(family) as 'beta']

/** c(θ, z), and the size that rounding of it is relative to. */
type Relation = (theta: number, z: number) => readonly [constant: number, size: number]

const sized = (c: number): readonly [number, number] => [c, Math.abs(c)]

const logit = (z: number): number => Math.log(z) - Math.log1p(-z)

const relations = {
  chance: (p, z) => sized(z < 0.5 ? p / z : (1 - p) / (1 - z)),
  logit: (l, z) => sized(Math.exp(l - logit(z))),
  ratio: (r, z) => sized(r / z),
  logRatio: (l, z) => sized(Math.exp(l - Math.log(z))),
  precision: (s, z) => sized(1 / (s * s * z)),
  shift: (m, z) => [m - z, Math.abs(m) + Math.abs(z)],
} as const satisfies Readonly<Record<string, Relation>>

/** How a family of observations hangs on a latent of a role. */
export interface Pairing {
  /** The parameter that is linked, by its possible names. */
  readonly links: Readonly<Record<string, Relation>>
  /** Whether the constant of the link must be 1. */
  readonly unit: boolean
  /** The parameter that must be known. */
  readonly known?: string
  /** What the link must be, in words. */
  readonly words: string
}

const ofChance = { probs: relations.chance, logits: relations.logit }
const itself = 'that latent, or its logit'
const multiple = 'a known multiple of that latent'

/** The pairs of a role and a family of single entries. */
export const pairings: { readonly [pair: `${Role}|${string}`]: Pairing } = {
  'beta|bernoulli': { links: ofChance, unit: true, words: itself },
  'beta|binomial': { links: ofChance, unit: true, known: 'trials', words: itself },
  'beta|geometric': { links: ofChance, unit: true, words: itself },
  'beta|negativeBinomial': { links: ofChance, unit: true, known: 'failures', words: itself },
  'gamma|poisson': {
    links: { rate: relations.ratio, logRate: relations.logRatio },
    unit: false,
    words: multiple,
  },
  'gamma|exponential': { links: { rate: relations.ratio }, unit: false, words: multiple },
  'gamma|gamma': { links: { rate: relations.ratio }, unit: false, known: 'concentration', words: multiple },
  'gamma|normal': {
    links: { scale: relations.precision },
    unit: false,
    known: 'loc',
    words: 'the inverse root of a known multiple of that latent',
  },
  'normal|normal': {
    links: { loc: relations.shift },
    unit: false,
    known: 'scale',
    words: 'that latent plus a constant',
  },
}

/** The pairs of a dirichlet and a family of vectors. */
export const tallies: readonly string[] = ['categorical', 'oneHotCategorical', 'multinomial']

/** A coordinate and the constant of its link. */
export interface Link {
  readonly coordinate: number
  readonly constant: number
}

/** Rounding of float32 that a few operations may add up to. */
const rounding = 2e-5

/** A parameter whose link is sought. */
export interface Linked {
  readonly site: SiteParameters
  readonly links: Pairing['links']
  readonly unit: boolean
}

/** The name of the parameter that is given, of those that may be linked. */
export const linkedName = (site: SiteParameters, links: Pairing['links']): string =>
  Object.keys(links).find((name) => name in site.parameters) as string

/** Whether a link holds at every point, for one entry of one datum. */
export const holds = (
  reading: ParameterReading,
  linked: Linked,
  r: number,
  entry: number,
  link: Link,
): boolean => {
  const name = linkedName(linked.site, linked.links)
  const theta = linked.site.parameters[name]
  const relation = linked.links[name]
  if (theta === undefined || relation === undefined) return false
  for (let k = 0; k < reading.points; k++) {
    const z = reading.zAt(k, r)[link.coordinate] as number
    const [c, size] = relation(numberAt(theta, k, r, entry), z)
    if (!(Math.abs(c - link.constant) <= rounding * Math.max(size, Math.abs(link.constant)))) return false
  }
  return true
}

/** The link of one entry to one of the coordinates, `hint` being tried first. */
export const linkOf = (
  reading: ParameterReading,
  linked: Linked,
  r: number,
  entry: number,
  coordinates: readonly number[],
  hint: number,
): Link | undefined => {
  const name = linkedName(linked.site, linked.links)
  const theta = linked.site.parameters[name]
  const relation = linked.links[name]
  if (theta === undefined || relation === undefined) return undefined
  for (const coordinate of [coordinates[hint % coordinates.length] as number, ...coordinates]) {
    const constant = linked.unit
      ? 1
      : relation(numberAt(theta, 0, r, entry), reading.zAt(0, r)[coordinate] as number)[0]
    const link = { coordinate, constant }
    if (Number.isFinite(constant) && holds(reading, linked, r, entry, link)) return link
  }
  return undefined
}

/** Whether a parameter is the same number at every point, for one entry of one datum. */
export const isKnown = (
  reading: ParameterReading,
  site: SiteParameters,
  name: string,
  r: number,
  entry: number,
): boolean => {
  const s = site.parameters[name]
  if (s === undefined) return false
  if (s.point === 0) return true
  const first = numberAt(s, 0, r, entry)
  return range(1, reading.points).every(
    (k) => Math.abs(numberAt(s, k, r, entry) - first) <= rounding * Math.abs(first),
  )
}

/** Whether K probabilities of a site are those of a group of coordinates at every point. */
export const tallyHolds = (
  reading: ParameterReading,
  site: SiteParameters,
  r: number,
  vector: number,
  group: readonly number[],
): boolean => {
  const k = group.length
  const s = site.parameters.probs ?? site.parameters.logits
  if (s === undefined) return false
  for (let point = 0; point < reading.points; point++) {
    const z = reading.zAt(point, r)
    const raw = group.map((_, j) => numberAt(s, point, r, vector * k + j))
    const probs = site.parameters.probs === undefined ? softmax(raw) : raw
    const total = group.reduce((sum, i) => sum + (z[i] as number), 0)
    if (!group.every((i, j) => Math.abs((probs[j] as number) / ((z[i] as number) / total) - 1) <= rounding))
      return false
  }
  return true
}

const softmax = (xs: readonly number[]): readonly number[] => {
  const largest = Math.max(...xs)
  const es = xs.map((x) => Math.exp(x - largest))
  const total = es.reduce((a, b) => a + b, 0)
  return es.map((e) => e / total)
}
