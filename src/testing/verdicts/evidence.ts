/**
 * laws.evidenceBound(p, q, x): what the evidence lower bound owes to the evidence, as a list of verdicts.
 *
 *   L_b <= log P(x)                                    exact evidence where a method applies, else L_K of many draws
 *   log P(x) = L_b + KL(q(z|x) ‖ P(z|x))               where the posterior is exact; KL over draws of q
 *   L_1 <= L_4 <= L_16 <= log P(x)                      in expectation
 *   L_b = log P(x)                                     with { tight: true }: q is the posterior at these parameters
 *
 * At two sets of random parameters unless `params` are given. Errors: those of `elbo`, `data` and `params`.
 * Tested in tests/testing/verdicts/evidence.test.ts.
 */
import { either as E, type taskEither as TE } from 'fp-ts'
import { batchOf, type Dataset, sliceDataset } from '../../dsl/dataset.js'
import type { Real } from '../../dsl/domains/marks.js'
import { type GiryError, GiryException } from '../../dsl/error.js'
import { type AnyModel, datumAxis, sitesOf } from '../../dsl/model.js'
import { type AnyValue, expandTo, type Value } from '../../dsl/value.js'
import { type Estimate, meanAndError } from '../../inference/estimate.js'
import type { Posterior } from '../../inference/evidence/posterior.js'
import { posterior } from '../../inference/evidence.js'
import { logProb } from '../../inference/logProb.js'
import { drawAxis, sample } from '../../inference/sample.js'
import { datasetFor } from '../../inference/trainingData.js'
import type { AnyBoundOptions, AnyParams } from '../arbitraries/boundCase.js'
import { boundOf } from '../arbitraries/boundCase.js'
import { type BoundCheck, checkBound } from '../assertBound.js'
import { importanceBound } from '../importance.js'
import { randomParams } from '../randomParams.js'
import { tidily } from './tidily.js'
import {
  agreementOf,
  equal,
  judged,
  type Law,
  type LawOptions,
  type LawVerdict,
  shown,
  withError,
} from './verdict.js'

/** Options of the laws of a bound. */
export interface EvidenceLawOptions extends LawOptions {
  /** Parameters to hold the laws at; two random sets if left out. */
  readonly params?: AnyParams
  /** Options of `elbo`. */
  readonly bound?: AnyBoundOptions
  /** Whether q is the posterior at these parameters, so that the bound is tight. */
  readonly tight?: boolean
  /** Data that are looked at, the first of all; 4 if left out. */
  readonly rows?: number
}

interface At {
  readonly p: AnyModel
  readonly q: AnyModel
  readonly data: Dataset
  readonly params: AnyParams
  readonly options: EvidenceLawOptions
  readonly seed: number
  readonly checks: readonly BoundCheck[]
}

const subject = 'the bound of p and q'

const lawOf = (law: string, remedy: string): Law => ({ subject, law, remedy })

const placeOf = (c: BoundCheck): string =>
  `seed ${c.seed}, ${c.datum === undefined ? 'all data' : `datum ${c.datum}`}`

const liesBelow = (c: BoundCheck): LawVerdict =>
  judged(
    lawOf(
      'L_b <= log P(x)',
      'a density is not what it says: hold the laws of a distribution against your own',
    ),
    c.holds ? Math.min(-c.gap, 0) : Number.isNaN(c.gap) ? Number.NaN : Math.max(-c.gap, 1e-30),
    0,
    `at ${placeOf(c)} log P(x) is ${withError(c.evidence.value, c.evidence.standardError)} (${c.method}) and L_b ${withError(c.bound.value, c.bound.standardError)}: ${c.gap >= 0 ? `below by ${shown(c.gap)}` : `above by ${shown(-c.gap)}`}`,
  )

const isTight = (c: BoundCheck, options: EvidenceLawOptions): LawVerdict =>
  equal(
    lawOf('L_b = log P(x) at the posterior', 'q is not the posterior, or a density is not what it says'),
    options,
    {
      what: `L_b at ${placeOf(c)}`,
      found: c.bound.value,
      foundError: c.bound.standardError,
      other: `log P(x) (${c.method}) is`,
      expected: c.evidence.value,
      expectedError: c.evidence.standardError,
    },
  )

type Values = Readonly<Record<string, AnyValue>>
const drawFrom = sample as unknown as (m: AnyModel, o: object) => Values
const density = logProb as unknown as (m: AnyModel, record: Values, o: object) => Value<[], Real>
const posteriorOf = posterior as unknown as (
  m: AnyModel,
  data: unknown,
  o: object,
) => TE.TaskEither<readonly GiryError[], Posterior>

const draws = 4000

/** KL(q ‖ P(z | x)) of every datum, over draws of q. */
const divergences = (a: At, exact: Posterior): readonly Estimate[] =>
  tidily(() => {
    const n = a.data.size
    const x = batchOf(
      a.data,
      Int32Array.from({ length: n }, (_, i) => i),
      (_, bits) => bits.fill(0.5),
    )
    const given = Object.fromEntries(Object.entries(x).filter(([name]) => name in a.q.given))
    const z = drawFrom(a.q, { params: a.params, given, n: draws, seed: a.seed })
    const axes = [
      { name: drawAxis, size: draws },
      { name: datumAxis, size: n },
    ]
    const logQ = expandTo(density(a.q, z, { params: a.params, given }), axes).dataSync()
    const logP = exact.logDensity(z)
    return Array.from({ length: n }, (_, i) =>
      meanAndError(
        Array.from(
          { length: draws },
          (_, k) =>
            (logQ[k * n + i] as number) -
            (logP[(k * logP.length) / draws + (i % (logP.length / draws))] as number),
        ),
      ),
    )
  })

