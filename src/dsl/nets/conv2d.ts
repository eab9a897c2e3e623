/**
 * conv2d([H, W, C], [H', W', F]) and its transpose, on images with the channels last:
 *
 *   y[i, j, f] = link(activation(b[f] + Σ x[s i + a − p, s j + b − p, c] · kernel[a, b, c, f]))
 *   'same': H' = ⌈H / s⌉        'valid': H' = ⌊(H − k) / s⌋ + 1
 *
 *   kernel [kh, kw, C, F] (transpose: [kh, kw, F, C]), Glorot uniform with fans kh·kw·channels;   bias [F], 0
 *
 * conv2dTranspose from X to Y is the adjoint of the convolution from Y to X with the same options, plus a bias; where
 * the stride leaves several sizes possible (7 or 8 from 4 with stride 2), the output space says which one is meant.
 * Named axes are flattened into the batch. Errors: `shape`, with the output shape that the convolution would have;
 * `option`. Dumoulin and Visin, 2016. Tested in tests/dsl/nets/conv2d.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { EventSpace } from '../distribution.js'
import { real } from '../domain.js'
import type { Domain } from '../domains/marks.js'
import { fail } from '../error.js'
import { makeNet, type Net, type NetFunction, type NetTensors, type ParameterSpec, tensorAt } from '../net.js'
import { type Shape, sameShape, showShape } from '../shape.js'
import { type AnyValue, makeValue, showSpaceOf, type Value } from '../value.js'
import { type Activation, activate, link, requireActivation, requireLink } from './activation.js'

/** One number for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number]

/** Options of a convolution. */
export interface ConvolutionOptions {
  /** Height and width of the kernel. */
  readonly kernel: Pair
  /** Step between neighboring windows; 1 unless named. */
  readonly stride?: Pair
  /** 'valid' (the default) keeps the windows inside the image; 'same' pads it with zeros. */
  readonly padding?: 'same' | 'valid'
  /** Applied before the link into the output's domain; linear unless named. */
  readonly activation?: Activation
}

type Image = readonly [number, number, number]
type Both = readonly [number, number]

interface Geometry {
  readonly kernel: Both
  readonly stride: Both
  readonly padding: 'same' | 'valid'
}

const both = (p: Pair): Both => (typeof p === 'number' ? [p, p] : p)
const showPair = ([a, b]: Both): string => (a === b ? `${a}` : `[${a}, ${b}]`)

const requirePair = (name: string, option: string, pair: Both): void => {
  if (pair.length !== 2 || pair.some((n) => !Number.isInteger(n) || n < 1))
    fail(
      'option',
      name,
      `${name} cannot have ${option} [${pair}]`,
      'use whole numbers >= 1: one, or [vertical, horizontal]',
    )
}

const geometryOf = (name: string, o: ConvolutionOptions): Geometry => {
  const g: Geometry = { kernel: both(o.kernel), stride: both(o.stride ?? 1), padding: o.padding ?? 'valid' }
  requirePair(name, 'kernel', g.kernel)
  requirePair(name, 'stride', g.stride)
  if (g.padding !== 'same' && g.padding !== 'valid')
    fail('option', name, `'${String(g.padding)}' is not a padding`, `use 'same' or 'valid'`)
  requireActivation(o.activation ?? 'linear')
  return g
}

const requireImage = (name: string, verb: 'takes' | 'gives', space: EventSpace): Image =>
  space.shape.length === 3
    ? (space.shape as Image)
    : fail(
        'shape',
        name,
        `${name} ${verb} images [height, width, channels], not ${showSpaceOf(space)}`,
        'reshape to three event axes',
      )

const perSide = (
  f: (n: number, kernel: number, stride: number) => number,
  g: Geometry,
  image: Image,
): Both => [f(image[0], g.kernel[0], g.stride[0]), f(image[1], g.kernel[1], g.stride[1])]

/** Height and width of a convolution of the image. */
const convolved = (g: Geometry, image: Image): Both =>
  perSide((n, k, s) => (g.padding === 'same' ? Math.ceil(n / s) : Math.floor((n - k) / s) + 1), g, image)

/** The largest ('same') or smallest ('valid') height and width whose convolution has those of the image. */
const transposed = (g: Geometry, image: Image): Both =>
  perSide((n, k, s) => (g.padding === 'same' ? n * s : n * s + Math.max(k - s, 0)), g, image)

/**
 * The padding written out. On tfjs-backend-wasm, 'same' is wrong where a step is longer than the kernel: the padding
 * (H' − 1) s + k − H is then negative, and not taken as 0.
 */
const paddingOf = (g: Geometry, large: Image, small: Image): tf.backend_util.ExplicitPadding => {
  const along = (axis: 0 | 1): [number, number] => {
    const total = Math.max((small[axis] - 1) * g.stride[axis] + g.kernel[axis] - large[axis], 0)
    return g.padding === 'valid' ? [0, 0] : [Math.floor(total / 2), Math.ceil(total / 2)]
  }
  return [[0, 0], along(0), along(1), [0, 0]]
}

