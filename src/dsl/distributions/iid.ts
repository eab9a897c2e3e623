/**
 * iid(n, d): n independent draws of one distribution, x = (x_1, …, x_n)
 *
 *   log p(x) = Σ_i log d(x_i)         (nats)
 *   H = n H(d)      E x_i = E d      Var x_i = Var d
 *
 * Event [n, ...S] on the domain of d, with d's capabilities (the support of m^n points is listed up to 65,536 points).
 * A draw samples d along one more axis, which then becomes the first event axis.
 * Tested in tests/dsl/distributions/iid.test.ts.
 */
import {
  type AnyDistribution,
  can,
  type Distribution,
  distribution,
  type EventSpace,
} from '../distribution.js'
import type { Real } from '../domains/marks.js'
import { fail } from '../error.js'
import { mul } from '../operations/arithmetic.js'
import { stack } from '../operations/joining.js'
import type { Shape } from '../shape.js'
import { type AnyValue, axisToEvent, eventToAxis, sumOver, type Value } from '../value.js'
import {
  type CapabilitiesOf,
  chosen,
  type DomainIn,
  digits,
  type EntropyIf,
  hasEntropy,
  hasMoments,
  largestSupport,
  logProbOf,
  type MomentsIf,
  repeated,
  type ShapeIn,
  supportOf,
} from './parts.js'

/** n independent draws of D. */
export type Iid<N extends number, D extends AnyDistribution> = Distribution<
  EventSpace<[N, ...ShapeIn<D>], DomainIn<D>>,
  CapabilitiesOf<D>,
  `iid(${D['family']})`
> &
  MomentsIf<D, [N, ...ShapeIn<D>]> &
  EntropyIf<D> & { readonly parts: readonly [D] }

/** n independent draws of d. */
export const iid = <const N extends number, D extends AnyDistribution>(n: N, d: D): Iid<N, D> => {
  if (!Number.isInteger(n) || n < 1)
    fail('shape', 'iid', `iid was asked for ${n} draws`, 'ask for a whole number >= 1')
  const family = `iid(${d.family})`
  const points = d.supportSize ** n
  const measure = distribution({
    family,
    shape: [n, ...d.space.shape] as Shape,
    domain: d.space.domain,
    capabilities: (['density', 'pathwise', 'enumerable'] as const).filter(
      (c) => can(d, c) && (c !== 'enumerable' || points <= largestSupport),
    ),
    parameters: {},
    parts: [d],
    sample: (noise, axes) => axisToEvent(d.sample(noise, [...axes, { name: family, size: n }]), family),
    logProb: (x) => sumOver(logProbOf(d, eventToAxis(x, family)), [family]),
    enumerate: (axis) => product(d, n, axis),
    supportSize: points <= largestSupport ? points : Number.POSITIVE_INFINITY,
  })
  return {
    ...measure,
    ...(hasMoments(d)
      ? { mean: () => repeated(d.mean(), n), variance: () => repeated(d.variance(), n) }
      : {}),
    ...(hasEntropy(d) ? { entropy: (): Value<[], Real> => mul(n, d.entropy()) as Value<[], Real> } : {}),
  } as unknown as Iid<N, D>
}

/** All n-tuples of points of the support, the last entry running fastest. */
const product = (d: AnyDistribution, n: number, axis: string): AnyValue => {
  const points = axisToEvent(supportOf(d, axis), axis)
  const m = d.supportSize
  const entries = Array.from({ length: n }, (_, i) =>
    chosen(points, digits(m ** n, m, m ** (n - 1 - i)), axis),
  )
  return stack(entries as [AnyValue, ...AnyValue[]])
}
