import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { deadCode } from '../../../../src/runtime/graph/passes/deadCode.js'
import { keepsResults } from '../agreement.js'
import { kernelsOf, resultOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

describe('deadCode', () => {
  it('drops what no result needs, inputs included', () => {
    const graph = sketch((b, given) => {
      const x = given([3])
      b.add('Exp', [given([3])], {})
      return b.add('Neg', [x], {})
    })
    const after = deadCode(graph)
    expect(after.nodes.map((n) => n.kernel)).toEqual(['Input', 'Neg'])
    expect(kernelsOf(after)).toEqual(['Neg'])
    expect(resultOf(after)).toBe('float32[3]')
  })

  it('keeps what random graphs compute', () => {
    keepsResults(deadCode)
  })
})
