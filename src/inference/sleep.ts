/**
 * The sleep phase: q learns to infer what p dreams, in nats per dream.
 *
 *   E_p(x, z)[log q(z | x)] = −E_p(x)[KL(P(z | x) ‖ q(z | x))] − const
 *
 * Draws (x, z) come from p, and are constants: only the nets of q move. No data is needed but the inputs of p, and those of q
 * that p does not draw; without any, a minibatch counts the dreams. It is unbiased, and learns on what p says the data are.
 * Errors: those of elbo for the fit of q; a shared latent, a conditioned p: tag `model`. Tag `option`: particles.
 * Hinton, Dayan, Frey and Neal, 1995, "The wake-sleep algorithm". Tested in tests/inference/sleep.test.ts.
 */
import { type GiryError, giryError, throwAll } from '../dsl/error.js'
import { type AnyModel, datumAxis, type Merge, type Model, type SiteNames, sitesOf } from '../dsl/model.js'
import type { AnyObjective, DataSpec, Environment, Objective } from '../dsl/objective.js'
import { stopGradient } from '../dsl/operations/functions.js'
import type { Fits } from '../dsl/rules.js'
import { run, sitesIn } from '../dsl/run.js'
import { type AnyValue, meanOver, sumOver } from '../dsl/value.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import { elbo } from './elbo.js'
import { axesOfSite, logDensity, particleAxis, type Scalar, total } from './estimators/draws.js'
import { wholeNumberFaults } from './importance/bound.js'
import { sharedFault } from './importance/methods.js'

/** Options of the sleep phase. */
export interface SleepOptions {
  /** Dreams for each datum of the minibatch; 1 if left out. */
  readonly particles?: number
}

/** The data of the sleep phase: what p and q are given, but p does not draw. */
export type SleepData<P, Q> =
  P extends Model<unknown, infer GP, infer RP>
    ? Q extends Model<unknown, infer GQ, unknown>
      ? Merge<GP, { readonly [K in Exclude<keyof GQ, SiteNames<RP>>]: GQ[K] }>
      : never
    : never

const sleepData = (p: AnyModel, q: AnyModel): Readonly<Record<string, DataSpec>> => ({
  ...Object.fromEntries(Object.entries(q.given).filter(([name]) => p.entries[name]?.kind !== 'site')),
  ...p.given,
})

const conditionFaults = (p: AnyModel): readonly GiryError[] =>
  Object.keys(p.observed ?? {}).map((name) =>
    giryError(
      'model',
      name,
      `p is conditioned on '${name}', so what it draws before is not what it dreams`,
      'let it draw the site, or use wakePhi',
    ),
  )

/** A draw of every site of p, as constants; not what p names besides, which may be the name of an input of q. */
const dream = (p: AnyModel, particles: number, env: Environment): Readonly<Record<string, AnyValue>> =>
  sitesIn(
    p,
    run(p, {
      functions: env.functions,
      given: env.data,
      choose: (name, site, d) =>
        stopGradient(d.sample(env.noise.child(name), axesOfSite(site, env.batch, particles)) as AnyValue),
    }),
  )

/** log q(z | x) at a dream. */
const recalled = (q: AnyModel, dreamt: Readonly<Record<string, AnyValue>>, env: Environment): Scalar => {
  const terms: Scalar[] = []
  const plates = new Set<string>()
  run(q, {
    functions: env.functions,
    given: { ...env.data, ...dreamt },
    choose: (name, site, d, observed) => {
      // What `condition` fixed is no guess of q.
      if (observed !== undefined) return observed
      const value = dreamt[name] as AnyValue
      const term = logDensity(d, value)
      env.observe?.(name, `log q(${name})`, term)
      terms.push(term)
      for (const plate of site.plates) plates.add(plate.name)
      return value
    },
  })
  return total(terms.map((t) => sumOver(t, [...plates])))
}

/** The sleep phase: E_p(x, z)[log q(z | x)]; does not compile unless q fits p. */
export const sleep = <TP, GP, RP, TQ, GQ, RQ>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: SleepOptions = {},
): Objective<Merge<TP, TQ>, SleepData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>> => {
  const given = optionsOf('sleep', options)
  const { particles = 1 } = given
  const [mp, mq] = [p, q] as unknown as [AnyModel, AnyModel]
  const fitted = elbo(p, q) as unknown as AnyObjective
  throwAll([
    ...boundOptionFaults('sleep', given),
    ...wholeNumberFaults('particles', particles, 1, 'use 1, or more dreams for less variance'),
    ...conditionFaults(mp),
    ...sitesOf(mp).flatMap(([name, site]) => (site.scope === 'shared' ? [sharedFault(name)] : [])),
  ])
  const objective: AnyObjective = {
    ...fitted,
    description: 'E_p(x,z)[log q(z|x)]',
    data: sleepData(mp, mq),
    evaluate: (env) => meanOver(recalled(mq, dream(mp, particles, env), env), [particleAxis, datumAxis]),
  }
  return objective as never
}
