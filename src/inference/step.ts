/**
 * One evaluation of an objective at parameters, eagerly on the active tfjs backend: its value and its gradient.
 *
 *   value = objective(θ; batch, noise)        gradients[path] = ∂ value / ∂ θ[path] for the paths asked for
 *
 * Nets that are not asked for are constants: they are frozen. Everything else is disposed.
 */
import * as tf from '@tensorflow/tfjs'
import { batchOf } from '../dsl/dataset.js'
import type { Real } from '../dsl/domains/marks.js'
import type { AnyNet } from '../dsl/net.js'
import type { Noise } from '../dsl/noise.js'
import type { AnyObjective, Environment } from '../dsl/objective.js'
import type { NamedArray, ParameterTensors } from '../dsl/params.js'
import { functionsOf } from '../dsl/run.js'
import { type AnyValue, constant, type Value } from '../dsl/value.js'
import { binarize, fold } from '../runtime/keys.js'
import { noiseOf } from '../runtime/noise.js'
import { type Batch, scheduledAt } from './batches.js'

/** The numbers of a batch as values with the axis `datum`. */
export const valuesOf = ({ data }: Batch): Readonly<Record<string, AnyValue>> =>
  data === undefined
    ? {}
    : batchOf(data.set, data.rows, (column, probs) => void binarize(fold(data.key, column), probs, probs))

/** Value and gradient. */
export interface Evaluated {
  readonly value: number
  readonly gradients: Readonly<Record<string, Float32Array>>
}

const environment = (
  nets: Readonly<Record<string, AnyNet>>,
  tensors: ParameterTensors,
  batch: Batch,
  observe?: Environment['observe'],
): Environment => ({
  functions: functionsOf(nets, tensors),
  parameters: tensors,
  data: valuesOf(batch),
  batch: batch.size,
  dataSize: batch.dataSize,
  noise: noiseOf(batch.noise),
  step: (schedule) => constant(scheduledAt(batch, schedule)) as Value<[], Real>,
  ...(observe === undefined ? {} : { observe }),
})

/** The value of the objective, with the noise of the batch or the one given. */
export const evaluateAt = (
  objective: AnyObjective,
  tensors: ParameterTensors,
  batch: Batch,
  noise: Noise = noiseOf(batch.noise),
): number => {
  const scalar = tf.tidy(
    () => objective.evaluate({ ...environment(objective.nets, tensors, batch), noise }).tensor,
  )
  const value = scalar.dataSync()[0] as number
  scalar.dispose()
  return value
}

/**
 * Value and gradients, zero where the value does not depend on a parameter. (tf.valueAndGrads throws there: a net that is
 * declared and not used would stop the fit with a sentence about tensors.)
 */
export const gradientsOf = (f: (...free: tf.Tensor[]) => tf.Scalar, at: tf.Tensor[]) => {
  const { value, grads } = tf.engine().gradients(() => f(...at), at, undefined, true)
  return {
    value,
    grads: grads.map((g, i) => (g as tf.Tensor | undefined) ?? tf.zerosLike(at[i] as tf.Tensor)),
  }
}

/** The value and the gradient with respect to the parameters at `paths`. */
export const evaluateWithGradients = (
  objective: AnyObjective,
  tensors: ParameterTensors,
  paths: readonly string[],
  batch: Batch,
): Evaluated => {
  const held = paths.map((path) => tensors[path] as tf.Tensor)
  const { value, grads } = tf.tidy(() => {
    const f = (...free: tf.Tensor[]): tf.Scalar => {
      const all = { ...tensors, ...Object.fromEntries(paths.map((path, i) => [path, free[i] as tf.Tensor])) }
      return objective.evaluate(environment(objective.nets, all, batch)).tensor as tf.Scalar
    }
    return gradientsOf(f, held)
  })
  const result = {
    value: value.dataSync()[0] as number,
    gradients: Object.fromEntries(grads.map((g, i) => [paths[i] as string, g.dataSync() as Float32Array])),
  }
  tf.dispose([value, grads])
  return result
}

/** Where a value or a gradient stopped being finite. */
export interface Culprit {
  readonly site: string
  readonly term: string
  readonly what: 'value' | 'gradient'
  readonly found: string
}

const firstBad = (t: tf.Tensor): string | undefined => {
  const bad = t.dataSync().find((x) => !Number.isFinite(x))
  return bad === undefined ? undefined : String(bad)
}

/** Evaluates the objective once more and finds the first term whose value, or else whose gradient, is not finite. */
export const findCulprit = (
  objective: AnyObjective,
  tensors: ParameterTensors,
  paths: readonly string[],
  batch: Batch,
): Culprit | undefined => {
  const names: (readonly [string, string])[] = []
  let culprit: Culprit | undefined
  tf.tidy(() => {
    objective.evaluate(
      environment(objective.nets, tensors, batch, (site, term, value) => {
        names.push([site, term])
        const bad = firstBad(value.tensor)
        if (culprit === undefined && bad !== undefined) culprit = { site, term, what: 'value', found: bad }
      }),
    )
  })
  return (
    culprit ??
    names
      .map((name, i) => gradientCulprit(objective, tensors, paths, batch, i, name))
      .find((c) => c !== undefined)
  )
}

const gradientCulprit = (
  objective: AnyObjective,
  tensors: ParameterTensors,
  paths: readonly string[],
  batch: Batch,
  index: number,
  [site, term]: readonly [string, string],
): Culprit | undefined => {
  let culprit: Culprit | undefined
  tf.tidy(() => {
    const f = (...free: tf.Tensor[]): tf.Scalar => {
      const all = { ...tensors, ...Object.fromEntries(paths.map((path, i) => [path, free[i] as tf.Tensor])) }
      const terms: tf.Tensor[] = []
      const keep = (_site: string, _term: string, value: AnyValue) => void terms.push(value.tensor)
      objective.evaluate(environment(objective.nets, all, batch, keep))
      return tf.sum(terms[index] as tf.Tensor) as tf.Scalar
    }
    const { grads } = gradientsOf(
      f,
      paths.map((path) => tensors[path] as tf.Tensor),
    )
    const bad = grads.map(firstBad).find((b) => b !== undefined)
    if (bad !== undefined) culprit = { site, term, what: 'gradient', found: bad }
  })
  return culprit
}

/** Parameters as fresh tensors, by full path. */
export const uploadAll = (arrays: Readonly<Record<string, NamedArray>>): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(arrays).map(([path, a]) => [path, upload(a)]))

/** One array as a fresh tensor; it may share memory with the array, which is never written. */
export const upload = (a: NamedArray): tf.Tensor => tf.tensor(a.data, [...a.shape], 'float32')
