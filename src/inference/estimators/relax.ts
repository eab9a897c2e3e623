/**
 * relax: the score function with a net c as control variate, unbiased for every c, which learns to make the variance small.
 *
 *   ∇_θ E[f(x)] = E[g],   g = (f(x) − c(z̃)) ∇ log q(x) + ∇ c(z) − ∇ c(z̃),     x = H(z),  z̃ ~ z | x
 *   c minimizes E ‖g‖², with ∇ by the location of the site: the mean of g does not depend on c, so this is the variance
 *
 * c sees the continuous z, and what was drawn before; f is evaluated once, at x. The objective of c is added with value 0,
 * and its gradient (of second order, by `gradient`) reaches the parameters of c alone. In a plate each element has a c of its own.
 * Errors: tag `model`, a c that combines elements of a plate of the site, or has a number for each element of another.
 * Grathwohl, Choi, Wu, Roeder and Duvenaud, 2018, equations 7 and 9. Tested in tests/inference/estimators/relax.test.ts.
 */
import type { Relaxation } from '../../dsl/distribution.js'
import type { Real } from '../../dsl/domains/marks.js'
import { fail } from '../../dsl/error.js'
import { graphOf } from '../../dsl/examine.js'
import type { Sighted } from '../../dsl/methods.js'
import { add, mul, square, sub } from '../../dsl/operations/arithmetic.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { gradient } from '../../dsl/operations/gradient.js'
import { sum } from '../../dsl/operations/reductions.js'
import type { Shape } from '../../dsl/shape.js'
import { type AnyValue, expandAxes, sumOver, type Value, withOrigins } from '../../dsl/value.js'
import { gradientOnly } from './baseline.js'
import type { Drawn, Scalar } from './draws.js'
import type { At, SiteEstimator } from './estimator.js'
import { relaxationAt, uniformsAt } from './relaxed.js'
import { reinforced, requireOnce } from './score.js'
import { sightedAt } from './sighted.js'
import { drawnAxes } from './slices.js'

type Reals = Value<Shape, Real>

/** What is kept of a draw: all functions of the location, at fixed noise. */
interface Kept {
  readonly location: Reals
  readonly z: (location: Reals) => Reals
  readonly again: (location: Reals) => Reals
  readonly logQ: (location: Reals) => Scalar
}

const keep = (relaxation: Relaxation, location: Reals, hard: AnyValue, u: Reals, v: Reals): Kept => ({
  location,
  z: (a) => relaxation.free(a, u),
  again: (a) => relaxation.conditional(a, hard, v),
  logQ: (a) => relaxation.logProb(a, hard),
})

/** An element of a plate has a control variate of its own: one that sees others would need their scores as well. */
const requireApart = ({ name, site }: Drawn, c: Scalar): Scalar => {
  const { mixes, mayMix } = graphOf(c.origins)
  const plate = site.plates.find((a) => mixes.has(a.name) || mayMix.has(a.name))
  if (plate !== undefined)
    fail(
      'model',
      name,
      `site '${name}': the control variate combines elements of the plate ${plate.name}, but each has one of its own`,
      `compute it from '${name}' element by element; lift(space, f, { elementwise: true }) if f does so`,
    )
  return c
}

/** c at a continuous value; with `fixed` parameters where only the value's gradient is wanted. */
const control =
  (s: Drawn, at: At, fixed: boolean) =>
  (z: Reals): Scalar => {
    const own = { [s.name]: withOrigins(z, [s.name]) }
    return requireApart(s, sightedAt(s, 'the control variate', s.asked as unknown as Sighted, at, own, fixed))
  }

/** −½ ‖g‖², as a function of the parameters of c only; value 0. */
const training = (s: Drawn, signal: Scalar, at: At): Scalar => {
  const k = s.kept as Kept
  const a = stopGradient(k.location)
  const c = control(s, at, false)
  const weight = sub(stopGradient(signal), c(k.again(a)))
  const score = stopGradient(gradient(k.logQ, a))
  const path = sub(
    gradient((x: Reals) => c(k.z(x)), a),
    gradient((x: Reals) => c(k.again(x)), a),
  )
  const g = add(mul(weight, score), path) as Reals
  return gradientOnly(sumOver(mul(-0.5, sum(square(g) as Reals)) as Scalar, at.plates))
}

/** The score function with a learned control variate. */
export const relax: SiteEstimator = {
  draw: (place) => {
    const { relaxation, location: given } = relaxationAt(place)
    // One location for each draw, though many share their parameters: the variance is that of one draw.
    const location = expandAxes(given, drawnAxes(place.axes, place.distribution))
    const [u, v] = [uniformsAt(place, 'u'), uniformsAt(place, 'v')]
    const value = stopGradient(relaxation.harden(relaxation.free(location, u)))
    return { value, kept: keep(relaxation, location, value, u, v) }
  },
  surrogate: (s, signal, at) => {
    requireOnce(s, at.env)
    const k = s.kept as Kept
    const c = control(s, at, true)
    const [soft, again] = [c(k.z(k.location)), c(k.again(k.location))]
    const centered = sub(signal, again) as Scalar
    const path = sumOver(sub(gradientOnly(soft), gradientOnly(again)) as Scalar, at.plates)
    return add(
      add(reinforced(centered, k.logQ(k.location), at.plates), path),
      training(s, signal, at),
    ) as Scalar
  },
}
