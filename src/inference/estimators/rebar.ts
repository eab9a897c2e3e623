/**
 * rebar: the score function with a relaxation as control variate, unbiased at every temperature.
 *
 *   ∇_θ E[f(x)] = E[(f(x) − η f(σ(z̃))) ∇ log q(x) + η ∇ f(σ(z)) − η ∇ f(σ(z̃))],     x = H(z),  z̃ ~ z | x
 *
 * for an f that is continuous between the values of the support: what jumps there has no ∇ f(σ) to balance its part of the score.
 * The site has three slices, x, σ(z/τ) and σ(z̃/τ), and the terms are evaluated at all of them (three times the cost). Terms
 * have parameters of their own, whose gradient at the relaxed slices has mean 0 and adds noise: η = 0 is the plain score.
 * Where a divergence is sampled, log p and log q are continued linearly in x (relaxed.ts). τ is 0.5 and η is 1 if left out.
 * Tucker, Mnih, Maddison, Lawson and Sohl-Dickstein, 2017, equation 6. Tested in tests/inference/estimators/rebar.test.ts.
 */
import type { RebarMethod } from '../../dsl/methods.js'
import { add, mul, sub } from '../../dsl/operations/arithmetic.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { gradientOnly } from './baseline.js'
import type { Drawn, Scalar } from './draws.js'
import type { Place, SiteEstimator } from './estimator.js'
import { relaxationAt, temperatureOf, uniformsAt } from './relaxed.js'
import { reinforced, requireOnce } from './score.js'
import { alongSlices, keepDraw, sliceAxis, slicesOf } from './slices.js'

/** The weight of the control variate that was asked for. */
const weightOf = ({ asked }: Pick<Place, 'asked'>): number =>
  typeof asked === 'string' ? 1 : ((asked as RebarMethod).weight ?? 1)

const slicesAt = (place: Place) => {
  const { relaxation, location } = relaxationAt(place)
  const temperature = temperatureOf(place)
  const z = relaxation.free(location, uniformsAt(place, 'u'))
  const hard = stopGradient(relaxation.harden(z))
  const again = relaxation.conditional(location, hard, uniformsAt(place, 'v'))
  const soft = [z, again].map((x) => relaxation.soften(x, temperature))
  return { values: [hard, ...soft], logQ: relaxation.logProb(location, hard) }
}

/** The score function with a relaxed control variate. */
export const rebar: SiteEstimator = {
  draw: (place) => {
    const axis = sliceAxis(place.name)
    const { values, logQ } = slicesAt(place)
    return { value: alongSlices(values, axis), axis, relaxed: true, kept: logQ }
  },
  surrogate: (s: Drawn, signal, at) => {
    requireOnce(s, at.env)
    const [f, soft, again] = [0, 1, 2].map((i) => slicesOf(signal, s.axis as string, i)) as [
      Scalar,
      Scalar,
      Scalar,
    ]
    const weight: number = weightOf(s)
    const centered = sub(f, mul(weight, again)) as Scalar
    const control = mul(weight, sub(gradientOnly(soft), gradientOnly(again))) as Scalar
    return add(reinforced(centered, s.kept as Scalar, at.plates), control) as Scalar
  },
  differentiates: true,
  reduce: keepDraw,
}
