/**
 * What a generator is worth, in numbers, and the verdict drawn from them.
 *
 *   c2stAuc, mmd               fakes against held-out data, by a fresh critic and by kernels: ½ and 0 where nothing tells them apart
 *   modes, highQuality, reverseKl            where the modes of the data are known
 *   frechet, precision, recall, density, coverage      of pictures, in the features of a classifier of digits trained here
 *
 * All from draws of one seed, so `giry evaluate` finds the same. Tested in tests/cli/games/train.test.ts.
 */
import { either as E, type taskEither as TE } from 'fp-ts'
import { errorsOf, type GiryError, GiryException } from '../../dsl/error.js'
import { c2st } from '../../inference/diagnostics/c2st.js'
import type { Diagnosis } from '../../inference/diagnostics/diagnosis.js'
import { shareError } from '../../inference/diagnostics/finding.js'
import { frechet } from '../../inference/diagnostics/frechet.js'
import { judge, type Verdict } from '../../inference/diagnostics/judge.js'
import { manifold } from '../../inference/diagnostics/manifold.js'
import { memorization } from '../../inference/diagnostics/memorization.js'
import { mmdTest } from '../../inference/diagnostics/mmd.js'
import { modes } from '../../inference/diagnostics/modes.js'
import { makePoints, type Points } from '../../inference/diagnostics/points.js'
import { trainingReport } from '../../inference/diagnostics/training.js'
import type { Fit, HistoryPoint } from '../../inference/fitted.js'
import { useRuntime } from '../../runtime/backend.js'
import type { RuntimeName } from '../../runtime/runtimes.js'
import type { DataSource, Loaded } from '../dataSources.js'
import { type Classifier, classifierFor } from './classifier.js'
import { datumSize, fakes, numbersOf, type Played } from './draws.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** What is measured, with what fixes the draws. */
export interface GameMeasured extends Played {
  readonly source: DataSource
  readonly loaded: Loaded
  readonly seed: number
  readonly runtime: RuntimeName
  readonly threads: number | undefined
  /** The run, where it is at hand. */
  readonly fit?: Pick<Fit, 'history' | 'diagnostics'>
  /** Says what is being done, since it takes a while. */
  readonly tell: (what: string) => void
}

/** The figures of a game; what cannot be measured on its data is absent. */
export interface GameMetrics {
  /** Modes of the data with at least one sample of high quality. */
  readonly modes?: number
  /** Share of samples within three deviations of a mode. */
  readonly highQuality?: number
  /** KL(modes of the samples ‖ modes of the data), nats. */
  readonly reverseKl?: number
  /** P(a fresh critic ranks a held-out datum above a fake one). */
  readonly c2stAuc: number
  /** Squared maximum mean discrepancy, unbiased. */
  readonly mmd: number
  /** Squared Fréchet distance in the features of the classifier. */
  readonly frechet?: number
  /** The same between two samples of real data, as large. */
  readonly frechetOfData?: number
  readonly precision?: number
  readonly recall?: number
  readonly density?: number
  readonly coverage?: number
  /** Share of the test digits that the classifier names rightly. */
  readonly classifierAccuracy?: number
  /** Of D on held-out data and fresh fakes. */
  readonly accuracy?: number
}

/** Figures and verdict. */
export interface GameReport {
  readonly metrics: GameMetrics
  readonly verdict: Verdict
}

/** Updates of the fresh critic: fifty passes over its half of the data, and 2,000 at most. */
const criticSteps = (n: number): number => Math.min(2000, 50 * Math.ceil(n / 2 / 64))

const DRAWN = 10_000
const IMAGES = 5000
/** Real and fake data that one look at the accuracy is taken from. */
const WATCHED = 1024

/** The value of a task; its errors are thrown. */
const done = async <A>(task: Task<A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new GiryException(result.left)
  return result.right
}

const pointsFrom = (x: Float32Array, size: number): Points => makePoints(Float64Array.from(x), size)

const lastAccuracy = (history: readonly HistoryPoint[]): number | undefined =>
  history.findLast(({ monitors }) => monitors?.accuracy !== undefined)?.monitors?.accuracy

type Samples = { readonly real: Points; readonly fake: Points; readonly train: Points }

const samplesOf = (m: GameMeasured): Samples => {
  const n = m.source.picture === undefined ? DRAWN : IMAGES
  const size = datumSize(m.built)
  return {
    real: pointsFrom(numbersOf(m.loaded.test, n), size),
    fake: pointsFrom(fakes(m, Math.min(n, m.loaded.test.size), m.seed), size),
    train: pointsFrom(numbersOf(m.loaded.train, DRAWN), size),
  }
}

