/**
 * vonMises({ loc, concentration }) = Π_i VonMises(x_i; μ_i, κ_i), the normal of the circle
 *
 *   log p(x) = Σ_i [ κ_i cos(x_i − μ_i) − log 2π I0(κ_i) ]                                                  (nats)
 *   x = μ + z, wrapped to [−π, π];  z by Best and Fisher 1979;  dz/dκ at a fixed value of the cdf  (pathwise, implicit)
 *   H = Σ_i [ log 2π I0(κ_i) − κ_i A(κ_i) ],  A = I1/I0      direction of E (cos x, sin x) = μ, length A(κ)
 *
 * On Circle, entries independent; `loc` is an angle of any size. Shapes: `loc` and `concentration` agree, or one is a scalar.
 * On a circle a mean is a direction and a variance 1 − A(κ): they have names of their own. The cdf counts from −π on.
 * A round of the sampler accepts with probability >= 0.657, so that 20 rounds all fail with probability < 5e-10.
 * Tested in tests/dsl/distributions/vonMises.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { type Cdf, type Distribution, distribution, type Entropy, type EventSpace } from '../distribution.js'
import { circle, positive, real, unit } from '../domain.js'
import type { Circle, Positive, Real, Unit } from '../domains/marks.js'
import type { Noise } from '../noise.js'
import { logI0e, resultantGap } from '../numerics/besselI0.js'
import { linearized2 } from '../numerics/customGradient.js'
import { detach } from '../numerics/stopGradient.js'
import { vonMisesCdf, vonMisesLogDensity, vonMisesSlope } from '../numerics/vonMisesCdf.js'
import type { Arg, Both, Meets } from '../operations/argument.js'
import { add, mul, sub } from '../operations/arithmetic.js'
import { sum } from '../operations/reductions.js'
import { type Shape, sizeOf } from '../shape.js'
import { type Axis, elementwise, expandTo, makeValue, type Value } from '../value.js'
import { parametersOf, type Within } from './parameter.js'
import { firstAccepted, roundsOf } from './rejection.js'

/** A product of independent von Mises distributions of event shape S. */
export type VonMises<S extends Shape> = Distribution<
  EventSpace<S, Circle>,
  'density' | 'pathwise',
  'vonMises'
> &
  Entropy &
  Cdf<S> & {
    readonly parameters: { readonly loc: Value<S, Real>; readonly concentration: Value<S, Positive> }
    /** The direction of E (cos x, sin x), which is loc wrapped to [−π, π]. */
    meanDirection(): Value<S, Circle>
    /** 1 − |E (cos x, sin x)|, between 0 (a point) and 1 (uniform). */
    circularVariance(): Value<S, Unit>
  }

/** VonMises(loc, concentration), entry by entry. */
export const vonMises = <const L extends Arg, const C extends Arg>(p: {
  readonly loc: L & Within<L, Real, 'loc of vonMises'>
  readonly concentration: C & Within<C, Positive, 'concentration of vonMises'> & Meets<L, C, 'vonMises'>
}): VonMises<Both<L, C>> =>
  fromParameters(parametersOf('vonMises', { loc: real, concentration: positive }, p)) as VonMises<Both<L, C>>

const ROUNDS = 20

/** Beyond it draws are as if it were this: 1e-9 from the mode, and the square of κ stays finite. */
const SHARPEST = 1e18

const turns = (x: tf.Tensor): tf.Tensor => tf.round(tf.div(x, 2 * Math.PI))

/** The angle in [−π, π]. */
const wrapped = (x: tf.Tensor): tf.Tensor =>
  tf.clipByValue(tf.sub(x, tf.mul(turns(x), 2 * Math.PI)), -Math.PI, Math.PI)

/** ρ of Best and Fisher, (τ − √(2τ)) / 2κ with τ = 1 + √(1 + 4κ²), without cancellation. */
const envelope = (k: tf.Tensor): tf.Tensor => {
  const root = tf.sqrt(tf.add(1, tf.square(tf.mul(2, k))))
  const sqrtTau = tf.sqrt(tf.add(1, root))
  const below = tf.mul(tf.add(sqrtTau, Math.SQRT2), tf.add(root, 1))
  return tf.div(tf.mul(tf.mul(2, k), sqrtTau), below)
}

/** 1 − cos z of an accepted candidate: wrapped Cauchy proposals of uniforms u, kept where v says so. */
const versedDraw = (k: tf.Tensor, u: tf.Tensor, v: tf.Tensor): tf.Tensor => {
  const rho = envelope(k)
  const above = tf.div(tf.square(tf.sub(1, rho)), tf.mul(2, rho))
  const half = tf.mul(u, Math.PI / 2)
  const versed = tf.mul(2, tf.square(tf.sin(half)))
  const candidate = tf.div(tf.mul(above, versed), tf.add(above, tf.sub(2, versed)))
  const c = tf.mul(k, tf.add(above, candidate))
  const accepted = tf.greaterEqual(tf.sub(tf.add(tf.log(tf.div(c, v)), 1), c), 0)
  return firstAccepted(accepted, candidate)
}

