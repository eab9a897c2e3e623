/**
 * Runs the estimators of one problem: in each round every contender runs one chunk of n gradients, in an order that rotates. What
 * was counted is a `Count` for each of them, and counts of the same row by several processes add up (measured.ts).
 */
import type { Contender } from './contenders.js'
import type { Point, Problem, Target } from './problem.js'
import { type Chunk, type Runner, startRunner } from './runner.js'
import { countIn, type Tally, tallyAbout } from './tally.js'

/** What was counted of a contender. */
export interface Count {
  readonly problem: string
  readonly contender: string
  readonly particles: number
  readonly unbiased: boolean
  readonly seeds: readonly number[]
  /** Of the gradients, about the exact one. */
  readonly tallies: Readonly<Record<keyof Point, Tally>>
  /** Time of a draw over that of the first contender, in each round but the first. */
  readonly times: readonly number[]
  /** Kernels of n gradients over those of the first contender. */
  readonly kernels: number
}

/** The exact gradient, by central differences of fourth order. */
export const exactGradient = (problem: Problem, target: Target): Point => {
  const exact = problem.exact[target] as (at: Point) => number
  const slope = (name: keyof Point) => {
    const moved = (d: number) => exact({ ...problem.at, [name]: problem.at[name] + d })
    const h = 1e-3
    return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
  }
  return { a: slope('a'), b: slope('b') }
}

interface Entrant {
  readonly contender: Contender
  readonly run: Runner
  readonly tallies: Count['tallies']
  readonly milliseconds: number[]
  kernels: number
}

const enter = async (problem: Problem, contender: Contender, n: number): Promise<Entrant> => {
  const truth = exactGradient(problem, contender.target)
  const tallies = { a: tallyAbout(truth.a), b: tallyAbout(truth.b) }
  return { contender, run: await startRunner(problem, contender, n), tallies, milliseconds: [], kernels: 0 }
}

const note = (e: Entrant, { draws, milliseconds, kernels }: Chunk): void => {
  for (const name of ['a', 'b'] as const) countIn(e.tallies[name], draws[name] as Float32Array)
  e.milliseconds.push(milliseconds / e.contender.particles)
  e.kernels = kernels
}

const countOf = (problem: Problem, e: Entrant, first: Entrant, seeds: readonly number[]): Count => {
  const { name, particles, unbiased } = e.contender
  const times = e.milliseconds.map((t, i) => t / (first.milliseconds[i] as number))
  return {
    problem: problem.name,
    contender: name,
    particles,
    unbiased,
    seeds,
    tallies: e.tallies,
    times: times.length > 1 ? times.slice(1) : times,
    kernels: e.kernels / first.kernels,
  }
}

/** How much to measure: n gradients of each in every round, by the seeds of these rounds. */
export interface Extent {
  readonly n: number
  readonly seeds: readonly number[]
}

/** Counts for all contenders; the first is what the others are compared with. */
export const measureAll = async (
  problem: Problem,
  contenders: readonly Contender[],
  { n, seeds }: Extent,
): Promise<readonly Count[]> => {
  const entrants: Entrant[] = []
  for (const c of contenders) entrants.push(await enter(problem, c, n))
  seeds.forEach((seed, round) => {
    for (let i = 0; i < entrants.length; i++) {
      const e = entrants[(i + round) % entrants.length] as Entrant
      note(e, e.run(seed))
    }
  })
  return entrants.map((e) => countOf(problem, e, entrants[0] as Entrant, seeds))
}
