/**
 * dense(X, Y): y = link(activation(x W + b)), with events of any shape read as flat vectors.
 *
 *   kernel [size(X), size(Y)], Glorot uniform: U(−r, r), r = √(6 / (fanIn + fanOut));  bias [size(Y)], 0
 *
 * mlp(X, [h1, …], Y): dense layers with an activation in between (relu unless named), linear at the end, then the link
 * into the domain of Y (softplus for Positive, sigmoid for Unit, softmax for Simplex).
 * gaussian(X, [h1, …], Z): an mlp with two heads, x → { loc, scale }, scale = exp(½ σ) with σ the log variance of the
 * penalty ½ Σ (exp σ − (1 + σ) + m²). Glorot and Bengio, 2010. Tested in tests/dsl/nets/dense.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { EventSpace } from '../distribution.js'
import { positive, real } from '../domain.js'
import type { Domain, DomainName, Positive, Real } from '../domains/marks.js'
import { fail } from '../error.js'
import {
  exampleOf,
  makeNet,
  type Net,
  type NetFunction,
  type NetTensors,
  type ParameterSpec,
  prefixed,
  requireInput,
  tensorAt,
  under,
} from '../net.js'
import { mul } from '../operations/arithmetic.js'
import { exp } from '../operations/functions.js'
import { slice } from '../operations/picking.js'
import { type Shape, type ShapeName, sizeOf } from '../shape.js'
import { type AnyValue, makeValue, showSpaceOf, type Value } from '../value.js'
import { type Activation, activate, link, requireActivation, requireLink } from './activation.js'

/** Parameters of an affine map. */
export const affineParameters = (fanIn: number, fanOut: number): Readonly<Record<string, ParameterSpec>> => ({
  kernel: { shape: [fanIn, fanOut], start: { kind: 'glorotUniform', fanIn, fanOut } },
  bias: { shape: [fanOut], start: { kind: 'constant', value: 0 } },
})

/** x W + b on flattened events. */
export const affine = (tensors: NetTensors, x: AnyValue, shape: Shape): Value<Shape, Real> => {
  const kernel = tensorAt(tensors, 'kernel') as tf.Tensor2D
  const rows = tf.reshape(x.tensor, [-1, kernel.shape[0]]) as tf.Tensor2D
  const flat = tf.add(tf.matMul(rows, kernel), tensorAt(tensors, 'bias'))
  return makeValue(tf.reshape(flat, [...x.axes.map((a) => a.size), ...shape]), shape, real, x.axes, x.origins)
}

/** One affine layer from X to Y. */
export const dense = <X extends EventSpace, S extends Shape, D>(
  input: X,
  output: { readonly shape: S; readonly domain: Domain<D> },
  options: { readonly activation?: Activation } = {},
): Net<NetFunction<X, Value<S, D>>> => {
  requireLink(output)
  requireActivation(options.activation ?? 'linear')
  return makeNet({
    description: `${showSpaceOf(input)} → ${showSpaceOf(output)}`,
    input,
    output,
    parameters: affineParameters(sizeOf(input.shape), sizeOf(output.shape)),
    apply: (tensors, x) =>
      link(output.domain, activate(options.activation ?? 'linear', affine(tensors, x, output.shape))),
  })
}

const requireHidden = (hidden: readonly number[]): void => {
  const bad = hidden.find((n) => !Number.isInteger(n) || n < 1)
  if (bad !== undefined)
    fail('option', 'hidden', `a hidden layer cannot have ${bad} units`, 'use whole numbers >= 1')
}

/** Options of an mlp. */
export interface MlpOptions {
  /** Activation of the hidden layers; relu unless named. */
  readonly activation?: Activation
}

const layerParameters = (sizes: readonly number[]): Readonly<Record<string, ParameterSpec>> =>
  Object.assign(
    {},
    ...sizes.slice(1).map((n, i) => prefixed(affineParameters(sizes[i] as number, n), i)),
  ) as Readonly<Record<string, ParameterSpec>>

