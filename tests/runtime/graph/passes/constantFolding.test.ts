import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { constantFolding } from '../../../../src/runtime/graph/passes/constantFolding.js'
import { keepsResults } from '../agreement.js'
import { kernelsOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

import fc from 'fast-check'
import type { Node } from '../../../../src/runtime/graph/graph.js'
import { expectSame } from '../agreement.js'

const result = (node: Node | undefined) =>
  node?.kernel === 'Constant' ? [...node.attributes.value] : node?.kernel

const folded = (make: Parameters<typeof sketch>[0]) => {
  const graph = constantFolding(sketch(make))
  return result(graph.nodes[graph.outputs.y as number])
}

describe('constantFolding', () => {
  it('keeps constants of equal elements as one number', () => {
    expect(folded((b) => b.add('Add', [b.number(1, [100, 100]), b.number(2)], {}))).toEqual([3])
    expect(folded((b) => b.add('Sum', [b.number(2, [100, 100])], { axes: [0], keepDims: false }))).toEqual([
      200,
    ])
    expect(folded((b) => b.add('Transpose', [b.number(2, [9, 100])], { perm: [1, 0] }))).toEqual([2])
    expect(folded((b) => b.add('BroadcastTo', [b.number(2)], { shape: [9999] }))).toEqual([2])
    expect(folded((b) => b.add('Greater', [b.number(2, [5]), b.number(1)], {}))).toEqual([1])
  })

  it('evaluates small constants, with broadcasting', () => {
    const row = Float32Array.of(1, 2, 3)
    expect(
      folded((b) =>
        b.add(
          'Multiply',
          [b.constant(row, [3], 'float32'), b.constant(Float32Array.of(1, 10), [2, 1], 'float32')],
          {},
        ),
      ),
    ).toEqual([1, 2, 3, 10, 20, 30])
    expect(
      folded((b) =>
        b.add('Transpose', [b.constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], 'float32')], {
          perm: [1, 0],
        }),
      ),
    ).toEqual([1, 4, 2, 5, 3, 6])
  })

  it('does not blow constants up', () => {
    const row = Float32Array.of(1, 2)
    expect(folded((b) => b.add('BroadcastTo', [b.constant(row, [2], 'float32')], { shape: [5000, 2] }))).toBe(
      'BroadcastTo',
    )
  })

  it('computes what tfjs computes, at edges too', () => {
    const maps = [
      'Abs',
      'Ceil',
      'Cos',
      'Exp',
      'Expm1',
      'Floor',
      'Log',
      'Log1p',
      'Neg',
      'Reciprocal',
      'Relu',
    ] as const
    const more = [
      'Relu6',
      'Round',
      'Rsqrt',
      'Sigmoid',
      'Sign',
      'Sin',
      'Softplus',
      'Sqrt',
      'Square',
      'Tanh',
    ] as const
    const pairs = ['Add', 'Maximum', 'Minimum', 'Mod', 'Multiply', 'Pow', 'Prelu', 'RealDiv', 'Sub'] as const
    const others = ['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual'] as const
    const number = fc.constantFrom(0, 1, -1, 0.5, 1.5, 2.5, -2.5, 7, -0.25, 30, -30, Number.POSITIVE_INFINITY)
    fc.assert(
      fc.property(
        fc.constantFrom(...maps, ...more, ...pairs, ...others),
        fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 5 }),
        (kernel, numbers) => {
          const isMap = [...maps, ...more].some((k) => k === kernel)
          const graph = sketch((b) => {
            const sides = [0, 1].map((side) =>
              b.constant(
                Float32Array.from(numbers, (n) => n[side] as number),
                [numbers.length],
                'float32',
              ),
            )
            return b.add(kernel as 'Add', sides.slice(0, isMap ? 1 : 2), {})
          })
          const after = constantFolding(graph)
          expect(kernelsOf(after)).toEqual([])
          expectSame({ graph, feeds: {} }, after)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps what random graphs compute', () => {
    keepsResults(constantFolding)
  })
})
