/**
 * What the observed entries of one datum make of its factors: finds the link of each entry and updates its factor.
 *
 *   observe    log P(x) of the datum, with the links that it rests on; or the first entry without one, in a sentence
 *   stillHolds whether these links hold at other points too
 *
 * Tested in tests/inference/evidence/conjugate.test.ts.
 */
import { either as E } from 'fp-ts'
import { columnSize } from './column.js'
import {
  type Factor,
  type FactorOf,
  logOrders,
  type Observation,
  seeChance,
  seeCounts,
  seeMean,
  seeMeanAndPrecision,
  seeRate,
} from './conjugateFactors.js'
import {
  holds,
  isKnown,
  type Link,
  type Linked,
  linkOf,
  type Pairing,
  pairings,
  tallyHolds,
} from './conjugateLinks.js'
import type { Plan, PlannedSite } from './conjugatePlan.js'
import { coordinatesOf, groupsOf, toPrecision } from './conjugatePriors.js'
import { numberAt, type ParameterReading, type SiteParameters } from './parameterReading.js'
import type { Problem } from './problem.js'
import { range } from './range.js'

/** The links of the entries of each site; for a normal-gamma those of the mean and then those of the precision. */
export type Seen = ReadonlyMap<string, readonly (Link | readonly number[])[]>

/** log P(x) of one datum and the links it rests on; updates the factors. */
export const observe = (
  problem: Problem,
  plan: Plan,
  reading: ParameterReading,
  factors: readonly Factor[],
  r: number,
  row: number,
): E.Either<string, { readonly log: number; readonly seen: Seen }> => {
  const at = new Map(factors.flatMap((f) => f.coordinates.map((i) => [i, f] as const)))
  const seen = new Map<string, readonly (Link | readonly number[])[]>()
  let log = 0
  for (const planned of plan.observed.values()) {
    const xs = observedAt(problem, planned.name, row)
    const found = observeSite(planned, reading, xs, (i) => at.get(i) as Factor, r)
    if (E.isLeft(found)) return found
    log += found.right.log
    seen.set(planned.name, found.right.links)
  }
  return E.right({ log, seen })
}

const observedAt = (problem: Problem, name: string, row: number): Float32Array => {
  const c = problem.columns.find((x) => x.name === name) as Problem['columns'][number]
  const size = columnSize(c)
  return c.constant ? c.data : c.data.subarray(row * size, (row + 1) * size)
}

interface SiteSeen {
  readonly log: number
  readonly links: readonly (Link | readonly number[])[]
}

type FactorAt = (coordinate: number) => Factor

const observeSite = (
  planned: PlannedSite,
  reading: ParameterReading,
  xs: Float32Array,
  factorAt: FactorAt,
  r: number,
): E.Either<string, SiteSeen> => {
  if (planned.role === 'dirichlet') return observeTallies(planned, reading, xs, factorAt, r)
  if (planned.role === 'normalGamma') return observeBoth(planned, reading, xs, factorAt, r)
  return observeEntries(planned, reading, xs, factorAt, r)
}

const siteOf = (reading: ParameterReading, { name }: PlannedSite): SiteParameters =>
  reading.sites[name] as SiteParameters

const pairingOf = (planned: PlannedSite, site: SiteParameters): Pairing =>
  pairings[`${planned.role}|${site.family}`] as Pairing

const noLink = (
  planned: PlannedSite,
  site: SiteParameters,
  parameter: string,
  words: string,
): E.Either<string, never> =>
  E.left(
    `the ${parameter} of ${site.family} at site '${planned.name}' is not ${words}: '${planned.latent.name}'`,
  )

const observeEntries = (
  planned: PlannedSite,
  reading: ParameterReading,
  xs: Float32Array,
  factorAt: FactorAt,
  r: number,
): E.Either<string, SiteSeen> => {
  const site = siteOf(reading, planned)
  const pairing = pairingOf(planned, site)
  const coordinates = coordinatesOf(planned.latent)
  const links: Link[] = []
  let log = 0
  for (const [j, x] of xs.entries()) {
    const link = linkOf(reading, { site, ...pairing }, r, j, coordinates, j)
    if (link === undefined)
      return noLink(planned, site, Object.keys(pairing.links).join(' or '), pairing.words)
    if (!knownHolds(reading, site, pairing, r, j)) return notKnown(planned, site, pairing)
    const known = pairing.known === undefined ? 0 : numberAt(site.parameters[pairing.known] as never, 0, r, j)
    log += update(factorAt(link.coordinate), site.family, { x, known, constant: link.constant })
    links.push(link)
  }
  return E.right({ log, links })
}

const knownHolds = (
  reading: ParameterReading,
  site: SiteParameters,
  { known }: Pairing,
  r: number,
  j: number,
): boolean => known === undefined || isKnown(reading, site, known, r, j)

const notKnown = (planned: PlannedSite, site: SiteParameters, { known }: Pairing): E.Either<string, never> =>
  E.left(`the ${known} of ${site.family} at site '${planned.name}' depends on a latent`)