const refuse = (name: string, input: EventSpace, g: Geometry, gives: Shape, output: Image): never => {
  const how = `kernel ${showPair(g.kernel)}, stride ${showPair(g.stride)}, padding '${g.padding}' and ${output[2]} filters`
  return gives.some((n) => n < 1)
    ? fail(
        'shape',
        name,
        `${name} from ${showSpaceOf(input)} with ${how} gives nothing: the kernel is larger than the image`,
        `use a smaller kernel or padding 'same'`,
      )
    : fail(
        'shape',
        name,
        `${name} from ${showSpaceOf(input)} with ${how} gives ${showShape(gives)}, not ${showShape(output)}`,
        `declare the output with shape ${showShape(gives)}, or change stride and padding`,
      )
}

const parametersOf = (g: Geometry, channels: Both, fans: Both): Readonly<Record<string, ParameterSpec>> => {
  const window = g.kernel[0] * g.kernel[1]
  const [fanIn, fanOut] = [window * fans[0], window * fans[1]]
  return {
    kernel: { shape: [...g.kernel, ...channels], start: { kind: 'glorotUniform', fanIn, fanOut } },
    bias: { shape: [fans[1]], start: { kind: 'constant', value: 0 } },
  }
}

type Convolve = (x: tf.Tensor4D, kernel: tf.Tensor4D) => tf.Tensor4D

/** Flattens the named axes into the batch, convolves, adds the bias and restores the axes. */
const onImages = (
  tensors: NetTensors,
  x: AnyValue,
  shape: Image,
  convolve: Convolve,
): Value<Shape, typeof real.marks> => {
  const images = tf.reshape(x.tensor, [
    -1,
    x.shape[0] as number,
    x.shape[1] as number,
    x.shape[2] as number,
  ]) as tf.Tensor4D
  const y = tf.add(convolve(images, tensorAt(tensors, 'kernel') as tf.Tensor4D), tensorAt(tensors, 'bias'))
  return makeValue(tf.reshape(y, [...x.axes.map((a) => a.size), ...shape]), shape, real, x.axes, x.origins)
}

const describe = (name: string, input: EventSpace, output: EventSpace, g: Geometry): string =>
  `${showSpaceOf(input)} → ${name}(${showPair(g.kernel)}, stride ${showPair(g.stride)}, ${g.padding}) → ${showSpaceOf(output)}`

/** A two-dimensional convolution from images X to images Y. */
export const conv2d = <X extends EventSpace, S extends Shape, D>(
  input: X,
  output: { readonly shape: S; readonly domain: Domain<D> },
  options: ConvolutionOptions,
): Net<NetFunction<X, Value<S, D>>> => {
  const g = geometryOf('conv2d', options)
  const from = requireImage('conv2d', 'takes', input)
  const to = requireImage('conv2d', 'gives', output)
  const gives = [...convolved(g, from), to[2]]
  if (gives.some((n) => n < 1) || !sameShape(gives, to)) refuse('conv2d', input, g, gives, to)
  requireLink(output)
  const padding = paddingOf(g, from, to)
  return makeNet({
    description: describe('conv2d', input, output, g),
    input,
    output,
    parameters: parametersOf(g, [from[2], to[2]], [from[2], to[2]]),
    apply: (tensors, x) => {
      const y = onImages(tensors, x, to, (t, kernel) => tf.conv2d(t, kernel, [...g.stride], padding))
      return link(output.domain, activate(options.activation ?? 'linear', y))
    },
  })
}

/** The transposed convolution from images X to images Y. */
export const conv2dTranspose = <X extends EventSpace, S extends Shape, D>(
  input: X,
  output: { readonly shape: S; readonly domain: Domain<D> },
  options: ConvolutionOptions,
): Net<NetFunction<X, Value<S, D>>> => {
  const g = geometryOf('conv2dTranspose', options)
  const from = requireImage('conv2dTranspose', 'takes', input)
  const to = requireImage('conv2dTranspose', 'gives', output)
  if (!sameShape(convolved(g, to), from.slice(0, 2)))
    refuse('conv2dTranspose', input, g, [...transposed(g, from), to[2]], to)
  requireLink(output)
  const padding = paddingOf(g, to, from)
  return makeNet({
    description: describe('conv2dTranspose', input, output, g),
    input,
    output,
    parameters: parametersOf(g, [to[2], from[2]], [from[2], to[2]]),
    apply: (tensors, x) => {
      const y = onImages(tensors, x, to, (t, kernel) =>
        tf.conv2dTranspose(t, kernel, [t.shape[0], to[0], to[1], to[2]], [...g.stride], padding),
      )
      return link(output.domain, activate(options.activation ?? 'linear', y))
    },
  })
}
