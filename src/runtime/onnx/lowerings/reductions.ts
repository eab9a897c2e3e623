/**
 * Reductions over axes, places of extremes, and softmax.
 *
 *   sum over the first axes of [A, B]        1 A = ones[1, A] @ x[A, B]
 *
 * ONNX Runtime's ReduceSum is quick where the last axes go and slow where the first do: the gradient of a dense layer's
 * bias ([128, 400], axis 0) takes 40 to 60 us where the product with a row of ones takes 25, that of a convolution's
 * ([128, 14, 14, 32], three axes) 800 where the product takes 90, that over 16 particles ([16, 100352], axis 0) 1,500
 * where the product takes 220 (two threads). So leading axes are summed by a product. Its bits do not depend on the
 * number of threads.
 *
 * ONNX Runtime's ReduceMax and ReduceMin pass over a NaN that is not the first number, where tfjs gives NaN. The sum of
 * magnitudes is NaN there and nowhere else, infinities included. It adds up to 11 us to small tensors ([16, 128], [256],
 * [128, 16, 3]), and 50 to 100 to [128, 784] (two threads of a shared machine); a reduction of marks of NaN adds up to 11,
 * and 45 to 75.
 * Tested in tests/runtime/onnx/lowerings/reductions.test.ts.
 */
import { sizeOf } from '../../../dsl/shape.js'
import type { KernelAttributes, ReductionName } from '../../graph/kernels.js'
import { type Emit, int, type Lowering, type Lowerings } from '../lowering.js'
import { cast, castTo, first, onNumbers } from './casting.js'

type Reduced = KernelAttributes['Sum']

const reduce = (emit: Emit, operator: string, x: string, { axes, keepDims }: Reduced): string =>
  axes.length === 0 ? x : emit.op(operator, [x, emit.ints(axes)], { keepdims: int(keepDims ? 1 : 0) })

const numeric = (operator: string): Lowering<ReductionName> =>
  onNumbers((emit, inputs, { attributes }) => reduce(emit, operator, first(inputs), attributes))

/** The extreme, or NaN where any of the numbers is NaN. */
const extremal = (operator: string): Lowering<'Max' | 'Min'> =>
  onNumbers((emit, inputs, { attributes, dtype }) => {
    const found = reduce(emit, operator, first(inputs), attributes)
    if (dtype !== 'float32' || attributes.axes.length === 0) return found
    const size = reduce(emit, 'ReduceL1', first(inputs), attributes)
    return emit.op('Where', [emit.op('IsNaN', [size]), size, found])
  })

/** A bool reduction through the least or greatest of 0 and 1. */
const quantified =
  (operator: string): Lowering<'All' | 'Any'> =>
  (emit, inputs, { attributes }, types) => {
    const truth = cast(emit, first(inputs), types[0]?.dtype ?? 'bool', 'bool')
    return castTo(emit, reduce(emit, operator, castTo(emit, truth, 'int32'), attributes), 'bool')
  }

/** The shape as leading reduced axes, kept axes, trailing reduced axes; undefined where it is not of that form. */
const bands = (shape: readonly number[], axes: readonly number[]) => {
  const gone = shape.map((n, i) => n === 1 || axes.includes(i))
  const start = gone.indexOf(false)
  const end = gone.lastIndexOf(false) + 1
  if (start < 0 || gone.slice(start, end).some((g, i) => g && shape[start + i] !== 1)) return undefined
  return [shape.slice(0, start), shape.slice(start, end), shape.slice(end)].map(sizeOf)
}

// Fewer rows are summed as quickly by a reduction.
const FEWEST_ROWS = 4

/** The sum over leading axes as a product, or undefined where a reduction serves. */
const product = (
  emit: Emit,
  x: string,
  shape: readonly number[],
  axes: readonly number[],
  result: readonly number[],
): string | undefined => {
  const [rows = 0, columns = 0, rest = 0] = bands(shape, axes) ?? []
  if (rows < FEWEST_ROWS || columns * rest === 0) return undefined
  const matrix = emit.op('Reshape', [x, emit.ints([rows, columns * rest])])
  const sums = emit.op('MatMul', [emit.constant(Float32Array.of(1), [1, rows], 'float32'), matrix])
  const trailing =
    rest === 1
      ? sums
      : reduce(emit, 'ReduceSum', emit.op('Reshape', [sums, emit.ints([columns, rest])]), {
          axes: [1],
          keepDims: false,
        })
  return emit.op('Reshape', [trailing, emit.ints(result)])
}

const sum: Lowering<'Sum'> = onNumbers((emit, inputs, { attributes, dtype, shape }, types) => {
  const from = types[0]?.shape ?? []
  const found = dtype === 'float32' ? product(emit, first(inputs), from, attributes.axes, shape) : undefined
  return found ?? reduce(emit, 'ReduceSum', first(inputs), attributes)
})

const mean: Lowering<'Mean'> = (emit, inputs, { attributes, shape }, types) => {
  const from = types[0]?.shape ?? []
  const x = cast(emit, first(inputs), types[0]?.dtype ?? 'float32', 'float32')
  const found = product(emit, x, from, attributes.axes, shape)
  const count = sizeOf(attributes.axes.map((axis) => from[axis] as number))
  return found === undefined
    ? reduce(emit, 'ReduceMean', x, attributes)
    : emit.op('Mul', [found, emit.number(1 / count)])
}

const extreme = (operator: string): Lowering<'ArgMax' | 'ArgMin'> =>
  onNumbers((emit, inputs, { attributes: { axis } }) =>
    castTo(emit, emit.op(operator, inputs, { axis: int(axis), keepdims: int(0) }), 'int32'),
  )

const along =
  (operator: string): Lowering<'Softmax' | 'LogSoftmax'> =>
  (emit, inputs, { attributes: { axis } }) =>
    emit.op(operator, inputs, { axis: int(axis) })

/** Lowerings of reductions. */
export const reductions: Lowerings<ReductionName | 'ArgMax' | 'ArgMin' | 'Softmax' | 'LogSoftmax'> = {
  All: quantified('ReduceMin'),
  Any: quantified('ReduceMax'),
  Max: extremal('ReduceMax'),
  Mean: mean,
  Min: extremal('ReduceMin'),
  Prod: numeric('ReduceProd'),
  Sum: sum,
  ArgMax: extreme('ArgMax'),
  ArgMin: extreme('ArgMin'),
  Softmax: along('Softmax'),
  LogSoftmax: along('LogSoftmax'),
}
