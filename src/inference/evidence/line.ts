/**
 * Coordinates on the line for the domains that quadrature integrates over, with log |dz/dt| in nats:
 *
 *   Real: z = t      Positive, NonNegative: z = exp t, t      Unit: z = sigmoid t, log z + log(1 − z)
 *   Circle: z = t on [−π, π]      Interval, drawn from a uniform: z = low + (high − low) sigmoid t
 *
 * t stays where float32 can hold z; what lies beyond is estimated (beyond.ts). Tested in tests/inference/evidence/quadrature.test.ts.
 */
import type { AnyDistribution } from '../../dsl/distribution.js'
import { repeated } from '../../dsl/distributions/parts.js'
import { real } from '../../dsl/domain.js'
import type { Real } from '../../dsl/domains/marks.js'
import type { Site } from '../../dsl/model.js'
import { add, mul, sub } from '../../dsl/operations/arithmetic.js'
import { exp, log, logSigmoid, sigmoid } from '../../dsl/operations/functions.js'
import { sum } from '../../dsl/operations/reductions.js'
import type { Shape } from '../../dsl/shape.js'
import { type AnyValue, expandAxes, sumOver, type Value, withDomain } from '../../dsl/value.js'

type Vector = Value<Shape, Real>

/** A latent on the line: its value, and log |dz/dt| summed over its entries and plates. */
export interface OnLine {
  readonly value: AnyValue
  readonly logVolume: Value<[], Real>
}

/** How a domain is mapped to the line. */
export interface Line {
  readonly low: number
  readonly high: number
  /** Set where the domain goes on beyond the ends, which are those of float32. */
  readonly cut?: true
  readonly fromLine: (t: Vector, d: AnyDistribution) => { readonly z: Vector; readonly logVolume: Vector }
  /** t of a number of the domain; undefined where the prior itself is standard on the line. */
  readonly toLine?: (z: number) => number
}

/** The log density of the standard logistic: log sigmoid(t) + log sigmoid(−t). */
const logLogistic = (t: Vector): Vector => add(logSigmoid(t), logSigmoid(mul(-1, t) as Vector)) as Vector

const identity: Line = {
  low: -1e18,
  high: 1e18,
  fromLine: (t) => ({ z: t, logVolume: mul(0, t) as Vector }),
  toLine: (z) => z,
}

const exponential: Line = {
  low: -85,
  high: 85,
  cut: true,
  fromLine: (t) => ({ z: exp(t) as Vector, logVolume: t }),
  toLine: (z) => Math.log(z),
}

const logistic: Line = {
  low: -85,
  high: 16,
  cut: true,
  fromLine: (t) => ({ z: sigmoid(t) as Vector, logVolume: logLogistic(t) }),
  toLine: (z) => Math.log(z) - Math.log1p(-z),
}

/** The ends of a uniform, through its `iid`s. */
const endsOf = (d: AnyDistribution): { readonly low: Vector; readonly high: Vector } => {
  const part = d.parts[0]
  if (part === undefined)
    return d.parameters as { readonly low: AnyValue; readonly high: AnyValue } as {
      readonly low: Vector
      readonly high: Vector
    }
  const inner = endsOf(part)
  const n = d.space.shape[0] as number
  return { low: repeated(inner.low, n), high: repeated(inner.high, n) }
}

const between: Line = {
  low: -16,
  high: 16,
  cut: true,
  fromLine: (t, d) => {
    const { low, high } = endsOf(d)
    const width = sub(high, low) as Vector
    return {
      z: add(low, mul(width, sigmoid(t) as Vector)) as Vector,
      logVolume: add(log(withDomain(width, positiveWidth)) as Vector, logLogistic(t)) as Vector,
    }
  },
}

/** A width is positive where the uniform is one. */
const positiveWidth = {
  ...real,
  name: 'Positive',
  marks: { Real: true, NonNegative: true, Positive: true } as const,
}

const byDomain: Readonly<Record<string, Line>> = {
  Real: identity,
  Positive: exponential,
  NonNegative: exponential,
  Unit: logistic,
  Circle: { ...identity, low: -Math.PI, high: Math.PI },
}

/** The line of a site; undefined where there is none. */
export const lineOf = (site: Site): Line | undefined =>
  site.space.domain.name === 'Interval' && /^(iid\()*uniform\)*$/.test(site.family)
    ? between
    : byDomain[site.space.domain.name]

/** The value of a latent at t. */
export const onLine = (site: Site, line: Line, t: AnyValue, d: AnyDistribution): OnLine => {
  const { z, logVolume } = line.fromLine(withDomain(t as Vector, real), d)
  const plates = site.plates.map((p) => p.name)
  return {
    value: { ...z, domain: site.space.domain, origins: t.origins },
    logVolume: sumOver(expandAxes(sum(logVolume) as Value<[], Real>, site.plates), plates),
  }
}
