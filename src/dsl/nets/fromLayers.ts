/**
 * fromLayers(model, X, Y): a tfjs Layers model as a net, x → model(x).
 *
 *   parameters = the trainable weights of the model, at paths read off their names, starting at their present values
 *
 * The weights are copied when the net is built, and the model is evaluated functionally: while it runs, its variables
 * read the net's parameters instead of their own numbers. So gradients flow to the parameters, and neither training
 * the net changes the model nor training the model the net. The model runs in inference mode: dropout does nothing,
 * batch normalization uses its moving statistics, and weights that are not trainable are constants.
 * No link is applied: the domain of Y is the caller's promise, checked on one example. Derivatives of every
 * order exist where tfjs has the first (not through dilated convolutions).
 * Errors: `shape`, `domain`. Tested in tests/dsl/nets/fromLayers.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { EventSpace } from '../distribution.js'
import { domainRemedy } from '../domain.js'
import type { Domain } from '../domains/marks.js'
import { fail } from '../error.js'
import {
  exampleOf,
  makeNet,
  type Net,
  type NetFunction,
  type NetTensors,
  type ParameterSpec,
  tensorAt,
} from '../net.js'
import { type Shape, sameShape } from '../shape.js'
import { makeValue, showSpaceOf, type Value } from '../value.js'

type Variable = tf.LayersModel['weights'][number]

interface Weight {
  readonly path: string
  readonly variable: Variable
  readonly shape: Shape
  readonly data: Float32Array
}

const safe = (name: string): string => name.replace(/[^\p{L}\p{N}_/-]+/gu, '_')

/** A path for each weight: the name it was declared with, numbered where two weights share it. */
const weightsOf = (variables: readonly Variable[]): readonly Weight[] => {
  const taken = new Set<string>()
  return variables.map((variable) => {
    const name = safe(variable.originalName)
    let path = name
    for (let i = 1; taken.has(path); i++) path = `${name}_${i}`
    taken.add(path)
    return {
      path,
      variable,
      shape: [...variable.shape] as number[],
      data: Float32Array.from(variable.read().dataSync()),
    }
  })
}

/** Runs `f` while the variables read other tensors. */
const reading = <A>(redirected: readonly (readonly [Variable, () => tf.Tensor])[], f: () => A): A => {
  try {
    for (const [variable, read] of redirected) variable.read = read
    return f()
  } finally {
    // The method of the prototype shows again.
    for (const [variable] of redirected) delete (variable as { read?: unknown }).read
  }
}

const constantOf = ({ data, shape }: Weight): (() => tf.Tensor) => {
  const tensor = tf.tensor(data, [...shape], 'float32')
  return () => tensor
}

const requireEnds = (model: tf.LayersModel, input: EventSpace, output: EventSpace): void => {
  if (model.inputs.length !== 1 || model.outputs.length !== 1)
    fail(
      'shape',
      'fromLayers',
      `fromLayers takes a model with one input and one output, and '${model.name}' has ${model.inputs.length} and ${model.outputs.length}`,
      'split the model, or use lift',
    )
  const ends = [
    ['takes', model.inputs[0], input],
    ['gives', model.outputs[0], output],
  ] as const
  for (const [verb, end, space] of ends) {
    const shape = (end?.shape ?? []).slice(1)
    if (shape.length !== space.shape.length || shape.some((n, i) => n !== null && n !== space.shape[i]))
      fail(
        'shape',
        'fromLayers',
        `the model '${model.name}' ${verb} events of shape [${shape.map((n) => n ?? 'any').join(', ')}], not ${showSpaceOf(space)}`,
        'declare the space with the shape of the model',
      )
  }
}

const specOf = ({ shape, data }: Weight): ParameterSpec => ({ shape, start: { kind: 'given', data } })

/** A tfjs Layers model from X to Y as a net. */
export const fromLayers = <X extends EventSpace, S extends Shape, D>(
  model: tf.LayersModel,
  input: X,
  output: { readonly shape: S; readonly domain: Domain<D> },
): Net<NetFunction<X, Value<S, D>>> => {
  requireEnds(model, input, output)
  const trainable = weightsOf(model.trainableWeights)
  const constants = weightsOf(model.nonTrainableWeights)
  const evaluate = (tensors: NetTensors, batch: tf.Tensor): tf.Tensor =>
    reading(
      [
        ...trainable.map((w) => [w.variable, () => tensorAt(tensors, w.path)] as const),
        ...constants.map((w) => [w.variable, constantOf(w)] as const),
      ],
      () => model.apply(batch, { training: false }) as tf.Tensor,
    )
  tf.tidy(() => requirePromise(model, output, evaluate(startOf(trainable), exampleBatch(input))))
  return makeNet({
    description: `${showSpaceOf(input)} → ${model.name} → ${showSpaceOf(output)}`,
    input,
    output,
    parameters: Object.fromEntries(trainable.map((w) => [w.path, specOf(w)])),
    apply: (tensors, x) => {
      const y = evaluate(tensors, tf.reshape(x.tensor, [-1, ...x.shape]))
      return makeValue(
        tf.reshape(y, [...x.axes.map((a) => a.size), ...output.shape]),
        output.shape,
        output.domain,
        x.axes,
        x.origins,
      )
    },
  })
}

const startOf = (weights: readonly Weight[]): NetTensors =>
  Object.fromEntries(weights.map((w) => [w.path, tf.tensor(w.data, [...w.shape], 'float32')]))

const exampleBatch = (input: EventSpace): tf.Tensor => tf.expandDims(exampleOf(input).tensor, 0)

const requirePromise = (model: tf.LayersModel, output: EventSpace, y: tf.Tensor): void => {
  if (!sameShape(y.shape.slice(1), output.shape))
    fail(
      'shape',
      'fromLayers',
      `the model '${model.name}' gives events of shape [${y.shape.slice(1).join(', ')}], not ${showSpaceOf(output)}`,
      'declare the space with the shape of the model',
    )
  const outside = output.domain.outside(y.dataSync(), output.shape)
  if (outside !== undefined)
    fail(
      'domain',
      'fromLayers',
      `the model '${model.name}' does not map into ${showSpaceOf(output)}: on an example, ${outside.reason}`,
      `end the model with an activation into ${output.domain.name}, or declare real(…) and ${domainRemedy(output.domain)}`,
    )
}
