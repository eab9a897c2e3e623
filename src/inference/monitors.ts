/**
 * Monitors: objectives that are watched during a fit, on held-out data and fresh noise, and move nothing.
 *
 *   every `monitorEvery` steps, and at the end: the mean over at least 512 held-out data, in minibatches drawn anew
 *
 * Errors: tag `option`, what a monitor cannot read. Tested in tests/inference/fit.test.ts.
 */
import type { Dataset } from '../dsl/dataset.js'
import { type GiryError, giryError } from '../dsl/error.js'
import type { AnyNet } from '../dsl/net.js'
import type { AnyObjective, DataSpec } from '../dsl/objective.js'
import { fold, integers, keyFromSeed } from '../runtime/keys.js'
import { type Batch, batchAt, noiseOnly } from './batches.js'
import type { Engine } from './engine.js'
import type { FitOptions, HistoryPoint } from './fitted.js'

/** Objectives by the name they are watched under. */
export type Monitors = Readonly<Record<string, AnyObjective>>

/** What monitors need to know of a run. */
interface Watched {
  readonly monitors: Monitors
  readonly heldOut: Dataset | undefined
  readonly batch: number
  readonly steps: number
  readonly seed: number
  readonly options: Pick<FitOptions, 'monitorEvery'>
}

/** A monitor reads nets of the game, and held-out data where it reads data. */
export const monitorFaults = (
  monitors: Monitors,
  nets: Readonly<Record<string, AnyNet>>,
  spaces: Readonly<Record<string, DataSpec>>,
  heldOut: unknown,
): readonly GiryError[] =>
  Object.entries(monitors).flatMap(([name, m]) => {
    const fault = (message: string, remedy: string) =>
      giryError('option', `monitors.${name}`, message, remedy)
    if ((m as Partial<AnyObjective> | null)?.tag !== 'objective')
      return [
        fault(
          `monitor '${name}' is no objective`,
          'pass one, for example { monitors: { accuracy } } with the accuracy of adversarial(…)',
        ),
      ]
    const strange = Object.keys(m.nets).filter((net) => nets[net] !== m.nets[net])
    const unknown = Object.keys(m.data).filter((column) => !(column in spaces))
    return [
      ...strange.map((net) =>
        fault(
          `monitor '${name}' reads the net '${net}', which is not one of those that are trained`,
          'build it from the nets of the game',
        ),
      ),
      ...unknown.map((column) =>
        fault(
          `monitor '${name}' reads the column '${column}', which the objectives do not`,
          'build it from the data of the game',
        ),
      ),
      ...(heldOut === undefined && Object.keys(m.data).length > 0
        ? [
            fault(
              `monitor '${name}' reads data, but no data is held out for it`,
              'pass { heldOut: … }: data that no player is trained on',
            ),
          ]
        : []),
    ]
  })

/** Held-out data that a monitor looks at, at least. */
const MONITORED = 512

/** Minibatches of held-out data, drawn anew for each look. */
const monitorBatches = ({ heldOut, batch, seed }: Watched, step: number): readonly Batch[] => {
  const key = fold(fold(keyFromSeed(seed), 'monitor'), step)
  const n = Math.ceil(MONITORED / batch)
  return Array.from({ length: n }, (_, i) =>
    heldOut === undefined
      ? noiseOnly(batch, fold(key, i)).at(0)
      : batchAt(heldOut, Int32Array.from(integers(fold(key, i), batch, heldOut.size)), fold(key, i)),
  )
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** What the monitors say after a step, where they are due. */
export const monitored = async (
  watched: Watched,
  engine: Engine,
  step: number,
): Promise<Pick<HistoryPoint, 'monitors'>> => {
  const { monitors, options, steps } = watched
  const due = step % (options.monitorEvery ?? 100) === 0 || step === steps
  if (!due || Object.keys(monitors).length === 0) return {}
  const batches = monitorBatches(watched, step)
  const said: Record<string, number> = {}
  for (const [name, objective] of Object.entries(monitors)) {
    const values: number[] = []
    for (const b of batches) values.push(await engine.value(objective, b))
    said[name] = mean(values)
  }
  return { monitors: said }
}
