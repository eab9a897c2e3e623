/**
 * measureValued: the derivative of the measure itself, as a difference of two expectations for each parameter.
 *
 *   ∂E[f(x)]/∂θ_i = c_i E[f(x+) − f(x−)]          x+, x− from common noise (src/dsl/distributions/weak.ts)
 *
 * f need not be differentiable, and there is no score. The site has a slice for each value, so the terms are evaluated 1 + 2m
 * times for m parameters (4n + 1 for a normal of n entries): few entries only. Added as Σ_i stop(c_i (f+ − f−)) (θ_i −
 * stop(θ_i)), which is 0 in value.
 * Errors: tag `model`, a site in a plate; where the gradient is to be differentiated in turn.
 * Pflug, 1989; Heidergott et al., 2008; Mohamed, Rosca, Figurnov and Mnih, 2020, section 6.
 * Tested in tests/inference/estimators/measureValued.test.ts.
 */
import type { AnyDistribution, WeakDerivative, WeakDraw } from '../../dsl/distribution.js'
import { mul, sub } from '../../dsl/operations/arithmetic.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { sizeOf } from '../../dsl/shape.js'
import { type AnyValue, sumOver } from '../../dsl/value.js'
import { gradientOnly } from './baseline.js'
import { type Drawn, type Scalar, total } from './draws.js'
import type { Place, SiteEstimator } from './estimator.js'
import { requireOnce } from './score.js'
import { alongSlices, drawnAxes, entriesAlong, keepDraw, sliceAxis, slicesOf } from './slices.js'

/** The derivatives of a distribution whose capability was checked at construction. */
const derivativesAt = (d: AnyDistribution, at: WeakDraw): readonly WeakDerivative[] =>
  (d.weakDerivatives as (at: WeakDraw) => readonly WeakDerivative[])(at)

const valuesOf = (d: WeakDerivative): readonly AnyValue[] =>
  d.negative === undefined ? [d.positive] : [d.positive, d.negative]

/** ∂E[f]/∂θ as the gradient of a scalar of value 0, for the slices of one parameter from `from` on. */
const partOf = (s: Drawn, d: WeakDerivative, signal: Scalar, from: number): Scalar => {
  const axis = s.axis as string
  const m = sizeOf(d.parameter.shape)
  const negative = d.negative === undefined ? slicesOf(signal, axis, 0) : slicesOf(signal, axis, from + m, m)
  const difference = sub(slicesOf(signal, axis, from, m), negative)
  const constant = d.constant.shape.length === 0 ? d.constant : entriesAlong(d.constant, axis)
  const weight = stopGradient(mul(constant, difference) as Scalar)
  return sumOver(mul(weight, gradientOnly(entriesAlong(d.parameter, axis))) as Scalar, [axis])
}

const draw = ({ name, distribution, axes, env }: Place) => {
  const axis = sliceAxis(name)
  const noise = env.noise.child(name)
  const base = stopGradient(distribution.sample(noise, axes) as AnyValue)
  const derivatives = derivativesAt(distribution, {
    base,
    noise: noise.child('weak'),
    axes: drawnAxes(axes, distribution),
    along: axis,
  })
  const values = [base, ...derivatives.flatMap(valuesOf)].map((v) => stopGradient(v))
  return { value: alongSlices(values, axis), axis, kept: derivatives }
}

/** The derivative of the measure. */
export const measureValued: SiteEstimator = {
  draw,
  surrogate: (s, signal, at) => {
    requireOnce(s, at.env)
    let from = 1
    const parts = (s.kept as readonly WeakDerivative[]).map((d) => {
      const part = partOf(s, d, signal, from)
      from += valuesOf(d).length * sizeOf(d.parameter.shape)
      return part
    })
    return total(parts)
  },
  reduce: keepDraw,
}
