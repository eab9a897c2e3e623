/** What passes look for, and what chance alone makes too seldom in random graphs. */
import { sameShape, sizeOf } from '../../../src/dsl/shape.js'
import type { Ref } from '../../../src/runtime/graph/graph.js'
import { type Growth, of, someAxes } from './growth.js'

/** Combinations of kernels. */
export const patterns: readonly Growth[] = [
  // c x + d y and c x - d y
  (c) => {
    const x = c.pick()
    if (x === undefined) return undefined
    const y = c.pick((n) => sameShape(n.shape, of(c, x).shape)) as Ref
    const scaled = [x, y].map((ref) =>
      c.build.add('Multiply', [ref, c.build.number([2, -2, -1][c.below(3)] as number)], {}),
    )
    return c.build.add(c.below(2) === 0 ? 'Add' : 'Sub', scaled, {})
  },
  // a reduction of a broadcast
  (c) => {
    const x = c.pick((n) => n.shape.length <= 3 && sizeOf(n.shape) <= 24)
    if (x === undefined) return undefined
    const wide = c.build.add('BroadcastTo', [x], {
      shape: [2, ...of(c, x).shape.map((n) => (n === 1 ? 3 : n))],
    })
    const axes = someAxes(c, of(c, wide).shape.length)
    return c.build.add((['Sum', 'Sum', 'Mean', 'Max'] as const)[c.below(4)] as 'Sum', [wide], {
      axes,
      keepDims: c.below(2) === 0,
    })
  },
  // a sum of a product or quotient, one operand being narrower
  (c) => {
    const x = c.pick((n) => n.shape.length > 0)
    if (x === undefined) return undefined
    const { shape } = of(c, x)
    const narrow = c.build.add('Sum', [x], { axes: someAxes(c, shape.length), keepDims: true })
    const pair = c.below(2) === 0 ? [x, narrow] : [narrow, x]
    const product = c.build.add(c.below(3) === 0 ? 'RealDiv' : 'Multiply', pair, {})
    return c.build.add('Sum', [product], { axes: someAxes(c, shape.length), keepDims: c.below(2) === 0 })
  },
  // two moved values combined
  (c) => {
    const x = c.pick((n) => n.shape.length >= 2)
    if (x === undefined) return undefined
    const { shape } = of(c, x)
    const y = c.pick((n) => sameShape(n.shape, shape)) as Ref
    const perm = [...shape.keys()].reverse()
    const turns = c.below(2) === 0
    const moved = [x, y].map((ref) =>
      turns
        ? c.build.add('Transpose', [ref], { perm })
        : c.build.add('Reshape', [ref], { shape: [1, sizeOf(shape.slice(0, -1)), shape.at(-1) as number] }),
    )
    return c.build.add(c.below(2) === 0 ? 'Sub' : 'Multiply', moved, {})
  },
  // a product of a scaled matrix, scaled, with a bias
  (c) => {
    const a = c.pick((n) => n.shape.length >= 2)
    if (a === undefined) return undefined
    const inner = of(c, a).shape.at(-1) as number
    const b = c.build.constant(
      Float32Array.from({ length: inner * 2 }, (_, i) => 0.5 * i - 1),
      [inner, 2],
      'float32',
    )
    const scaled = c.build.add('Multiply', [a, c.build.number(c.below(2) === 0 ? 3 : -1)], {})
    const product = c.build.add('BatchMatMul', [c.below(2) === 0 ? scaled : a, b], {
      transposeA: false,
      transposeB: false,
    })
    const bias = c.build.constant(Float32Array.of(0.25, -1), [2], 'float32')
    const whole = c.below(2) === 0 ? c.build.add('Add', [bias, product], {}) : product
    return c.below(2) === 0 ? c.build.add('Neg', [whole], {}) : whole
  },
  // the sum of a batch of products, as of the gradient of a shared matrix
  (c) => {
    const a = c.pick((n) => n.shape.length === 3)
    if (a === undefined) return undefined
    const y = c.pick((n) => sameShape(n.shape, of(c, a).shape)) as Ref
    const products = c.build.add('BatchMatMul', [a, y], { transposeA: true, transposeB: false })
    return c.build.add('Sum', [products], { axes: [0], keepDims: c.below(2) === 0 })
  },
  // relu and its gradient
  (c) => {
    const x = c.pick()
    if (x === undefined) return undefined
    const relu = c.build.add('Relu', [x], {})
    return c.build.add(
      'Multiply',
      [relu, c.build.add('Step', [x], { alpha: c.below(2) === 0 ? 0 : 0.5 })],
      {},
    )
  },
]
