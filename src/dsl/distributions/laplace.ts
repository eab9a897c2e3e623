/**
 * laplace({ loc, scale }) = Π_i Laplace(x_i; loc_i, scale_i)
 *
 *   log p(x) = −Σ_i [ |x_i − loc_i| / scale_i + log 2 scale_i ]                       (nats)
 *   x = loc − scale · sign(u − ½) · log(2 min(u, 1 − u)),  u ~ U(0, 1)                (pathwise)
 *   H = Σ_i [ 1 + log 2 scale_i ]      E x = loc      Var x = 2 scale²
 *
 * On Real, entries independent. Shapes: `loc` and `scale` agree, or one is a scalar. `scale` must be Positive.
 * Tested in tests/dsl/distributions/laplace.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Cdf,
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
  type Quantile,
} from '../distribution.js'
import { positive, real, unit } from '../domain.js'
import type { Positive, Real } from '../domains/marks.js'
import { expm1 } from '../numerics/log1p.js'
import type { Arg, Both, Meets } from '../operations/argument.js'
import { abs, add, div, mul, neg, square, sub } from '../operations/arithmetic.js'
import { exp, log } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import { type Shape, sizeOf } from '../shape.js'
import { elementwise, type Value } from '../value.js'
import { uniformNoise } from './draw.js'
import type { LocScale } from './normal.js'
import { parametersOf, type Within } from './parameter.js'

/** A product of independent Laplace distributions of event shape S. */
export type Laplace<S extends Shape> = Distribution<EventSpace<S, Real>, 'density' | 'pathwise', 'laplace'> &
  Moments<S> &
  Entropy &
  Cdf<S> &
  Quantile<S> & { readonly parameters: { readonly loc: Value<S, Real>; readonly scale: Value<S, Positive> } }

/** Laplace(loc, scale), entry by entry. */
export const laplace = <const L extends Arg, const Sc extends Arg>(p: {
  readonly loc: L & Within<L, Real, 'loc of laplace'>
  readonly scale: Sc & Within<Sc, Positive, 'scale of laplace'> & Meets<L, Sc, 'laplace'>
}): Laplace<Both<L, Sc>> =>
  fromLocScale(parametersOf('laplace', { loc: real, scale: positive }, p)) as Laplace<Both<L, Sc>>

/** −sign(u − ½) log(2 min(u, 1 − u)): accurate in both tails. */
const standardQuantile = (u: tf.Tensor): tf.Tensor =>
  tf.neg(tf.mul(tf.sign(tf.sub(u, 0.5)), tf.log(tf.mul(2, tf.minimum(u, tf.sub(1, u))))))

/** ½ − ½ sign(z) (e^−|z| − 1). */
const standardCdf = (z: tf.Tensor): tf.Tensor =>
  tf.sub(0.5, tf.mul(tf.mul(0.5, tf.sign(z)), expm1(tf.neg(tf.abs(z)))))

const fromLocScale = ({ loc, scale }: LocScale<Shape>): Laplace<Shape> => {
  const shape = loc.shape
  const standardized = (x: Value<Shape, Real>) => div(sub(x, loc), scale)
  const logVolume = () => add(sum(log(scale)), sizeOf(shape) * Math.LN2)
  const quantile = (u: Value<Shape, Real>) =>
    add(
      loc,
      mul(
        scale,
        elementwise<Shape, Real>('quantile', real, (t) => standardQuantile(t as tf.Tensor), u),
      ),
    )
  const measure = distribution({
    family: 'laplace',
    shape,
    domain: real,
    capabilities: ['density', 'pathwise'],
    parameters: { loc, scale },
    sample: (noise, axes) => quantile(uniformNoise(noise, axes, shape)),
    logProb: (x) => neg(add(sum(abs(standardized(x))), logVolume())),
  })
  return {
    ...measure,
    parameters: { loc, scale },
    mean: () => loc,
    variance: () => mul(2, square(scale)),
    entropy: () => add(logVolume(), sizeOf(shape)),
    cdf: (x) => elementwise('cdf', unit, (t) => standardCdf(t as tf.Tensor), standardized(x)),
    quantile,
  }
}

/** KL(Laplace(m, b) ‖ Laplace(loc, scale)) = Σ_i [ log(scale/b) + d/scale + (b/scale) e^(−d/b) − 1 ],  d = |m − loc|. */
export const klLaplace = (
  q: { readonly parameters: LocScale<Shape> },
  p: { readonly parameters: LocScale<Shape> },
): Value<[], Real> => {
  const ratio = div(q.parameters.scale, p.parameters.scale)
  const shift = abs(sub(q.parameters.loc, p.parameters.loc))
  const overlap = mul(ratio, exp(neg(div(shift, q.parameters.scale))))
  return sum(sub(add(div(shift, p.parameters.scale), sub(overlap, 1)), log(ratio)))
}
