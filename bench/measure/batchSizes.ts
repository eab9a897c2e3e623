/**
 * The step against the size of the minibatch: is it linear?
 *
 *   t(B) = a + b B   by least squares of relative errors,   Σ_B ((a + b B) / t(B) − 1)²
 */
import type { Workload } from '../workloads/workload.js'
import { interleave, medianOf } from './rounds.js'
import { type Stepper, startSteps, stepping } from './stepper.js'

/** Times of steps, and the line through them. */
export interface BatchSizes {
  readonly sizes: readonly {
    readonly batch: number
    readonly milliseconds: number
    readonly microsecondsPerDatum: number
  }[]
  /** a, in milliseconds. */
  readonly perStep: number
  /** b, in microseconds. */
  readonly perDatum: number
  /** The largest |(a + b B) / t(B) − 1|. */
  readonly deviation: number
}

type Point = readonly [batch: number, milliseconds: number]

const line = (points: readonly Point[]): readonly [number, number] => {
  const sum = (f: (p: Point) => number): number => points.reduce((s, p) => s + f(p), 0)
  const [w, wx, wxx] = [0, 1, 2].map((k) => sum(([b, t]) => b ** k / t ** 2)) as [number, number, number]
  const [y, xy] = [0, 1].map((k) => sum(([b, t]) => b ** k / t)) as [number, number]
  const determinant = w * wxx - wx * wx
  return [(y * wxx - xy * wx) / determinant, (w * xy - wx * y) / determinant]
}

const batchSizesOf = (points: readonly Point[]): BatchSizes => {
  const [a, b] = line(points)
  return {
    sizes: points.map(([batch, milliseconds]) => ({
      batch,
      milliseconds,
      microsecondsPerDatum: (1000 * milliseconds) / batch,
    })),
    perStep: a,
    perDatum: 1000 * b,
    deviation: Math.max(...points.map(([x, t]) => Math.abs((a + b * x) / t - 1))),
  }
}

/** Measures the compiled steps of a workload at these sizes. */
export const overBatchSizes = async (
  w: Workload,
  sizes: readonly number[],
  rounds: number,
  threads: number,
): Promise<BatchSizes> => {
  const steppers: Stepper[] = []
  for (const batch of sizes) {
    steppers.push(await startSteps(w.language(), { data: w.data(), batch, threads, runtime: 'onnx-node' }))
  }
  const contenders = steppers.map((s, i) => {
    const batch = sizes[i] as number
    return stepping(String(batch), s, Math.max(2, Math.round((w.chunk * w.batch) / batch)))
  })
  const times = await interleave(contenders, rounds)
  for (const s of steppers) await s.dispose()
  return batchSizesOf(sizes.map((batch) => [batch, medianOf(times, String(batch))]))
}
