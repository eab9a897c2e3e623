/**
 * Quadrature: one or two continuous latent coordinates t (on the line, line.ts), besides enumerable latents c.
 *
 *   log P(x) = log Σ_c ∫ p(x, c, z(t)) |dz/dt| dt        two coordinates: ∫ ( ∫ … dt_2 ) dt_1, each adaptive
 *
 * The nodes are found for each datum and configuration by itself (integrate.ts): where its posterior has its modes,
 * however narrow, and however far out in the prior. The start, center and spread on the line, comes from draws of the
 * prior. Nothing is assumed of the model but a density, one or two coordinates, and a log density whose modes show on
 * a grid of 129 points. Float32 rounding of log p limits the accuracy; it is part of the error estimate.
 * Tested against closed forms and scipy.integrate.quad in tests/inference/evidence/quadrature.test.ts.
 */
import { either as E } from 'fp-ts'
import { chunks } from './chunks.js'
import { enumerableOf, jointSupport } from './configurations.js'
import type { Integral } from './integrate.js'
import { type Solved, solveJobs } from './jobIntegrals.js'
import { lineOf } from './line.js'
import { continuousOf, type Setting, settingOf } from './lineDensity.js'
import { logSumExp } from './logSumExp.js'
import type { Problem } from './problem.js'
import { range } from './range.js'

/** Configurations of enumerable latents beyond which quadrature is refused. */
const largestSum = 1024

/** Why quadrature does not apply, if it does not. */
const whyNoQuadrature = (problem: Problem): string | undefined => {
  const continuous = continuousOf(problem)
  const unbounded = continuous.find((l) => lineOf(l.site) === undefined)
  if (unbounded !== undefined)
    return `latent '${unbounded.name}' lives on ${unbounded.site.space.domain.name}, which quadrature does not map to the line`
  const dim = continuous.reduce((n, l) => n + l.size, 0)
  if (dim === 0) return 'the model has no continuous latent'
  if (dim > 2) return `the continuous latents have ${dim} coordinates, more than 2`
  const configurations = jointSupport(enumerableOf(problem))
  return configurations > largestSum
    ? `the enumerable latents have ${configurations.toLocaleString('en-US')} configurations, more than ${largestSum.toLocaleString('en-US')}`
    : undefined
}

/** The answer for one datum. */
export interface Quadrature {
  readonly logEvidence: number
  /** Estimated absolute error of log P(x), in nats. */
  readonly error: number
  readonly converged: boolean
  /** The share of P(x) where float32 cannot tell the points of a domain apart, which is left out. */
  readonly beyond: number
}

/** More than this is not left out without a refusal. */
const mostBeyond = 1e-3

/** Sums the integrals of one datum over its configurations. */
const combine = (own: readonly Integral[]): Quadrature => {
  const logEvidence = logSumExp(own.map((i) => i.log))
  const shares = own.map((i) => (Number.isFinite(i.log) ? Math.exp(i.log - logEvidence) : 0))
  // A configuration without mass anywhere it was looked at counts as impossible; all of them without mass do not converge.
  const seen = own.filter((i) => Number.isFinite(i.log))
  const mean = (of: (i: Integral) => number) =>
    own.reduce((sum, i, c) => sum + (shares[c] === 0 ? 0 : (shares[c] as number) * of(i)), 0)
  const beyond = mean((i) => i.beyond)
  return {
    logEvidence,
    // Half of what lies beyond may go unseen (beyond.ts).
    error: mean((i) => i.error) + 2 * beyond,
    beyond,
    converged:
      seen.length > 0 && seen.every((i) => i.converged || Math.exp(i.log - logEvidence) * i.error < 1e-6),
  }
}

const didNotConverge = (row: number, q: Quadrature): string =>
  Number.isFinite(q.logEvidence)
    ? `the integral of datum ${row} did not converge: its estimated error is ${q.error.toPrecision(2)} nats`
    : `no point was found where datum ${row} has a density above 0`

const fault = (row: number, q: Quadrature): string | undefined =>
  !q.converged
    ? didNotConverge(row, q)
    : q.beyond > mostBeyond
      ? `${(100 * q.beyond).toPrecision(2)} % of the mass of datum ${row} lies so close to an end of a domain that float32 cannot tell its points apart`
      : undefined

/** Integrals that advance together. */
const jobsAtOnce = (s: Setting): number => (s.axes.length === 1 ? 2048 : 32)

/** What is found for one datum: its jobs are `own` of the solved ones. */
type Visit<A> = (quadrature: Quadrature, solved: Solved, own: readonly number[]) => A

/** Solves every datum, chunk by chunk, or says why this method does not. */
export const solveData = <A>(problem: Problem, visit: Visit<A>): E.Either<string, readonly A[]> => {
  const reason = whyNoQuadrature(problem)
  if (reason !== undefined) return E.left(reason)
  const setting = settingOf(problem)
  const perRow = jointSupport(enumerableOf(problem))
  const found: A[] = []
  for (const { begin, end } of chunks(problem.size, jobsAtOnce(setting) / perRow)) {
    const rows = range(begin, end)
    const jobs = rows.flatMap((row) => range(0, perRow).map((configuration) => ({ row, configuration })))
    const solved = solveJobs(setting, jobs)
    for (const [i, row] of rows.entries()) {
      const own = range(i * perRow, (i + 1) * perRow)
      const q = combine(own.map((job) => solved.integrals[job] as Integral))
      const wrong = fault(row, q)
      if (wrong !== undefined) return E.left(wrong)
      found.push(visit(q, solved, own))
    }
  }
  return E.right(found)
}

/** log P(x) of every datum with its error, or the reason why there is none by this method. */
export const quadratures = (problem: Problem): E.Either<string, readonly Quadrature[]> =>
  solveData(problem, (q) => q)
