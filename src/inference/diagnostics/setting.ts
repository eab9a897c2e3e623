/**
 * Setting: what a verdict is drawn from, besides a fit, and how data and fakes become points.
 */

import { type Column, type Dataset, rowsOf } from '../../dsl/dataset.js'
import { fail } from '../../dsl/error.js'
import type { Game } from '../../dsl/game.js'
import type { Model } from '../../dsl/model.js'
import type { Objective } from '../../dsl/objective.js'
import type { AnyValue } from '../../dsl/value.js'
import { binarize, fold, integers, type Key } from '../../runtime/keys.js'
import type { GivenOf } from '../inputs.js'
import { sample } from '../sample.js'
import { isDataset } from '../trainingData.js'
import type { C2stOptions } from './c2st.js'
import type { DualityGapOptions } from './dualityGap.js'
import type { Features } from './frechet.js'
import type { KnownModes } from './modes.js'
import { join, type Points, points, type Samples } from './points.js'
import type { TestOptions } from './settings.js'
import { turns } from './turns.js'

/** Samples by column, as `fit` takes them: `{ x: rows }`. */
export type SamplesByColumn = Readonly<Record<string, Samples>>

/** Data to compare with: samples, samples by column, or a data set. */
export type Compared = Samples | SamplesByColumn | Dataset

/** What a verdict is drawn from. */
export interface Setting<T = unknown, G = unknown, R = unknown>
  extends TestOptions,
    Pick<C2stOptions, 'hidden' | 'runtime' | 'threads'> {
  /** The generator. */
  readonly fake: Model<T, G, R>
  /** The site of the generator that imitates the data, and the column of a data set; 'x' if left out. */
  readonly site?: string
  /** The inputs of the generator, one for each fake, where it has any. */
  readonly given?: GivenOf<G>
  /** The training data. */
  readonly data: Compared
  /** Data that no player was trained on. Without them the training data stand in, and the verdict says so. */
  readonly heldOut?: Compared
  /** The objective `accuracy` of `adversarial(…)`. */
  readonly accuracy?: Objective
  /** What the critic of the game judges: data if left out. Of one that judges codes no accuracy is asked. */
  readonly judges?: 'data' | 'codes'
  /** The space in which distances are taken (Fréchet, MMD, precision, …); the data's own if left out. */
  readonly features?: Features
  /** The modes of the data, where they are known. */
  readonly modes?: KnownModes
  /** A zero-sum game on the nets of the fit, and how its worst-case opponents are trained. */
  readonly gap?: { readonly game: Game } & DualityGapOptions
  /** Fakes to draw; as many as held-out data if left out, but 2,000 at most. */
  readonly n?: number
  /** Judges the moving average of the parameters, which the optimizer must keep. */
  readonly averaged?: boolean
}

const columnOf = (data: Dataset, site: string): Column => {
  const names = Object.keys(data.columns)
  return (
    data.columns[site] ??
    (names.length === 1 ? data.columns[names[0] as string] : undefined) ??
    fail(
      'data',
      site,
      `the data set has no column '${site}' that the samples of the site '${site}' could be compared with`,
      `its columns are ${names.join(', ')}: name the site of the generator as the column`,
    )
  )
}

/** The rows of a column, their bits drawn where it is binarized. */
const columnPoints = (data: Dataset, site: string, where: string, key: Key): Points => {
  const column = columnOf(data, site)
  const rows = Int32Array.from({ length: data.size }, (_, i) => i)
  const numbers = rowsOf(column, rows, (probs) => void binarize(key, probs, probs))
  return points({ shape: [data.size, numbers.length / data.size], data: numbers }, where)
}

/** Whether samples come by column: a plain record that is none of the kinds of samples. */
const isByColumn = (data: Compared): data is SamplesByColumn =>
  typeof data === 'object' &&
  data !== null &&
  Object.getPrototypeOf(data) === Object.prototype &&
  !['shape', 'tensor', 'elements', 'tag'].some((key) => key in data)

/** The samples of the site's column, or of the only one. */
const samplesAt = (data: SamplesByColumn, site: string, where: string): Samples => {
  const names = Object.keys(data)
  return (
    data[site] ??
    (names.length === 1 ? data[names[0] as string] : undefined) ??
    fail(
      'data',
      site,
      `'${where}' has no column '${site}' that the samples of the site '${site}' could be compared with`,
      `its columns are ${names.join(', ') || 'none'}: name the site of the generator as the column`,
    )
  )
}

/** Data as points. */
export const comparedPoints = (data: Compared, site: string, where: string, key: Key): Points => {
  if (isDataset(data)) return columnPoints(data, site, where, fold(key, where))
  return points(isByColumn(data) ? samplesAt(data, site, where) : data, where)
}

/** Data as `fit` and `evaluate` take them, for an objective with these columns. */
export const dataFor = (columns: unknown, data: Compared, where: string): unknown => {
  if (isDataset(data) || isByColumn(data)) return data
  const names = Object.keys(columns as object)
  if (names.length === 0) return undefined
  if (names.length > 1)
    fail(
      'data',
      where,
      `an objective takes the columns ${names.join(', ')}, but '${where}' is one list of samples`,
      'pass a data set',
    )
  return { [names[0] as string]: Float32Array.from(points(data, where).data) }
}

/** Draws at a time: the layers of a convolutional generator take much memory. */
const DRAWS = 500

/** The fakes of one call of `sample`. */
const drawSome = (
  { fake, site = 'x', given }: Setting,
  params: unknown,
  seed: number,
  n?: number,
): Points => {
  const options = { params, given, seed, ...(n === undefined ? {} : { n }) }
  const drawn = sample(fake, options as never) as Readonly<Record<string, AnyValue>>
  try {
    const x = drawn[site]
    if (x === undefined)
      return fail(
        'model',
        site,
        `the generator has no site '${site}'`,
        `its sites are ${Object.keys(drawn).join(', ')}: pass { site: '…' }`,
      )
    return points(x, 'fake')
  } finally {
    for (const value of Object.values(drawn)) value.tensor.dispose()
  }
}

/** Fakes of the generator, n of them, or one for each given datum; the event loop turns in between. */
export const drawFakes = async (setting: Setting, params: unknown, n: number, key: Key): Promise<Points> => {
  const seeds = integers(fold(key, 'fake'), Math.ceil(n / DRAWS))
  const first = seeds[0] as number
  if (setting.given !== undefined) return drawSome(setting, params, first)
  const turn = turns()
  let all = drawSome(setting, params, first, Math.min(n, DRAWS))
  for (let i = 1; i < seeds.length; i++) {
    await turn()
    all = join(all, drawSome(setting, params, seeds[i] as number, Math.min(n - i * DRAWS, DRAWS)))
  }
  return all
}
