/**
 * The importance-weighted bound of a model p(x, z) and a variational family q(z | x), in nats per datum:
 *
 *   L_K = E[log (1/K) Σ_k w_k],   w_k = p(x, z_k) / q(z_k | x),  z_k ~ q(z | x)       L_1 = L_b <= L_K <= L_K+1 <= log P(x)
 *
 * The mean of the weights is an unbiased estimate of P(x), so its logarithm is a bound, and tight as K grows. Nothing is
 * in closed form: a divergence has no place inside the logarithm. Gradients are pathwise; a small finite site is summed
 * out exactly, Σ_z p(x, z) in place of its draws.
 * Errors: tag `model`, every rule that q breaks, in the words of `elbo`; a shared latent, a site that would need the score
 * function, a finite site in a plate: tag `model`. Tag `option`: particles.
 * Burda, Grosse and Salakhutdinov, 2016. Tested in tests/inference/iwae.test.ts.
 */
import { enumPrefix } from '../dsl/axes.js'
import type { Real } from '../dsl/domains/marks.js'
import { type GiryError, giryError, throwAll } from '../dsl/error.js'
import { type AnyModel, datumAxis, type Merge, type Model, type Site, sitesOf } from '../dsl/model.js'
import type { Environment, Objective } from '../dsl/objective.js'
import { sub } from '../dsl/operations/arithmetic.js'
import { type Fits, type GradientMethod, type Latents, nameOfMethod } from '../dsl/rules.js'
import { run } from '../dsl/run.js'
import { type AnyValue, expandAxes, logSumExpOver, meanOver, sumOver, type Value } from '../dsl/value.js'
import { type BoundData, type BoundOptions, elbo } from './elbo.js'
import { type Draws, logDensity, particleAxis, total } from './estimators/draws.js'
import { drawSites } from './expectation.js'
import { gradientMethods } from './plan.js'

type Scalar = Value<[], Real>
type Methods = Readonly<Record<string, GradientMethod>>

/** Options of an importance-weighted bound. */
export interface ImportanceOptions<Q = unknown, M = unknown> extends Pick<BoundOptions<Q, M>, 'sites'> {
  /** K, the draws of z for each datum. */
  readonly particles: number
}

const sharedFault = (name: string): GiryError =>
  giryError(
    'model',
    name,
    `latent '${name}' is shared by all data, so the bound is no mean over the data`,
    'use elbo, or draw the site once for each datum',
  )

const scoreFault = (name: string): GiryError =>
  giryError(
    'model',
    name,
    `latent '${name}' would need the score function, which iwae does not have`,
    'use elbo, or a family of q that has a pathwise gradient or a small support',
  )

const plateFault = (name: string): GiryError =>
  giryError(
    'model',
    name,
    `latent '${name}' is summed out, and lies in the plate it would be summed out for each element of`,
    'use elbo',
  )

const siteFaults = (q: AnyModel, methods: Methods): readonly GiryError[] =>
  sitesOf(q).flatMap(([name, site]) => {
    if (site.scope === 'shared') return [sharedFault(name)]
    const method = nameOfMethod(methods[name] as GradientMethod)
    if (method === 'score') return [scoreFault(name)]
    return method === 'enumerate' && site.plates.length > 0 ? [plateFault(name)] : []
  })

/** log p(x, z_k) − log q(z_k | x); a site that is summed out has no log q. */
const logWeight = (p: AnyModel, draws: Draws, env: Environment): Scalar => {
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
const logMeanWeight = (w: Scalar): Scalar => {
  const axes = w.axes.filter((a) => a.name === particleAxis || a.name.startsWith(enumPrefix))
  const particles = axes.find((a) => a.name === particleAxis)?.size ?? 1
  const summed = logSumExpOver(
    w,
    axes.map((a) => a.name),
  )
  return particles === 1 ? summed : sub(summed, Math.log(particles))
}

/** The importance-weighted bound of K particles; does not compile unless q fits p. */
export const iwae = <
  TP,
  GP,
  RP,
  TQ,
  GQ,
  RQ,
  const M extends { readonly [K in Latents<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>]?: GradientMethod } = object,
>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: ImportanceOptions<Model<TQ, GQ, RQ>, M>,
): Objective<Merge<TP, TQ>, BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>> => {
  const mp = p as unknown as AnyModel
  const mq = q as unknown as AnyModel
  // The rules are those of elbo, which checks them when it is built.
  const bound = elbo(p, q, options as never) as Objective<
    Merge<TP, TQ>,
    BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>
  >
  const methods = gradientMethods(mq, options.sites as Methods | undefined)
  throwAll(siteFaults(mq, methods))
  return {
    ...bound,
    description: `L_${options.particles}`,
    evaluate: (env) => {
      const method = (name: string) => methods[name] as GradientMethod
      const draws = drawSites(mq, method, options.particles, env)
      return meanOver(logMeanWeight(logWeight(mp, draws, env)), [datumAxis])
    },
  }
}
