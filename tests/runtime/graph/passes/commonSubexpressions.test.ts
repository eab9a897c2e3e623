import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { commonSubexpressions } from '../../../../src/runtime/graph/passes/commonSubexpressions.js'
import { keepsResults } from '../agreement.js'
import { kernelsOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const twice = (first: number, second: number, shape: readonly number[] = []) =>
  kernelsOf(
    commonSubexpressions(
      sketch((b, given) => {
        const x = given([3])
        const once = b.add('Multiply', [x, b.number(first)], {})
        return b.add('Sub', [once, b.add('Multiply', [x, b.number(second, shape)], {})], {})
      }),
    ),
  )

describe('commonSubexpressions', () => {
  it('makes equal computations once, constants by their bits', () => {
    expect(twice(2, 2)).toEqual(['Multiply', 'Sub'])
    expect(twice(2, 3)).toEqual(['Multiply', 'Multiply', 'Sub'])
    expect(twice(0, -0)).toEqual(['Multiply', 'Multiply', 'Sub'])
    expect(twice(2, 2, [3])).toEqual(['Multiply', 'Multiply', 'Sub'])
  })

  it('sees long constants through their elements', () => {
    const last = (x: number) =>
      kernelsOf(
        commonSubexpressions(
          sketch((b) => {
            const constant = (end: number) => b.constant(Float32Array.of(1, 2, end), [3], 'float32')
            const exp = b.add('Exp', [constant(3)], {})
            return b.add('Sub', [exp, b.add('Exp', [constant(x)], {})], {})
          }),
        ),
      )
    expect(last(3)).toEqual(['Exp', 'Sub'])
    expect(last(4)).toEqual(['Exp', 'Exp', 'Sub'])
  })

  it('knows that a + b = b + a, and that a - b is not b - a', () => {
    const both = (kernel: 'Add' | 'Sub') =>
      kernelsOf(
        commonSubexpressions(
          sketch((b, given) => {
            const [x, y] = [given([3]), given([3])]
            return b.add('Multiply', [b.add(kernel, [x, y], {}), b.add(kernel, [y, x], {})], {})
          }),
        ),
      )
    expect(both('Add')).toEqual(['Add', 'Multiply'])
    expect(both('Sub')).toEqual(['Sub', 'Sub', 'Multiply'])
  })

  it('tells attributes apart, infinities too', () => {
    const clips = (min: number, max: number) =>
      kernelsOf(
        commonSubexpressions(
          sketch((b, given) => {
            const x = given([3])
            const clip = b.add('ClipByValue', [x], { min: Number.NEGATIVE_INFINITY, max: 1 })
            return b.add('Sub', [clip, b.add('ClipByValue', [x], { min, max })], {})
          }),
        ),
      )
    expect(clips(Number.NEGATIVE_INFINITY, 1)).toHaveLength(2)
    expect(clips(Number.NaN, 1)).toHaveLength(3)
    expect(clips(Number.NEGATIVE_INFINITY, 2)).toHaveLength(3)
  })

  it('keeps what random graphs compute', () => {
    keepsResults(commonSubexpressions)
  })
})
