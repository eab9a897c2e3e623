import { describe, expect, it } from 'vitest'
import { countKernels, printGraph } from '../../../src/runtime/graph/print.js'
import { sketch } from './sketch.js'

const graph = sketch((b, given) => {
  const x = given([2, 3])
  const y = b.add('Multiply', [x, b.number(0.5)], {})
  const z = b.add('Multiply', [y, b.constant(Float32Array.of(1, 2, 3), [3], 'float32')], {})
  return b.add('Sum', [z], { axes: [0, 1], keepDims: false })
})

describe('printGraph', () => {
  it('writes one line for each node', () => {
    expect(printGraph(graph).split('\n')).toEqual([
      '%0 = Input() {name: x0} : float32[2, 3]',
      '%1 = Constant() 0.5 : float32[]',
      '%2 = Multiply(%0, %1) : float32[2, 3]',
      '%3 = Constant() [1, 2, 3] : float32[3]',
      '%4 = Multiply(%2, %3) : float32[2, 3]',
      '%5 = Sum(%4) {axes: [0, 1], keepDims: false} : float32[]',
      'out y = %5',
    ])
  })

  it('says how many numbers a long constant holds', () => {
    const long = sketch((b) => b.constant(Float32Array.of(1, 2, 3, 4, 5), [5], 'float32'))
    expect(printGraph(long)).toContain('Constant() 5 numbers : float32[5]')
  })
})

describe('countKernels', () => {
  it('counts, the most frequent first', () => {
    expect(Object.entries(countKernels(graph))).toEqual([
      ['Constant', 2],
      ['Multiply', 2],
      ['Input', 1],
      ['Sum', 1],
    ])
  })
})
