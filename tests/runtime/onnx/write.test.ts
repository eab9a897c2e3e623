import * as ort from 'onnxruntime-node'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { float, int, ints, type OnnxModel, word } from '../../../src/runtime/onnx/lowering.js'
import { writeModel } from '../../../src/runtime/onnx/write.js'

// The fields of github.com/onnx/onnx/blob/main/onnx/onnx.proto3 that a model may hold.
const schema = protobuf
  .parse(
    `
  syntax = "proto3";
  message AttributeProto { string name = 1; float f = 2; int64 i = 3; bytes s = 4;
    repeated float floats = 7; repeated int64 ints = 8; int32 type = 20; }
  message ValueInfoProto { string name = 1; TypeProto type = 2; }
  message NodeProto { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
    string domain = 7; repeated AttributeProto attribute = 5; }
  message ModelProto { int64 ir_version = 1; repeated OperatorSetIdProto opset_import = 8; string producer_name = 2;
    GraphProto graph = 7; }
  message GraphProto { repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; }
  message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message TensorShapeProto { repeated Dimension dim = 1; }
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
  message TypeProto { Tensor tensor_type = 1; }
  message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
  message OperatorSetIdProto { string domain = 1; int64 version = 2; }
`,
    { keepCase: true },
  )
  .root.lookupType('ModelProto')

const read = (bytes: Uint8Array): Record<string, unknown> =>
  schema.toObject(schema.decode(bytes), { longs: Number, bytes: Array, arrays: true })

const model: OnnxModel = {
  inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
  outputs: [{ name: 'y', type: 'int64', shape: [] }],
  constants: [
    { name: 'f', type: 'float32', shape: [2], value: Float32Array.of(1, -0) },
    { name: 'fill', type: 'int32', shape: [3], value: Int32Array.of(-2) },
    { name: 'long', type: 'int64', shape: [2], value: [-1, 2 ** 40] },
    { name: 'bit', type: 'bool', shape: [], value: Uint8Array.of(1) },
    { name: 'none', type: 'float32', shape: [0], value: new Float32Array() },
  ],
  nodes: [
    {
      operator: 'Op',
      domain: 'com.microsoft',
      inputs: ['x', '', 'f'],
      outputs: ['y'],
      attributes: {
        i: int(-3),
        f: float(0.5),
        s: word('reflect'),
        is: ints([1, -1]),
        fs: { type: 'floats', value: [0.25, -1] },
        zero: int(0),
      },
    },
  ],
}

describe('write', () => {
  it('writes what a reader of the schema finds', () => {
    const found = read(writeModel(model)) as { graph: Record<string, unknown> }
    expect(found).toMatchObject({
      ir_version: 9,
      producer_name: 'giry',
      opset_import: [
        { domain: '', version: 18 },
        { domain: 'com.microsoft', version: 1 },
      ],
    })
    expect(found.graph.node).toMatchObject([
      {
        input: ['x', '', 'f'],
        output: ['y'],
        op_type: 'Op',
        domain: 'com.microsoft',
        attribute: [
          { name: 'i', i: -3, type: 2 },
          { name: 'f', f: 0.5, type: 1 },
          { name: 's', s: [...new TextEncoder().encode('reflect')], type: 3 },
          { name: 'is', ints: [1, -1], type: 7 },
          { name: 'fs', floats: [0.25, -1], type: 6 },
          { name: 'zero', i: 0, type: 2 },
        ],
      },
    ])
    expect(found.graph.initializer).toMatchObject([
      { name: 'f', data_type: 1, dims: [2], raw_data: [0, 0, 128, 63, 0, 0, 0, 128] },
      {
        name: 'fill',
        data_type: 6,
        dims: [3],
        raw_data: [254, 255, 255, 255, 254, 255, 255, 255, 254, 255, 255, 255],
      },
      {
        name: 'long',
        data_type: 7,
        dims: [2],
        raw_data: [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 1, 0, 0],
      },
      { name: 'bit', data_type: 9, dims: [], raw_data: [1] },
      { name: 'none', data_type: 1, dims: [0] },
    ])
    expect(found.graph.input).toMatchObject([
      {
        name: 'x',
        type: { tensor_type: { elem_type: 1, shape: { dim: [{ dim_param: 'batch' }, { dim_value: 2 }] } } },
      },
    ])
    expect(found.graph.output).toMatchObject([
      { name: 'y', type: { tensor_type: { elem_type: 7, shape: { dim: [] } } } },
    ])
  })

  it('a view into a larger buffer writes its own numbers only', () => {
    const value = new Float32Array([9, 1, 2, 9]).subarray(1, 3)
    const constants = [{ name: 'f', type: 'float32' as const, shape: [2], value }]
    const found = read(writeModel({ ...model, constants })) as {
      graph: { initializer: { raw_data: number[] }[] }
    }
    expect(found.graph.initializer[0]?.raw_data).toEqual([...new Uint8Array(Float32Array.of(1, 2).buffer)])
  })

  it('a free size takes any batch in ONNX Runtime', async () => {
    const bytes = writeModel({
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['batch', 2] }],
      constants: [],
      nodes: [{ operator: 'Neg', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
    })
    const session = await ort.InferenceSession.create(bytes)
    for (const batch of [1, 3]) {
      const { y } = await session.run({
        x: new ort.Tensor('float32', new Float32Array(2 * batch).fill(1), [batch, 2]),
      })
      expect(y?.dims).toEqual([batch, 2])
    }
    await session.release()
  })
})
