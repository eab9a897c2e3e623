/**
 * laws.family(family): what a model family owes whoever builds it from its name, as a list of verdicts.
 *
 *   its options decode {} to its defaults; it builds with them, on data of the domain that it models
 *   a bound     q fits p; derive prints; L_b <= log P(x); 20 steps stay finite and beat the start; one seed, one result;
 *               compiled = eager
 *   a game      the laws of a game; 20 steps stay finite; one seed, one result
 *
 * On 32 synthetic data of 4 numbers unless `data` are given. Tested in tests/testing/verdicts/family.test.ts.
 */
import { either as E } from 'fp-ts'
import { GiryException } from '../../dsl/error.js'
import type { AnyObjective } from '../../dsl/objective.js'
import { fitFaults } from '../../dsl/rules.js'
import { derive } from '../../inference/derive.js'
import { type Estimate, estimate } from '../../inference/estimate.js'
import { type Evidence, evidence } from '../../inference/evidence.js'
import { fit } from '../../inference/fit.js'
import type { Fit } from '../../inference/fitted.js'
import { init } from '../../inference/init.js'
import { adam } from '../../inference/optimizers/optimizers.js'
import type { BuiltFamily, BuiltGame, DataShape, Family, GameFamily } from '../../models/family.js'
import type { AnyParams } from '../arbitraries/boundCase.js'
import { randomParams } from '../randomParams.js'
import { agreesCompiled } from './compiled.js'
import { evidenceLaws } from './evidence.js'
import { gameLaws } from './game.js'
import { settingOf } from './setting.js'
import {
  agreementOf,
  decided,
  judged,
  type Law,
  type LawOptions,
  type LawVerdict,
  shown,
  withError,
} from './verdict.js'

/** Options of the laws of a family. */
export interface FamilyLawOptions extends LawOptions {
  /** Columns of data; synthetic ones of the domain that the family models if left out. */
  readonly data?: Readonly<Record<string, unknown>>
  /** What the family is told of the data: 4 numbers of its domain if left out. */
  readonly shape?: DataShape
  /** Options of the family; its defaults if left out. */
  readonly options?: unknown
  /** Steps of training; 20 if left out. */
  readonly steps?: number
}

const size = 4
const count = 32
const classes = 3

/** Two clusters, or two patterns of bits with some of them flipped. */
const synthetic = (binary: boolean): readonly (readonly number[])[] =>
  Array.from({ length: count }, (_, i) =>
    Array.from({ length: size }, (_, j) =>
      binary
        ? (i + j + (i % 5 === j ? 1 : 0)) % 2 === 0
          ? 1
          : 0
        : (i % 2 === 0 ? 1 : -1) + 0.3 * Math.sin(7 * i + 3 * j),
    ),
  )

const isGame = (f: Family | GameFamily): f is GameFamily => !('models' in f)

const shapeOf = (f: Family | GameFamily, o: FamilyLawOptions): DataShape =>
  o.shape ?? (isGame(f) ? { size, domain: 'Real', classes } : { size, domain: f.models })

/** The columns that are asked for, made up where they were not given. */
const columnsFor = (
  f: Family | GameFamily,
  asked: AnyObjective['data'],
  o: FamilyLawOptions,
): Readonly<Record<string, unknown>> | undefined => {
  const made: Readonly<Record<string, unknown>> = o.data ?? {
    x: synthetic(!isGame(f) && f.models === 'Binary'),
    c: Array.from({ length: count }, (_, i) => i % classes),
  }
  const names = Object.keys(asked)
  return names.length === 0
    ? undefined
    : Object.fromEntries(names.flatMap((name) => (name in made ? [[name, made[name]]] : [])))
}

const untypedFit = fit as unknown as (
  of: unknown,
  options: object,
) => () => Promise<E.Either<readonly { readonly message: string }[], Fit<Readonly<Record<string, unknown>>>>>
const untypedEstimate = estimate as unknown as (
  of: unknown,
  options: object,
) => () => Promise<E.Either<readonly never[], Estimate>>

interface Built {
  readonly name: string
  readonly of: unknown
  readonly data: unknown
  readonly options: FamilyLawOptions
}

const trained = async (b: Built, optimizer: unknown) => {
  const found = await untypedFit(b.of, {
    ...(b.data === undefined ? {} : { data: b.data }),
    optimizer,
    steps: b.options.steps ?? 20,
    batch: count,
    seed: b.options.seed ?? 0,
    runtime: 'current',
  })()
  return E.isLeft(found) ? found.left.map((e) => e.message).join('; ') : (found.right.params as AnyParams)
}

const firstDifference = (a: AnyParams, b: AnyParams): string | undefined =>
  Object.entries(a)
    .flatMap(([net, arrays]) => Object.entries(arrays).map(([path, { data }]) => [net, path, data] as const))
    .filter(([net, path, data]) => data.some((x, i) => !Object.is(x, b[net]?.[path]?.data[i])))
    .map(([net, path]) => `${net}/${path}`)[0]

/** Steps stay finite, and one seed gives one result; also the parameters, for what follows. */
const trains = async (b: Built, law: (name: string, remedy: string) => Law, optimizer: unknown) => {
  const [first, again] = [await trained(b, optimizer), await trained(b, optimizer)]
  const steps = b.options.steps ?? 20
  const finite = law(`${steps} steps stay finite`, 'look at the start of scales, and at log, sqrt and exp')
  if (typeof first === 'string' || typeof again === 'string')
    return {
      verdicts: [decided(finite, false, `training stops: ${typeof first === 'string' ? first : again}`)],
      params: undefined,
    }
  const at = firstDifference(first, again)
  return {
    verdicts: [
      decided(finite, true, `${steps} steps of Adam are finite`),
      decided(
        law('one seed, one result', 'draw from the noise that is passed in, and from nothing else'),
        at === undefined,
        at === undefined
          ? 'two runs of one seed give the same parameters'
          : `two runs of one seed differ in ${at}`,
      ),
    ],
    params: first,
  }
}

