import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { steps } from '../../../../src/runtime/graph/passes/steps.js'
import { expectSame, keepsResults } from '../agreement.js'
import { feedsFor, kernelsOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const left = (make: Parameters<typeof sketch>[0]) => {
  const before = sketch(make)
  const after = steps(before)
  expectSame({ graph: before, feeds: feedsFor(before) }, after)
  return kernelsOf(after)
}

describe('steps', () => {
  it('reads the step from the rectified value', () => {
    const graph = steps(
      sketch((b, given) => {
        const x = given([3])
        const relu = b.add('Relu', [x], {})
        return b.add('Multiply', [relu, b.add('Step', [x], { alpha: 0.5 })], {})
      }),
    )
    expect(kernelsOf(graph)).toEqual(['Relu', 'Step', 'Multiply'])
    const step = graph.nodes.find((n) => n.kernel === 'Step')
    expect(graph.nodes[step?.inputs[0] as number]?.kernel).toBe('Relu')
    expect(step?.attributes).toEqual({ alpha: 0.5 })
  })

  it('leaves steps of what is not rectified', () => {
    expect(left((b, given) => b.add('Step', [given([3])], { alpha: 0 }))).toEqual(['Step'])
  })

  it('keeps what random graphs compute', () => {
    keepsResults(steps)
  })
})
