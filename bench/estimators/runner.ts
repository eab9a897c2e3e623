/**
 * A contender on a problem, one chunk of n gradients at a time.
 *
 * Nets of its own (a baseline, a control variate) are trained by `fit` first, on other noise. They are held then, but for a moving
 * average, which goes on by its own rule after each chunk, and so depends on past draws alone.
 */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import type { AnyObjective } from '../../src/dsl/objective.js'
import type { AnyParams } from '../../src/testing/arbitraries/boundCase.js'
import { perDraw } from '../../tests/inference/estimators/perDraw.js'
import { type Contender, objectiveOf } from './contenders.js'
import type { Problem } from './problem.js'

/** The gradients of a chunk, and what they took. */
export interface Chunk {
  readonly draws: Readonly<Record<string, Float32Array>>
  readonly milliseconds: number
  readonly kernels: number
}

/** A contender at work. */
export type Runner = (seed: number) => Chunk

const counted = <A>(f: () => A): { readonly result: A; readonly kernels: number } => {
  const engine = tf.engine() as unknown as { runKernelFunc: (...args: unknown[]) => unknown }
  const plain = engine.runKernelFunc
  let kernels = 0
  engine.runKernelFunc = function (this: unknown, ...args: unknown[]) {
    kernels++
    return plain.apply(this, args)
  }
  try {
    return { result: f(), kernels }
  } finally {
    engine.runKernelFunc = plain
  }
}

const training = { rows: 200, steps: 150, rate: 0.3 }

/** The parameters of the contender's own nets, trained by Adam at a rate that falls to 0. */
const trained = async (o: AnyObjective, inputs: Readonly<Record<string, number>>): Promise<AnyParams> => {
  if (Object.keys(o.nets).length === 0) return {}
  const { rows, steps, rate } = training
  const data = Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, new Array(rows).fill(x)]))
  const optimizer = g.adam(g.cosineSchedule(rate, steps))
  const options = { data, optimizer, steps, batch: rows, seed: 1, runtime: 'wasm' }
  const fit = (await g.orThrow(g.fit(o as never, options as never))) as g.Fit
  return fit.params as unknown as AnyParams
}

type Slopes = Readonly<Record<string, Float32Array>>

/** b ← b + (1 − decay) · gradient, the rule of src/dsl/nets/average.ts, for every parameter. */
const followed = (params: AnyParams, slopes: Slopes, decay: number): AnyParams =>
  Object.fromEntries(
    Object.entries(params).map(([net, arrays]) => [
      net,
      Object.fromEntries(
        Object.entries(arrays).map(([name, { shape, data }]) => [
          name,
          { shape, data: data.map((b, i) => b + (1 - decay) * (slopes[`${net}/${name}`]?.[i] as number)) },
        ]),
      ),
    ]),
  )

/** Starts a contender. */
export const startRunner = async (problem: Problem, c: Contender, n: number): Promise<Runner> => {
  const o = objectiveOf(problem, c)
  if (o === undefined) throw new RangeError(`${problem.name} has no ${c.name}`)
  const inputs = { ...problem.at, ...problem.inputs }
  let params = await trained(o, inputs)
  return (seed) => {
    const start = performance.now()
    const { result, kernels } = counted(() => perDraw(o, inputs, n, params, seed))
    const milliseconds = performance.now() - start
    if (c.decay !== undefined) params = followed(params, result.nets, c.decay)
    return { draws: result.draws, milliseconds, kernels }
  }
}
