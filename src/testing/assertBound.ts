/**
 * assertBound(p, q, { data }): the law log P(x) >= L_b for a model of your own, at random parameters.
 *
 *   test('my bound', () => assertBound(p, q, { data }))
 *
 * For each of `runs` seeds parameters are drawn (randomParams; or `params` are taken), and for each datum the bound is
 * held against log P(x): exact by `evidence`, or, where that has no exact method, the tighter bound L_K (importance.ts).
 * L_b is a mean over independent noises; a violation is an excess beyond `standardErrors` of them and `tolerance`.
 * L_b = −Infinity holds, whatever log P(x) is; NaN is a failure of its own. Where latents are shared the whole data set
 * is one check. All in nats per datum.
 *
 * Cost: quadrature evaluates p at thousands of points for each datum and run, so it is taken only where
 * (parameters of p) × (latent coordinates) <= 20,000. A larger model is held against L_K with fewer draws, all rows in
 * one evaluation, and 4 runs and 4 rows by default; a VAE of 784-400-2 then takes a few seconds. Enumeration and
 * linear-Gaussian evidence are taken at any size.
 * Errors: tag `model`, one sentence for each violation, with seed, datum, log P(x), L_b and gap; and those of `elbo`,
 * `data` and `params`. Tested in tests/testing/assertBound.test.ts.
 */
import { either as E, type taskEither as TE } from 'fp-ts'
import { type Dataset, sliceDataset } from '../dsl/dataset.js'
import { errorsOf, type GiryError, GiryException, giryError } from '../dsl/error.js'
import { type AnyModel, type Merge, type Model, sitesOf } from '../dsl/model.js'
import type { AnyNet } from '../dsl/net.js'
import type { AnyObjective } from '../dsl/objective.js'
import { flattenParams, type ParameterTensors, type Params, paramErrors } from '../dsl/params.js'
import type { Fits } from '../dsl/rules.js'
import { sizeOf } from '../dsl/shape.js'
import { batchAt } from '../inference/batches.js'
import type { BoundData } from '../inference/elbo.js'
import { type Estimate, meanAndError } from '../inference/estimate.js'
import { type ExactMethod, evidence } from '../inference/evidence.js'
import { evaluateAt, uploadAll } from '../inference/step.js'
import { type Accepts, datasetFor } from '../inference/trainingData.js'
import { useRuntime } from '../runtime/backend.js'
import { fold, type Key, keyFromSeed } from '../runtime/keys.js'
import { type AnyBoundOptions, type AnyParams, boundOf } from './arbitraries/boundCase.js'
import { importanceBound } from './importance.js'
import { randomParams } from './randomParams.js'

/** Options of the check, besides the data. */
export interface BoundCheckOptions<T = unknown> {
  /** Parameters to check at; random ones for each run if left out. */
  readonly params?: Params<T>
  /** Sets of random parameters; 8 if left out, 4 for a large model. */
  readonly runs?: number
  /** The first seed; run k has seed + k. 0 if left out. */
  readonly seed?: number
  /** How far random parameters lie from where training starts, see `randomParams`; 0.3 if left out. */
  readonly spread?: number
  /** Data that are checked, the first of the data set; 8 if left out, 4 for a large model. */
  readonly rows?: number
  /** Standard errors that an estimate may lie above the evidence; 5 if left out. */
  readonly standardErrors?: number
  /** What rounding in float32 may add, relative to the evidence; 1e-4 if left out. */
  readonly tolerance?: number
  /** Options of `elbo`. */
  readonly bound?: AnyBoundOptions
}

/** One check: log P(x) and L_b at one set of parameters and one datum. */
export interface BoundCheck {
  /** The seed of the random parameters. */
  readonly seed: number
  /** The index of the datum; undefined where the whole data set is one check. */
  readonly datum: number | undefined
  readonly evidence: Estimate
  /** How the evidence was found. */
  readonly method: string
  readonly bound: Estimate
  /** log P(x) − L_b. */
  readonly gap: number
  readonly holds: boolean
}

