/**
 * diagnose(fit, setting): draws samples of the generator and measures whatever the setting allows.
 *
 *   accuracy of D        on held-out data and fresh fakes, and on training data       c2st        on held-out data and fakes
 *   mmd, frechet, manifold  in feature space, held-out data against fakes, and training data in their place for reference
 *   modes, memorization, dualityGap, and the players' history
 *
 * The larger the data, the fewer points are compared by distances: about 1e9 terms for each table, some seconds.
 * Tested in tests/inference/diagnostics/verdict.test.ts.
 */
import type { taskEither as TE } from 'fp-ts'
import { fail, type GiryError } from '../../dsl/error.js'
import type { Objective } from '../../dsl/objective.js'
import { fold, type Key, keyFromSeed } from '../../runtime/keys.js'
import { evaluate } from '../evaluate.js'
import { orThrow } from '../fit.js'
import type { Fit } from '../fitted.js'
import { c2st } from './c2st.js'
import type { Diagnosis, DiscriminatorReport } from './diagnosis.js'
import { dualityGap } from './dualityGap.js'
import { shareError } from './finding.js'
import { featuresOf, frechetOfMoments, momentsOf } from './frechet.js'
import { manifold } from './manifold.js'
import { memorization } from './memorization.js'
import { mmdTest } from './mmd.js'
import { modes } from './modes.js'
import { type Points, pointsOfOneSize, subsample } from './points.js'
import { comparedPoints, dataFor, drawFakes, type Setting } from './setting.js'
import { requireOptions, task } from './settings.js'
import { trainingReport } from './training.js'

/** Fakes unless asked for, terms of a table of distances, points of the kernel test. */
const MOST = 2000
const TERMS = 1e9
const MMD_LIMIT = 500

/** Neighbors of the balls; data of each kind that c2st needs; entries up to which covariances are taken without features. */
const NEIGHBORS = 5
const FEWEST = 20
const MOMENTS = 128

interface Compared {
  readonly fake: Points
  /** Held-out data, or the training data where there are none. */
  readonly real: Points
  readonly train: Points
}

type Parameters = Fit['params']

const paramsOf = (fit: Fit, setting: Setting): Parameters => {
  if (setting.averaged !== true) return fit.params
  return (
    fit.averaged ??
    fail(
      'params',
      'averaged',
      'the fit has no moving average of the parameters',
      'fit with ema(0.999, optimizer), or leave out { averaged: true }',
    )
  )
}

const compared = async (setting: Setting, params: Parameters, key: Key): Promise<Compared> => {
  const { site = 'x', data, heldOut } = setting
  const train = comparedPoints(data, site, 'data', key)
  const real = heldOut === undefined ? train : comparedPoints(heldOut, site, 'heldOut', key)
  const fake = await drawFakes(setting, params, setting.n ?? Math.min(MOST, real.count), key)
  return pointsOfOneSize({ fake, real, train })
}

/** The accuracy of D on some data and as many fresh fakes. */
const accuracyOn = (setting: Setting, params: Parameters, where: 'data' | 'heldOut'): Promise<number> => {
  const { accuracy, seed, runtime, threads } = setting
  const data = dataFor((accuracy as Objective).data, setting[where] as Setting['data'], where)
  return orThrow(evaluate(accuracy as Objective, { params, data, seed, runtime, threads } as never))
}

const discriminator = async (
  setting: Setting,
  params: Parameters,
  n: number,
): Promise<DiscriminatorReport | undefined> => {
  if (setting.accuracy === undefined) return undefined
  const onTraining = await accuracyOn(setting, params, 'data')
  if (setting.heldOut === undefined)
    return { accuracy: onTraining, standardError: shareError(onTraining, 2 * n) }
  const accuracy = await accuracyOn(setting, params, 'heldOut')
  return { accuracy, standardError: shareError(accuracy, 2 * n), trainingAccuracy: onTraining }
}

/** Points of each sample, so that a table of distances has TERMS terms. */
const affordable = (size: number): number => Math.max(200, Math.floor(Math.sqrt(TERMS / size)))

