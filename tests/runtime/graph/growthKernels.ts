/** Single kernels on values that fit them, for random graphs. */
import { sameShape, sizeOf } from '../../../src/dsl/shape.js'
import type { Node, Ref } from '../../../src/runtime/graph/graph.js'
import { broadcastShapes } from '../../../src/runtime/graph/shapes.js'
import { type Chooser, compatible, type Growth, of, someAxes } from './growth.js'

const numbers = [0, 1, -1, 2, 0.5, -0.25, 3, 1 / 3] as const

const map =
  (kernel: 'Neg' | 'Relu' | 'Square' | 'Tanh' | 'Sigmoid' | 'Softplus' | 'Abs' | 'Exp'): Growth =>
  (c) => {
    const x = c.pick()
    return x === undefined ? undefined : c.build.add(kernel, [x], {})
  }

const binary =
  (kernel: 'Add' | 'Sub' | 'Multiply' | 'RealDiv' | 'Maximum' | 'Minimum' | 'SquaredDifference'): Growth =>
  (c) => {
    const a = c.pick()
    const b = a === undefined ? undefined : c.pick((n) => compatible(n.shape, of(c, a).shape))
    return a === undefined || b === undefined ? undefined : c.build.add(kernel, [a, b], {})
  }

const byNumber =
  (kernel: 'Add' | 'Sub' | 'Multiply' | 'RealDiv' | 'Pow'): Growth =>
  (c) => {
    const x = c.pick()
    const known = numbers[c.below(numbers.length)] as number
    const shape = x !== undefined && c.below(3) === 0 ? of(c, x).shape : []
    if (x === undefined || (kernel === 'RealDiv' && known === 0)) return undefined
    const pair = [x, c.build.number(kernel === 'Pow' ? Math.abs(Math.round(known)) : known, shape)] as const
    const turned = c.below(4) === 0 && (kernel === 'Sub' || kernel === 'Multiply' || kernel === 'Add')
    return c.build.add(kernel, turned ? [pair[1], pair[0]] : pair, {})
  }

const reduction =
  (kernel: 'Sum' | 'Mean' | 'Max' | 'Min'): Growth =>
  (c) => {
    const x = c.pick()
    if (x === undefined) return undefined
    return c.build.add(kernel, [x], { axes: someAxes(c, of(c, x).shape.length), keepDims: c.below(2) === 0 })
  }

const reshapes: Growth = (c) => {
  const x = c.pick()
  if (x === undefined) return undefined
  const { shape } = of(c, x)
  const choices: readonly (readonly number[])[] = [
    [sizeOf(shape)],
    [1, ...shape],
    [...shape, 1],
    shape.filter((n) => n !== 1),
    [sizeOf(shape.slice(0, -1)), shape.at(-1) ?? 1],
    shape,
  ]
  return c.build.add('Reshape', [x], { shape: choices[c.below(choices.length)] as readonly number[] })
}

const transpose: Growth = (c) => {
  const x = c.pick((n) => n.shape.length >= 2)
  if (x === undefined) return undefined
  const rank = of(c, x).shape.length
  const turn = c.below(rank)
  const axes = Array.from({ length: rank }, (_, i) => i)
  const perm =
    c.below(2) === 0 ? axes.map((i) => (i + turn) % rank) : [...axes.slice(0, -2), rank - 1, rank - 2]
  return c.build.add('Transpose', [x], { perm })
}

const broadcast: Growth = (c) => {
  const x = c.pick((n) => n.shape.length <= 3 && sizeOf(n.shape) <= 24)
  if (x === undefined) return undefined
  const shape = of(c, x).shape.map((n) => (n === 1 && c.below(2) === 0 ? 2 : n))
  return c.build.add('BroadcastTo', [x], { shape: c.below(2) === 0 ? shape : [2, ...shape] })
}

const tile: Growth = (c) => {
  const x = c.pick((n) => n.shape.length > 0 && sizeOf(n.shape) <= 24)
  if (x === undefined) return undefined
  return c.build.add('Tile', [x], { reps: of(c, x).shape.map(() => 1 + c.below(2)) })
}

const slice: Growth = (c) => {
  const x = c.pick((n) => n.shape.length > 0)
  if (x === undefined) return undefined
  const begin = of(c, x).shape.map((n) => c.below(n))
  const size = of(c, x).shape.map((n, axis) => 1 + c.below(n - (begin[axis] as number)))
  return c.build.add('Slice', [x], { begin, size })
}

const pad: Growth = (c) => {
  const x = c.pick((n) => n.shape.length > 0 && sizeOf(n.shape) <= 24)
  if (x === undefined) return undefined
  const paddings = of(c, x).shape.map(() => [c.below(2), c.below(2)] as const)
  return c.build.add('PadV2', [x], { paddings, value: c.below(3) === 0 ? 0.5 : 0 })
}

