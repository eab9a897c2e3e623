/**
 * The output activation of a critic, derived from the interval on which f* is finite: an increasing map g of the whole
 * line onto its interior.
 *
 *   (−∞, ∞)   g(v) = v                        (a, ∞)   g(v) = a + softplus(v)
 *   (−∞, b)   g(v) = b − softplus(−v)         (a, b)   g(v) = (a + b)/2 + (b − a)/2 · tanh v
 *
 * So whatever a network returns is a critic, and no critic is left out but those at an end of the interval, which are
 * limits v → ±∞. Tested in tests/inference/fDivergences/activation.test.ts.
 */
import type { Real } from '../../dsl/domains/marks.js'
import { add, mul, neg, sub } from '../../dsl/operations/arithmetic.js'
import { softplus, tanh } from '../../dsl/operations/functions.js'
import type { Value } from '../../dsl/value.js'

/** The numbers between two ends, which may be infinite. */
export interface OpenInterval {
  readonly low: number
  readonly high: number
}

/** A map of the line onto an interval, on values and on numbers, with its inverse. */
export interface CriticActivation {
  /** g, on what a network returns. */
  readonly onValue: (v: Value<[], Real>) => Value<[], Real>
  /** g, in float64. */
  readonly onNumber: (v: number) => number
  /** v with g(v) = t; ±Infinity at the ends. */
  readonly inverse: (t: number) => number
}

const softplusOf = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/** x with softplus(x) = s. */
const inverseSoftplus = (s: number): number => s + Math.log(-Math.expm1(-s))

const ontoLine: CriticActivation = { onValue: (v) => v, onNumber: (v) => v, inverse: (t) => t }

const below = (high: number): CriticActivation => ({
  onValue: (v) => sub(high as number, softplus(neg(v))),
  onNumber: (v) => high - softplusOf(-v),
  inverse: (t) => -inverseSoftplus(high - t),
})

const above = (low: number): CriticActivation => ({
  onValue: (v) => add(low as number, softplus(v)),
  onNumber: (v) => low + softplusOf(v),
  inverse: (t) => inverseSoftplus(t - low),
})

const between = (low: number, high: number): CriticActivation => {
  const [middle, half] = [(low + high) / 2, (high - low) / 2]
  return {
    onValue: (v) => add(middle as number, mul(half as number, tanh(v))),
    onNumber: (v) => middle + half * Math.tanh(v),
    inverse: (t) => Math.atanh((t - middle) / half),
  }
}

/** The activation onto an interval. */
export const activationOnto = ({ low, high }: OpenInterval): CriticActivation => {
  if (low === Number.NEGATIVE_INFINITY) return high === Number.POSITIVE_INFINITY ? ontoLine : below(high)
  return high === Number.POSITIVE_INFINITY ? above(low) : between(low, high)
}