/** Hidden layers, then one affine map to `shape`. */
const layers = (
  tensors: NetTensors,
  x: AnyValue,
  hidden: readonly number[],
  shape: Shape,
  activation: Activation,
): Value<Shape, Real> => {
  const last = hidden.reduce<AnyValue>(
    (h, n, i) => activate(activation, affine(under(tensors, `${i}`), h, [n])),
    x,
  )
  return affine(under(tensors, `${hidden.length}`), last, shape)
}

/** A multilayer perceptron from X to Y. */
export const mlp = <X extends EventSpace, S extends Shape, D>(
  input: X,
  hidden: readonly number[],
  output: { readonly shape: S; readonly domain: Domain<D> },
  options: MlpOptions = {},
): Net<NetFunction<X, Value<S, D>>> => {
  requireHidden(hidden)
  requireActivation(options.activation ?? 'relu')
  requireLink(output)
  return makeNet({
    description: [showSpaceOf(input), ...hidden, showSpaceOf(output)].join(' → '),
    input,
    output,
    parameters: layerParameters([sizeOf(input.shape), ...hidden, sizeOf(output.shape)]),
    apply: (tensors, x) =>
      link(output.domain, layers(tensors, x, hidden, output.shape, options.activation ?? 'relu')),
  })
}

/** The parameters of a normal, as a net gives them. */
export interface LocScale<S extends Shape> {
  readonly loc: Value<S, Real>
  readonly scale: Value<S, Positive>
}

/** Accepts an output space on Real; otherwise a sentence. */
export type OnReal<S extends Shape, D> = [Real] extends [D]
  ? unknown
  : `gaussian was asked to map into ${DomainName<D>}${ShapeName<S>}, but a normal lives on Real`

/** A net with two heads, x → { loc, scale }, for `normal`. */
export const gaussian = <X extends EventSpace, S extends Shape, D>(
  input: X,
  hidden: readonly number[],
  output: { readonly shape: S; readonly domain: Domain<D> } & OnReal<S, D>,
  options: MlpOptions = {},
): Net<NetFunction<X, LocScale<S>>> => {
  requireHidden(hidden)
  requireActivation(options.activation ?? 'relu')
  if (output.domain.name !== 'Real')
    fail(
      'domain',
      'gaussian',
      `gaussian was asked to map into ${showSpaceOf(output)}, but a normal lives on Real`,
      'use real(…)',
    )
  const n = sizeOf(output.shape)
  const split = (tensors: NetTensors, x: AnyValue): LocScale<S> => {
    const heads = layers(tensors, x, hidden, [2 * n], options.activation ?? 'relu')
    const part = (begin: number) => {
      const { tensor, axes, origins } = slice(heads, begin, n) as AnyValue
      return makeValue<S, Real>(
        tf.reshape(tensor, [...axes.map((a) => a.size), ...output.shape]),
        output.shape,
        real,
        axes,
        origins,
      )
    }
    const logVariance: Value<Shape, Real> = part(n)
    return { loc: part(0), scale: exp(mul(0.5, logVariance)) as Value<Shape, Positive> as Value<S, Positive> }
  }
  return {
    tag: 'net',
    description: `${[showSpaceOf(input), ...hidden].join(' → ')} → { loc: ${showSpaceOf(output)}, scale: ${showSpaceOf({ ...output, domain: positive })} }`,
    parameters: layerParameters([sizeOf(input.shape), ...hidden, 2 * n]),
    input,
    apply: (tensors) => (x) => {
      requireInput(input, x)
      return split(tensors, x)
    },
    example: (x) => {
      requireInput(input, x)
      return {
        loc: exampleOf({ shape: output.shape, domain: real }, [x]),
        scale: exampleOf({ shape: output.shape, domain: positive }, [x]),
      }
    },
  }
}
