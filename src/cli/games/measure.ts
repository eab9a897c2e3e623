/**
 * What a generator is worth, in numbers, and the verdict drawn from them (src/inference/diagnostics):
 *
 *   accuracy, c2stAuc, mmd          of D, of a fresh critic, by kernels: ½, ½ and 0 where nothing tells fakes from held-out data
 *   modes, highQuality, reverseKl                      where the modes of the data are known
 *   frechet, precision, recall, density, coverage      of pictures in the features of a classifier of digits trained here
 *
 * All from draws of one seed, so `giry evaluate` finds the same. Tested in tests/cli/games/train.test.ts.
 */
import { function as F, taskEither as TE } from 'fp-ts'
import { joinDatasets } from '../../data/join.js'
import { type Dataset, dataset } from '../../dsl/dataset.js'
import type { GiryError } from '../../dsl/error.js'
import { category } from '../../dsl/space.js'
import { diagnose } from '../../inference/diagnostics/diagnose.js'
import { metricsOf } from '../../inference/diagnostics/diagnosis.js'
import { judge, type Verdict } from '../../inference/diagnostics/judge.js'
import { type Points, points } from '../../inference/diagnostics/points.js'
import type { Fit } from '../../inference/fitted.js'
import { useRuntime } from '../../runtime/backend.js'
import type { RuntimeName } from '../../runtime/runtimes.js'
import type { DataSource, Loaded } from '../dataSources.js'
import { type Classifier, classifierFor } from './classifier.js'
import { inputsOf, type Played } from './draws.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** What is measured, with what fixes the draws. */
export interface GameMeasured extends Played {
  readonly source: DataSource
  readonly loaded: Loaded
  readonly seed: number
  readonly runtime: RuntimeName
  readonly threads: number | undefined
  /** The run, where it is at hand. */
  readonly fit?: Fit
  /** Says what is being done, since it takes a while. */
  readonly tell: (what: string) => void
}

/** The figures of a game by name, those of `metricsOf`; and, of pictures, the accuracy of the classifier. */
export type GameMetrics = Readonly<Record<string, number>>

/** Figures and verdict. */
export interface GameReport {
  readonly metrics: GameMetrics
  readonly verdict: Verdict
}

/** Fakes that points are judged by; of pictures, as many as the diagnostics take. */
const POINTS = 5000
const PICTURES = 2000

/** Data with the class of each, where the players are told it. */
export const withClasses = (
  { classes }: Played['built'],
  data: Dataset,
  labels: Uint8Array | undefined,
): Dataset =>
  classes === undefined || labels === undefined
    ? data
    : (joinDatasets(
        data as Dataset<object>,
        dataset({ c: category(classes) }, { c: Float32Array.from(labels) }),
      ) as Dataset)

/** A fit that is known by its parameters only. */
const bareFit = ({ params, seed, runtime, threads }: GameMeasured): Fit => ({
  params,
  history: [],
  diagnostics: {
    steps: 0,
    epochs: 0,
    seconds: 0,
    runtime,
    threads: threads ?? 0,
    notices: [],
    seed,
    stopped: 'finished',
  },
})

const settingOf = (m: GameMeasured, classifier: Classifier | undefined) => {
  const { built, loaded, seed, runtime, threads, source } = m
  const most = source.picture === undefined ? POINTS : PICTURES
  const n = Math.min(most, loaded.test.size)
  return {
    fake: built.fake,
    data: withClasses(built, loaded.train, loaded.trainLabels),
    heldOut: withClasses(built, loaded.test, loaded.testLabels),
    n,
    seed,
    runtime,
    ...(threads === undefined ? {} : { threads }),
    ...(built.classes === undefined ? {} : { given: inputsOf(built, n) }),
    ...(built.judges === 'data' ? { accuracy: built.accuracy } : { judges: built.judges }),
    ...(loaded.modes === undefined ? {} : { modes: modesOf(loaded.modes) }),
    ...(classifier === undefined ? {} : { features: featuresBy(classifier) }),
  }
}

const modesOf = ({ centers, scale }: NonNullable<Loaded['modes']>) => ({
  centers: centers.map((center) => [...center]),
  scale,
})

const featuresBy =
  ({ features }: Classifier) =>
  (p: Points): Points => {
    const rows = features(Float32Array.from(p.data))
    return points({ shape: [p.count, rows.length / p.count], data: rows })
  }

const classifierOf = (m: GameMeasured): Task<Classifier | undefined> => {
  if (m.source.picture === undefined) return TE.right(undefined)
  m.tell('training a classifier of digits, whose features pictures are compared in')
  return classifierFor(m.loaded, m)
}

const announce = ({ tell }: GameMeasured, classifier: Classifier | undefined): void =>
  tell(
    `training a fresh critic, and comparing fakes with held-out data${classifier === undefined ? '' : ` in its features (it names ${(100 * classifier.accuracy).toFixed(1)}% of the test digits rightly)`}`,
  )

/** Measures a generator. */
export const measureGame = (m: GameMeasured): Task<GameReport> =>
  F.pipe(
    useRuntime(m.runtime),
    TE.flatMap(() => classifierOf(m)),
    TE.tapIO((classifier) => () => announce(m, classifier)),
    TE.bindTo('classifier'),
    TE.bind('diagnosis', ({ classifier }) =>
      diagnose({ ...(m.fit ?? bareFit(m)), params: m.params } as never, settingOf(m, classifier) as never),
    ),
    TE.map(({ classifier, diagnosis }) => ({
      metrics: {
        ...metricsOf(diagnosis),
        ...(classifier === undefined ? {} : { classifierAccuracy: classifier.accuracy }),
      },
      verdict: judge(diagnosis),
    })),
  )
