/**
 * Functions of what is known before a site, by nets of their own: learned baselines and control variates.
 *
 * What they read is constant to them (values, and the parameters of nets of q), so that a gradient reaches their own nets
 * only, and not even these where `fixed`. Errors: tag `model`, a number for each element of a plate that the site is drawn
 * once for: the signal would count once for each of them.
 * Tested in tests/inference/estimators/score.test.ts and relax.test.ts.
 */
import { isOwnAxis } from '../../dsl/axes.js'
import { fail } from '../../dsl/error.js'
import type { Sighted } from '../../dsl/methods.js'
import type { AnyModel, Nets } from '../../dsl/model.js'
import { stopGradient as stop } from '../../dsl/numerics/stopGradient.js'
import type { Environment } from '../../dsl/objective.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import type { ParameterTensors } from '../../dsl/params.js'
import { functionsOf } from '../../dsl/run.js'
import { type AnyValue, isValue, withOrigins } from '../../dsl/value.js'
import type { Drawn, Scalar } from './draws.js'
import type { At } from './estimator.js'

const detached = (env: Environment): ParameterTensors =>
  Object.fromEntries(Object.entries(env.parameters).map(([path, t]) => [path, stop(t)]))

/** The plates along which a number will differ: its own, and those of the sites that will be summed out of it. */
const platesOf = (v: Scalar, drawn: readonly Drawn[]): readonly string[] =>
  v.axes.flatMap((a) => {
    const summed = drawn.find((d) => d.method === 'enumerate' && d.axis === a.name)
    return isOwnAxis(a.name) ? (summed?.site.plates ?? []).map((p) => p.name) : [a.name]
  })

/** Refuses a number along a plate that the site does not lie in. */
const requireWithin = ({ name, site }: Drawn, what: string, v: Scalar, { drawn }: At): Scalar => {
  const stray = platesOf(v, drawn).find((plate) => !site.plates.some((p) => p.name === plate))
  if (stray !== undefined)
    fail(
      'model',
      name,
      `site '${name}': ${what} has a number for each element of the plate ${stray}, but '${name}' is drawn once for all of them`,
      `let it read data and drawn sites, and reduce the plate first, for example with meanOverPlate(…, '${stray}')`,
    )
  return v
}

/** The function of a site, called so in sentences, at the values of the context and at those given besides, which alone have origins. */
export const sightedAt = (
  drawn: Drawn,
  what: string,
  s: Sighted,
  at: At,
  besides: Readonly<Record<string, AnyValue>> = {},
  fixed = false,
): Scalar => {
  const { context, env } = at
  const sees = s.sees as AnyModel
  const names = [...Object.keys(sees.given), ...sees.statements.map((x) => x.name)]
  const values = names.map((name) => {
    const v = context[name]
    return [name, isValue(v) ? withOrigins(stopGradient(v), []) : v] as const
  })
  const tensors = detached(env)
  const found = s.value({
    ...functionsOf(sees.nets, tensors),
    ...functionsOf(s.nets as Nets, fixed ? tensors : env.parameters),
    ...Object.fromEntries(values),
    ...besides,
  } as never)
  return requireWithin(drawn, what, found, at)
}
