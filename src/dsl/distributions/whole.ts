/**
 * Parameters that count: a plain whole number, known before the model runs, or a value of the domain Count.
 *
 *   trials of binomial must be Count, but 2.5 was given
 *
 * Only a plain number bounds the support in advance, so only it makes a distribution enumerable and its sampler
 * recordable. Tested in tests/dsl/distributions/binomial.test.ts.
 */

import type { AnyDistribution } from '../distribution.js'
import { count } from '../domain.js'
import type { Count } from '../domains/marks.js'
import type { Arg, ShowArg } from '../operations/argument.js'
import type { Shape } from '../shape.js'
import type { AnyValue, Value } from '../value.js'
import { parameter, type Within } from './parameter.js'

/** Accepts a whole number >= 0 or a value of counts; otherwise a sentence. */
export type Whole<A, What extends string> = [A] extends [number]
  ? `${A}` extends `-${string}` | `${string}.${string}`
    ? { readonly error: `${What} must be Count, but ${ShowArg<A>} was given` }
    : unknown
  : Within<A, Count, What>

/** A count as a value, and as a number where it was given as one. */
export interface WholeParameter {
  readonly value: Value<Shape, Count>
  readonly fixed: number | undefined
}

/** Reads a count among the parameters of a family, checked. */
export const whole = (what: string, a: Arg): WholeParameter => ({
  value: parameter(what, count, a),
  fixed: typeof a === 'number' ? a : undefined,
})

/** The largest of some counts; reads the numbers of a value, which a trace cannot. */
export const largestOf = ({ value, fixed }: WholeParameter): number =>
  fixed ?? Array.from(value.tensor.dataSync()).reduce((a, b) => Math.max(a, b), 0)

/** Whether two distributions share a parameter: one plain number, or one and the same value. */
export const share =
  (name: string) =>
  (q: AnyDistribution, p: AnyDistribution): boolean => {
    const fixed = (d: AnyDistribution) => (d as unknown as Readonly<Record<string, number | undefined>>)[name]
    const own = (d: AnyDistribution) => (d.parameters[name] as AnyValue).tensor
    return own(q) === own(p) || (fixed(q) !== undefined && fixed(q) === fixed(p))
  }
