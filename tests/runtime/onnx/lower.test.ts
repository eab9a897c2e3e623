import { describe, expect, it } from 'vitest'
import { builder } from '../../../src/runtime/graph/builder.js'
import { lower } from '../../../src/runtime/onnx/lower.js'
import { runGraph } from './runGraph.js'

describe('lower', () => {
  it('names inputs and outputs as the graph does, without copies', () => {
    const build = builder()
    const x = build.input('a/b', [2], 'float32')
    const y = build.add('Neg', [x], {})
    const z = build.add('Exp', [y], {})
    const model = lower({ nodes: build.nodes, outputs: { y, z } })
    expect(model.inputs).toEqual([{ name: 'a/b', shape: [2], type: 'float32' }])
    expect(model.outputs.map((o) => o.name)).toEqual(['y', 'z'])
    expect(model.nodes.map((n) => [n.operator, n.inputs, n.outputs])).toEqual([
      ['Neg', ['a/b'], ['y']],
      ['Exp', ['y'], ['z']],
    ])
  })

  it('outputs may be inputs, constants, and one another', async () => {
    const build = builder()
    const x = build.input('x', [2], 'float32')
    const c = build.constant(Int32Array.of(3), [2], 'int32')
    const y = build.add('Neg', [x], {})
    const same = build.add('Neg', [x], {})
    const outputs = { first: y, second: y, third: same, input: x, again: x, constant: c }
    const numbers = await runGraph({ nodes: build.nodes, outputs }, { x: Float32Array.of(1, 2) })
    expect(numbers).toEqual({
      first: Float32Array.of(-1, -2),
      second: Float32Array.of(-1, -2),
      third: Float32Array.of(-1, -2),
      input: Float32Array.of(1, 2),
      again: Float32Array.of(1, 2),
      constant: Int32Array.of(3, 3),
    })
  })

  it('names that values have inside may be used outside', async () => {
    const build = builder()
    const x = build.input('#1', [1], 'float32')
    const y = build.add('Neg', [build.add('Exp', [x], {})], {})
    const { '#0': found } = await runGraph(
      { nodes: build.nodes, outputs: { '#0': y } },
      { '#1': Float32Array.of(0) },
    )
    expect(found).toEqual(Float32Array.of(-1))
  })

  it('one name for an input and an output is refused', () => {
    const build = builder()
    const x = build.input('x', [1], 'float32')
    expect(() => lower({ nodes: build.nodes, outputs: { x: build.add('Neg', [x], {}) } })).toThrow(
      "'x' is the name of an input and of an output",
    )
  })

  it('constants of one number fill their shape', async () => {
    const build = builder()
    const y = build.add('Add', [build.input('x', [2, 3], 'float32'), build.number(2, [2, 3])], {})
    const numbers = await runGraph({ nodes: build.nodes, outputs: { y } }, { x: new Float32Array(6) })
    expect(numbers.y).toEqual(new Float32Array(6).fill(2))
  })
})