const draw = (k: tf.Tensor, u: tf.Tensor, v: tf.Tensor, side: tf.Tensor): tf.Tensor => {
  const sine = tf.sqrt(tf.clipByValue(tf.div(versedDraw(k, u, v), 2), 0, 1))
  return tf.mul(tf.sub(tf.mul(2, tf.cast(tf.less(side, 0.5), 'float32')), 1), tf.mul(2, tf.asin(sine)))
}

/** z as a function of κ at a fixed value of the cdf. */
const along = linearized2(
  (_, z) => tf.clone(z),
  (dy, k, z) => [tf.mul(dy, vonMisesSlope(along(k, z), k)), tf.zerosLike(dy)],
)

/** The angle from the mode, once per element of the axes. */
const angle = (
  noise: Noise,
  axes: readonly Axis[],
  concentration: Value<Shape, Positive>,
): Value<Shape, Real> => {
  const sizes = [...axes.map((axis) => axis.size), ...concentration.shape]
  const k = expandTo(concentration, axes)
  const z = draw(
    tf.minimum(detach(k), SHARPEST),
    roundsOf(noise.uniform, ROUNDS, sizes),
    roundsOf(noise.uniform, ROUNDS, sizes),
    noise.uniform(sizes),
  )
  return makeValue(along(k, z), concentration.shape, real, axes, concentration.origins)
}

/** The cdf of the unwrapped angle from the mode: it grows by 1 with each turn. */
const unwound = (z: tf.Tensor, k: tf.Tensor): tf.Tensor => tf.add(turns(z), vonMisesCdf(wrapped(z), k))

/** 1 − A(κ), entry by entry. */
export const gapOf = (k: Value<Shape, Positive>): Value<Shape, Unit> =>
  elementwise('circularVariance', unit, (t) => resultantGap(t as tf.Tensor), k)

/** log(e^−κ I0(κ)), entry by entry. */
export const logI0eOf = (k: Value<Shape, Positive>): Value<Shape, Real> =>
  elementwise('logI0e', real, (t) => logI0e(t as tf.Tensor), k)

const fromParameters = ({ loc, concentration }: VonMises<Shape>['parameters']): VonMises<Shape> => {
  const shape = loc.shape
  const onTensors =
    <D extends Real>(name: string, domain: Parameters<typeof elementwise<Shape, D>>[1], f: Three) =>
    (x: Value<Shape, Real>): Value<Shape, D> =>
      elementwise<Shape, D>(name, domain, (...t) => f(...(t as Tensors)), x, loc, concentration)
  const wrap = (x: Value<Shape, Real>) =>
    elementwise<Shape, Circle>('wrap', circle, (t) => wrapped(t as tf.Tensor), x)
  const measure = distribution({
    family: 'vonMises',
    shape,
    domain: circle,
    capabilities: ['density', 'pathwise'],
    parameters: { loc, concentration },
    sample: (noise, axes) => wrap(add(loc, angle(noise, axes, concentration))),
    logProb: (x) =>
      sum(onTensors<Real>('logDensity', real, (t, m, k) => vonMisesLogDensity(tf.sub(t, m), k))(x)),
  })
  return {
    ...measure,
    parameters: { loc, concentration },
    meanDirection: () => wrap(loc),
    circularVariance: () => gapOf(concentration),
    entropy: () =>
      add(
        sum(add(logI0eOf(concentration), mul(concentration, gapOf(concentration)))),
        sizeOf(shape) * Math.log(2 * Math.PI),
      ),
    cdf: onTensors<Unit>('cdf', unit, (t, m, k) =>
      tf.sub(unwound(tf.sub(t, m), k), unwound(tf.sub(-Math.PI, m), k)),
    ),
  }
}

type Tensors = [tf.Tensor, tf.Tensor, tf.Tensor]
type Three = (...t: Tensors) => tf.Tensor

/**
 * KL(VonMises(m, k) ‖ VonMises(μ, κ)) = Σ_i [ A(k)(k − κ cos(m − μ)) − log I0(k) + log I0(κ) ], A = I1/I0; written with
 * 1 − A and 1 − cos, which are small where both are concentrated.
 */
export const klVonMises = (q: VonMises<Shape>, p: VonMises<Shape>): Value<[], Real> => {
  const [k, other] = [q.parameters.concentration, p.parameters.concentration]
  const gap = gapOf(k)
  const turn = elementwise<Shape, Real>(
    'turn',
    real,
    (t) => tf.mul(2, tf.square(tf.sin(tf.div(t as tf.Tensor, 2)))),
    sub(q.parameters.loc, p.parameters.loc),
  )
  const away = add(gap, mul(sub(1, gap), turn))
  return sum(add(sub(mul(other, away), mul(k, gap)), sub(logI0eOf(other), logI0eOf(k))) as Value<Shape, Real>)
}