/** Distances in feature space, with training data in the place of fakes for reference. */
const inFeatureSpace = async (
  { fake, real, train }: Compared,
  setting: Setting,
  key: Key,
): Promise<Pick<Diagnosis, 'mmd' | 'frechet' | 'manifold'>> => {
  const of = (p: Points, name: string): Promise<Points> => featuresOf(p, setting.features, name)
  const y = await of(fake, 'fake')
  const x = await of(subsample(real, MOST, fold(key, 'real')), 'real')
  // Without held-out data there is no second real sample.
  const other =
    setting.heldOut === undefined
      ? undefined
      : await of(subsample(train, y.count, fold(key, 'reference')), 'data')
  const few = (p: Points): Points => subsample(p, affordable(p.size), fold(key, 'distances'))
  const balls = async (p: Points) => orThrow(manifold(few(x), few(p), { k: NEIGHBORS }))
  const enough = Math.min(x.count, y.count, other?.count ?? MOST) > NEIGHBORS
  const moments = enough && (setting.features !== undefined || x.size <= MOMENTS)
  const to = (p: Points): number => frechetOfMoments(momentsOf(x), momentsOf(p))
  const options = { limit: MMD_LIMIT, seed: setting.seed, permutations: setting.permutations }
  return {
    ...(enough ? { mmd: await orThrow(mmdTest(x, y, defined(options))) } : {}),
    ...(enough ? { manifold: { ...(await balls(y)), ...(other && { reference: await balls(other) }) } } : {}),
    ...(moments
      ? {
          frechet: {
            value: to(y),
            size: y.size,
            n: x.count,
            m: y.count,
            ...(other && { reference: to(other) }),
          },
        }
      : {}),
  }
}

/** The record without the entries that are undefined. */
const defined = <A extends object>(record: A): { [K in keyof A]: Exclude<A[K], undefined> } =>
  Object.fromEntries(Object.entries(record).filter(([, x]) => x !== undefined)) as never

const critic = async ({ fake, real }: Compared, setting: Setting): Promise<Pick<Diagnosis, 'c2st'>> => {
  if (Math.min(fake.count, real.count) < FEWEST) return {}
  const { hidden, seed, permutations, runtime, threads } = setting
  return {
    c2st: await orThrow(c2st(real, fake, defined({ hidden, seed, permutations, runtime, threads }))),
  }
}

/** Every training datum is looked at, so that no copy is missed; the larger they are, the fewer fakes. */
const copies = async (
  { fake, real, train }: Compared,
  { heldOut, seed, permutations }: Setting,
): Promise<Pick<Diagnosis, 'memorization'>> => {
  if (heldOut === undefined) return {}
  const limit = Math.min(1000, Math.max(100, Math.floor((2 * TERMS) / train.data.length)))
  const options = { train, heldOut: real, limit, ...defined({ seed, permutations }) }
  return { memorization: await orThrow(memorization(fake, options as never)) }
}

const gapOf = async (
  fit: Pick<Fit, 'params'>,
  { gap, data, heldOut }: Setting,
): Promise<Pick<Diagnosis, 'dualityGap'>> => {
  if (gap === undefined) return {}
  const { game, ...options } = gap
  const all = {
    ...options,
    data: dataFor(game.data, data, 'data'),
    ...(heldOut === undefined ? {} : { heldOut: dataFor(game.data, heldOut, 'heldOut') }),
  }
  return { dualityGap: await orThrow(dualityGap(game as never, fit as never, all as never)) }
}

/** Measures whatever the setting allows. */
export const diagnose = <T, G, R>(
  fit: Fit<NoInfer<T>>,
  given: Setting<T, G, R>,
): TE.TaskEither<readonly GiryError[], Diagnosis> =>
  task(async () => {
    const setting = given as unknown as Setting
    requireOptions(setting.seed, { n: setting.n, permutations: setting.permutations })
    const params = paramsOf(fit as Fit, setting)
    const key = fold(keyFromSeed(setting.seed ?? 0), 'diagnose')
    const all = await compared(setting, params, key)
    const own = await discriminator(setting, params, all.real.count)
    return {
      heldOut: setting.heldOut !== undefined,
      ...(setting.given === undefined ? {} : { conditional: true }),
      ...(setting.judges === 'codes' ? { judges: 'codes' as const } : {}),
      training: trainingReport(fit),
      ...(own === undefined ? {} : { discriminator: own }),
      ...(await critic(all, setting)),
      ...(await inFeatureSpace(all, setting, key)),
      ...(setting.modes === undefined ? {} : { modes: modes(all.fake, setting.modes) }),
      ...(await copies(all, setting)),
      ...(await gapOf({ params }, setting)),
    }
  })