const update = (f: Factor, family: string, o: Observation): number => {
  if (f.family === 'beta') return (seeChance[family] as NonNullable<(typeof seeChance)[string]>)(f, o)
  if (f.family === 'gamma') return (seeRate[family] as NonNullable<(typeof seeRate)[string]>)(f, o)
  return seeMean(f as FactorOf<'normal'>, o)
}

/** x ~ N(z + c, 1/(w τ)) where z and τ are one factor. */
const observeBoth = (
  planned: PlannedSite,
  reading: ParameterReading,
  xs: Float32Array,
  factorAt: FactorAt,
  r: number,
): E.Either<string, SiteSeen> => {
  const site = siteOf(reading, planned)
  const mean = pairings['normal|normal'] as Pairing
  const links: Link[] = []
  let log = 0
  for (const [j, x] of xs.entries()) {
    const link = linkOf(reading, { site, ...mean }, r, j, coordinatesOf(planned.latent), j)
    if (link === undefined) return noLink(planned, site, 'loc', mean.words)
    const f = factorAt(link.coordinate) as FactorOf<'normalGamma'>
    const weight = linkOf(
      reading,
      { site, links: toPrecision, unit: false },
      r,
      j,
      [f.coordinates[1] as number],
      0,
    )
    if (weight === undefined)
      return E.left(
        `the precision of normal at site '${planned.name}' is not a known multiple of that of '${planned.latent.name}'`,
      )
    log += seeMeanAndPrecision(f, { x, known: weight.constant, constant: link.constant })
    links.push(link, weight)
  }
  return E.right({ log, links })
}

/** Labels or counts of labels whose probabilities are a vector of the latent. */
const observeTallies = (
  planned: PlannedSite,
  reading: ParameterReading,
  xs: Float32Array,
  factorAt: FactorAt,
  r: number,
): E.Either<string, SiteSeen> => {
  const site = siteOf(reading, planned)
  const groups = groupsOf(planned.latent)
  const k = (groups[0] as readonly number[]).length
  const vectors = site.family === 'categorical' ? xs.length : xs.length / k
  const links: (readonly number[])[] = []
  let log = 0
  for (const v of range(0, vectors)) {
    const group = [groups[v % groups.length] as readonly number[], ...groups].find((g) =>
      tallyHolds(reading, site, r, v, g),
    )
    if (group === undefined) return noLink(planned, site, 'probs or logits', 'those of that latent')
    const tally = tallyOf(site, reading, xs, v, k, r)
    if (tally === undefined)
      return E.left(`the trials of multinomial at site '${planned.name}' depend on a latent`)
    log += tally.possible
      ? seeCounts(factorAt(group[0] as number) as FactorOf<'dirichlet'>, tally.counts, tally.logWays)
      : Number.NEGATIVE_INFINITY
    links.push(group)
  }
  return E.right({ log, links })
}

interface Tally {
  readonly counts: ArrayLike<number>
  readonly logWays: number
  readonly possible: boolean
}

/** The counts of vector v; undefined where its number of trials is not known. */
const tallyOf = (
  site: SiteParameters,
  reading: ParameterReading,
  xs: Float32Array,
  v: number,
  k: number,
  r: number,
): Tally | undefined => {
  if (site.family === 'categorical') {
    const counts = new Float64Array(k)
    counts[xs[v] as number] = 1
    return { counts, logWays: 0, possible: true }
  }
  const counts = xs.subarray(v * k, (v + 1) * k)
  if (site.family !== 'multinomial') return { counts, logWays: 0, possible: true }
  if (!isKnown(reading, site, 'trials', r, v)) return undefined
  const total = counts.reduce((a, b) => a + b, 0)
  const possible = total === numberAt(site.parameters.trials as never, 0, r, v)
  return { counts, logWays: logOrders(counts), possible }
}

/** The sentence of the first link that does not hold at the points of another reading, or of a prior that moves. */
export const stillHolds = (
  plan: Plan,
  reading: ParameterReading,
  seen: Seen,
  r: number,
): string | undefined => {
  for (const planned of plan.observed.values()) {
    const links = seen.get(planned.name) ?? []
    const site = siteOf(reading, planned)
    if (!links.every((link, j) => linkHolds(planned, site, reading, r, j, link)))
      return `site '${planned.name}' hangs on '${planned.latent.name}' otherwise where its mass is than elsewhere`
  }
  return undefined
}

const linkHolds = (
  planned: PlannedSite,
  site: SiteParameters,
  reading: ParameterReading,
  r: number,
  j: number,
  link: Link | readonly number[],
): boolean => {
  if (!('coordinate' in link)) return tallyHolds(reading, site, r, j, link)
  if (planned.role !== 'normalGamma') {
    const pairing = pairingOf(planned, site)
    return holds(reading, { site, ...pairing }, r, j, link) && knownHolds(reading, site, pairing, r, j)
  }
  const linked: Linked =
    j % 2 === 0
      ? { site, ...(pairings['normal|normal'] as Pairing) }
      : { site, links: toPrecision, unit: false }
  return holds(reading, linked, r, Math.floor(j / 2), link)
}
