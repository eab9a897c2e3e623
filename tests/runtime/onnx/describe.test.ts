import { readFileSync } from 'node:fs'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { builder } from '../../../src/runtime/graph/builder.js'
import { described, producerVersion } from '../../../src/runtime/onnx/describe.js'
import { lower } from '../../../src/runtime/onnx/lower.js'
import { writeModel } from '../../../src/runtime/onnx/write.js'

describe('described', () => {
  it('names the version of the package', () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    ) as {
      readonly version: string
    }
    expect(producerVersion).toBe(version)
  })

  it('adds fields that leave the model as it is', async () => {
    const b = builder()
    const y = b.add('Neg', [b.input('x', [2], 'float32')], {})
    const plain = writeModel(lower({ nodes: b.nodes, outputs: { y } }))
    const bytes = described(plain, { doc: 'minus', facts: { x: 'Real[2]' } })
    expect([...bytes.subarray(0, plain.length)]).toEqual([...plain])
    // ModelProto: 3 producer_version, 6 doc_string, 14 metadata_props { 1 key, 2 value }, each length-delimited.
    const text = (field: number, s: string) => [field * 8 + 2, s.length, ...new TextEncoder().encode(s)]
    const entry = [...text(1, 'x'), ...text(2, 'Real[2]')]
    expect([...bytes.subarray(plain.length)]).toEqual([
      ...text(3, producerVersion),
      ...text(6, 'minus'),
      14 * 8 + 2,
      entry.length,
      ...entry,
    ])
    const session = await ort.InferenceSession.create(bytes)
    const results = await session.run({ x: new ort.Tensor('float32', Float32Array.of(1, -2), [2]) })
    expect(results.y?.data).toEqual(Float32Array.of(-1, 2))
  })
})
