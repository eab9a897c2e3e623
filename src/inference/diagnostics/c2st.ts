/**
 * c2st(real, fake): the classifier two-sample test. A fresh critic learns to tell real from fake on one half of the data, and
 * is tested on the other.
 *
 *   max_D (1/n) Σ log σ(D(x_i)) + (1/n) Σ log σ(−D(y_i))        on the first half, standardized by it
 *   AUC = P(D(x) > D(y)) + ½ P(=),   accuracy = ½ P(D(x) > 0) + ½ P(D(y) < 0)      on the second half
 *
 * In few dimensions the critic sees Fourier features too (fourierFeatures.ts), without which it would overlook fine structure.
 * p by permutation of the labels of the second half, with the AUC as statistic: exact whatever the critic, since the critic
 * never saw that half. The critic, an mlp, stops where its log loss on a fifth of the first half is best. AUC ½ means: this
 * critic finds nothing, not: there is nothing. `real` must be data that no player was trained on. Of two samples of
 * different size the larger one is cut.
 * Source: Lopez-Paz, Oquab, "Revisiting classifier two-sample tests" (2017), section 2; the AUC in the place of the accuracy
 * has no threshold. Tested in tests/inference/diagnostics/c2st.test.ts.
 */
import type { taskEither as TE } from 'fp-ts'
import { flow } from 'fp-ts/lib/function.js'
import { fail, type GiryError } from '../../dsl/error.js'
import { mlp } from '../../dsl/nets/dense.js'
import { empirical } from '../../dsl/notation.js'
import { plus } from '../../dsl/objective.js'
import { neg } from '../../dsl/operations/arithmetic.js'
import { logSigmoid } from '../../dsl/operations/functions.js'
import type { NetParams } from '../../dsl/params.js'
import { real as reals } from '../../dsl/space.js'
import { fold, type Key, keyFromSeed } from '../../runtime/keys.js'
import type { RuntimeName } from '../../runtime/runtimes.js'
import { expect } from '../expect.js'
import { fit, orThrow } from '../fit.js'
import type { Fit } from '../fitted.js'
import { adam } from '../optimizers/optimizers.js'
import { fourierFeatures } from './fourierFeatures.js'
import { netFeatures } from './netFeatures.js'
import { join, makePoints, type Points, pointsOfOneSize, type Samples, select, shuffle } from './points.js'
import { aucStandardError } from './ranks.js'
import { rankTest } from './rankTest.js'
import { PERMUTATIONS, requireOptions, type TestOptions, task } from './settings.js'

/** Options of the test. */
export interface C2stOptions extends TestOptions {
  /** Units of the critic's hidden layers; [256, 256] if left out. It should be larger than the discriminator was. */
  readonly hidden?: readonly number[]
  /** Updates at most; 1,000 if left out. */
  readonly steps?: number
  /** Data of each sample per update; 64 if left out. */
  readonly batch?: number
  /** Data of each sample at most; 5,000 if left out. */
  readonly limit?: number
  readonly runtime?: RuntimeName
  /** Threads on a compiled runtime; all cores if left out. */
  readonly threads?: number
}

/** What the critic found. */
export interface C2stReport {
  /** P(the critic ranks a real datum above a fake one), ties half. */
  readonly auc: number
  /** Standard error of the AUC, from the test half. */
  readonly standardError: number
  readonly accuracy: number
  readonly pValue: number
  /** Test data of each kind. */
  readonly n: number
  /** Updates after which the critic was best. */
  readonly steps: number
}

/** Data of each sample below which there is nothing to train and test on. */
const FEWEST = 20

/** Updates between two looks at the log loss, and how many looks may bring nothing new. */
const CHECK_EVERY = 50
const PATIENCE = 6

interface Pair {
  readonly real: Points
  readonly fake: Points
}

interface Parts {
  readonly train: Pair
  readonly validation: Pair
  readonly test: Pair
}

const range = (begin: number, end: number): readonly number[] =>
  Array.from({ length: end - begin }, (_, i) => begin + i)

/** Two fifths to train on, one to stop by, half to test on. */
const partsOf = (real: Points, fake: Points): Parts => {
  const n = real.count
  const [a, b] = [Math.floor(0.4 * n), Math.floor(0.5 * n)]
  const part = (begin: number, end: number): Pair => ({
    real: select(real, range(begin, end)),
    fake: select(fake, range(begin, end)),
  })
  return { train: part(0, a), validation: part(a, b), test: part(b, n) }
}

/** x ↦ (x − mean) / deviation of the points, entry by entry; an entry that is constant there is only shifted. */
const standardizer = ({ data, size, count }: Points): ((p: Points) => Points) => {
  const mean = new Float64Array(size)
  const square = new Float64Array(size)
  data.forEach((x, i) => {
    mean[i % size] = (mean[i % size] as number) + x / count
  })
  data.forEach((x, i) => {
    square[i % size] = (square[i % size] as number) + (x - (mean[i % size] as number)) ** 2 / count
  })
  const rate = square.map((s) => (s > 0 ? 1 / Math.sqrt(s) : 1))
  return (p) =>
    makePoints(
      p.data.map((x, i) => (x - (mean[i % size] as number)) * (rate[i % size] as number)),
      size,
    )
}

