/**
 * The plan of a conjugate model, from the graph and the families alone: the role of every latent, and of every observed site
 * that depends on one the pair it is part of.
 *
 *   roles        beta, gamma, dirichlet, normal; a normal whose parent is a gamma is normalGamma together with it
 *   refused      any other family or dependence, in one sentence
 *
 * Tested in tests/inference/evidence/conjugate.test.ts.
 */
import { either as E } from 'fp-ts'
import type { Site } from '../../dsl/model.js'
import { pairings, type Role, roleOf, tallies } from './conjugateLinks.js'
import { baseFamily } from './parameterReading.js'
import type { Latent, Problem } from './problem.js'

/** A latent with its role; `precision` is the gamma that its precision is a multiple of. */
export interface PlannedPrior {
  readonly latent: Latent
  readonly role: Exclude<Role, 'normalGamma'>
  readonly precision: Latent | undefined
}

/** An observed site with the role of the latent that it hangs on. */
export interface PlannedSite {
  readonly name: string
  readonly site: Site
  readonly role: Role
  /** The latent it hangs on: for normalGamma, that of the mean. */
  readonly latent: Latent
}

/** What the method will do. */
export interface Plan {
  readonly priors: ReadonlyMap<string, PlannedPrior>
  readonly observed: ReadonlyMap<string, PlannedSite>
}

/** The latents that a site depends on directly. */
const latentParents = (problem: Problem, site: Site): readonly Latent[] =>
  problem.latents.filter((l) => site.parents.has(l.name))

/** The plan, or the reason why there is none. */
export const planOf = (problem: Problem): E.Either<string, Plan> => {
  if (problem.latents.length === 0) return E.left('the model has no latent')
  const priors = new Map<string, PlannedPrior>()
  for (const latent of problem.latents) {
    const planned = plannedPrior(problem, latent)
    if (typeof planned === 'string') return E.left(planned)
    priors.set(latent.name, planned)
  }
  const observed = new Map<string, PlannedSite>()
  for (const s of problem.model.statements) {
    if (s.kind !== 'site' || priors.has(s.name)) continue
    const planned = plannedSite(problem, priors, s.name, s.site)
    if (typeof planned === 'string') return E.left(planned)
    if (planned !== undefined) observed.set(s.name, planned)
  }
  return E.right({ priors, observed })
}

const plannedPrior = (problem: Problem, latent: Latent): PlannedPrior | string => {
  const { family } = latent.site
  const role = roleOf(family)
  if (role === undefined)
    return `latent '${latent.name}' is drawn from ${family}, which is conjugate to no family here`
  const parents = latentParents(problem, latent.site)
  if (parents.length === 0) return { latent, role, precision: undefined }
  const [parent] = parents
  return role === 'normal' &&
    parents.length === 1 &&
    parent !== undefined &&
    roleOf(parent.site.family) === 'gamma'
    ? { latent, role, precision: parent }
    : `latent '${latent.name}' depends on '${parents.map((p) => p.name).join("', '")}', and is no normal whose precision that is`
}

const plannedSite = (
  problem: Problem,
  priors: Plan['priors'],
  name: string,
  site: Site,
): PlannedSite | string | undefined => {
  const parents = latentParents(problem, site)
  const [first] = parents
  if (first === undefined) return undefined
  const pair =
    parents.length === 1 ? { latent: first, role: roleIn(problem, priors, first) } : meanOf(priors, parents)
  const family = baseFamily(site.family)
  if (pair === undefined)
    return `site '${name}' depends on the latents '${parents.map((p) => p.name).join("', '")}' together`
  if (!isPair(pair.role, family))
    return `site '${name}' is drawn from ${site.family}, which ${lawOf(pair.role)} '${pair.latent.name}' is not conjugate to`
  return { name, site, ...pair }
}

const lawOf = (role: Role): string => (role === 'normalGamma' ? 'the normal-gamma' : `the ${role}`)

/** A gamma that is the precision of a latent mean is no factor of its own. */
const roleIn = (problem: Problem, priors: Plan['priors'], latent: Latent): Role => {
  const own = (priors.get(latent.name) as PlannedPrior).role
  return problem.latents.some((l) => priors.get(l.name)?.precision?.name === latent.name) ||
    priors.get(latent.name)?.precision !== undefined
    ? 'normalGamma'
    : own
}

/** The mean of a pair of a mean and its precision. */
const meanOf = (
  priors: Plan['priors'],
  parents: readonly Latent[],
): { readonly latent: Latent; readonly role: Role } | undefined => {
  const mean = parents.find((p) => priors.get(p.name)?.precision !== undefined)
  const precision = mean === undefined ? undefined : priors.get(mean.name)?.precision?.name
  return mean !== undefined && parents.length === 2 && parents.some((p) => p.name === precision)
    ? { latent: mean, role: 'normalGamma' }
    : undefined
}

const isPair = (role: Role, family: string): boolean =>
  role === 'dirichlet'
    ? tallies.includes(family)
    : role === 'normalGamma'
      ? family === 'normal'
      : `${role}|${family}` in pairings
