/**
 * independent([d_1, …, d_L]): independent draws of L distributions on one event shape, x = (x_1, …, x_L)
 *
 *   log p(x) = Σ_l log d_l(x_l)       H = Σ_l H(d_l)           (nats)
 *
 * Event [L, ...S]; the domain is the smallest known here that contains all of theirs, so a part may have density
 * −Infinity within it. The parts share the event shape and the reference measure, and the capabilities are those that
 * all parts have (supports are listed up to 65,536 points). Tested in tests/dsl/distributions/independent.test.ts.
 */
import {
  type AnyDistribution,
  can,
  type Distribution,
  distribution,
  type EventSpace,
} from '../distribution.js'
import type { Real } from '../domains/marks.js'
import { add } from '../operations/arithmetic.js'
import { stack } from '../operations/joining.js'
import { at } from '../operations/picking.js'
import type { Shape } from '../shape.js'
import { type AnyValue, axisToEvent, type Value } from '../value.js'
import {
  type Alike,
  type CapabilitiesOf,
  chosen,
  commonDomain,
  type DomainIn,
  digits,
  type EntropyIf,
  type Families,
  hasEntropy,
  hasMoments,
  largestSupport,
  logProbOf,
  type MomentsIf,
  type ShapeIn,
  supportOf,
} from './parts.js'

/** A list of distributions: a tuple, or an array whose length the compiler does not know. */
export type Distributions = readonly AnyDistribution[]

type EventOf<Ds extends Distributions> = [Ds['length'], ...ShapeIn<Ds[0]>]

/** Independent draws of each of Ds. */
export type Independent<Ds extends Distributions> = Distribution<
  EventSpace<EventOf<Ds>, DomainIn<Ds[number]>>,
  CapabilitiesOf<Ds[number]>,
  `independent(${Families<Ds>})`
> &
  MomentsIf<Ds[number], EventOf<Ds>> &
  EntropyIf<Ds[number]> & { readonly parts: Ds }

/** Independent draws, one of each distribution. */
export const independent = <const Ds extends Distributions>(
  ds: Ds & Alike<Ds, 'independent'>,
): Independent<Ds> => {
  const parts: readonly AnyDistribution[] = ds
  const domain = commonDomain('independent', parts)
  const points = parts.reduce((product, d) => product * d.supportSize, 1)
  const measure = distribution({
    family: `independent(${parts.map((d) => d.family).join()})`,
    shape: [parts.length, ...(parts[0]?.space.shape ?? [])] as Shape,
    domain,
    capabilities: (['density', 'pathwise', 'enumerable'] as const).filter(
      (c) => parts.every((d) => can(d, c)) && (c !== 'enumerable' || points <= largestSupport),
    ),
    parameters: {},
    parts,
    sample: (noise, axes) => side(parts.map((d, i) => d.sample(noise.child(String(i)), axes))),
    logProb: (x) => total(parts.map((d, i) => logProbOf(d, at(x, i)))),
    enumerate: (axis) => product(parts, axis),
    supportSize: points <= largestSupport ? points : Number.POSITIVE_INFINITY,
  })
  const moments = parts.filter(hasMoments)
  const entropies = parts.filter(hasEntropy)
  return {
    ...measure,
    ...(moments.length === parts.length
      ? {
          mean: () => side(moments.map((d) => d.mean())),
          variance: () => side(moments.map((d) => d.variance())),
        }
      : {}),
    ...(entropies.length === parts.length ? { entropy: () => total(entropies.map((d) => d.entropy())) } : {}),
  } as unknown as Independent<Ds>
}

const side = (values: readonly AnyValue[]): AnyValue => stack(values as readonly [AnyValue, ...AnyValue[]])

const total = (terms: readonly Value<[], Real>[]): Value<[], Real> =>
  terms.reduce((a, b) => add(a, b) as Value<[], Real>)

/** All tuples of points of the supports, the last entry running fastest. */
const product = (parts: readonly AnyDistribution[], axis: string): AnyValue => {
  const sizes = parts.map((d) => d.supportSize)
  const size = (from: number) => sizes.slice(from).reduce((a, b) => a * b, 1)
  return side(
    parts.map((d, i) =>
      chosen(axisToEvent(supportOf(d, axis), axis), digits(size(0), d.supportSize, size(i + 1)), axis),
    ),
  )
}
