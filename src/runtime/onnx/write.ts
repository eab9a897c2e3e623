/**
 * The bytes of an ONNX model: a protocol buffer, written field by field.
 *
 *   ModelProto { ir_version 1, producer_name 2, graph 7, opset_import 8 }
 *   GraphProto { node 1, name 2, initializer 5, input 11, output 12 }
 *   NodeProto { input 1, output 2, name 3, op_type 4, attribute 5, domain 7 }
 *   AttributeProto { name 1, f 2, i 3, s 4, floats 7, ints 8, type 20 }
 *   TensorProto { dims 1, data_type 2, name 8, raw_data 9 }        raw_data is little-endian
 *   ValueInfoProto { name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 | dim_param 2 } } } } }
 *
 * Source: github.com/onnx/onnx, onnx/onnx.proto3. onnxruntime-node and onnxruntime-web 1.30 both read IR version 9.
 * Tested in tests/runtime/onnx/write.test.ts.
 */
import protobuf from 'protobufjs/minimal.js'
import { sizeOf } from '../../dsl/shape.js'
import type { OnnxAttribute, OnnxConstant, OnnxEnd, OnnxModel, OnnxNode, OnnxType } from './lowering.js'

type Writer = protobuf.Writer

const IR_VERSION = 9
const OPSETS = { '': 18, 'com.microsoft': 1 } as const
const VARINT = 0
const BYTES = 2
const FLOAT = 5

const dataTypes: Readonly<Record<OnnxType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 }

const key = (w: Writer, field: number, wire: number): Writer => w.uint32((field << 3) | wire)
const integer = (w: Writer, field: number, value: number): Writer => key(w, field, VARINT).int64(value)
const text = (w: Writer, field: number, value: string): Writer => key(w, field, BYTES).string(value)
const message = (w: Writer, field: number, fill: (w: Writer) => void): void => {
  key(w, field, BYTES).fork()
  fill(w)
  w.ldelim()
}
const packed = <A>(w: Writer, field: number, values: readonly A[], put: (value: A) => void): void =>
  message(w, field, () => values.forEach(put))

const attributeTypes = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const

const attributeValue = (w: Writer, attribute: OnnxAttribute): void => {
  switch (attribute.type) {
    case 'float':
      key(w, 2, FLOAT).float(attribute.value)
      break
    case 'int':
      integer(w, 3, attribute.value)
      break
    case 'string':
      text(w, 4, attribute.value)
      break
    case 'floats':
      packed(w, 7, attribute.value, (x) => w.float(x))
      break
    case 'ints':
      packed(w, 8, attribute.value, (x) => w.int64(x))
      break
  }
}

const writeAttribute = (w: Writer, name: string, attribute: OnnxAttribute): void => {
  text(w, 1, name)
  attributeValue(w, attribute)
  integer(w, 20, attributeTypes[attribute.type])
}

const writeNode = (w: Writer, node: OnnxNode): void => {
  for (const name of node.inputs) text(w, 1, name)
  for (const name of node.outputs) text(w, 2, name)
  text(w, 3, `${node.operator} ${node.outputs[0] ?? ''}`)
  text(w, 4, node.operator)
  for (const [name, attribute] of Object.entries(node.attributes))
    message(w, 5, () => writeAttribute(w, name, attribute))
  if (node.domain !== '') text(w, 7, node.domain)
}

const bytesOf = (type: OnnxType, values: Iterable<number>, size: number): Uint8Array => {
  const bytes = new Uint8Array(size * { float32: 4, int32: 4, int64: 8, bool: 1 }[type])
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const x of values) {
    if (type === 'float32') view.setFloat32(4 * at, x, true)
    else if (type === 'int32') view.setInt32(4 * at, x, true)
    else if (type === 'int64') view.setBigInt64(8 * at, BigInt(x), true)
    else bytes[at] = x
    at++
  }
  return bytes
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

const rawData = ({ type, shape, value }: OnnxConstant): Uint8Array => {
  const size = sizeOf(shape)
  if (ArrayBuffer.isView(value) && value.length === size && littleEndian)
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  const first = value[0]
  return bytesOf(type, value.length === size ? value : new Float64Array(size).fill(first ?? Number.NaN), size)
}

const writeConstant = (w: Writer, constant: OnnxConstant): void => {
  packed(w, 1, constant.shape, (n) => w.int64(n))
  integer(w, 2, dataTypes[constant.type])
  text(w, 8, constant.name)
  key(w, 9, BYTES).bytes(rawData(constant))
}

const writeSize = (w: Writer, size: number | string): void => {
  if (typeof size === 'number') integer(w, 1, size)
  else text(w, 2, size)
}

const writeEnd = (w: Writer, { name, type, shape }: OnnxEnd): void => {
  text(w, 1, name)
  message(w, 2, () =>
    message(w, 1, () => {
      integer(w, 1, dataTypes[type])
      message(w, 2, () => {
        for (const size of shape) message(w, 1, () => writeSize(w, size))
      })
    }),
  )
}

const writeGraph = (w: Writer, model: OnnxModel): void => {
  for (const node of model.nodes) message(w, 1, () => writeNode(w, node))
  text(w, 2, 'giry')
  for (const constant of model.constants) message(w, 5, () => writeConstant(w, constant))
  for (const end of model.inputs) message(w, 11, () => writeEnd(w, end))
  for (const end of model.outputs) message(w, 12, () => writeEnd(w, end))
}

/** The bytes of an ONNX file that holds the model. */
export const writeModel = (model: OnnxModel): Uint8Array => {
  const w = protobuf.Writer.create()
  integer(w, 1, IR_VERSION)
  text(w, 2, 'giry')
  message(w, 7, () => writeGraph(w, model))
  for (const [domain, version] of Object.entries(OPSETS))
    message(w, 8, () => integer(text(w, 1, domain), 2, version))
  return w.finish()
}
