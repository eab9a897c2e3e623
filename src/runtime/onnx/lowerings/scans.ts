/**
 * Running sums and products along an axis.
 *
 *   exclusive: the element itself is left out        reverse: from the end
 *
 * ONNX has no running product, and the exponential of a running sum of logarithms knows no sign; so the product is
 * written out, one multiplication for each element along the axis. Longer axes than 64: GiryException that names the
 * kernel. Tested in tests/runtime/onnx/lowerings/scans.test.ts.
 */
import { fail } from '../../../dsl/error.js'
import { withSize } from '../../graph/shapes.js'
import { type Emit, int, type Lowering, type Lowerings } from '../lowering.js'
import { first, onNumbers } from './casting.js'
import { slice } from './shaping.js'

const LONGEST = 64

const requireShort = (length: number): void => {
  if (length > LONGEST)
    fail(
      'runtime',
      'Cumprod',
      `a running product (kernel Cumprod) along ${length} elements cannot be compiled: ONNX has none, and it is written out for at most ${LONGEST}`,
      "use { runtime: 'wasm' }, which runs it as it is, or exp(cumsum(log(x))) where x > 0",
    )
}

const ones = (emit: Emit, shape: readonly number[], dtype: 'float32' | 'int32'): string =>
  emit.constant(dtype === 'float32' ? Float32Array.of(1) : Int32Array.of(1), shape, dtype)

const cumprod: Lowering<'Cumprod'> = onNumbers((emit, inputs, { attributes, dtype, shape }) => {
  const { axis, exclusive, reverse } = attributes
  const length = shape[axis] as number
  requireShort(length)
  if (length === 0) return first(inputs)
  const at = (i: number): string =>
    slice(emit, first(inputs), shape, [{ axis, begin: i, size: 1, stride: 1 }])
  const order = Array.from({ length }, (_, i) => (reverse ? length - 1 - i : i))
  const running: string[] = exclusive ? [ones(emit, withSize(shape, axis, 1), dtype as 'float32')] : []
  for (const i of exclusive ? order.slice(0, -1) : order) {
    const before = running.at(-1)
    running.push(before === undefined ? at(i) : emit.op('Mul', [before, at(i)]))
  }
  return emit.op('Concat', reverse ? running.reverse() : running, { axis: int(axis) })
})

const cumsum: Lowering<'Cumsum'> = onNumbers((emit, inputs, { attributes }) => {
  const { axis, exclusive, reverse } = attributes
  return emit.op('CumSum', [first(inputs), emit.number(axis, 'int32')], {
    exclusive: int(exclusive ? 1 : 0),
    reverse: int(reverse ? 1 : 0),
  })
})

/** Lowerings of running sums and products. */
export const scans: Lowerings<'Cumsum' | 'Cumprod'> = { Cumsum: cumsum, Cumprod: cumprod }
