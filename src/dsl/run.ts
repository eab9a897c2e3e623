/**
 * run(model, env): the one way to execute a model. Every interpreter (sample, logProb, condition, the bounds) is a
 * choice of what happens at a site.
 *
 *   context_0 = nets, inputs        context_s = context_{s−1} + { s: choose(s, distribution_s(context_{s−1})) }
 *
 * Values are aligned by name, so one program serves one draw, a minibatch, or a grid of particles.
 */
import type { AnyDistribution } from './distribution.js'
import { fail } from './error.js'
import { type AnyModel, type Model, type Site, sitesOf } from './model.js'
import type { AnyNet } from './net.js'
import { under } from './net.js'
import type { ParameterTensors } from './params.js'
import type { AnyValue } from './value.js'

/**
 * Decides the value of a site. At a site that `condition` fixed it is asked with the value in `observed`, so that its
 * density can be counted, and the run goes on with that value whatever is chosen.
 */
export type Choose = (name: string, site: Site, d: AnyDistribution, observed?: AnyValue) => AnyValue

/** What a run needs. */
export interface RunEnvironment {
  /** The functions of the nets, by name. */
  readonly functions: Readonly<Record<string, unknown>>
  /** The inputs, by name. */
  readonly given: Readonly<Record<string, AnyValue>>
  readonly choose: Choose
}

/** Runs the model and returns its context: nets, inputs, sites and deterministic names. */
export const run = (model: Model, env: RunEnvironment): Readonly<Record<string, unknown>> => {
  const m = model as AnyModel
  const context: Record<string, unknown> = {}
  for (const name of Object.keys(m.nets)) context[name] = env.functions[name] ?? missing('net', name)
  for (const name of Object.keys(m.given)) context[name] = env.given[name] ?? missing('input', name)
  for (const s of m.statements)
    context[s.name] = s.kind === 'let' ? s.compute(context as never) : valueAt(m, s, context, env.choose)
  return context
}

type SiteStatement = Extract<AnyModel['statements'][number], { readonly kind: 'site' }>

const valueAt = (
  m: AnyModel,
  s: SiteStatement,
  context: Readonly<Record<string, unknown>>,
  choose: Choose,
): AnyValue => {
  const observed = m.observed?.[s.name]?.()
  const chosen = choose(s.name, s.site, s.draw(context as never), observed)
  return observed ?? chosen
}

const missing = (what: 'net' | 'input', name: string): never =>
  what === 'net'
    ? fail(
        'params',
        name,
        `the net '${name}' has no parameters here`,
        'pass the params of a fit, or init(model, seed)',
      )
    : fail('data', name, `the input '${name}' is missing`, `pass it in { given: { ${name}: … } }`)

/** The functions of nets at these parameters. */
export const functionsOf = (
  nets: Readonly<Record<string, AnyNet>>,
  tensors: ParameterTensors,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(nets).map(([name, net]) => [name, net.apply(under(tensors, name))]))

/** The values of the random sites of a context. */
export const sitesIn = (
  model: Model,
  context: Readonly<Record<string, unknown>>,
): Readonly<Record<string, AnyValue>> =>
  Object.fromEntries(sitesOf(model).map(([name]) => [name, context[name] as AnyValue]))
