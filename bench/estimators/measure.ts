/**
 * Bias, variance and cost of one estimator on one problem.
 *
 *   bias      mean of the draws − exact, for each parameter, in units of its standard error and as it is
 *   variance  of a gradient by one draw of the site: of an estimate times its particles, summed over the parameters
 *   cost      kernels and seconds for n draws, value and gradient
 */
import * as tf from '@tensorflow/tfjs'
import { momentsOf, perDraw } from '../../tests/inference/estimators/perDraw.js'
import type { Contender } from './contenders.js'
import type { Point, Problem } from './problems.js'

/** What was measured. */
export interface Measured {
  readonly problem: string
  readonly contender: string
  readonly draws: number
  readonly unbiased: boolean
  /** The entry furthest from the truth, in standard errors. */
  readonly bias: { readonly value: number; readonly standardError: number; readonly errors: number }
  readonly variance: number
  readonly kernels: number
  /** Nanoseconds a draw. */
  readonly nanoseconds: number
}

/** The exact gradient, by central differences of fourth order. */
export const exactGradient = ({ exact, at }: Problem): Point => {
  const slope = (name: keyof Point) => {
    const moved = (d: number) => exact({ ...at, [name]: at[name] + d })
    const h = 1e-3
    return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
  }
  return { a: slope('a'), b: slope('b') }
}

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

/** Rounding of float32 in a mean, beside the standard error. */
const rounding = 2e-6

/** Measures with at most `chunks` times n draws, and no more once `budget` seconds are over. */
export const measure = (
  problem: Problem,
  c: Contender,
  n: number,
  chunks: number,
  budget = Number.POSITIVE_INFINITY,
): Measured => {
  const o = problem.objective(c.method, c.particles)
  const inputs = { ...problem.at, ...problem.inputs }
  const run = (seed: number) => perDraw(o, inputs, n, c.params ?? {}, seed).draws
  const { kernels } = counted(() => run(0))
  const start = performance.now()
  const draws: ReturnType<typeof run>[] = []
  const elapsed = () => (performance.now() - start) / 1000
  while (draws.length < chunks && (draws.length < 2 || elapsed() < budget)) draws.push(run(draws.length))
  const seconds = elapsed()
  const count = n * draws.length
  const truth = exactGradient(problem)
  const entries = (['a', 'b'] as const).map((name) => {
    const all = new Float32Array(count)
    draws.forEach((d, i) => {
      all.set(d[name] as Float32Array, i * n)
    })
    const { mean, variance, standardError } = momentsOf(all)
    const value = mean - truth[name]
    return { value, standardError, variance, errors: Math.abs(value) / (standardError + rounding) }
  })
  const worst = entries.reduce((x, y) => (y.errors > x.errors ? y : x))
  return {
    problem: problem.name,
    contender: c.name,
    draws: count,
    unbiased: c.unbiased,
    bias: { value: worst.value, standardError: worst.standardError, errors: worst.errors },
    variance: c.particles * entries.reduce((v, e) => v + e.variance, 0),
    kernels,
    nanoseconds: (seconds * 1e9) / (count * c.particles),
  }
}
