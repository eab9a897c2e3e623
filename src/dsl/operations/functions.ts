/**
 * Functions of one value, entry by entry, with the domain they map to:
 *
 *   exp : Real → Positive     log : Positive → Real      softplus : Real → Positive    sigmoid : Real → Unit
 *   softmax : Real → Simplex  tanh, logSigmoid : Real → Real                           relu : Real → NonNegative
 *
 * Safe at ±100 in float32, and differentiable twice: the gradients come from the input, never from a saved output
 * (src/dsl/numerics/gradients.ts says why). Tested in tests/dsl/operations.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { isWithin, nonNegative, positive, real, simplex, unit } from '../domain.js'
import type { AnyDomain, Domain, NonNegative, Positive, Real, Simplex, Unit } from '../domains/marks.js'
import { fail } from '../error.js'
import { erfc, erf as erfOf } from '../numerics/erf.js'
import { lgamma as lgammaOf } from '../numerics/lgamma.js'
import { expm1 as expm1Of, log1p as log1pOf } from '../numerics/log1p.js'
import { logSoftmax as logSoftmaxOf, softmax as softmaxOf } from '../numerics/logSumExp.js'
import { digamma as digammaOf, trigamma as trigammaOf } from '../numerics/polygamma.js'
import { logSigmoid as logSigmoidOf, softplus as softplusOf } from '../numerics/softplus.js'
import { stopGradient as stop } from '../numerics/stopGradient.js'
import type { Shape } from '../shape.js'
import { type AnyValue, elementwise, onEvent, showSpaceOf, type Value } from '../value.js'
import type { Takes } from './argument.js'

/** How to get from where the value is to where the function starts. */
const intoRemedy = (x: AnyValue, to: AnyDomain): string =>
  to.name === 'Positive' && isWithin(x.domain, nonNegative)
    ? `${x.domain.name} contains 0: clip(x, 1e-30, 1e30) is Positive, or write the function on tensors with lift`
    : `map the value into ${to.name} first`

const map =
  <In, Out>(name: string, from: Domain<In>, to: Domain<Out>, f: (t: tf.Tensor) => tf.Tensor) =>
  <S extends Shape>(x: Value<S, In>): Value<S, Out> => {
    if (!isWithin(x.domain, from))
      fail('domain', name, `${name} takes ${from.name} and was given ${showSpaceOf(x)}`, intoRemedy(x, from))
    return elementwise(name, to, (t) => f(t as tf.Tensor), x)
  }

/** The smallest normal float32, about e^−87.3: exp and softplus do not fall below it, so that 1/x stays finite. */
const SMALLEST_POSITIVE = 1.1754944e-38
const LOWEST_EXPONENT = -87.33

/** A function that takes only values of `From`; otherwise the compiler prints the sentence that the run time throws. */
type TakesOnly<Name extends string, From, To> = <S extends Shape, D>(
  x: Value<S, D> & Takes<Value<S, D>, From, Name>,
) => Value<S, To>

/** e^x, at least e^−87.33, near the smallest normal float32: the gradient of its logarithm stays finite. */
export const exp: <S extends Shape>(x: Value<S, Real>) => Value<S, Positive> = map(
  'exp',
  real,
  positive,
  (x) => tf.exp(tf.maximum(x, LOWEST_EXPONENT)),
)
/** Natural logarithm of a positive value. */
export const log: TakesOnly<'log', Positive, Real> = map('log', positive, real, tf.log) as TakesOnly<
  'log',
  Positive,
  Real
