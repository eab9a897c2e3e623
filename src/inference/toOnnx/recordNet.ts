/**
 * A net as a function of a batch: 'input' [n, ...shape] -> 'output' [n, ...shape], or one output for each entry of a
 * record, 'loc' and 'scale' of `gaussian`.
 *
 * Parameters are called by their paths within the net. One that has the name of an input or output gets `param/` in front.
 * Errors: tag `shape`, for a net without an input space or with a result that is no value.
 */
import * as tf from '@tensorflow/tfjs'
import type { EventSpace } from '../../dsl/distribution.js'
import { type GiryError, giryError, throwAll } from '../../dsl/error.js'
import { datumAxis } from '../../dsl/model.js'
import { type AnyNet, exampleOf } from '../../dsl/net.js'
import type { NetParams } from '../../dsl/params.js'
import { type AnyValue, isValue, makeValue, showSpaceOf } from '../../dsl/value.js'
import { record, type Tracing } from '../../runtime/trace/backend.js'
import { asOutput, parameterInputs, type Recordable } from './recording.js'

const INPUT = 'input'
const OUTPUT = 'output'

const noInput = (net: AnyNet): GiryError =>
  giryError(
    'shape',
    'net',
    `the net '${net.description}' has no input space, so there is no function to write`,
    'export the model that uses it, or a net such as mlp or dense',
  )

const noValue = (net: AnyNet): GiryError =>
  giryError(
    'shape',
    'net',
    `the net '${net.description}' gives neither a value nor a record of values`,
    'return a value, or a record of values, from the net',
  )

/** The outputs of a net by name. */
const outputsOf = (net: AnyNet, result: unknown): Readonly<Record<string, AnyValue>> => {
  if (isValue(result)) return { [OUTPUT]: result }
  const entries = typeof result === 'object' && result !== null ? Object.entries(result) : []
  if (entries.length === 0 || !entries.every(([, v]) => isValue(v))) throwAll([noValue(net)])
  return Object.fromEntries(entries) as Readonly<Record<string, AnyValue>>
}

const requireInput = (net: AnyNet): EventSpace => {
  if (net.input === undefined) throwAll([noInput(net)])
  return net.input as EventSpace
}

const applied = (
  net: AnyNet,
  input: EventSpace,
  tensors: Readonly<Record<string, tf.Tensor>>,
  x: tf.Tensor,
) => {
  const axes = [{ name: datumAxis, size: x.shape[0] as number }]
  const f = net.apply(tensors) as (x: AnyValue) => unknown
  return outputsOf(net, f(makeValue(x, input.shape, input.domain, axes)))
}

/** The spaces of the outputs by name, in words. */
const spacesOf = (net: AnyNet, input: EventSpace): Readonly<Record<string, string>> => {
  const outputs = outputsOf(net, (net.example as (x: AnyValue) => unknown)(exampleOf(input)))
  return Object.fromEntries(Object.entries(outputs).map(([name, v]) => [name, showSpaceOf(v)]))
}

/** The net with these parameters, which have been checked. Throws GiryException. */
export const recordNet = (net: AnyNet, params: NetParams): Recordable => {
  const input = requireInput(net)
  const example = tf.tidy(() => spacesOf(net, input))
  const taken = new Set([INPUT, ...Object.keys(example)])
  const nameOf = (path: string): string => (taken.has(path) ? `param/${path}` : path)
  const paths = Object.keys(net.parameters)
  const named = Object.fromEntries(paths.map((path) => [nameOf(path), params[path] as NetParams[string]]))
  const at = (t: Tracing, rows: number) => {
    const tensors = parameterInputs(t, named)
    const own = Object.fromEntries(paths.map((path) => [path, tensors[nameOf(path)] as tf.Tensor]))
    return applied(net, input, own, t.input(INPUT, [rows, ...input.shape]))
  }
  return {
    record: (rows) => ({
      graph: record((t) =>
        Object.fromEntries(Object.entries(at(t, rows)).map(([name, v]) => [name, asOutput(v.tensor)])),
      ),
      inputs: [{ name: INPUT, shape: [rows, ...input.shape] }],
      noise: new Map(),
      absent: new Map(),
    }),
    params: named,
    doc: net.description,
    facts: Object.fromEntries([[INPUT, showSpaceOf(input)], ...Object.entries(example)]),
  }
}
