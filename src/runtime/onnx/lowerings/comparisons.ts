/**
 * Comparisons, logic, questions and selection.
 *
 *   Select = condition ? t : e; of bools (condition and t) or (not condition and e), for which Where has no kernel
 *
 * Tested in tests/runtime/onnx/lowerings/comparisons.test.ts.
 */
import type { ComparisonName, TestName } from '../../graph/kernels.js'
import type { Emit, Lowering, Lowerings } from '../lowering.js'
import { cast, first, onNumbers } from './casting.js'

const ordered = (operator: string): Lowering<ComparisonName> =>
  onNumbers((emit, inputs) => emit.op(operator, inputs))

const logical =
  (operator: string): Lowering<ComparisonName | TestName> =>
  (emit, inputs, _node, types) =>
    emit.op(
      operator,
      inputs.map((x, i) => cast(emit, x, types[i]?.dtype ?? 'bool', 'bool')),
    )

const always = (emit: Emit, shape: readonly number[], value: number): string =>
  emit.constant(Uint8Array.of(value), shape, 'bool')

/** A question about floats; integers have one answer. */
const asked =
  (onFloat: (emit: Emit, x: string) => string, onInteger: number): Lowering<TestName> =>
  (emit, inputs, node, types) =>
    types[0]?.dtype === 'float32' ? onFloat(emit, first(inputs)) : always(emit, node.shape, onInteger)

// x - x is 0 for finite x and NaN otherwise.
const finite = (emit: Emit, x: string): string => emit.op('Equal', [emit.op('Sub', [x, x]), emit.number(0)])

const select: Lowering<'Select'> = (emit, inputs, node) => {
  const [condition, t, e] = inputs as [string, string, string]
  if (node.dtype !== 'bool') return emit.op('Where', inputs)
  const otherwise = emit.op('And', [emit.op('Not', [condition]), e])
  return emit.op('Or', [emit.op('And', [condition, t]), otherwise])
}

/** Lowerings of comparisons, logic, questions and selection. */
export const comparisons: Lowerings<ComparisonName | TestName | 'Select'> = {
  Equal: (emit, inputs) => emit.op('Equal', inputs),
  Greater: ordered('Greater'),
  GreaterEqual: ordered('GreaterOrEqual'),
  Less: ordered('Less'),
  LessEqual: ordered('LessOrEqual'),
  LogicalAnd: logical('And'),
  LogicalOr: logical('Or'),
  LogicalXor: logical('Xor'),
  NotEqual: (emit, inputs) => emit.op('Not', [emit.op('Equal', inputs)]),
  IsFinite: asked(finite, 1),
  IsInf: asked((emit, x) => emit.op('IsInf', [x]), 0),
  IsNan: asked((emit, x) => emit.op('IsNaN', [x]), 0),
  LogicalNot: logical('Not'),
  Select: select,
}
