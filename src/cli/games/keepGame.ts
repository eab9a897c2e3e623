/**
 * What is kept of a game beside its parameters and history:
 *
 *   result.json  samples.png  training.png  neighbors.png  players.svg  report.html
 *
 * Tested in tests/cli/games/train.test.ts.
 */
import { join } from 'node:path'
import { array as A, function as F, taskEither as TE } from 'fp-ts'
import type { GiryError } from '../../dsl/error.js'
import type { Finding } from '../../inference/diagnostics/finding.js'
import { useRuntime } from '../../runtime/backend.js'
import { writeWhole } from '../folder.js'
import type { GalleryPicture } from '../gallery.js'
import { HISTORY } from '../history.js'
import type { GameJob } from '../job.js'
import {
  drawn,
  flatConfig,
  type KeptFile,
  type Outcome,
  parameterCount,
  REPORT,
  RESULT,
  type Result,
  titleOf,
} from '../keep.js'
import { PARAMS } from '../parameterFile.js'
import { showDuration, showRuntime } from '../progress.js'
import { type ReportMetric, report } from '../report.js'
import { CONFIG, version } from '../runConfig.js'
import type { Snapshot } from './animation.js'
import { fakeOf, playersText } from './describe.js'
import { exhibitOf } from './exhibit.js'
import { gameFigures } from './figures.js'
import type { GameMetrics } from './measure.js'
import { curvesSvg, gameGallery } from './pictures.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** What a game came to. */
export interface GameOutcome {
  readonly outcome: Outcome
  readonly result: Result<GameMetrics>
  readonly snapshots: readonly Snapshot[]
  readonly findings: readonly Finding[]
}

const PLAYERS = 'players.svg'

const ofRun = (outcome: Outcome, result: Result<GameMetrics>): readonly ReportMetric[] => [
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

const page = (
  job: GameJob,
  { outcome, result, findings }: GameOutcome,
  pictures: readonly GalleryPicture[],
  lossSvg: string,
): string =>
  report({
    title: titleOf(job, result),
    graphLine: fakeOf(job.built),
    derivation: playersText(job.built, job.config.family, job.config.options),
    derivationTitle: 'The game',
    config: flatConfig(job),
    verdict: findings,
    metrics: [...gameFigures(result.metrics, job.loaded.modes?.centers.length), ...ofRun(outcome, result)],
    pictures,
    footer: `Made by giry ${version}. The run can be repeated: one seed, one result.`,
    lossTitle: 'The players over training',
    ...(outcome.history.length < 2 ? {} : { lossSvg }),
  })

const about = (pictures: readonly GalleryPicture[]): readonly KeptFile[] => [
  { file: REPORT, about: 'everything on one page, the verdict first' },
  ...pictures.map(({ file, title }) => ({ file, about: title.toLowerCase() })),
  { file: PLAYERS, about: 'objectives, gradient norms and the accuracy of the critic over training' },
  { file: PARAMS, about: 'the parameters' },
  { file: HISTORY, about: 'every player at each step' },
  { file: CONFIG, about: 'the configuration' },
  { file: RESULT, about: 'the result in one line' },
]

/** Draws, reports, and keeps all of it. */
export const keepGamePages = (job: GameJob, o: GameOutcome): Task<readonly KeptFile[]> => {
  const write = (file: string, content: string | Uint8Array) => writeWhole(join(job.folder, file), content)
  const exhibit = exhibitOf(job, o.outcome.params, job.config.training.seed)
  return F.pipe(
    write(RESULT, `${JSON.stringify(o.result)}\n`),
    TE.tap(() => useRuntime(job.config.training.runtime)),
    TE.bind('pictures', () => drawn(() => gameGallery(exhibit, job.loaded, o.snapshots, o.outcome.steps))),
    TE.bind('lossSvg', () => drawn(() => curvesSvg(o.outcome.history))),
    TE.tap(({ pictures }) =>
      F.pipe(
        [...pictures],
        A.traverse(TE.ApplicativeSeq)(({ file, png }) => write(file, png)),
      ),
    ),
    TE.tap(({ lossSvg }) => write(PLAYERS, lossSvg)),
    TE.tap(({ pictures, lossSvg }) => write(REPORT, page(job, o, pictures, lossSvg))),
    TE.map(({ pictures }) => about(pictures)),
  )
}
