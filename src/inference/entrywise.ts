/**
 * entrywise(d, x): the log density of each entry of an event, for the families whose entries are independent.
 *
 *   log d(x) = Σ_e log d_e(x_e)        KL(q ‖ p) = Σ_e KL(q_e ‖ p_e)        e along an axis of its own, the events flattened
 *
 * One row for each family: how it is built from its own parameters, which then have one entry each.
 * Tested in tests/inference/klParts.test.ts.
 */
import type { AnyDistribution } from '../dsl/distribution.js'
import { beta } from '../dsl/distributions/beta.js'
import { exponential } from '../dsl/distributions/exponential.js'
import { gamma } from '../dsl/distributions/gamma.js'
import { inverseGamma } from '../dsl/distributions/inverseGamma.js'
import { laplace } from '../dsl/distributions/laplace.js'
import { logNormal } from '../dsl/distributions/logNormal.js'
import { normal } from '../dsl/distributions/normal.js'
import { studentT } from '../dsl/distributions/studentT.js'
import type { Real } from '../dsl/domains/marks.js'
import { type KlTable, klRule } from '../dsl/kl.js'
import { reshape } from '../dsl/operations/rearranging.js'
import { sizeOf } from '../dsl/shape.js'
import { type AnyValue, eventToAxis, type Value } from '../dsl/value.js'
import { logDensity } from './estimators/draws.js'

/** The axis of the entries. */
export const entryAxis = 'entry of an event'

/** Builds a family from parameters of its own. */
const build = {
  beta: (p: never) => beta(p),
  exponential: (p: never) => exponential(p),
  gamma: (p: never) => gamma(p),
  inverseGamma: (p: never) => inverseGamma(p),
  laplace: (p: never) => laplace(p),
  logNormal: (p: never) => logNormal(p),
  normal: (p: never) => normal(p),
  studentT: (p: never) => studentT(p),
} as const satisfies Readonly<Record<string, (parameters: never) => AnyDistribution>>

/** The families whose entries are independent, and known to be. */
export type EntrywiseFamily = keyof typeof build

/** Their names. */
export const entrywiseFamilies = Object.keys(build) as readonly EntrywiseFamily[]

/** Whether the entries of a family are independent, and known to be. */
export const isEntrywise = (family: string): family is EntrywiseFamily => Object.hasOwn(build, family)

const alongEntries = (v: AnyValue): AnyValue =>
  eventToAxis(reshape(v, [sizeOf(v.shape)]) as AnyValue, entryAxis)

/** The distribution of one entry, for every entry along the axis. */
const ofEntry = (d: AnyDistribution): AnyDistribution => {
  const parameters = Object.entries(d.parameters).map(([name, v]) => [name, alongEntries(v)])
  return build[d.family as EntrywiseFamily](Object.fromEntries(parameters) as never)
}

/** The log density of each entry of x. */
export const entrywise = (d: AnyDistribution, x: AnyValue): Value<[], Real> =>
  logDensity(ofEntry(d), alongEntries(x))

/** KL(q_e ‖ p_e) of each entry, where the pair of families has a closed form. */
export const klByEntry = (
  q: AnyDistribution,
  p: AnyDistribution,
  table?: KlTable,
): Value<[], Real> | undefined => klRule(ofEntry(q), ofEntry(p), table)?.()
