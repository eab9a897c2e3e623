/**
 * Sums of softplus with hardly a logarithm.
 *
 *   softplus(x) = max(x, 0) - log s(|x|),  s the logistic function, in [1/2, 1)
 *   sum softplus(x) = sum max(x, 0) - sum over groups of log(product of s(|x|) over up to 64 of them)
 *
 * A product of 64 factors of at least 1/2 stays above 2^-64, and its relative error, an absolute one of the logarithm, is
 * 64 roundings at most. ONNX Runtime's Sigmoid has an absolute error of up to 1.2e-7, so each term has one of about that
 * size, however small the term is: sensitivity.ts tells where that is enough. ONNX Runtime takes 130 us for the logarithm of 100,352 numbers, half of what softplus costs
 * (two threads); here there is one for each group. Tested in tests/runtime/onnx/softplusSums.test.ts.
 */
import { sizeOf } from '../../../dsl/shape.js'
import { type Emit, int, type Lowerings } from '../lowering.js'
import { first } from './casting.js'

const MOST = 64
const FEWEST = 4

/** Size of the groups: the greatest divisor up to 64, or undefined where that is hardly one. */
export const groupSize = (count: number): number | undefined => {
  for (let k = Math.min(MOST, count); k >= FEWEST; k--) if (count % k === 0) return k
  return undefined
}

const dropping = (emit: Emit, operator: string, x: string, axis: number): string =>
  emit.op(operator, [x, emit.ints([axis])], { keepdims: int(0) })

/** Sums of softplus over the last axes. */
export const softplusSum: Lowerings<'SoftplusSum'> = {
  SoftplusSum: (emit, inputs, { attributes, shape }, types) => {
    const from = types[0]?.shape ?? []
    const count = sizeOf(attributes.axes.map((axis) => from[axis] as number))
    const rows = sizeOf(shape)
    const size = groupSize(count) ?? 1
    const x = first(inputs)
    const likely = emit.op('Sigmoid', [emit.op('Abs', [x])])
    const grouped = emit.op('Reshape', [likely, emit.ints([rows, count / size, size])])
    const logs = emit.op('Log', [dropping(emit, 'ReduceProd', grouped, 2)])
    const positive = emit.op('Reshape', [emit.op('Relu', [x]), emit.ints([rows, count])])
    const sum = emit.op('Sub', [
      dropping(emit, 'ReduceSum', positive, 1),
      dropping(emit, 'ReduceSum', logs, 1),
    ])
    return emit.op('Reshape', [sum, emit.ints(shape)])
  },
}
