/**
 * Conjugate pairs: every latent entry is beta, gamma, dirichlet or normal, or a normal whose precision is a multiple of a
 * gamma, and each observed entry that depends on one is of a family that this law is conjugate to.
 *
 *   P(z | x) is of the family of the prior        log P(x) = Σ_j log P(x_j | x_1 … x_{j−1}), each in closed form (nats)
 *
 * Data of a datum may be many: entries of an event, `iid` or a plate that share a latent entry. A latent entry belongs to one
 * datum; what is shared by all data must be fixed, since then log P(x_1 … x_N) is no sum over the data (put the data on a
 * plate of one datum for the evidence of all of them). The closed forms are in conjugateFactors.ts, in float64.
 *
 * A model is a program, so families alone do not tell: that a chance is the latent itself, a rate a known multiple of it,
 * is read off at points over the whole support, and for every datum at points near the prior and the posterior that comes
 * out, to float32 rounding (conjugateLinks.ts, conjugateProbes.ts).
 * Tested against quadrature and SciPy in tests/inference/evidence/conjugate.test.ts.
 */
import { either as E } from 'fp-ts'
import { datumAxis } from '../../dsl/model.js'
import { type Chunk, chunkOf, chunks } from './chunks.js'
import type { Factor } from './conjugateFactors.js'
import { type Plan, planOf } from './conjugatePlan.js'
import { dummiesOf, priorsOf } from './conjugatePriors.js'
import { nearPoints, nearProbes, widePoints, wideProbes } from './conjugateProbes.js'
import { observe, type Seen, stillHolds } from './conjugateUpdates.js'
import { pointAxis } from './gaussianSites.js'
import { type ParameterReading, readParameters } from './parameterReading.js'
import type { Problem } from './problem.js'
import { range } from './range.js'

/** The answer for one datum: log P(x), and the factors of P(z | x). */
export interface ConjugateSolution {
  readonly logEvidence: number
  readonly factors: readonly Factor[]
}

/** Prior, posterior and links of the data of a chunk. */
interface Row extends ConjugateSolution {
  readonly priors: readonly Factor[]
  readonly seen: Seen
}

const read = (
  problem: Problem,
  plan: Plan,
  rows: Int32Array,
  points: Float64Array,
  perDatum: number,
): ParameterReading =>
  readParameters(
    problem,
    rows,
    points,
    perDatum === 0
      ? [{ name: pointAxis, size: widePoints }]
      : [
          { name: pointAxis, size: perDatum },
          { name: datumAxis, size: rows.length },
        ],
    (name) => plan.priors.has(name) || plan.observed.has(name),
  )

const solveRow = (
  problem: Problem,
  plan: Plan,
  reading: ParameterReading,
  r: number,
  row: number,
): E.Either<string, Row> =>
  E.flatMap((factors: readonly Factor[]) => {
    const priors = factors.map(copyOf)
    return E.map(
      ({ log, seen }: { readonly log: number; readonly seen: Seen }): Row => ({
        logEvidence: log + (reading.rest[r] as number),
        factors,
        priors,
        seen,
      }),
    )(observe(problem, plan, reading, factors, r, row))
  })(priorsOf(problem, plan, reading, r))

const copyOf = (f: Factor): Factor =>
  f.family === 'dirichlet' ? { ...f, concentration: f.concentration.slice() } : { ...f }

const solveChunk = (
  problem: Problem,
  plan: Plan,
  { begin, end }: Chunk,
): E.Either<string, readonly Row[]> => {
  const rows = Int32Array.from(range(begin, end))
  const wide = read(problem, plan, rows, wideProbes(dummiesOf(plan), problem.dim), 0)
  const solved: Row[] = []
  for (const [r, row] of rows.entries()) {
    const one = solveRow(problem, plan, wide, r, row)
    if (E.isLeft(one)) return one
    solved.push(one.right)
  }
  const points = nearProbes(
    solved.map((s) => s.priors),
    solved.map((s) => s.factors),
    problem.dim,
  )
  const near = read(problem, plan, rows, points, nearPoints)
  for (const r of rows.keys()) {
    const one = solved[r] as Row
    const bend = stillHolds(plan, near, one.seen, r) ?? priorBend(problem, plan, near, one.priors, r)
    if (bend !== undefined) return E.left(bend)
  }
  return E.right(solved)
}

/** Why the prior near the mass is not that of the wide points, if it is not: only a mean with a latent precision can bend. */
const priorBend = (
  problem: Problem,
  plan: Plan,
  near: ParameterReading,
  priors: readonly Factor[],
  r: number,
): string | undefined => {
  const again = priorsOf(problem, plan, near, r)
  if (E.isLeft(again)) return again.left
  const countOf = (f: Factor | undefined): number => (f?.family === 'normalGamma' ? f.count : 1)
  return priors.every((f, i) => Math.abs(countOf(again.right[i]) / countOf(f) - 1) < 1e-4)
    ? undefined
    : 'the precision of a latent mean is another multiple of its latent where its mass is'
}

/** The exact answer for every datum, or the reason why there is none by this method. */
export const conjugateSolutions = (problem: Problem): E.Either<string, readonly ConjugateSolution[]> =>
  E.flatMap((plan: Plan) => {
    const all: ConjugateSolution[] = []
    for (const chunk of chunks(problem.size, chunkOf(problem) / nearPoints)) {
      const some = solveChunk(problem, plan, chunk)
      if (E.isLeft(some)) return some
      for (const { logEvidence, factors } of some.right) all.push({ logEvidence, factors })
    }
    return E.right(all as readonly ConjugateSolution[])
  })(planOf(problem))