type Checked<A> = E.Either<readonly GiryError[], A>
const isShared = (p: AnyModel): boolean => sitesOf(p).some(([, site]) => site.scope === 'shared')

/** What is evaluated once: copies of one datum, or the whole data set. */
const rowsOf = (data: Dataset, datum: number | undefined): Int32Array =>
  datum === undefined ? Int32Array.from({ length: data.size }, (_, i) => i) : new Int32Array(16).fill(datum)

const evaluations = (
  o: AnyObjective,
  tensors: ParameterTensors,
  data: Dataset,
  datum: number | undefined,
  key: Key,
  n: number,
) =>
  meanAndError(
    Array.from({ length: n }, (_, k) =>
      evaluateAt(o, tensors, batchAt(data, rowsOf(data, datum), fold(key, k))),
    ),
  )

interface Setting {
  readonly p: AnyModel
  readonly q: AnyModel
  readonly o: AnyObjective
  readonly data: Dataset
  readonly options: BoundCheckOptions
  /** Whether quadrature would take too long. */
  readonly large: boolean
}

const parametersOf = (m: AnyModel): number =>
  Object.values(m.nets as Readonly<Record<string, AnyNet>>)
    .flatMap((net) => Object.values(net.parameters))
    .reduce((n, spec) => n + sizeOf(spec.shape), 0)

const coordinatesOf = (q: AnyModel): number =>
  sitesOf(q).reduce((n, [, site]) => n + sizeOf([...site.plates.map((a) => a.size), ...site.space.shape]), 0)

/** What a pass of p costs, times a latent dimension: beyond this, quadrature takes seconds for each datum. */
const largest = 20_000
const isLarge = (p: AnyModel, q: AnyModel): boolean => parametersOf(p) * coordinatesOf(q) > largest

const runsOf = (s: Setting): number => s.options.runs ?? (s.large ? 4 : 8)
const countOf = (s: Setting): number => Math.min(s.options.rows ?? (s.large ? 4 : 8), s.data.size)

/** What rounding and noise forgive. */
const slack = (s: Setting, log: Estimate, bound: Estimate): number =>
  (s.options.tolerance ?? 1e-4) * Math.max(1, Math.abs(log.value)) +
  (s.options.standardErrors ?? 5) * Math.hypot(log.standardError, bound.standardError)

/** The law, with what rounding and noise forgive. −Infinity lies below everything, and NaN nowhere. */
const lawHolds = (s: Setting, log: Estimate, bound: Estimate): boolean =>
  bound.value === -Infinity || log.value - bound.value >= -slack(s, log, bound)

/** L_b: few evaluations where the law then holds beyond doubt or nothing is random, else many. */
const boundAt = (
  s: Setting,
  tensors: ParameterTensors,
  log: Estimate,
  datum: number | undefined,
  key: Key,
): Estimate => {
  const few = evaluations(s.o, tensors, s.data, datum, key, 8)
  const clear =
    !Number.isFinite(few.value) || few.standardError === 0 || few.value + slack(s, log, few) < log.value
  return clear ? few : evaluations(s.o, tensors, s.data, datum, fold(key, 'again'), 64)
}

type References = readonly { readonly log: Estimate; readonly method: string }[]
const evidenceOf = evidence as unknown as (
  m: AnyModel,
  data: unknown,
  o: { readonly params: AnyParams; readonly method?: ExactMethod },
) => TE.TaskEither<
  readonly GiryError[],
  {
    readonly value: readonly number[]
    readonly standardError: readonly number[]
    readonly kind: string
    readonly method: unknown
  }
>

