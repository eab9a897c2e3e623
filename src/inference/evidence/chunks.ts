/**
 * Chunks: how much is evaluated at once, so that a tensor stays within 16 MiB.
 *
 *   chunkOf(problem) = min(2^16, 2^22 / width)        elements of a batch; width = numbers of the widest event in sight
 *   chunks(n, step)  = [0, step), [step, 2 step), …   up to n
 *
 * Tested in tests/inference/evidence/finite.test.ts and linearGaussian.test.ts, with many data.
 */
import { columnSize } from './column.js'
import type { Problem } from './problem.js'

/** The widest event in sight; bounds the memory of a chunk. */
export const widthOf = (problem: Problem): number =>
  Math.max(
    1,
    problem.dim,
    ...problem.columns.map(columnSize),
    ...Object.values(problem.model.nets).flatMap((net) =>
      Object.values(net.parameters).map((p) => p.shape[p.shape.length - 1] ?? 1),
    ),
  )

/** Numbers of one tensor that a chunk may take: 16 MiB. */
const chunkNumbers = 2 ** 22

/** How many elements of a batch are evaluated at once. */
export const chunkOf = (problem: Problem): number =>
  Math.max(1, Math.min(2 ** 16, Math.floor(chunkNumbers / widthOf(problem))))

/** A chunk: `begin … end − 1`. */
export interface Chunk {
  readonly begin: number
  readonly end: number
}

/** Chunks of `step` (at least 1) that make up `0 … count − 1`. */
export const chunks = (count: number, step: number): readonly Chunk[] => {
  const size = Math.max(1, Math.floor(step))
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    begin: i * size,
    end: Math.min(count, (i + 1) * size),
  }))
}
