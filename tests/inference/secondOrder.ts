/**
 * The gradient of a score by the data, and the gradient of a gradient penalty by the parameters, through a net: against finite
 * differences of the score and of the penalty, and compiled = eager.
 *
 *   d/dt P(θ + t v) at 0 = (8 (P(h) − P(−h)) − (P(2h) − P(−2h))) / 12 h + O(h⁴)
 *
 * A float32 value of P is off by about 1e-7, which the stencil multiplies by 1.5 / h; the term of h⁴ is P⁽⁵⁾ h⁴ / 30. At h = 0.015
 * both stay below 1e-5 relative to 1 + |P| for the smooth nets here. Nets with kinks (relu, max pooling) get a smaller h, so that
 * no kink lies within 2 h; there rounding alone counts.
 */
import * as tf from '@tensorflow/tfjs'
import { expect } from 'vitest'
import { dataset } from '../../src/dsl/dataset.js'
import type { Real } from '../../src/dsl/domains/marks.js'
import type { AnyNet } from '../../src/dsl/net.js'
import { empirical } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { mul } from '../../src/dsl/operations/arithmetic.js'
import { gradient } from '../../src/dsl/operations/gradient.js'
import { sum } from '../../src/dsl/operations/reductions.js'
import type { NamedArray } from '../../src/dsl/params.js'
import { type Shape, sizeOf } from '../../src/dsl/shape.js'
import { real } from '../../src/dsl/space.js'
import { type AnyValue, isValue, makeValue, type Value } from '../../src/dsl/value.js'
import { type Batch, batchAt } from '../../src/inference/batches.js'
import { expect as expectation } from '../../src/inference/expect.js'
import { gradientPenalty } from '../../src/inference/penalties.js'
import { evaluateAt, uploadAll } from '../../src/inference/step.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import { noise } from '../dsl/numerics/agreement.js'
import { compiled, disagreement, eagerly } from './compiled/agree.js'

type Arrays = Readonly<Record<string, NamedArray>>

/** A scalar that bends: Σ_i c_i (y_i + 0.4 y_i²), over all values of a result. */
const bent = (result: unknown): Value<[], unknown> => {
  const parts = isValue(result) ? [result] : (Object.values(result as object) as AnyValue[])
  const axes = parts[0]?.axes ?? []
  const one = (v: AnyValue, i: number) => {
    const y = tf.reshape(v.tensor, [-1, sizeOf(v.shape)])
    const c = tf.tensor(noise(sizeOf(v.shape), 5 + i), [1, sizeOf(v.shape)])
    return tf.sum(tf.mul(c, tf.add(y, tf.mul(0.4, tf.square(y)))), 1)
  }
  return makeValue(tf.addN(parts.map(one)), [], real().domain, axes)
}

/** A net from Real[shape], and the step of the differences. */
export interface Case {
  readonly name: string
  readonly net: AnyNet
  readonly shape: Shape
  readonly h?: number
}

/** One case. */
export const caseOf = (name: string, net: unknown, shape: Shape, h?: number): Case => ({
  name,
  net: net as AnyNet,
  shape,
  ...(h === undefined ? {} : { h }),
})

const rowsOf = (shape: Shape, count: number, seed: number): tf.TensorContainer => {
  const numbers = noise(count * sizeOf(shape), seed)
  return tf.tidy(() => tf.tensor(numbers, [count, ...shape]).arraySync() as number[])
}

/** Sums over the inputs of a unit stay of order 1. */
const scaleOf = (shape: Shape): number => {
  const fanIn = sizeOf(shape.slice(0, -1))
  return shape.length < 2 ? 0.8 : Math.min(0.8, 1.6 / Math.sqrt(fanIn))
}