/** L_K of each of the first rows, or of the whole data set where latents are shared. */
const importance = (s: Setting, params: AnyParams, seed: number, count: number): References => {
  const [draws, repeats] = s.large ? [64, 8] : [256, 16]
  const together = isShared(s.p)
  const rows = Array.from({ length: together ? s.data.size : count }, (_, i) => i)
  const bounds = importanceBound(s.p, s.q, { params, data: s.data, rows, draws, repeats, seed, together })
  return bounds.map((log) => ({ log, method: `L_K with ${draws} draws of q` }))
}

/** The first exact method that applies and can be afforded. */
const exactly = async (s: Setting, params: AnyParams, count: number) => {
  const data = sliceDataset(s.data, 0, count)
  if (!s.large) return evidenceOf(s.p, data, { params })()
  const enumerated = await evidenceOf(s.p, data, { params, method: 'enumeration' })()
  return E.isLeft(enumerated) && enumerated.left.every((e) => e.tag === 'exact')
    ? evidenceOf(s.p, data, { params, method: 'linear-Gaussian' })()
    : enumerated
}

const references = async (
  s: Setting,
  params: AnyParams,
  seed: number,
  count: number,
): Promise<Checked<References>> => {
  if (isShared(s.p)) return E.right(importance(s, params, seed, count))
  const exact = await exactly(s, params, count)
  if (E.isRight(exact)) {
    const { value, standardError, method } = exact.right
    return E.right(
      value.map((v, i) => ({
        log: { value: v, standardError: standardError[i] ?? 0, n: 1 },
        method: String(method),
      })),
    )
  }
  return exact.left.some((e) => e.tag !== 'exact') ? exact : E.right(importance(s, params, seed, count))
}

const checkAt = async (
  s: Setting,
  params: AnyParams,
  seed: number,
): Promise<Checked<readonly BoundCheck[]>> => {
  const found = await references(s, params, seed, countOf(s))
  if (E.isLeft(found)) return found
  const whole = isShared(s.p)
  const tensors = uploadAll(flattenParams(params))
  const key = fold(fold(keyFromSeed(seed), 'assertBound'), 'noise')
  try {
    return E.right(
      found.right.map(({ log, method }, i): BoundCheck => {
        const datum = whole ? undefined : i
        const bound = boundAt(s, tensors, log, datum, fold(key, i))
        const gap = log.value - bound.value
        return { seed, datum, evidence: log, method, bound, gap, holds: lawHolds(s, log, bound) }
      }),
    )
  } finally {
    for (const t of Object.values(tensors)) t.dispose()
  }
}

const optionFaults = (o: BoundCheckOptions): readonly GiryError[] =>
  (['runs', 'rows'] as const).flatMap((name) => {
    const n = o[name] ?? 1
    return Number.isInteger(n) && n >= 1
      ? []
      : [
          giryError(
            'option',
            name,
            `${name} must be a whole number >= 1, but ${n} was given`,
            'leave it out, and giry takes a number that fits the model',
          ),
        ]
  })

const prepare = (p: AnyModel, q: AnyModel, data: unknown, options: BoundCheckOptions): Checked<Setting> => {
  const o = boundOf(p, q, options.bound)
  const faults = [
    ...optionFaults(options),
    ...(options.params === undefined ? [] : paramErrors(o.nets, options.params as AnyParams)),
  ]
  if (faults.length > 0) return E.left(faults)
  const decoded = datasetFor(o.data, data)
  if (E.isLeft(decoded)) return decoded
  return decoded.right === undefined
    ? E.left([
        giryError(
          'data',
          'data',
          'the bound takes no data, so there is no evidence to hold it against',
          'let q take the data in with given',
        ),
      ])
    : E.right({ p, q, o, data: decoded.right, options, large: isLarge(p, q) })
}

