/**
 * What the pictures of a game are made from. Tested in tests/cli/games/train.test.ts.
 */
import type { DataSource, Loaded } from '../dataSources.js'
import type { GameJob } from '../job.js'
import type { AllParams } from '../parameterFile.js'
import { payoffOf } from './describe.js'
import { numbersOf, type Played } from './draws.js'
import { type Reading, readingOf } from './surface.js'

/** What the pictures are made from. */
export interface GameExhibit extends Played {
  readonly source: DataSource
  /** Held-out data, flat. */
  readonly real: Float32Array
  readonly seed: number
  /** How the score of the critic is read. */
  readonly reading: Reading
}

const HELD_OUT = 10_000

/** What the pictures of a game are made from. */
export const exhibitOf = (
  {
    built,
    source,
    loaded,
    config,
  }: Pick<GameJob, 'built' | 'source' | 'config'> & { readonly loaded: Loaded | undefined },
  params: AllParams,
  seed: number,
): GameExhibit => ({
  built,
  params,
  source,
  real: loaded === undefined ? new Float32Array(0) : numbersOf(loaded.test, HELD_OUT),
  seed,
  reading: readingOf(payoffOf(config.family, config.options)),
})
