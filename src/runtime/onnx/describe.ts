/**
 * Words in an ONNX file: who made it, what it is, and what its inputs and outputs are.
 *
 *   ModelProto { producer_version 3, doc_string 6, metadata_props 14 { key 1, value 2 } }
 *
 * Fields of a protocol buffer may stand in any order, so the words are written behind the model.
 * Source: github.com/onnx/onnx, onnx/onnx.proto3. Tested in tests/runtime/onnx/describe.test.ts.
 */
import protobuf from 'protobufjs/minimal.js'

const BYTES = 2

/** The version of giry, as in package.json (tested). */
export const producerVersion = '0.1.0'

/** What a file says about itself. */
export interface Description {
  readonly doc: string
  /** Further facts by name. */
  readonly facts: Readonly<Record<string, string>>
}

const text = (w: protobuf.Writer, field: number, value: string): protobuf.Writer =>
  w.uint32((field << 3) | BYTES).string(value)

/** The bytes of a model with its description. */
export const described = (model: Uint8Array, { doc, facts }: Description): Uint8Array => {
  const w = protobuf.Writer.create()
  text(w, 3, producerVersion)
  text(w, 6, doc)
  for (const [key, value] of Object.entries(facts)) {
    w.uint32((14 << 3) | BYTES).fork()
    text(text(w, 1, key), 2, value).ldelim()
  }
  const words = w.finish()
  const whole = new Uint8Array(model.length + words.length)
  whole.set(model)
  whole.set(words, model.length)
  return whole
}