const problemOf = ({ net, shape }: Case) => {
  const data = empirical({ x: real(...shape) })
  const objective = gradientPenalty({
    real: data,
    fake: data,
    nets: { D: net },
    score: ({ x, D }) => bent((D as (x: unknown) => unknown)(x)) as never,
  }) as unknown as AnyObjective
  const columns = dataset(objective.data, { x: rowsOf(shape, 3, 4) } as never)
  const arrays: Arrays = Object.fromEntries(
    Object.entries(net.parameters).map(([path, p], i) => [
      `D/${path}`,
      { shape: p.shape, data: noise(sizeOf(p.shape), 11 + 7 * i).map((t) => scaleOf(p.shape) * t) },
    ]),
  )
  return { objective, arrays, batch: batchAt(columns, [0, 1, 2], keyFromSeed(3)) }
}

const moved = (arrays: Arrays, path: string, v: Float32Array, t: number): Arrays => {
  const { shape, data } = arrays[path] as NamedArray
  return { ...arrays, [path]: { shape, data: data.map((x, i) => x + t * (v[i] as number)) } }
}

/** On the backend of the last `eagerly`, the cpu. */
const valueAt = (objective: AnyObjective, arrays: Arrays, batch: Batch): number => {
  const tensors = uploadAll(arrays)
  const value = evaluateAt(objective, tensors, batch)
  tf.dispose(tensors)
  return value
}

const stencil = (f: (t: number) => number, h: number): number =>
  (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)

const expectSlope = (slope: number, f: (t: number) => number, h: number, scale: number, what: string) => {
  const differences = stencil(f, h)
  expect(
    Math.abs(slope - differences) / (scale + Math.abs(differences)),
    `${what}: ${slope}, differences ${differences}`,
  ).toBeLessThan(5e-7 / h + 1e-5)
}

const direction = (size: number): Float32Array => {
  const v = noise(size, 100 + size)
  return v.map((x) => x / Math.hypot(...v))
}

type OneEvent = Value<Shape, Real>

/** E s(x + t w), and E <∇s(x), w>. */
const alongData = ({ net, shape }: Case) => {
  const w = tf.keep(tf.tensor(direction(sizeOf(shape)), [...shape]))
  const model = empirical({ x: real(...shape) })
  const scoreOf = (D: unknown) => (x: OneEvent) => bent((D as (x: unknown) => unknown)(x)) as Value<[], Real>
  const shifted = (t: number) =>
    expectation(model, { D: net }, ({ x, D }) =>
      scoreOf(D)({ ...x, tensor: tf.add(x.tensor, tf.mul(w, t)) }),
    ) as unknown as AnyObjective
  const slope = expectation(model, { D: net }, ({ x, D }) => {
    const along = sum(mul(gradient(scoreOf(D), x as OneEvent), makeValue(w, shape, real().domain)))
    return along as Value<[], Real>
  }) as unknown as AnyObjective
  return { shifted, slope, done: () => w.dispose() }
}

/** The gradient by the data, then the gradient of the penalty, along one random direction for each parameter. */
export const expectAgreement = async (c: Case) => {
  const { objective, arrays, batch } = problemOf(c)
  const h = c.h ?? 0.015
  const found = await eagerly(objective, arrays, batch)
  const scale = 1 + Math.abs(found.value)
  const { shifted, slope, done } = alongData(c)
  const at = (t: number) => valueAt(shifted(t), arrays, batch)
  expectSlope(valueAt(slope, arrays, batch), at, h, 1 + Math.abs(at(0)), 'by the data')
  done()
  for (const [path, { data }] of Object.entries(arrays)) {
    const v = direction(data.length)
    const along = (found.gradients[path] as Float32Array).reduce((s, g, i) => s + g * (v[i] as number), 0)
    const penaltyAt = (t: number) => valueAt(objective, moved(arrays, path, v, t), batch)
    expectSlope(along, penaltyAt, h, scale, path)
  }
  const difference = disagreement(found, await compiled(objective, arrays, batch))
  expect(difference, 'compiled').toBeLessThan(1e-5)
}