>
/** log(1 + x) for x >= 0, accurate near 0. */
export const log1p: TakesOnly<'log1p', NonNegative, NonNegative> = map(
  'log1p',
  nonNegative,
  nonNegative,
  log1pOf,
) as TakesOnly<'log1p', NonNegative, NonNegative>
/** e^x − 1, accurate near 0. */
export const expm1: <S extends Shape>(x: Value<S, Real>) => Value<S, Real> = map('expm1', real, real, expm1Of)
/** √x; Positive stays Positive. */
export const sqrt = <S extends Shape, D>(
  x: Value<S, D> & Takes<Value<S, D>, NonNegative, 'sqrt'>,
): Value<S, [D] extends [Positive] ? Positive : NonNegative> => {
  if (!isWithin(x.domain, nonNegative))
    fail(
      'domain',
      'sqrt',
      `sqrt takes NonNegative and was given ${showSpaceOf(x)}`,
      'square, exp or softplus map into it',
    )
  const to = isWithin(x.domain, positive) ? positive : nonNegative
  return elementwise('sqrt', to as Domain<[D] extends [Positive] ? Positive : NonNegative>, tf.sqrt, x)
}
/** Hyperbolic tangent. */
export const tanh: <S extends Shape>(x: Value<S, Real>) => Value<S, Real> = map('tanh', real, real, tf.tanh)
/** 1 / (1 + e^−x). */
export const sigmoid: <S extends Shape>(x: Value<S, Real>) => Value<S, Unit> = map(
  'sigmoid',
  real,
  unit,
  tf.sigmoid,
)
/** log(1 + e^x), at least the smallest normal float32: the gradient of its logarithm stays finite. */
export const softplus: <S extends Shape>(x: Value<S, Real>) => Value<S, Positive> = map(
  'softplus',
  real,
  positive,
  (x) => tf.maximum(softplusOf(x), SMALLEST_POSITIVE),
)
/** log sigmoid(x) = −softplus(−x). */
export const logSigmoid: <S extends Shape>(x: Value<S, Real>) => Value<S, Real> = map(
  'logSigmoid',
  real,
  real,
  logSigmoidOf,
)
/** max(x, 0). */
export const relu: <S extends Shape>(x: Value<S, Real>) => Value<S, NonNegative> = map(
  'relu',
  real,
  nonNegative,
  tf.relu,
)
/** x where x > 0, else slope · x. */
export const leakyRelu = <S extends Shape>(x: Value<S, Real>, slope = 0.2): Value<S, Real> =>
  elementwise('leakyRelu', real, (t) => tf.leakyRelu(t as tf.Tensor, slope), x)
/** x where x > 0, else e^x − 1. */
export const elu: <S extends Shape>(x: Value<S, Real>) => Value<S, Real> = map('elu', real, real, tf.elu)
/** x Φ(x), with the standard normal cdf Φ. */
export const gelu: <S extends Shape>(x: Value<S, Real>) => Value<S, Real> = map('gelu', real, real, (x) =>
  tf.mul(tf.mul(x, 0.5), erfc(tf.mul(x, -Math.SQRT1_2))),
)
/** x sigmoid(x). */
export const silu: <S extends Shape>(x: Value<S, Real>) => Value<S, Real> = map('silu', real, real, (x) =>
  tf.mul(x, tf.sigmoid(x)),
)

/** Accepts a vector or more; otherwise a sentence. */
export type HasAxis<S extends Shape, Operation extends string> = S extends readonly []
  ? `${Operation} works along the last event axis, but a scalar has none`
  : unknown

const needsAxis = (name: string, x: AnyValue): void => {
  if (x.shape.length === 0)
    fail('shape', name, `${name} works along the last event axis, but a scalar has none`, 'give it a vector')
}

/** e^x_i / Σ_j e^x_j along the last event axis. */
export const softmax = <S extends readonly [number, ...number[]] | Shape>(
  x: Value<S, Real> & HasAxis<S, 'softmax'>,
): Value<S, Simplex> => {
  needsAxis('softmax', x)
  return onEvent(x, x.shape, simplex, (t) => softmaxOf(t))
}

/** x_i − log Σ_j e^x_j along the last event axis. */
export const logSoftmax = <S extends readonly [number, ...number[]] | Shape>(
  x: Value<S, Real> & HasAxis<S, 'logSoftmax'>,
): Value<S, Real> => {
  needsAxis('logSoftmax', x)
  return onEvent(x, x.shape, real, (t) => logSoftmaxOf(t))
}

/** log Γ(x). */
export const lgamma: TakesOnly<'lgamma', Positive, Real> = map(
  'lgamma',
  positive,
  real,
  lgammaOf,
) as TakesOnly<'lgamma', Positive, Real>
/** d/dx log Γ(x). */
export const digamma: TakesOnly<'digamma', Positive, Real> = map(
  'digamma',
  positive,
  real,
  digammaOf,
) as TakesOnly<'digamma', Positive, Real>
/** d/dx digamma(x). */
export const trigamma: TakesOnly<'trigamma', Positive, Positive> = map(
  'trigamma',
  positive,
  positive,
  trigammaOf,
) as TakesOnly<'trigamma', Positive, Positive>
/** The error function. */
export const erf: <S extends Shape>(x: Value<S, Real>) => Value<S, Real> = map('erf', real, real, erfOf)

/** The value itself, as a constant: no gradient flows through it. */
export const stopGradient = <S extends Shape, D>(x: Value<S, D>): Value<S, D> =>
  elementwise('stopGradient', x.domain, (t) => stop(t as tf.Tensor), x)
