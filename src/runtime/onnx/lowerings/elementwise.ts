/**
 * Functions of one number, as ONNX's operators of the same meaning.
 *
 * Times are of 128 x 784 floats on two threads, less a sum that closes each graph: Relu 10 us, LeakyRelu 10, Tanh 30,
 * x * x 40 (Pow with exponent 2: 90), Exp 50, Log 160. Those whose operator is inaccurate are in accurate.ts.
 * Tested in tests/runtime/onnx/lowerings/elementwise.test.ts.
 */
import type { KernelName, UnaryName } from '../../graph/kernels.js'
import { float, type Lowering, type Lowerings, type OnnxAttributes } from '../lowering.js'
import { cast, first, onFloats, onNumbers } from './casting.js'

const plain = (operator: string, attributes: OnnxAttributes = {}): Lowering<UnaryName> =>
  onFloats((emit, inputs) => emit.op(operator, inputs, attributes))

const numeric = (operator: string): Lowering<UnaryName> =>
  onNumbers((emit, inputs) => emit.op(operator, inputs))

// Whole numbers round to themselves.
const rounding =
  (operator: string): Lowering<UnaryName> =>
  (emit, inputs, node) =>
    node.dtype === 'float32' ? emit.op(operator, inputs) : first(inputs)

type Names = Exclude<UnaryName, 'Elu' | 'Expm1' | 'Log1p' | 'Selu' | 'Sigmoid' | 'Softplus'>

const unary: Lowerings<Names> = {
  Abs: numeric('Abs'),
  Acos: plain('Acos'),
  Acosh: plain('Acosh'),
  Asin: plain('Asin'),
  Asinh: plain('Asinh'),
  Atan: plain('Atan'),
  Atanh: plain('Atanh'),
  Ceil: rounding('Ceil'),
  Cos: plain('Cos'),
  Cosh: plain('Cosh'),
  Erf: plain('Erf'),
  Exp: plain('Exp'),
  Floor: rounding('Floor'),
  Log: plain('Log'),
  Neg: numeric('Neg'),
  Reciprocal: plain('Reciprocal'),
  Relu: plain('Relu'),
  Relu6: onFloats((emit, inputs) => emit.op('Clip', [first(inputs), emit.number(0), emit.number(6)])),
  // To the nearest, halves to even, both in tfjs and in ONNX.
  Round: rounding('Round'),
  Rsqrt: onFloats((emit, inputs) => emit.op('Reciprocal', [emit.op('Sqrt', inputs)])),
  Sign: numeric('Sign'),
  Sin: plain('Sin'),
  Sinh: plain('Sinh'),
  Sqrt: plain('Sqrt'),
  Square: onNumbers((emit, inputs) => emit.op('Mul', [first(inputs), first(inputs)])),
  Tan: plain('Tan'),
  Tanh: plain('Tanh'),
}

type Shaped = 'Cast' | 'ClipByValue' | 'EluGrad' | 'LeakyRelu' | 'Step'

// A comparison and a cast take 25 us where Where takes 100: 0 below, the gradient of relu, is the common case. NaN gives
// alpha, not NaN: whatever has such a gradient is NaN itself.
const step: Lowering<'Step'> = onNumbers((emit, inputs, { attributes: { alpha }, dtype }) => {
  const above = emit.op('Greater', [first(inputs), emit.number(0, dtype)])
  return alpha === 0
    ? cast(emit, above, 'bool', dtype)
    : emit.op('Where', [above, emit.number(1, dtype), emit.number(alpha, dtype)])
})

const shaped: Lowerings<Shaped> = {
  Cast: (emit, inputs, { attributes: { dtype } }, types) =>
    cast(emit, first(inputs), types[0]?.dtype ?? dtype, dtype),
  ClipByValue: onFloats((emit, inputs, { attributes: { min, max } }) =>
    emit.op('Clip', [first(inputs), emit.number(min), emit.number(max)]),
  ),
  // dy (y + 1) below 0 and dy from 0 on: dy (min(y, 0) + 1), without a selection.
  EluGrad: (emit, inputs) => {
    const below = emit.op('Min', [inputs[1] as string, emit.number(0)])
    return emit.op('Mul', [first(inputs), emit.op('Add', [below, emit.number(1)])])
  },
  LeakyRelu: onFloats((emit, inputs, { attributes: { alpha } }) =>
    emit.op('LeakyRelu', inputs, { alpha: float(alpha) }),
  ),
  Step: step,
}

/** Lowerings of functions of one number. */
export const elementwise = { ...unary, ...shaped } satisfies Partial<{
  readonly [K in KernelName]: Lowering<K>
}>
