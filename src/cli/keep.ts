/**
 * What is kept of a training, in the order of its worth: parameters and history first, then the result, the pictures
 * and the report made from them. Each file is written whole or not at all.
 *
 *   params.safetensors  history.jsonl  result.json  *.png  loss.svg  report.html     (config.json is there already)
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array as A, function as F, taskEither as TE } from 'fp-ts'
import { errorsOf, type GiryError, giryError } from '../dsl/error.js'
import { flattenParams } from '../dsl/params.js'
import type { HistoryPoint } from '../inference/fitted.js'
import { useRuntime } from '../runtime/backend.js'
import { derivationOf, graphOf } from './describe.js'
import { writeWhole } from './folder.js'
import { type GalleryPicture, gallery } from './gallery.js'
import { HISTORY, lastTrainingBound, plotted, showHistory } from './history.js'
import type { BoundJob, Job } from './job.js'
import { type AllParams, PARAMS, writeParams } from './parameterFile.js'
import { lossCurve } from './plots/lossCurve.js'
import { renderSvg } from './plots/render.js'
import { showDuration, showRuntime } from './progress.js'
import { type ReportMetric, report } from './report.js'
import { CONFIG, showConfig, version } from './runConfig.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** What a training came to, as far as it went. */
export interface Outcome {
  readonly params: AllParams
  readonly history: readonly HistoryPoint[]
  readonly steps: number
}

/** Figures in nats per datum; log P(x) where it is known exactly. */
export interface Metrics {
  readonly testElbo: number
  readonly testLogLikelihood?: number
  readonly trainElbo?: number
}

/** The line of `--json`, and result.json; M are the figures of a bound, or of a game. */
export interface Result<M extends object = Metrics> {
  readonly family: string
  readonly data: string
  readonly steps: number
  readonly seed: number
  /** What ran the steps: `onnx-node`, `onnx-web`, `wasm`, `cpu`, … */
  readonly runtime: string
  readonly threads: number
  /** What there was to say, for example why the step was not compiled. */
  readonly notices: readonly string[]
  /** Of training, the measuring of the held-out bound at each epoch included. */
  readonly seconds: number
  readonly metrics: M
  /** What follows from the figures of a game, in plain sentences. */
  readonly verdict?: readonly string[]
  readonly stopped: 'finished' | 'aborted'
  /** The directory of the run. */
  readonly run: string
}

/** The result in one line. */
export const RESULT = 'result.json'
const LOSS = 'loss.svg'
/** Everything on one page. */
export const REPORT = 'report.html'

/** Writes the parameters into the directory of the run. */
export const writeOutcome = (
  { folder, config }: Pick<Job, 'folder' | 'config'>,
  { params, steps }: Pick<Outcome, 'params' | 'steps'>,
): Task<void> =>
  F.pipe(
    TE.tryCatch(
      async () => writeParams(folder, params, { giry: version, family: config.family, steps: String(steps) }),
      (e) => errorsOf(e, 'file', folder),
    ),
    TE.flatten,
  )

const savedElsewhere = (folder: string, steps: number): GiryError =>
  giryError('file', folder, `the parameters of step ${steps} are saved in ${folder} instead`, '')

/** A run in the temporary directory of the system, where its own directory takes nothing. */
const rescue = (job: Job, outcome: Outcome): Task<string> =>
  F.pipe(
    TE.tryCatch(
      () => mkdtemp(join(tmpdir(), 'giry-')),
      (e) => errorsOf(e, 'file', tmpdir()),
    ),
    TE.tap((folder) => writeOutcome({ folder, config: job.config }, outcome)),
    TE.tap((folder) =>
      TE.orElse(() => TE.right<never, void>(undefined))(keepRest({ ...job, folder }, outcome)),
    ),
  )

/** The small files beside the parameters, without which they cannot be read back. */
const keepRest = (job: Job, outcome: Outcome): Task<void> =>
  F.pipe(
    writeWhole(join(job.folder, CONFIG), showConfig(job.config)),
    TE.flatMap(() => keepHistory(job, outcome)),
  )

/** Keeps the parameters; where the directory of the run fails, in a temporary one, of which the errors then tell. */
export const keepParams = (job: Job, outcome: Outcome): Task<void> =>
  F.pipe(
    writeOutcome(job, outcome),
    TE.orElse((errors) =>
      F.pipe(
        rescue(job, outcome),
        TE.mapLeft((more) => [...errors, ...more]),
        TE.flatMap((folder) => TE.left([...errors, savedElsewhere(folder, outcome.steps)])),
      ),
    ),
  )

/** Keeps the history. */
export const keepHistory = ({ folder }: Job, { history }: Outcome): Task<void> =>
  writeWhole(join(folder, HISTORY), showHistory(history))

/** Numbers in the parameters. */
export const parameterCount = (params: AllParams): number =>
  Object.values(flattenParams(params)).reduce((n, { data }) => n + data.length, 0)

