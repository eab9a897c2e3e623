/**
 * The logarithms of the importance weights of p(x, z) against the draws of q(z | x), in nats per datum and particle:
 *
 *   log w_k = log p(x, z_k) − log q(z_k | x)         log (1/K) Σ_k w_k
 *
 * A site that is summed out has no log q: its values stand along an axis of their own, which the mean of the weights sums
 * over, Σ_z p(x, z) in place of draws. Terms of a plate are summed over the plate.
 * Tested in tests/inference/iwae.test.ts.
 */
import { enumPrefix } from '../../dsl/axes.js'
import type { Real } from '../../dsl/domains/marks.js'
import type { AnyModel, Site } from '../../dsl/model.js'
import type { Environment } from '../../dsl/objective.js'
import { sub } from '../../dsl/operations/arithmetic.js'
import { run } from '../../dsl/run.js'
import { type AnyValue, expandAxes, logSumExpOver, sumOver, type Value } from '../../dsl/value.js'
import { type Draws, logDensity, particleAxis, total } from '../estimators/draws.js'

type Scalar = Value<[], Real>

/** log p(x, z_k) − log q(z_k | x); a site that is summed out has no log q. */
export const logWeight = (p: AnyModel, draws: Draws, env: Environment): Scalar => {
  const terms: Scalar[] = []
  const plates = new Set(draws.plates)
  const keep = (name: string, label: string, site: Site, term: Scalar): void => {
    env.observe?.(name, label, term)
    terms.push(expandAxes(term, site.plates))
    for (const { name: plate } of site.plates) plates.add(plate)
  }
  const proposed = new Map(draws.drawn.map((d) => [d.name, d]))
  run(p, {
    functions: env.functions,
    given: env.data,
    choose: (name, site, prior, observed) => {
      const posterior = proposed.get(name)
      const value = observed ?? ((posterior === undefined ? env.data[name] : draws.context[name]) as AnyValue)
      const logP = logDensity(prior, value)
      if (posterior === undefined || posterior.method === 'enumerate')
        keep(name, `log p(${name})`, site, logP)
      else
        keep(
          name,
          `log p(${name}) − log q(${name})`,
          site,
          sub(logP, logDensity(posterior.distribution, value)),
        )
      return value
    },
  })
  return total(terms.map((term) => sumOver(term, [...plates])))
}

/** log of the mean over the particles, and of the sum over the sites that are summed out. */
export const logMeanWeight = (w: Scalar): Scalar => {
  const axes = w.axes.filter((a) => a.name === particleAxis || a.name.startsWith(enumPrefix))
  const particles = axes.find((a) => a.name === particleAxis)?.size ?? 1
  const summed = logSumExpOver(
    w,
    axes.map((a) => a.name),
  )
  return particles === 1 ? summed : sub(summed, Math.log(particles))
}