const checkAll = async (
  p: AnyModel,
  q: AnyModel,
  data: unknown,
  options: BoundCheckOptions,
): Promise<Checked<readonly BoundCheck[]>> => {
  const backend = await useRuntime('auto')()
  if (E.isLeft(backend)) return backend
  const setting = prepare(p, q, data, options)
  if (E.isLeft(setting)) return setting
  const s = setting.right
  const checks: BoundCheck[] = []
  for (let run = 0; run < (options.params === undefined ? runsOf(s) : 1); run++) {
    const seed = (options.seed ?? 0) + run
    const params = (options.params ??
      randomParams({ nets: { ...p.nets, ...q.nets } }, seed, options.spread)) as AnyParams
    const found = await checkAt(s, params, seed)
    if (E.isLeft(found)) return found
    checks.push(...found.right)
  }
  return E.right(checks)
}

type DataFor<A, P, Q> = { readonly data: A & Accepts<A, BoundData<P, Q>> }

const checkUntyped =
  (
    p: unknown,
    q: unknown,
    options: BoundCheckOptions & { readonly data: unknown },
  ): TE.TaskEither<readonly GiryError[], readonly BoundCheck[]> =>
  async () => {
    try {
      return await checkAll(p as AnyModel, q as AnyModel, options.data, options)
    } catch (e) {
      return E.left(errorsOf(e, 'model', 'assertBound'))
    }
  }

/** Holds L_b against log P(x) at every seed and datum; whether the law holds is in each check. */
export const checkBound = <TP, GP, RP, TQ, GQ, RQ, const A>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: BoundCheckOptions<Merge<TP, TQ>> & DataFor<A, Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
): TE.TaskEither<readonly GiryError[], readonly BoundCheck[]> =>
  checkUntyped(p, q, options as BoundCheckOptions & { readonly data: unknown })

const withError = (e: Estimate): string =>
  `${e.value.toFixed(6)}${e.standardError > 0 ? ` ± ${e.standardError.toPrecision(2)}` : ''}`

const placeOf = (c: BoundCheck): string =>
  `seed ${c.seed}, ${c.datum === undefined ? 'all data' : `datum ${c.datum}`}`

const again = (c: BoundCheck): string => `repeat it with { seed: ${c.seed}, runs: 1 }`

const notANumber = (c: BoundCheck, name: string): GiryError =>
  giryError(
    'model',
    placeOf(c),
    `${name} is NaN at ${placeOf(c)}: log P(x) = ${withError(c.evidence)} (${c.method}), L_b = ${withError(c.bound)}`,
    `a number overflows or leaves its domain: look at log, sqrt, division and exp in the model and at the size of its parameters (a smaller \`spread\`); ${again(c)}`,
    { ...c },
  )

const above = (c: BoundCheck): GiryError =>
  giryError(
    'model',
    placeOf(c),
    `${placeOf(c)}: the bound lies above the evidence: log P(x) = ${withError(c.evidence)} (${c.method}), L_b = ${withError(c.bound)}, gap ${c.gap.toPrecision(3)} nats`,
    `a density is not what it says: look at lifted functions, at hand-written distributions and rows of the KL table, and at data outside the support; ${again(c)}`,
    { ...c },
  )

const violation = (c: BoundCheck): GiryError => {
  if (Number.isNaN(c.bound.value)) return notANumber(c, 'L_b')
  return Number.isNaN(c.evidence.value) ? notANumber(c, 'log P(x)') : above(c)
}

/** Throws a `GiryException` with a sentence for each violation of log P(x) >= L_b; else gives the checks. */
export const assertBound = async <TP, GP, RP, TQ, GQ, RQ, const A>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: BoundCheckOptions<Merge<TP, TQ>> & DataFor<A, Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
): Promise<readonly BoundCheck[]> => {
  const checks = await checkUntyped(p, q, options as BoundCheckOptions & { readonly data: unknown })()
  if (E.isLeft(checks)) throw new GiryException(checks.left)
  const violations = checks.right.filter((c) => !c.holds)
  if (violations.length > 0) throw new GiryException(violations.map(violation))
  return checks.right
}
