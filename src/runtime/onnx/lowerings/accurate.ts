/**
 * Functions whose ONNX operator, or obvious formula, loses the relative accuracy that tfjs has.
 *
 *   Sigmoid    e / (1 + e),  e = exp(min(x, 60)): the operator Softsign after Exp
 *   Softplus   relu(x) + log1p(exp(-|x|))
 *   Log1p      log(u) + (x - (u - 1)) / u,   u = 1 + x
 *   Expm1      tanh(x / 2) (exp(x) + 1): tanh is relatively accurate near 0
 *   Elu, Selu  a max(x, 0) + b expm1(min(x, 0)): their operators take exp(x) - 1, and no less time
 *
 * x - (u - 1) is what rounding lost of x, exactly; its effect on the logarithm is that over u. Relative errors stay below
 * 1e-6 down to 1e-37. ONNX Runtime's own Sigmoid is a rational function with an absolute error of 1.2e-7: at -17.8 it is
 * 4.7 times too large and from -18 on it is 0, so the gradient of a confident classifier would be wrong, then vanish.
 * Times (128 x 784, two threads): Sigmoid 80 us, as 1 / (1 + exp(-x)) 100, the operator 34. Softplus 450 us; ONNX
 * Runtime's own, two library calls for each number, takes 750 to 1,500. Asinh and Atanh, with which log1p could be
 * written, take 2,000.
 * Tested in tests/runtime/onnx/lowerings/accurate.test.ts.
 */
import type { Emit, Lowerings } from '../lowering.js'
import { first, onFloats } from './casting.js'

const add = (emit: Emit, a: string, b: string): string => emit.op('Add', [a, b])
const sub = (emit: Emit, a: string, b: string): string => emit.op('Sub', [a, b])
const mul = (emit: Emit, a: string, b: string): string => emit.op('Mul', [a, b])
const div = (emit: Emit, a: string, b: string): string => emit.op('Div', [a, b])

/** What the rounding of u = 1 + x lost, as it shifts log(u); for finite x > -1. */
const lost = (emit: Emit, x: string, u: string): string =>
  div(emit, sub(emit, x, sub(emit, u, emit.number(1))), u)

// exp(-|x|) lies in [0, 1], so u lies in [1, 2] and nothing has to be kept away from.
const softplus = (emit: Emit, x: string): string => {
  const e = emit.op('Exp', [emit.op('Neg', [emit.op('Abs', [x])])])
  const u = add(emit, e, emit.number(1))
  return add(emit, emit.op('Relu', [x]), add(emit, emit.op('Log', [u]), lost(emit, e, u)))
}

// Softsign(e) = e / (1 + |e|). exp overflows above 88, and from 17 on the result is 1.
const sigmoid = (emit: Emit, x: string): string =>
  emit.op('Softsign', [emit.op('Exp', [emit.op('Min', [x, emit.number(60)])])])

// The correction is 0 at -1 and from 1e8 on, where u would make it 0 / 0 or infinity - infinity.
const LEAST = -0.9999999403953552
const log1p = (emit: Emit, x: string): string => {
  const one = emit.number(1)
  const inside = emit.op('Clip', [x, emit.number(LEAST), emit.number(1e8)])
  return add(emit, emit.op('Log', [add(emit, x, one)]), lost(emit, inside, add(emit, inside, one)))
}

const expm1 = (emit: Emit, x: string): string => {
  const half = emit.op('Tanh', [mul(emit, x, emit.number(0.5))])
  return mul(emit, half, add(emit, emit.op('Exp', [x]), emit.number(1)))
}

// Below 0 the first part is 0, from 0 on the second is: exp never sees a large number.
const elu = (emit: Emit, x: string, above: number, below: number): string => {
  const positive = emit.op('Relu', [x])
  const negative = expm1(emit, emit.op('Min', [x, emit.number(0)]))
  return add(
    emit,
    above === 1 ? positive : mul(emit, positive, emit.number(above)),
    below === 1 ? negative : mul(emit, negative, emit.number(below)),
  )
}

const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805

/** Lowerings of the functions above. */
export const accurate: Lowerings<'Elu' | 'Expm1' | 'Log1p' | 'Selu' | 'Sigmoid' | 'Softplus'> = {
  Elu: onFloats((emit, inputs) => elu(emit, first(inputs), 1, 1)),
  Expm1: onFloats((emit, inputs) => expm1(emit, first(inputs))),
  Log1p: onFloats((emit, inputs) => log1p(emit, first(inputs))),
  Selu: onFloats((emit, inputs) => elu(emit, first(inputs), SELU_SCALE, SELU_SCALE * SELU_ALPHA)),
  Sigmoid: onFloats((emit, inputs) => sigmoid(emit, first(inputs))),
  Softplus: onFloats((emit, inputs) => softplus(emit, first(inputs))),
}
