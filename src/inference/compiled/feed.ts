/**
 * What changes from step to step: the rows of the minibatch, the noise and what follows the updates, written into the arrays that the compiled graph
 * reads. The numbers are those of the eager runtime, bit for bit.
 */
import { writeRows } from '../../dsl/dataset.js'
import { binarize, fold, writeNormals, writeUniforms } from '../../runtime/keys.js'
import { type Batch, scheduledAt } from '../batches.js'
import { type Draw, keyOfDraw, type Scheduled, type TracedStep } from './traceStep.js'

/** Arrays by the name of the graph's input. */
export type Feeds = Readonly<Record<string, Float32Array>>

const writers = { normal: writeNormals, uniform: writeUniforms } as const

const writeNoise = (batch: Batch, draws: readonly Draw[], feeds: Feeds): void => {
  for (const draw of draws) {
    const out = feeds[draw.input]
    // A draw whose numbers reach no output is no input of the simplified graph.
    if (out !== undefined) writers[draw.kind](keyOfDraw(batch.noise, draw), out)
  }
}

const writeData = ({ data }: Batch, feeds: Feeds): void => {
  if (data === undefined) return
  for (const [name, column] of Object.entries(data.set.columns)) {
    const out = feeds[`data/${name}`]
    if (out === undefined) continue
    writeRows(column, data.rows, out, (probs) => void binarize(fold(data.key, name), probs, probs))
  }
}

const writeSchedules = (batch: Batch, schedules: readonly Scheduled[], feeds: Feeds): void => {
  for (const { input, schedule } of schedules) feeds[input]?.fill(scheduledAt(batch, schedule))
}

/** Writes one batch. */
export const feed = (
  batch: Batch,
  { draws, schedules }: Pick<TracedStep, 'draws' | 'schedules'>,
  feeds: Feeds,
): void => {
  writeData(batch, feeds)
  writeNoise(batch, draws, feeds)
  writeSchedules(batch, schedules, feeds)
}