/** The identity, for every datum whose posterior is exact. */
const identities = async (a: At): Promise<readonly LawVerdict[]> => {
  if (a.checks.some((c) => c.datum === undefined || c.method.startsWith('L_K'))) return []
  const exact = await posteriorOf(a.p, a.data, { params: a.params })()
  if (E.isLeft(exact)) return []
  return divergences(a, exact.right).map((kl, i) => {
    const c = a.checks[i] as BoundCheck
    return equal(
      lawOf(
        'log P(x) = L_b + KL(q ‖ posterior)',
        'a term of the bound is missing, or a density is not what it says',
      ),
      a.options,
      {
        what: `log P(x) − L_b at ${placeOf(c)}`,
        found: c.gap,
        foundError: c.bound.standardError,
        other: `the divergence of q from the posterior is`,
        expected: kl.value,
        expectedError: kl.standardError,
      },
    )
  })
}

/** L_K of every datum for K = 1, 4, 16, each below the next. */
const ladders = (a: At): readonly LawVerdict[] => {
  const together = sitesOf(a.p).some(([, site]) => site.scope === 'shared')
  const rows = Array.from({ length: a.data.size }, (_, i) => i)
  const at = (k: number) =>
    importanceBound(a.p, a.q, {
      params: a.params,
      data: a.data,
      rows,
      draws: k,
      repeats: 64,
      seed: a.seed + k,
      together,
    })
  const [one, four, sixteen] = [at(1), at(4), at(16)] as const
  const agree = agreementOf(a.options)
  return one.flatMap((first, i) => {
    const c = a.checks[i]
    const exact = c !== undefined && !c.method.startsWith('L_K')
    const steps = [first, four[i] as Estimate, sixteen[i] as Estimate, ...(exact ? [c.evidence] : [])]
    const names = ['L_1', 'L_4', 'L_16', 'log P(x)']
    return steps.slice(1).map((upper, k) => {
      const lower = steps[k] as Estimate
      const { bound } = agree(Math.hypot(lower.standardError, upper.standardError))(lower.value, upper.value)
      return judged(
        lawOf('L_1 <= L_4 <= L_16 <= log P(x)', 'the weights p(x, z) / q(z | x) do not have mean P(x)'),
        lower.value - upper.value,
        bound,
        `at seed ${a.seed}, datum ${i}, ${names[k]} is ${withError(lower.value, lower.standardError)} and ${names[k + 1]} ${withError(upper.value, upper.standardError)}: above by ${shown(lower.value - upper.value)}, where ${shown(bound)} is allowed`,
      )
    })
  })
}

const dataOf = (p: AnyModel, q: AnyModel, x: unknown, o: EvidenceLawOptions): Dataset => {
  const decoded = datasetFor(boundOf(p, q, o.bound).data, x)
  if (E.isLeft(decoded)) throw new GiryException(decoded.left)
  const data = decoded.right as Dataset
  return sitesOf(p).some(([, s]) => s.scope === 'shared') ? data : sliceDataset(data, 0, o.rows ?? 4)
}

const checksAt = checkBound as unknown as (
  p: AnyModel,
  q: AnyModel,
  o: object,
) => TE.TaskEither<readonly GiryError[], readonly BoundCheck[]>

const atOne = async (
  p: AnyModel,
  q: AnyModel,
  data: Dataset,
  params: AnyParams,
  seed: number,
  options: EvidenceLawOptions,
): Promise<readonly LawVerdict[]> => {
  const found = await checksAt(p, q, {
    data,
    params,
    seed,
    rows: data.size,
    ...(options.bound === undefined ? {} : { bound: options.bound }),
    ...(options.standardErrors === undefined ? {} : { standardErrors: options.standardErrors }),
  })()
  if (E.isLeft(found)) throw new GiryException(found.left)
  const a = { p, q, data, params, options, seed, checks: found.right }
  return [
    ...a.checks.map(liesBelow),
    ...(options.tight === true ? a.checks.map((c) => isTight(c, options)) : []),
    ...(await identities(a)),
    ...ladders(a),
  ]
}

/** The laws of an evidence lower bound. */
export const evidenceLaws = async (
  p: unknown,
  q: unknown,
  x: unknown,
  options: EvidenceLawOptions = {},
): Promise<readonly LawVerdict[]> => {
  const [mp, mq] = [p as AnyModel, q as AnyModel]
  const data = dataOf(mp, mq, x, options)
  const seed = options.seed ?? 0
  if (options.params !== undefined) return atOne(mp, mq, data, options.params, seed, options)
  const all: LawVerdict[] = []
  for (const s of [seed, seed + 1]) {
    const params = randomParams({ nets: { ...mp.nets, ...mq.nets } }, s) as AnyParams
    all.push(...(await atOne(mp, mq, data, params, s, options)))
  }
  return all
}
