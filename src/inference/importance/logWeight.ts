/**
 * The logarithms of the importance weights of p(x, z) against the draws of q(z | x), in nats per datum and particle:
 *
 *   log w_k = log p(x, z_k) − log q(z_k | x)
 *
 * A site that is summed out stands along an axis of its own, with its mass beside the weight: E_q[w^s] of such a site is
 * Σ_e q(e) (w / q(e))^s, where w has no log q(e). Terms of a plate are summed over the plate.
 * Tested in tests/inference/iwae.test.ts.
 */
import type { AnyDistribution } from '../../dsl/distribution.js'
import type { AnyModel, Site } from '../../dsl/model.js'
import type { Environment } from '../../dsl/objective.js'
import { sub } from '../../dsl/operations/arithmetic.js'
import { run } from '../../dsl/run.js'
import { type AnyValue, expandAxes, sumOver } from '../../dsl/value.js'
import type { Variables } from '../elimination/eliminate.js'
import { logDensity, type Scalar, total } from '../estimators/draws.js'
import { enumAxis } from '../estimators/enumerate.js'

/** A site of q at a draw: where the density of p is asked for, and the distribution that proposes the value. */
export interface Proposed {
  readonly name: string
  readonly site: Site
  readonly value: AnyValue
  readonly distribution: AnyDistribution
  /** Whether it takes every value of its support, in place of a draw. */
  readonly enumerated: boolean
}

/** Log weights; axes: particle, datum, and one for each site that is summed out. */
export interface LogWeights {
  /** log p(x, z) − log q of the drawn sites: one table over all sites that are summed out. */
  readonly weight: Scalar
  /** log q of the sites that are summed out, as one table. */
  readonly mass: Scalar
  /** The terms of `weight` and of `mass`, plates and all: what variable elimination takes. */
  readonly factors: { readonly weight: readonly Scalar[]; readonly mass: readonly Scalar[] }
  /** The axes of the sites that are summed out, with the plates of each. */
  readonly summed: Variables
  /** The plates that were summed over. */
  readonly plates: readonly string[]
}

/** log p(x, z) − log q(z | x) at these values. */
export const logWeights = (p: AnyModel, proposed: readonly Proposed[], env: Environment): LogWeights => {
  const terms: Scalar[] = []
  const plates = new Set(proposed.flatMap((d) => d.site.plates.map((a) => a.name)))
  const keep = (name: string, label: string, site: Site, term: Scalar): void => {
    env.observe?.(name, label, term)
    terms.push(expandAxes(term, site.plates))
    for (const { name: plate } of site.plates) plates.add(plate)
  }
  const byName = new Map(proposed.map((d) => [d.name, d]))
  run(p, {
    functions: env.functions,
    given: env.data,
    choose: (name, site, prior, observed) => {
      const q = byName.get(name)
      const value = observed ?? q?.value ?? (env.data[name] as AnyValue)
      const logP = logDensity(prior, value)
      if (q === undefined || q.enumerated) keep(name, `log p(${name})`, site, logP)
      else keep(name, `log p(${name}) − log q(${name})`, site, sub(logP, logDensity(q.distribution, value)))
      return value
    },
  })
  const summed = proposed.filter((d) => d.enumerated)
  const masses = summed.map((d) => expandAxes(logDensity(d.distribution, d.value), d.site.plates))
  const joint = (factors: readonly Scalar[]) => total(factors.map((f) => sumOver(f, [...plates])))
  return {
    // Computed when asked for: a joint table may be out of reach where elimination is not.
    get weight() {
      return joint(terms)
    },
    get mass() {
      return joint(masses)
    },
    factors: { weight: terms, mass: masses },
    summed: new Map(summed.map((d) => [enumAxis(d.name), d.site.plates.map((a) => a.name)])),
    plates: [...plates],
  }
}
