/**
 * The priors of a datum as factors (conjugateFactors.ts), from the parameters that were read.
 *
 *   exponential(rate) = gamma(1, rate)      uniform on [0, 1] = beta(1, 1)      N(m, 1/(k τ)), τ gamma: normalGamma(m, k, …)
 *
 * A prior may depend on the data and on inputs, not on other latents. Tested in
 * tests/inference/evidence/conjugate.test.ts.
 */
import { either as E } from 'fp-ts'
import type { Factor, FactorOf } from './conjugateFactors.js'
import { isKnown, type Link, linkOf, pairings } from './conjugateLinks.js'
import type { Plan, PlannedPrior } from './conjugatePlan.js'
import { numberAt, type ParameterReading, type SiteParameters } from './parameterReading.js'
import type { Latent, Problem } from './problem.js'
import { range } from './range.js'

/** The coordinates of a latent. */
export const coordinatesOf = ({ offset, size }: Latent): readonly number[] => range(offset, offset + size)

/** Groups of coordinates that are one vector each. */
export const groupsOf = (latent: Latent): readonly (readonly number[])[] => {
  const k = latent.site.space.shape[latent.site.space.shape.length - 1] as number
  return range(0, latent.size / k).map((v) => range(latent.offset + v * k, latent.offset + (v + 1) * k))
}

/** A factor of the right family for each coordinate, of no particular parameters. */
export const dummiesOf = (plan: Plan): readonly Factor[] =>
  [...plan.priors.values()].flatMap(({ latent, role }): readonly Factor[] => {
    if (role === 'dirichlet')
      return groupsOf(latent).map((coordinates) => ({
        family: role,
        coordinates,
        concentration: new Float64Array(coordinates.length).fill(1),
      }))
    return coordinatesOf(latent).map((i): Factor => {
      const coordinates = [i] as const
      if (role === 'beta') return { family: role, coordinates, alpha: 1, beta: 1 }
      if (role === 'gamma') return { family: role, coordinates, concentration: 1, rate: 1 }
      return { family: role, coordinates, loc: 0, variance: 1 }
    })
  })

/** The priors of one datum. */
export const priorsOf = (
  problem: Problem,
  plan: Plan,
  reading: ParameterReading,
  r: number,
): E.Either<string, readonly Factor[]> => {
  const factors: Factor[] = []
  const precisions = new Set(
    [...plan.priors.values()].flatMap((p) => (p.precision ? [p.precision.name] : [])),
  )
  for (const [name, planned] of plan.priors) {
    if (precisions.has(name)) continue
    const own =
      planned.precision === undefined ? simple(planned, reading, r) : paired(plan, planned, reading, r)
    if (typeof own === 'string') return E.left(own)
    factors.push(...own)
  }
  const taken = factors.reduce((n, f) => n + f.coordinates.length, 0)
  return taken === problem.dim
    ? E.right(factors)
    : E.left('a latent precision belongs to no mean, or to several')
}

const dependsOn = (latent: Latent): string => `the prior of latent '${latent.name}' depends on a latent`

const simple = (
  { latent, role }: PlannedPrior,
  reading: ParameterReading,
  r: number,
): readonly Factor[] | string => {
  const site = reading.sites[latent.name] as SiteParameters
  const known = (name: string, j: number) => isKnown(reading, site, name, r, j)
  if (!Object.keys(site.parameters).every((name) => range(0, latent.size).every((j) => known(name, j))))
    return dependsOn(latent)
  const at = (name: string, j: number) => numberAt(site.parameters[name] as never, 0, r, j)
  if (role === 'dirichlet')
    return groupsOf(latent).map((coordinates) => ({
      family: role,
      coordinates,
      concentration: Float64Array.from(coordinates, (i) => at('concentration', i - latent.offset)),
    }))
  const made = coordinatesOf(latent).map((i, j) => single(role, site.family, [i], (name) => at(name, j)))
  return made.every((f) => f !== undefined)
    ? made
    : `latent '${latent.name}' is uniform, but not on [0, 1], where it would be a beta`
}

const single = (
  role: 'beta' | 'gamma' | 'normal',
  family: string,
  coordinates: readonly [number],
  at: (name: string) => number,
): Factor | undefined => {
  if (family === 'uniform')
    return at('low') === 0 && at('high') === 1
      ? { family: 'beta', coordinates, alpha: 1, beta: 1 }
      : undefined
  if (family === 'exponential') return { family: 'gamma', coordinates, concentration: 1, rate: at('rate') }
  if (role === 'beta') return { family: role, coordinates, alpha: at('alpha'), beta: at('beta') }
  if (role === 'gamma')
    return { family: role, coordinates, concentration: at('concentration'), rate: at('rate') }
  return { family: role, coordinates, loc: at('loc'), variance: at('scale') ** 2 }
}

/** The link of a scale to a precision. */
export const toPrecision = (pairings['gamma|normal'] as NonNullable<(typeof pairings)['gamma|normal']>).links

/** Pairs of a mean and its precision, one to one. */
const paired = (
  plan: Plan,
  { latent, precision }: PlannedPrior,
  reading: ParameterReading,
  r: number,
): readonly Factor[] | string => {
  const site = reading.sites[latent.name] as SiteParameters
  const gammas = simple(plan.priors.get((precision as Latent).name) as PlannedPrior, reading, r)
  if (typeof gammas === 'string') return gammas
  const linked = { site, links: toPrecision, unit: false }
  const candidates = coordinatesOf(precision as Latent)
  const factors: Factor[] = []
  for (const [j, i] of coordinatesOf(latent).entries()) {
    const link: Link | undefined = linkOf(reading, linked, r, j, candidates, j)
    if (link === undefined || !isKnown(reading, site, 'loc', r, j))
      return `the precision of latent '${latent.name}' is not a known multiple of '${(precision as Latent).name}'`
    const { concentration, rate } = gammas.find(
      (g) => g.coordinates[0] === link.coordinate,
    ) as FactorOf<'gamma'>
    factors.push({
      family: 'normalGamma',
      coordinates: [i, link.coordinate],
      loc: numberAt(site.parameters.loc as never, 0, r, j),
      count: link.constant,
      concentration,
      rate,
    })
  }
  return new Set(factors.map((f) => f.coordinates[1])).size === factors.length
    ? factors
    : `several means of latent '${latent.name}' share a precision`
}
