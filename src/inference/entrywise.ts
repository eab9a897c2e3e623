/**
 * entrywise(d, x): the log density of each entry of an event, for the families whose entries are independent.
 *
 *   log d(x) = Σ_e log d_e(x_e)        e along the axis `entry`, the events flattened
 *
 * One row for each family: how it is built from its own parameters, which then have one entry each.
 * Tested in tests/inference/klParts.test.ts.
 */
import type { AnyDistribution } from '../dsl/distribution.js'
import { exponential } from '../dsl/distributions/exponential.js'
import { laplace } from '../dsl/distributions/laplace.js'
import { logNormal } from '../dsl/distributions/logNormal.js'
import { normal } from '../dsl/distributions/normal.js'
import type { Real } from '../dsl/domains/marks.js'
import { reshape } from '../dsl/operations/rearranging.js'
import { sizeOf } from '../dsl/shape.js'
import { type AnyValue, eventToAxis, type Value } from '../dsl/value.js'
import { logDensity } from './estimators/draws.js'

/** The axis of the entries. */
export const entryAxis = 'entry'

/** Builds a family from parameters of its own. */
const build = {
  exponential: (p: never) => exponential(p),
  laplace: (p: never) => laplace(p),
  logNormal: (p: never) => logNormal(p),
  normal: (p: never) => normal(p),
} as const satisfies Readonly<Record<string, (parameters: never) => AnyDistribution>>

/** The families whose entries are independent, and known to be. */
export type EntrywiseFamily = keyof typeof build

/** Their names. */
export const entrywiseFamilies = Object.keys(build) as readonly EntrywiseFamily[]

/** Whether the entries of a family are independent, and known to be. */
export const isEntrywise = (family: string): family is EntrywiseFamily => Object.hasOwn(build, family)

const alongEntries = (v: AnyValue): AnyValue =>
  eventToAxis(reshape(v, [sizeOf(v.shape)]) as AnyValue, entryAxis)

/** The log density of each entry of x, along the axis `entry`. */
export const entrywise = (d: AnyDistribution & { readonly family: string }, x: AnyValue): Value<[], Real> => {
  const parameters = Object.fromEntries(
    Object.entries(d.parameters).map(([name, v]) => [name, alongEntries(v)]),
  )
  return logDensity(build[d.family as EntrywiseFamily](parameters as never), alongEntries(x))
}
