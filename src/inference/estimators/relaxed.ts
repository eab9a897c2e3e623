/**
 * Relaxations of a discrete site: x = H(z) with z differentiable in the parameters (src/dsl/distributions/relaxation.ts).
 *
 *   gumbelSoftmax     the site is σ(z / τ), between the values of its support       biased: ∇E[f(σ(z/τ))], of another function
 *   straightThrough   the site is H(z), with the gradient of σ(z / τ)               biased: the gradient is no one's
 *
 * A divergence in the table stays in closed form: it is that of the discrete distributions, exact but for what they
 * condition on. Where it is sampled, log p(x) and log q(x) are continued linearly in x, Σ_k x_k log p_k; this is not the
 * density of the relaxed variable, so with gumbelSoftmax the value is no bound. Terms that take the site as a parameter
 * see the relaxed value. τ is 0.5 if left out.
 * Jang, Gu and Poole, 2017; Maddison, Mnih and Teh, 2017; Bengio, Léonard and Courville, 2013.
 * Tested in tests/inference/estimators/relaxed.test.ts.
 */
import type { Relaxation } from '../../dsl/distribution.js'
import { uniformNoise } from '../../dsl/distributions/draw.js'
import type { Real } from '../../dsl/domains/marks.js'
import { fail } from '../../dsl/error.js'
import type { RelaxedMethod } from '../../dsl/methods.js'
import type { StepSchedule } from '../../dsl/objective.js'
import { add, sub } from '../../dsl/operations/arithmetic.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import type { Shape } from '../../dsl/shape.js'
import { type AnyValue, constant, type Value, withDomain } from '../../dsl/value.js'
import type { Scalar } from './draws.js'
import type { Place, SiteEstimator } from './estimator.js'
import { drawnAxes } from './slices.js'

/** The temperature, if none is asked for. */
const usual = 0.5

/** The temperature that was asked for. */
export const temperatureOf = ({ asked, env }: Pick<Place, 'asked' | 'env'>): Scalar => {
  const t =
    typeof asked === 'string' ? usual : ((asked as Pick<RelaxedMethod, 'temperature'>).temperature ?? usual)
  return typeof t === 'number' ? (constant(t) as Scalar) : env.step((step) => warmAt(t, step))
}

/** A schedule of the temperature was checked where it begins and ends; on its way it may still reach 0. */
const warmAt = (schedule: StepSchedule, step: number): number => {
  const t = schedule(step)
  if (t <= 0)
    fail(
      'option',
      'temperature',
      `temperature must be a number > 0, but at step ${step} its schedule gives ${t}`,
      'let it end at 0.1, say: linearSchedule(1, 0.1, 1000)',
    )
  return t
}

/** The relaxation of a site, whose capability was checked at construction, with its location. */
export const relaxationAt = ({
  distribution,
}: Pick<Place, 'distribution'>): {
  readonly relaxation: Relaxation
  readonly location: Value<Shape, Real>
} => {
  const relaxation = distribution.relaxation as Relaxation
  return { relaxation, location: relaxation.location() }
}

/** Uniform noise of the event shape of a site. */
export const uniformsAt = ({ name, distribution, axes, env }: Place, stream: string): Value<Shape, Real> =>
  uniformNoise(env.noise.child(name).child(stream), drawnAxes(axes, distribution), distribution.space.shape)

/** The continuous variable behind the site and its soft value. */
const softened = (place: Place) => {
  const { relaxation, location } = relaxationAt(place)
  const z = relaxation.free(location, uniformsAt(place, 'u'))
  return { hard: () => relaxation.harden(z), soft: relaxation.soften(z, temperatureOf(place)) }
}

/** The site takes its soft value. */
export const gumbelSoftmax: SiteEstimator = {
  draw: (place) => ({ value: softened(place).soft, relaxed: true }),
}

/** The site takes its hard value, with the gradient of the soft one. */
export const straightThrough: SiteEstimator = {
  draw: (place) => {
    const { hard, soft } = softened(place)
    const value = add(stopGradient(hard()), sub(soft, stopGradient(soft))) as AnyValue
    return { value: withDomain(value, place.distribution.space.domain), relaxed: true }
  },
}