/** A sample in the features of the classifier. */
const inFeatures = ({ features }: Classifier, p: Points): Points => {
  const rows = features(Float32Array.from(p.data))
  return pointsFrom(rows, rows.length / p.count)
}

/** Distances in the features of the classifier; those of training data, in the place of fakes, say what can be reached. */
const compared = async (classifier: Classifier, { real, fake, train }: Samples) => {
  const [x, y, t] = [real, fake, head(train, fake.count)].map((p) => inFeatures(classifier, p)) as [
    Points,
    Points,
    Points,
  ]
  return {
    frechet: { ...(await done(frechet(x, y))), reference: (await done(frechet(x, t))).value },
    manifold: { ...(await done(manifold(x, y))), reference: await done(manifold(x, t)) },
  }
}

const head = (p: Points, n: number): Points => makePoints(p.data.subarray(0, n * p.size), p.size)

const onPictures = async (m: GameMeasured, samples: Samples) => {
  if (m.source.picture === undefined) return undefined
  m.tell('training a classifier of digits, whose features pictures are compared in')
  const classifier = await done(classifierFor(m.loaded, m))
  m.tell(`comparing pictures in its features (it names ${(100 * classifier.accuracy).toFixed(1)}% rightly)`)
  return { classifier, ...(await compared(classifier, samples)) }
}

type Pictures = NonNullable<Awaited<ReturnType<typeof onPictures>>>

const ofPictures = ({ classifier, frechet: f, manifold: r }: Pictures) => ({
  frechet: f.value,
  frechetOfData: f.reference,
  precision: r.precision,
  recall: r.recall,
  density: r.density,
  coverage: r.coverage,
  classifierAccuracy: classifier.accuracy,
})

const ofModes = ({ modes: report }: Pick<Diagnosis, 'modes'>) =>
  report === undefined
    ? {}
    : { modes: report.covered, highQuality: report.highQuality, reverseKl: report.reverseKl }

/** D and the players, where the run is at hand. */
const ofRun = ({ built, fit }: GameMeasured): Pick<Diagnosis, 'training' | 'discriminator'> => {
  if (fit === undefined) return {}
  const accuracy = lastAccuracy(fit.history)
  return {
    training: trainingReport(fit),
    ...(accuracy === undefined || built.judges !== 'data'
      ? {}
      : { discriminator: { accuracy, standardError: shareError(accuracy, WATCHED) } }),
  }
}

const measured = async (m: GameMeasured): Promise<GameReport> => {
  const { seed, runtime, threads, loaded } = m
  await done(useRuntime(runtime))
  m.tell('training a fresh critic on held-out data')
  const samples = samplesOf(m)
  const { real, fake, train } = samples
  const critic = await done(
    c2st(real, fake, {
      seed,
      runtime,
      steps: criticSteps(real.count),
      ...(threads === undefined ? {} : { threads }),
    }),
  )
  const mmd = await done(mmdTest(real, fake, { seed }))
  const pictures = await onPictures(m, samples)
  const diagnosis: Diagnosis = {
    heldOut: true,
    ...ofRun(m),
    c2st: critic,
    mmd,
    memorization: await done(memorization(fake, { train, heldOut: real, seed })),
    ...(loaded.modes === undefined ? {} : { modes: modes(fake, modesOf(loaded.modes)) }),
    ...(pictures === undefined ? {} : { frechet: pictures.frechet, manifold: pictures.manifold }),
  }
  const accuracy = diagnosis.discriminator?.accuracy
  return {
    metrics: {
      ...ofModes(diagnosis),
      c2stAuc: critic.auc,
      mmd: mmd.value,
      ...(pictures === undefined ? {} : ofPictures(pictures)),
      ...(accuracy === undefined ? {} : { accuracy }),
    },
    verdict: judge(diagnosis),
  }
}

const modesOf = ({ centers, scale }: NonNullable<Loaded['modes']>) => ({
  centers: centers.map((center) => [...center]),
  scale,
})

/** Measures a generator; what goes wrong is data. */
export const measureGame = (m: GameMeasured): Task<GameReport> => attempt(() => measured(m))

const attempt =
  <A>(work: () => Promise<A>): Task<A> =>
  async () => {
    try {
      return E.right(await work())
    } catch (e) {
      return E.left(errorsOf(e))
    }
  }