/** As the gradient of two slices: both parts padded to the whole, and added. */
const pads: Growth = (c) => {
  const x = c.pick((n) => n.shape.length > 0 && sizeOf(n.shape) <= 24)
  if (x === undefined) return undefined
  const { shape } = of(c, x)
  const y = c.pick((n) => sameShape(n.shape, shape)) as Ref
  const axis = c.below(shape.length)
  const size = shape[axis] as number
  const shift = size + c.below(2)
  const padded = (ref: Ref, before: number, after: number) =>
    c.build.add('PadV2', [ref], {
      paddings: shape.map((_, i) => (i === axis ? [before, after] : [0, 0])),
      value: 0,
    })
  const parts = [
    padded(x, 0, shift + 1),
    padded(y, shift, shift + 1 - size + (size - 1) + (size - shift) + (shift - size)),
  ]
  return sameShape(of(c, parts[0] as Ref).shape, of(c, parts[1] as Ref).shape)
    ? c.build.add('Add', c.below(2) === 0 ? parts : [...parts].reverse(), {})
    : undefined
}

const concat: Growth = (c) => {
  const x = c.pick((n) => n.shape.length > 0 && sizeOf(n.shape) <= 24)
  if (x === undefined) return undefined
  const y = c.pick((n) => sameShape(n.shape, of(c, x).shape)) as Ref
  return c.build.add('Concat', c.below(3) === 0 ? [x] : [x, y], { axis: c.below(of(c, x).shape.length) })
}

const matrixProduct: Growth = (c) => {
  const a = c.pick((n) => n.shape.length >= 2)
  if (a === undefined) return undefined
  const { shape } = of(c, a)
  const transposeA = c.below(2) === 0
  const inner = shape.at(transposeA ? -2 : -1) as number
  const fits = (n: Node): boolean =>
    n.shape.length >= 2 && n.shape.at(-2) === inner && compatible(n.shape.slice(0, -2), shape.slice(0, -2))
  const b =
    c.pick(fits) ??
    c.build.constant(
      Float32Array.from({ length: inner * 2 }, (_, i) => i - 1.5),
      [inner, 2],
      'float32',
    )
  return c.below(2) === 0
    ? c.build.add('BatchMatMul', [a, b], { transposeA, transposeB: false })
    : c.build.add('BatchMatMul', [a, flipped(c, b)], { transposeA, transposeB: true })
}

const flipped = (c: Chooser, ref: Ref): Ref => {
  const rank = of(c, ref).shape.length
  const perm = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i))
  return c.build.add('Transpose', [ref], { perm })
}

const step: Growth = (c) => {
  const x = c.pick()
  return x === undefined ? undefined : c.build.add('Step', [x], { alpha: [0, 0, 0.25][c.below(3)] as number })
}

const comparison: Growth = (c) => {
  const a = c.pick()
  const b = a === undefined ? undefined : c.pick((n) => compatible(n.shape, of(c, a).shape))
  return a === undefined || b === undefined
    ? undefined
    : c.build.add((['Greater', 'Equal', 'LessEqual'] as const)[c.below(3)] as 'Greater', [a, b], {})
}

const logic: Growth = (c) => {
  const a = c.pick(undefined, 'bool')
  if (a === undefined) return undefined
  if (c.below(2) === 0) return c.build.add('LogicalNot', [a], {})
  const known = c.build.number(c.below(2), [], 'bool')
  return c.build.add((['LogicalAnd', 'LogicalOr'] as const)[c.below(2)] as 'LogicalAnd', [a, known], {})
}

const select: Growth = (c) => {
  const condition = c.below(4) === 0 ? c.build.number(c.below(2), [], 'bool') : c.pick(undefined, 'bool')
  if (condition === undefined) return undefined
  const yes = c.pick((n) => compatible(n.shape, of(c, condition).shape))
  if (yes === undefined) return undefined
  const joint = broadcastShapes(of(c, condition).shape, of(c, yes).shape)
  const no = c.pick((n) => compatible(n.shape, joint)) ?? yes
  return c.build.add('Select', [condition, yes, no], {})
}

const casts: Growth = (c) => {
  const x = c.pick(undefined, (['bool', 'float32'] as const)[c.below(2)])
  if (x === undefined) return undefined
  return c.build.add('Cast', [x], { dtype: of(c, x).dtype === 'bool' ? 'float32' : 'float32' })
}

/** The kernels that passes rewrite, the frequent ones more than once. */
export const singles: readonly Growth[] = [
  ...(['Neg', 'Relu', 'Square', 'Tanh', 'Sigmoid', 'Softplus', 'Neg', 'Abs'] as const).map(map),
  ...(['Add', 'Sub', 'Multiply', 'Multiply', 'RealDiv', 'Maximum', 'SquaredDifference', 'Add'] as const).map(
    binary,
  ),
  ...(['Add', 'Sub', 'Multiply', 'Multiply', 'RealDiv', 'Pow'] as const).map(byNumber),
  ...(['Sum', 'Sum', 'Mean', 'Max', 'Min'] as const).map(reduction),
  ...[reshapes, reshapes, transpose, transpose, broadcast, broadcast, tile, slice, pad, pads, concat],
  ...[matrixProduct, matrixProduct, matrixProduct, step, comparison, logic, select, casts],
]
