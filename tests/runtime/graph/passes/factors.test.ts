import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Builder } from '../../../../src/runtime/graph/builder.js'
import type { Ref } from '../../../../src/runtime/graph/graph.js'
import { factors } from '../../../../src/runtime/graph/passes/factors.js'
import { expectSame, keepsResults } from '../agreement.js'
import { feedsFor, kernelsOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const left = (make: Parameters<typeof sketch>[0]) => {
  const before = sketch(make)
  const after = factors(before)
  expectSame({ graph: before, feeds: feedsFor(before) }, after)
  return kernelsOf(after)
}

const numbersIn = (make: Parameters<typeof sketch>[0]) =>
  factors(sketch(make)).nodes.flatMap((n) => (n.kernel === 'Constant' ? [n.attributes.value[0]] : []))

describe('factors', () => {
  it('joins numbers', () => {
    const twice: Parameters<typeof sketch>[0] = (b, given) =>
      b.add('Multiply', [b.number(3), b.add('Multiply', [given([3]), b.number(2)], {})], {})
    expect(left(twice)).toEqual(['Multiply'])
    expect(numbersIn(twice)).toContain(6)
    expect(left((b, given) => b.add('Neg', [b.add('Multiply', [given([3]), b.number(-1)], {})], {}))).toEqual(
      [],
    )
  })

  it('does not join what float32 cannot hold', () => {
    const product = (c: number, d: number) =>
      left((b, given) =>
        b.add('Multiply', [b.number(c), b.add('Multiply', [given([3]), b.number(d)], {})], {}),
      )
    expect(product(1e20, 1e20)).toHaveLength(2)
    expect(product(1e-20, 1e-20)).toHaveLength(2)
    expect(product(0, 5)).toHaveLength(2)
  })

  it('moves no number past arithmetic that would overflow or vanish there', () => {
    const times = (c: number) => {
      const scaled: (b: Builder, x: Ref) => Ref = (b, x) => b.add('Multiply', [x, b.number(c)], {})
      return {
        sum: left((b, given) => b.add('Sum', [scaled(b, given([2, 3]))], { axes: [0], keepDims: false })),
        quotient: left((b, given) => b.add('RealDiv', [scaled(b, given([3])), given([3])], {})),
        product: left((b, given) => b.add('Multiply', [scaled(b, given([3])), given([3])], {})),
        common: left((b, given) => b.add('Add', [scaled(b, given([3])), scaled(b, given([3]))], {})),
      }
    }
    for (const c of [1e-20, 1e7, 1e20])
      expect(times(c)).toEqual({
        sum: ['Multiply', 'Sum'],
        quotient: ['Multiply', 'RealDiv'],
        product: ['Multiply', 'Multiply'],
        common: ['Multiply', 'Multiply', 'Add'],
      })
    expect(times(1e-5)).toEqual({
      sum: ['Sum', 'Multiply'],
      quotient: ['RealDiv', 'Multiply'],
      product: ['Multiply', 'Multiply'],
      common: ['Add', 'Multiply'],
    })
    const squared = sketch((b, given) => {
      const [x, y] = [1e-20, 1e-20].map((c) => b.add('Multiply', [given([2]), b.number(c)], {}))
      return b.add('Multiply', [x as Ref, y as Ref], {})
    })
    const feeds = Object.fromEntries(
      Object.keys(feedsFor(squared)).map((n) => [n, Float32Array.of(1e25, 2e25)]),
    )
    expectSame({ graph: squared, feeds }, factors(squared))
  })

  it('divides by multiplying, and means are scaled sums', () => {
    expect(left((b, given) => b.add('RealDiv', [given([3]), b.number(128)], {}))).toEqual(['Multiply'])
    expect(left((b, given) => b.add('RealDiv', [given([3]), b.number(0)], {}))).toEqual(['RealDiv'])
    expect(left((b, given) => b.add('Mean', [given([3])], { axes: [0], keepDims: false }))).toEqual([
      'Sum',
      'Multiply',
    ])
  })

  it('moves numbers to the smaller factor, else outside', () => {
    const shapeScaled = (x: readonly number[], y: readonly number[]) => {
      const graph = factors(
        sketch((b, given) =>
          b.add('Multiply', [b.add('Multiply', [given(x), b.number(2)], {}), given(y)], {}),
        ),
      )
      return graph.nodes
        .flatMap((n) =>
          n.kernel === 'Multiply' && n.inputs.some((ref) => graph.nodes[ref]?.kernel === 'Constant')
            ? [n.shape]
            : [],
        )
        .at(-1)
    }
    expect(shapeScaled([2, 3], [3])).toEqual([3])
    expect(shapeScaled([3], [2, 3])).toEqual([3])
    expect(
      left((b, given) =>
        b.add('Multiply', [b.add('Neg', [given([3])], {}), b.add('Neg', [given([3])], {})], {}),
      ),
    ).toEqual(['Multiply'])
  })

  it('takes numbers out of sums and quotients', () => {
    expect(
      left((b, given) =>
        b.add('Sum', [b.add('Multiply', [given([2, 3]), b.number(2)], {})], { axes: [0], keepDims: false }),
      ),
    ).toEqual(['Sum', 'Multiply'])
    expect(
      left((b, given) =>
        b.add('RealDiv', [b.add('Multiply', [given([3]), b.number(2)], {}), given([3])], {}),
      ),
    ).toEqual(['RealDiv', 'Multiply'])
  })

  it('subtracts instead of adding negatives', () => {
    expect(left((b, given) => b.add('Add', [given([3]), b.add('Neg', [given([3])], {})], {}))).toEqual([
      'Sub',
    ])
    expect(left((b, given) => b.add('Add', [b.add('Neg', [given([3])], {}), given([])], {}))).toEqual(['Sub'])
    expect(left((b, given) => b.add('Sub', [given([3]), b.add('Neg', [given([3])], {})], {}))).toEqual([
      'Add',
    ])
    expect(left((b, given) => b.add('Neg', [b.add('Sub', [given([3]), given([3])], {})], {}))).toEqual([
      'Sub',
    ])
  })

  it('takes a common number out of sums and differences', () => {
    const both = (c: number, d: number) =>
      left((b, given) =>
        b.add(
          'Add',
          [c, d].map((n) => b.add('Multiply', [given([3]), b.number(n)], {})),
          {},
        ),
      )
    expect(both(2, 2)).toEqual(['Add', 'Multiply'])
    expect(both(2, -2)).toEqual(['Sub', 'Multiply'])
    expect(both(2, 3)).toEqual(['Multiply', 'Multiply', 'Add'])
  })

  it('keeps what random graphs compute', () => {
    keepsResults(factors)
  })
})
