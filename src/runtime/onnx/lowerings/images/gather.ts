/**
 * Reading images at positions: one Gather of ONNX along the positions of [N, H W, C].
 *
 * Positions OUTSIDE read one more position, appended with a number of the caller's: 0, or -infinity for a maximum. The
 * batch size is written nowhere, so that it may be free. A gather of blocks of C numbers is what ONNX Runtime does
 * fastest here: it uses all threads, and there is nothing to transpose.
 */
import { type Emit, int } from '../../lowering.js'
import { OUTSIDE, type Positions, range } from './taps.js'

/** An image as [N, positions, channels]. */
export interface Flat {
  readonly value: string
  readonly positions: number
  readonly channels: number
}

const PER_OPERATOR = 16

/** A view with other sizes; -1 stands for the batch. */
export const reshaped = (emit: Emit, x: string, shape: readonly number[]): string =>
  emit.op('Reshape', [x, emit.ints(shape)])

/** The image of a shape [N, ..., C] as [N, positions, C]. */
export const flattened = (emit: Emit, x: string, shape: readonly number[]): Flat => {
  const channels = shape.at(-1) as number
  const positions = shape.slice(1, -1).reduce((n, size) => n * size, 1)
  return { value: reshaped(emit, x, [-1, positions, channels]), positions, channels }
}

// Large constants are shared by identity (emit.ts), and a convolution and its gradients shall share their gathers: equal
// lists are one array within one model. `emit.op` is what one model's lowerings have in common.
const arrays = new WeakMap<Emit['op'], Map<string, Int32Array>>()

const sharedArray = (emit: Emit, values: readonly number[]): Int32Array => {
  const known = arrays.get(emit.op) ?? new Map<string, Int32Array>()
  arrays.set(emit.op, known)
  const key = values.join()
  const array = known.get(key) ?? Int32Array.from(values)
  known.set(key, array)
  return array
}

const withSlot = (emit: Emit, flat: Flat, value: number): string =>
  emit.op('Pad', [flat.value, emit.ints([0, 0, 0, 0, 1, 0]), ...(value === 0 ? [] : [emit.number(value)])])

const isWhole = (at: readonly number[], flat: Flat): boolean =>
  at.length === flat.positions && at.every((p, i) => p === i)

/** The image at these positions: [N, at.length, C]; `outside` is what the border holds. */
export const gathered = (emit: Emit, flat: Flat, at: readonly number[], outside = 0): string => {
  if (isWhole(at, flat)) return flat.value
  const source = at.includes(OUTSIDE) ? withSlot(emit, flat, outside) : flat.value
  const indices = at.map((p) => (p === OUTSIDE ? flat.positions : p))
  const constant = emit.constant(sharedArray(emit, indices), [indices.length], 'int32')
  return emit.op('Gather', [source, constant], { axis: int(1) })
}

/**
 * Sum or maximum over each list of positions, where all lists are equally long: [N, lists.length, C].
 *
 * Some gathers and one variadic operator; a reduction over an inner axis costs several times more for short lists, but
 * keeps the graph small for long ones.
 */
export const combined = (emit: Emit, flat: Flat, lists: Positions, how: 'Sum' | 'Max'): string => {
  const outside = how === 'Sum' ? 0 : Number.NEGATIVE_INFINITY
  const each = lists[0]?.length ?? 0
  const column = (i: number) => lists.map((list) => list[i] as number)
  if (each === 1) return gathered(emit, flat, column(0), outside)
  if (each <= PER_OPERATOR)
    return emit.op(
      how,
      range(each).map((i) => gathered(emit, flat, column(i), outside)),
    )
  const all = reshaped(emit, gathered(emit, flat, lists.flat(), outside), [
    -1,
    lists.length,
    each,
    flat.channels,
  ])
  return emit.op(`Reduce${how}`, [all, emit.ints([2])], { keepdims: int(0) })
}