const estimateAt = async (b: Built, params: AnyParams): Promise<Estimate> => {
  const found = await untypedEstimate(b.of, { data: b.data, params, n: 30, seed: b.options.seed ?? 0 })()
  if (E.isLeft(found)) throw new GiryException(found.left)
  return found.right
}

const beatsStart = async (b: Built, law: Law, params: AnyParams): Promise<LawVerdict> => {
  const start = init({ nets: (b.of as AnyObjective).nets }, b.options.seed ?? 0) as AnyParams
  const [before, after] = [await estimateAt(b, start), await estimateAt(b, params)]
  return judged(
    law,
    before.value - after.value,
    0,
    `the bound is ${withError(before.value, before.standardError)} at the start and ${withError(after.value, after.standardError)} after training: ${after.value > before.value ? 'better' : 'worse'} by ${shown(Math.abs(after.value - before.value))}`,
  )
}

const evidenceOf = evidence as unknown as (
  p: unknown,
  data: unknown,
  o: object,
) => () => Promise<E.Either<readonly unknown[], Evidence>>

/** The objective that is trained is a lower bound, where the evidence is exact. */
const liesBelow = async (b: Built, p: unknown, law: Law): Promise<readonly LawVerdict[]> => {
  const params = init({ nets: (b.of as AnyObjective).nets }, b.options.seed ?? 0) as AnyParams
  const exact = await evidenceOf(p, b.data, { params })()
  if (E.isLeft(exact)) return []
  const { value, method } = exact.right
  const mean = value.reduce((sum, x) => sum + x, 0) / value.length
  const found = await estimateAt(b, params)
  const { bound } = agreementOf(b.options)(found.standardError)(found.value, mean)
  return [
    judged(
      law,
      found.value - mean,
      bound,
      `at the start the objective is ${withError(found.value, found.standardError)} and log P(x) ${shown(mean)} (${method}): ${found.value > mean ? 'above' : 'below'} by ${shown(Math.abs(found.value - mean))}`,
    ),
  ]
}

const boundLaws = async (
  f: Family,
  built: BuiltFamily,
  o: FamilyLawOptions,
): Promise<readonly LawVerdict[]> => {
  const subject = `the family ${f.name}`
  const law = (name: string, remedy: string): Law => ({ subject, law: name, remedy })
  const data = columnsFor(f, built.objective.data, o)
  const b = { name: f.name, of: built.objective, data, options: o }
  const faults = fitFaults(built.p, built.q)
  const text = String(derive(built.p as never, built.q as never))
  const training = await trains(b, law, adam(1e-2))
  const start = randomParams({ nets: { ...built.p.nets, ...built.q.nets } }, o.seed ?? 0) as AnyParams
  const below = await evidenceLaws(built.p, built.q, data, { ...o, params: start, rows: 2 })
  const above = law(
    'the objective lies below log P(x)',
    'look at its sign, and at what divides it by the data',
  )
  const setting = settingOf(built.objective, data, { seed: o.seed ?? 0 })
  return [
    decided(
      law('q fits p', 'see the sentence'),
      faults.length === 0,
      faults.map((e) => e.message).join('; ') || 'q fits p',
    ),
    decided(
      law('derive prints', 'see derive(p, q)'),
      text.includes('log P(x'),
      `derive prints ${text.length} characters`,
    ),
    ...training.verdicts,
    ...(training.params === undefined
      ? []
      : [
          await beatsStart(
            b,
            law('training beats the start', 'look at the sign of the objective, and at dead gradients'),
            training.params,
          ),
        ]),
    ...(await liesBelow(b, built.p, above)),
    ...below.map((v) => ({ ...v, subject })),
    { ...(await agreesCompiled(setting, o.tolerance)), subject },
  ]
}

const playLaws = async (
  f: GameFamily,
  built: BuiltGame,
  o: FamilyLawOptions,
): Promise<readonly LawVerdict[]> => {
  const subject = `the family ${f.name}`
  const law = (name: string, remedy: string): Law => ({ subject, law: name, remedy })
  const data = columnsFor(f, built.game.data, o)
  const b = { name: f.name, of: built.game, data, options: o }
  const training = await trains(b, law, built.recipe.optimizer(o.steps ?? 20))
  const game = await gameLaws(built.game, data, { seed: o.seed ?? 0 })
  return [...training.verdicts, ...game.map((v) => ({ ...v, subject: `${subject}, ${v.subject}` }))]
}

/** The laws of a model family. */
export const familyLaws = async (
  family: unknown,
  options: FamilyLawOptions = {},
): Promise<readonly LawVerdict[]> => {
  const f = family as Family | GameFamily
  const law = {
    subject: `the family ${f.name}`,
    law: 'options decode {} to the defaults',
    remedy: 'use optionsCodec, which fills in the defaults',
  }
  const decoded = f.options.decode({})
  const same = E.isRight(decoded) && JSON.stringify(decoded.right) === JSON.stringify(f.defaults)
  const opening = decided(
    law,
    same,
    same
      ? 'no options are the defaults'
      : `{} decodes to ${E.isRight(decoded) ? JSON.stringify(decoded.right) : 'errors'}, and the defaults are ${JSON.stringify(f.defaults)}`,
  )
  const chosen = options.options ?? f.defaults
  const shape = shapeOf(f, options)
  return [
    opening,
    ...(isGame(f)
      ? await playLaws(f, f.build(shape, chosen), options)
      : await boundLaws(f, f.build(shape, chosen), options)),
  ]
}