/** What the critic sees: standardized by the data it is trained on, with Fourier features in few dimensions. */
const asSeen = (parts: Parts, key: Key): Parts => {
  const to = flow(
    standardizer(join(parts.train.real, parts.train.fake)),
    fourierFeatures(parts.train.real.size, key),
  )
  const pair = ({ real, fake }: Pair): Pair => ({ real: to(real), fake: to(fake) })
  return { train: pair(parts.train), validation: pair(parts.validation), test: pair(parts.test) }
}

/** The critic and its log likelihood. */
const criticOf = (size: number, hidden: readonly number[]) => {
  const X = reals(size)
  const D = mlp(X, hidden, reals())
  const objective = plus(
    expect(empirical({ real: X }), { D }, ({ real, D }) => logSigmoid(D(real))),
    expect(empirical({ fake: X }), { D }, ({ fake, D }) => logSigmoid(neg(D(fake)))),
  )
  const scores = async (params: NetParams, { real, fake }: Pair) => {
    const of = netFeatures(D, params)
    return { real: (await of(real)).data, fake: (await of(fake)).data }
  }
  return { D, objective, scores }
}

type Critic = ReturnType<typeof criticOf>
type Scores = Awaited<ReturnType<Critic['scores']>>

/** −log σ(s), without overflow. */
const softplusOfMinus = (s: number): number => Math.max(0, -s) + Math.log1p(Math.exp(-Math.abs(s)))

const meanOf = (x: Float64Array, f: (x: number) => number): number =>
  x.reduce((sum, y) => sum + f(y), 0) / x.length

const logLoss = ({ real, fake }: Scores): number =>
  meanOf(real, softplusOfMinus) + meanOf(fake, (s) => softplusOfMinus(-s))

const accuracyOf = ({ real, fake }: Scores): number => {
  const right = (s: number): number => (s > 0 ? 1 : s < 0 ? 0 : 0.5)
  return 0.5 * meanOf(real, right) + 0.5 * meanOf(fake, (s) => right(-s))
}

/** Trains the critic; the parameters with the best log loss on the validation data. */
const trained = async (
  critic: Critic,
  { train, validation }: Parts,
  options: C2stOptions & { readonly seed: number },
): Promise<{ readonly params: NetParams; readonly steps: number }> => {
  const { steps = 1000, batch = 64, seed, runtime, threads } = options
  let best = { loss: Number.POSITIVE_INFINITY, steps: 0, params: undefined as NetParams | undefined }
  const stop = new AbortController()
  const look = async (so: Fit<{ D: Critic['D'] }>): Promise<void> => {
    const loss = logLoss(await critic.scores(so.params.D, validation))
    if (loss < best.loss) best = { loss, steps: so.diagnostics.steps, params: so.params.D }
    else if (so.diagnostics.steps - best.steps >= PATIENCE * CHECK_EVERY) stop.abort()
  }
  const done = await orThrow(
    fit(critic.objective, {
      data: { real: Float32Array.from(train.real.data), fake: Float32Array.from(train.fake.data) },
      optimizer: adam(1e-3),
      steps,
      batch: Math.min(batch, train.real.count),
      seed,
      ...(runtime === undefined ? {} : { runtime }),
      ...(threads === undefined ? {} : { threads }),
      checkpoint: { every: CHECK_EVERY, write: look },
      signal: stop.signal,
      onEvent: () => undefined,
    }),
  )
  if (done.diagnostics.stopped === 'finished') await look(done)
  return { params: best.params ?? done.params.D, steps: best.steps }
}

const halves = (all: Pair, limit: number, key: Key): Parts => {
  const n = Math.min(limit, all.real.count, all.fake.count)
  if (n < FEWEST)
    fail(
      'data',
      all.real.count < all.fake.count ? 'real' : 'fake',
      `a two-sample test by a classifier needs ${FEWEST} data of each kind, but there are ${n}`,
      'draw more samples, or use mmdTest',
    )
  return partsOf(shuffle(all.real, fold(key, 'real'), n), shuffle(all.fake, fold(key, 'fake'), n))
}

/** Tests by a fresh critic whether two samples come from one distribution. */
export const c2st = (
  real: Samples,
  fake: Samples,
  options: C2stOptions = {},
): TE.TaskEither<readonly GiryError[], C2stReport> =>
  task(async () => {
    const { hidden = [256, 256], limit = 5000, permutations = PERMUTATIONS, seed = 0 } = options
    requireOptions(options.seed, { limit, permutations, steps: options.steps, batch: options.batch })
    const all = pointsOfOneSize({ real, fake })
    const key = fold(keyFromSeed(seed), 'c2st')
    const parts = asSeen(halves(all, limit, key), fold(key, 'features'))
    const critic = criticOf(parts.train.real.size, hidden)
    const { params, steps } = await trained(critic, parts, { ...options, seed })
    const scores = await critic.scores(params, parts.test)
    const test = await rankTest(scores.real, scores.fake, { permutations, key: fold(key, 'permutation') })
    return {
      ...test,
      standardError: aucStandardError(scores.real, scores.fake),
      accuracy: accuracyOf(scores),
      n: parts.test.real.count,
      steps,
    }
  })
