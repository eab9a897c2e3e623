/**
 * Arithmetic of two tensors, which broadcast.
 *
 *   Mod        remainder with the sign of the divisor         FloorDiv  floor(a / b)
 *   Atan2      a = atan(min(|x|, |y|) / max(|x|, |y|)), reflected at the diagonal, at the y axis and at the x axis
 *   Prelu      x < 0 ? alpha x : x, both broadcast
 *
 * Integers are divided as doubles, in which they are exact: ONNX Runtime's integer division by 0 ends the process.
 * Tested in tests/runtime/onnx/lowerings/arithmetic.test.ts.
 */
import { sameShape, sizeOf } from '../../../dsl/shape.js'
import type { Typed } from '../../graph/graph.js'
import type { BinaryName } from '../../graph/kernels.js'
import { type Emit, int, type Lowering, type Lowerings } from '../lowering.js'
import { cast, castTo, first, onFloats, onNumbers, second } from './casting.js'

const flattened = (emit: Emit, x: string, shape: readonly number[]): string =>
  emit.op('Reshape', [x, emit.ints([sizeOf(shape)])])

/** Whether a tensor of this shape meets a scalar in a way that ONNX Runtime walks element by element. */
const walksSlowly = (shape: readonly number[], types: readonly Typed[]): boolean =>
  shape.at(-1) === 1 &&
  sizeOf(shape) > 1 &&
  types.some((t) => sizeOf(t.shape) === 1) &&
  types.every((t) => [1, sizeOf(shape)].includes(sizeOf(t.shape)))

// A scalar with [128, 28, 28, 1] takes 1.2 ms, with the same numbers in one axis 0.1: a last axis of size 1 is walked along.
const numeric = (operator: string): Lowering<BinaryName> =>
  onNumbers((emit, inputs, { shape }, types) => {
    if (!walksSlowly(shape, types)) return emit.op(operator, inputs)
    const flat = inputs.map((x, i) => (sizeOf(types[i]?.shape ?? []) === 1 ? x : flattened(emit, x, shape)))
    return emit.op('Reshape', [emit.op(operator, flat), emit.ints(shape)])
  })

const isZero = (emit: Emit, x: string): string => emit.op('Equal', [x, emit.number(0, 'int32')])

/** A quotient of integers, rounded by an operator or cut; by 0 it is 0, which is what tfjs stores. */
const integerQuotient = (emit: Emit, inputs: readonly string[], rounded?: 'Floor'): string => {
  const exact = emit.op(
    'Div',
    inputs.map((x) => castTo(emit, x, 'float64')),
  )
  const whole = castTo(emit, rounded === undefined ? exact : emit.op(rounded, [exact]), 'int32')
  return emit.op('Where', [isZero(emit, second(inputs)), emit.number(0, 'int32'), whole])
}

const realDiv: Lowering<'RealDiv'> = onNumbers((emit, inputs, node) =>
  node.dtype === 'float32' ? emit.op('Div', inputs) : integerQuotient(emit, inputs),
)

const floorDiv: Lowering<'FloorDiv'> = onNumbers((emit, inputs, node, types) =>
  types[0]?.dtype === 'float32'
    ? cast(emit, emit.op('Floor', [emit.op('Div', inputs)]), 'float32', node.dtype)
    : integerQuotient(emit, inputs, 'Floor'),
)

// The remainder of division by 1 is 0, which is what tfjs stores for division by 0.
const integerMod = (emit: Emit, inputs: readonly string[]): string => {
  const divisor = emit.op('Where', [isZero(emit, second(inputs)), emit.number(1, 'int32'), second(inputs)])
  return emit.op('Mod', [first(inputs), divisor])
}

// C's remainder has the sign of a; where b has the other one and the remainder is not 0, b is added.
const floatMod = (emit: Emit, [a, b]: readonly string[]): string => {
  const negative = (x: string): string => emit.op('Less', [x, emit.number(0)])
  const rest = emit.op('Mod', [a as string, b as string], { fmod: int(1) })
  const whole = emit.op('Equal', [rest, emit.number(0)])
  const apart = emit.op('Xor', [negative(a as string), negative(b as string)])
  const added = emit.op('And', [apart, emit.op('Not', [whole])])
  return emit.op('Where', [added, emit.op('Add', [rest, b as string]), rest])
}

// -0 counts as negative: its reciprocal is -infinity.
const signed = (emit: Emit, x: string): string =>
  emit.op('Or', [
    emit.op('Less', [x, emit.number(0)]),
    emit.op('Less', [emit.op('Reciprocal', [x]), emit.number(0)]),
  ])

// Equal magnitudes, two infinities or two zeros among them, have the ratio 1 or 0, which is the sign of the magnitude.
const ratio = (emit: Emit, a: string, b: string): string => {
  const divided = emit.op('Div', [emit.op('Min', [a, b]), emit.op('Max', [a, b])])
  return emit.op('Where', [emit.op('Equal', [a, b]), emit.op('Sign', [a]), divided])
}

const atan2 = (emit: Emit, [y, x]: readonly string[]): string => {
  const [height, width] = [y, x].map((v) => emit.op('Abs', [v as string])) as [string, string]
  const from = (angle: number, x: string): string => emit.op('Sub', [emit.number(angle), x])
  const where = (c: string, a: string, b: string): string => emit.op('Where', [c, a, b])
  const octant = emit.op('Atan', [ratio(emit, height, width)])
  const quadrant = where(emit.op('Greater', [height, width]), from(Math.PI / 2, octant), octant)
  const half = where(signed(emit, x as string), from(Math.PI, quadrant), quadrant)
  return where(signed(emit, y as string), emit.op('Neg', [half]), half)
}

// PRelu broadcasts its slope to x only.
const prelu: Lowering<'Prelu'> = onFloats((emit, inputs, node, types) =>
  sameShape(node.shape, types[0]?.shape ?? []) && node.shape.length > 0
    ? emit.op('PRelu', inputs)
    : emit.op('Where', [
        emit.op('Less', [first(inputs), emit.number(0)]),
        emit.op('Mul', inputs),
        first(inputs),
      ]),
)

/** Lowerings of arithmetic. */
export const arithmetic: Lowerings<BinaryName> = {
  Add: numeric('Add'),
  Atan2: onFloats(atan2),
  FloorDiv: floorDiv,
  Maximum: numeric('Max'),
  Minimum: numeric('Min'),
  Mod: onNumbers((emit, inputs, node) =>
    node.dtype === 'float32' ? floatMod(emit, inputs) : integerMod(emit, inputs),
  ),
  Multiply: numeric('Mul'),
  Pow: numeric('Pow'),
  Prelu: prelu,
  RealDiv: realDiv,
  SquaredDifference: onNumbers((emit, inputs) => {
    const difference = emit.op('Sub', inputs)
    return emit.op('Mul', [difference, difference])
  }),
  Sub: numeric('Sub'),
}