const figuresOf = (job: Job, outcome: Outcome, result: Result): readonly ReportMetric[] => [
  {
    name: 'held-out bound L_b',
    value: Number(result.metrics.testElbo.toFixed(2)),
    unit: `nats per ${job.source.datum}`,
    note: `log P(x) is at least this, on average over ${job.loaded.test.size.toLocaleString('en-US')} held-out ${job.source.datum}s`,
  },
  ...(result.metrics.testLogLikelihood === undefined
    ? []
    : [
        {
          name: 'held-out log P(x)',
          value: Number(result.metrics.testLogLikelihood.toFixed(2)),
          unit: `nats per ${job.source.datum}`,
          note: 'exact',
        },
      ]),
  ...(outcome.history.length === 0
    ? []
    : [
        {
          name: 'training bound L_b',
          value: Number(lastTrainingBound(outcome.history).toFixed(2)),
          unit: `nats per ${job.source.datum}`,
          note: 'mean over the last epoch',
        },
      ]),
  {
    name: 'training time',
    value: showDuration(result.seconds),
    unit: 'min:s',
    note: `${result.steps.toLocaleString('en-US')} steps on ${showRuntime(result)}`,
  },
  {
    name: 'parameters',
    value: parameterCount(outcome.params).toLocaleString('en-US'),
    note: 'float32 numbers',
  },
]

/** The configuration as one list of names and values. */
export const flatConfig = ({ config }: Job): Readonly<Record<string, string | number>> =>
  Object.fromEntries(
    Object.entries({
      family: config.family,
      ...config.options,
      data: config.data.name,
      limit: config.data.limit,
      ...config.training,
      giry: config.giry,
    }).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [
            [
              name,
              typeof value === 'number'
                ? value
                : Array.isArray(value)
                  ? value.join(', ') || 'none'
                  : String(value),
            ],
          ],
    ),
  )

/** The title of a report. */
export const titleOf = ({ config, source }: Job, result: Pick<Result, 'stopped' | 'steps'>): string =>
  `${config.family} on ${source.title}${result.stopped === 'aborted' ? `, stopped at step ${result.steps}` : ''}`

const page = (
  job: BoundJob,
  outcome: Outcome,
  result: Result,
  pictures: readonly GalleryPicture[],
  lossSvg: string,
): string =>
  report({
    title: titleOf(job, result),
    graphLine: graphOf(job.built),
    derivation: derivationOf(job.built),
    config: flatConfig(job),
    metrics: figuresOf(job, outcome, result),
    pictures,
    footer: `Made by giry ${version}. The run can be repeated: one seed, one result.`,
    ...(outcome.history.length < 2 ? {} : { lossSvg }),
  })

/** A file of the run and what it shows, for the list at the end. */
export interface KeptFile {
  readonly file: string
  readonly about: string
}

const about = (pictures: readonly GalleryPicture[]): readonly KeptFile[] => [
  { file: REPORT, about: 'everything on one page' },
  ...pictures.map(({ file, title }) => ({ file, about: title.toLowerCase() })),
  { file: LOSS, about: 'the bound over training' },
  { file: PARAMS, about: 'the parameters' },
  { file: HISTORY, about: 'the bound at each step' },
  { file: CONFIG, about: 'the configuration' },
  { file: RESULT, about: 'the result in one line' },
]

/** Draws, reports, and keeps all of it. */
export const keepPages = (job: BoundJob, outcome: Outcome, result: Result): Task<readonly KeptFile[]> => {
  const { built, source, loaded, config, folder } = job
  const write = (file: string, content: string | Uint8Array) => writeWhole(join(folder, file), content)
  return F.pipe(
    write(RESULT, `${JSON.stringify(result)}\n`),
    // Pictures are drawn by tfjs, which a compiled training has not started.
    TE.tap(() => useRuntime(config.training.runtime)),
    TE.bind('pictures', () =>
      drawn(() => gallery({ built, params: outcome.params, source, seed: config.training.seed }, loaded)),
    ),
    TE.bind('lossSvg', () => drawn(() => renderSvg(lossCurve(plotted(outcome.history))))),
    TE.tap(({ pictures }) =>
      F.pipe(
        [...pictures],
        A.traverse(TE.ApplicativeSeq)(({ file, png }) => write(file, png)),
      ),
    ),
    TE.tap(({ lossSvg }) => write(LOSS, lossSvg)),
    TE.tap(({ pictures, lossSvg }) => write(REPORT, page(job, outcome, result, pictures, lossSvg))),
    TE.map(({ pictures }) => about(pictures)),
  )
}

/** Pictures that are drawn; what goes wrong is data. */
export const drawn = <A>(draw: () => Promise<A>): Task<A> => TE.tryCatch(draw, (e) => errorsOf(e))
