/**
 * A recordable function as the bytes of an ONNX file.
 *
 *   record at two numbers of rows -> simplify -> lower -> embed parameters -> free the rows -> bytes and words
 */
import { either as E, function as F } from 'fp-ts'
import type { GiryError } from '../../dsl/error.js'
import { inputsOf } from '../../runtime/graph/graph.js'
import { simplify } from '../../runtime/graph/simplify.js'
import { recordedRows } from '../../runtime/onnx/affineSizes.js'
import { described } from '../../runtime/onnx/describe.js'
import { freeBatch } from '../../runtime/onnx/freeBatch.js'
import { lower } from '../../runtime/onnx/lower.js'
import type { OnnxEnd, OnnxModel } from '../../runtime/onnx/lowering.js'
import { writeModel } from '../../runtime/onnx/write.js'
import { drawnInside } from './noiseInputs.js'
import type { Recordable, Recorded } from './recording.js'
import { noiseFacts } from './recordSampler.js'

type Errors = readonly GiryError[]

/** Faults of values that an output needs and that could not be recorded. */
const absentErrors = ({ graph, absent }: Recorded): Errors =>
  Object.keys(inputsOf(graph)).flatMap((name) => absent.get(name) ?? [])

const declared = ({ inputs }: Recorded): readonly OnnxEnd[] =>
  inputs.map(({ name, shape }) => ({ name, type: 'float32', shape }))

/** Parameters as constants; inputs in the order in which they were declared, then noise. */
const embedded = (model: OnnxModel, recorded: Recorded, params: Recordable['params']): OnnxModel => ({
  ...model,
  inputs: [...declared(recorded), ...model.inputs.filter(({ name }) => recorded.noise.has(name))],
  constants: [
    ...model.inputs.flatMap(({ name }) => {
      const array = params[name]
      return array === undefined
        ? []
        : [{ name, type: 'float32' as const, shape: array.shape, value: array.data }]
    }),
    ...model.constants,
  ],
})

const modelAt = (
  source: Recordable,
  noise: 'input' | 'random',
  rows: number,
): E.Either<Errors, { readonly model: OnnxModel; readonly recorded: Recorded }> => {
  const whole = source.record(rows)
  const recorded = { ...whole, graph: simplify(whole.graph) }
  const errors = absentErrors(recorded)
  if (errors.length > 0) return E.left(errors)
  const model = embedded(lower(recorded.graph, { sensitiveOutputs: true }), recorded, source.params)
  return E.right({ model: noise === 'random' ? drawnInside(model, recorded.noise) : model, recorded })
}

const factsOf = (
  source: Recordable,
  recorded: Recorded,
  model: OnnxModel,
): Readonly<Record<string, string>> => {
  const all = { ...source.facts, ...noiseFacts(recorded) }
  const named = new Set([...model.inputs, ...model.outputs].map(({ name }) => name))
  return Object.fromEntries(Object.entries(all).filter(([name]) => named.has(name)))
}

/** A file, with its inputs and outputs. */
export interface OnnxFile {
  readonly bytes: Uint8Array
  readonly inputs: readonly OnnxEnd[]
  readonly outputs: readonly OnnxEnd[]
}

/** The file. Throws GiryException where the function cannot be recorded or lowered. */
export const assemble = (source: Recordable, noise: 'input' | 'random'): E.Either<Errors, OnnxFile> =>
  F.pipe(
    E.Do,
    E.bind('first', () => modelAt(source, noise, recordedRows[0])),
    E.bind('second', () => modelAt(source, noise, recordedRows[1])),
    E.bind('model', ({ first, second }) => freeBatch([first.model, second.model])),
    E.map(({ first, model }) => ({
      bytes: described(writeModel(model), {
        doc: source.doc,
        facts: factsOf(source, first.recorded, model),
      }),
      inputs: model.inputs,
      outputs: model.outputs,
    })),
  )
