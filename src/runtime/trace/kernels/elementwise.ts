/**
 * Readers of the elementwise kernels of tfjs: arithmetic, functions, comparisons, casts, constants.
 */
import { binaryNames, comparisonNames, type Numbers, testNames, unaryNames } from '../../graph/kernels.js'
import { alike, type Call, none, numberOf, plain, type Readers } from '../call.js'

const unary = alike([...unaryNames, ...testNames], (name) => plain(name, ['x'], none))

// Prelu names its inputs otherwise.
const binary = alike([...binaryNames, ...comparisonNames], (name) => plain(name, ['a', 'b'], none))

const filled =
  (value: number) =>
  (call: Call): number => {
    const like = call.build.at(call.input('x'))
    return call.build.number(value, like.shape, like.dtype)
  }

type Dtype = 'float32' | 'int32' | 'bool'

/** A constant made of plain numbers. */
const listed = (call: Call, values: readonly number[], dtype: Dtype): number => {
  const value: Numbers = dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values)
  return call.build.constant(value, [values.length], dtype)
}

/** Elementwise kernels. */
export const elementwise: Readers = {
  ...unary,
  ...binary,
  AddN: ({ build, list }) => list().reduce((a, b) => build.add('Add', [a, b], {})),
  Cast: plain('Cast', ['x'], (call) => ({ dtype: call.attributes.dtype as Dtype })),
  ClipByValue: plain('ClipByValue', ['x'], (call) => ({
    min: numberOf(call, 'clipValueMin'),
    max: numberOf(call, 'clipValueMax'),
  })),
  EluGrad: plain('EluGrad', ['dy', 'y'], none),
  Fill: ({ build, attributes: a }) =>
    build.number(Number(a.value), a.shape as number[], (a.dtype ?? 'float32') as Dtype),
  Identity: (call) => call.input('x'),
  LeakyRelu: plain('LeakyRelu', ['x'], (call) => ({ alpha: numberOf(call, 'alpha') })),
  LinSpace: (call) => {
    const [start, stop, n] = [numberOf(call, 'start'), numberOf(call, 'stop'), numberOf(call, 'num')]
    const step = n > 1 ? (stop - start) / (n - 1) : 0
    return listed(
      call,
      Array.from({ length: n }, (_, i) => start + i * step),
      'float32',
    )
  },
  OnesLike: filled(1),
  Prelu: plain('Prelu', ['x', 'alpha'], none),
  Range: (call) => {
    const [start, stop, step] = [numberOf(call, 'start'), numberOf(call, 'stop'), numberOf(call, 'step')]
    const length = Math.max(0, Math.ceil((stop - start) / step))
    const dtype = (call.attributes.dtype ?? 'float32') as Dtype
    return listed(
      call,
      Array.from({ length }, (_, i) => start + i * step),
      dtype,
    )
  },
  Select: plain('Select', ['condition', 't', 'e'], none),
  Step: plain('Step', ['x'], (call) => ({ alpha: numberOf(call, 'alpha') })),
  ZerosLike: filled(0),
}
