/**
 * Interleaved rounds: in each round every contender runs once, in an order that rotates, so that what else the machine
 * does falls on all alike.
 *
 *   median_i = median over rounds of t_i        ratio(i, j) = median over rounds of t_i / t_j
 */

/** Something that is timed: milliseconds for one step. */
export interface Contender {
  readonly name: string
  readonly run: () => Promise<number>
}

/** The times of all contenders, by name, one for each round. */
export type Times = Readonly<Record<string, readonly number[]>>

/** The middle of the numbers. */
export const median = (xs: readonly number[]): number => {
  const sorted = [...xs].sort((a, b) => a - b)
  const half = sorted.length / 2
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(half)] as number)
    : ((sorted[half - 1] ?? Number.NaN) + (sorted[half] ?? Number.NaN)) / 2
}

/** The median over the rounds of the quotient of two contenders. */
export const ratio = (times: Times, over: string, under: string): number =>
  median((times[over] ?? []).map((t, i) => t / (times[under]?.[i] ?? Number.NaN)))

/** The median time of a contender. */
export const medianOf = (times: Times, name: string): number => median(times[name] ?? [])

const rotated = <A>(xs: readonly A[], by: number): readonly A[] => [
  ...xs.slice(by % xs.length),
  ...xs.slice(0, by % xs.length),
]

/** Runs the rounds, after one that is not counted. */
export const interleave = async (contenders: readonly Contender[], rounds: number): Promise<Times> => {
  const times: Record<string, number[]> = Object.fromEntries(contenders.map((c) => [c.name, []]))
  for (let round = -1; round < rounds; round++)
    for (const { name, run } of rotated(contenders, round + 1)) {
      const milliseconds = await run()
      if (round >= 0) times[name]?.push(milliseconds)
    }
  return times
}

/** A contender that calls `step` so many times in a row. */
export const repeated = (name: string, steps: number, step: () => unknown): Contender => ({
  name,
  run: async () => {
    const began = performance.now()
    for (let i = 0; i < steps; i++) await step()
    return (performance.now() - began) / steps
  },
})
