/**
 * A row of the table, from the counts of all processes that had a part in it:
 *
 *   bias      mean of the gradients − exact, for each parameter, as it is and in units of its standard error
 *   variance  of a gradient by one draw of the site: of an estimate times its particles, summed over the parameters
 *   time      of a draw, over that of the first contender in the same round: the median over the rounds
 */
import type { Count } from './measure.js'
import { merged, momentsOf } from './tally.js'

/** What was measured. */
export interface Measured {
  readonly problem: string
  readonly contender: string
  readonly gradients: number
  readonly unbiased: boolean
  /** The entry furthest from the truth, in standard errors. */
  readonly bias: { readonly value: number; readonly standardError: number; readonly errors: number }
  readonly variance: number
  readonly time: number
  readonly kernels: number
}

const median = (xs: readonly number[]): number => {
  const sorted = [...xs].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Rounding of float32 in a mean, beside the standard error. */
const rounding = 2e-6

/** The row, from counts of it. */
export const measuredOf = (counts: readonly Count[]): Measured => {
  const { problem, contender, particles, unbiased, kernels } = counts[0] as Count
  const tallies = (['a', 'b'] as const).map((name) => merged(counts.map((c) => c.tallies[name])))
  const entries = tallies.map((tally) => {
    const { off, variance, standardError } = momentsOf(tally)
    return { value: off, standardError, variance, errors: Math.abs(off) / (standardError + rounding) }
  })
  const { value, standardError, errors } = entries.reduce((x, y) => (y.errors > x.errors ? y : x))
  return {
    problem,
    contender,
    gradients: tallies[0]?.count as number,
    unbiased,
    bias: { value, standardError, errors },
    variance: particles * entries.reduce((v, e) => v + e.variance, 0),
    time: median(counts.flatMap((c) => c.times)),
    kernels,
  }
}
