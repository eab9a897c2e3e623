/**
 * The paper-scale run: a VAE 784-400-20 on dynamically binarized MNIST, Adam 1e-3, batch 128, on the default runtime.
 *
 *   npx tsx bench/vae.ts [epochs = 10] [seed = 1]
 *
 * Prints one row for each epoch: steps per second (training only, the held-out evaluation is not counted), the
 * held-out L_b in nats per digit on the 10,000 test images, and the wall time so far with everything in it: building the
 * step, training, held-out evaluation. The last line is the same as JSON. Numbers: bench/README.md.
 */
import * as os from 'node:os'
import { mnist } from '../src/data/mnist.js'
import * as g from '../src/index.js'
import { vae } from '../src/models/vae.js'

interface Row {
  readonly epoch: number
  readonly steps: number
  /** Seconds of training in this epoch. */
  readonly seconds: number
  readonly stepsPerSecond: number
  /** Mean of the training bound over the epoch. */
  readonly trainBound: number
  readonly heldOut: number
  /** Seconds since `fit` was called. */
  readonly wall: number
}

const wholeArgument = (at: number, name: string, otherwise: number, least: number): number => {
  const text = process.argv[at]
  const n = text === undefined ? otherwise : Number(text)
  if (Number.isSafeInteger(n) && n >= least) return n
  throw new RangeError(
    `${name} must be a whole number >= ${least}, but '${text}' was given: npx tsx bench/vae.ts [epochs] [seed]`,
  )
}

const round = (x: number, digits: number): number => Number(x.toFixed(digits))

/** Turns the events of a fit into rows; the clock of an epoch stops at its last step. */
const recorder = (write: (row: Row) => void): ((event: g.FitEvent) => void) => {
  const called = performance.now()
  let began = 0
  let ended = 0
  let bounds: number[] = []
  return (event) => {
    if (event.type === 'notice') console.log(event.message)
    if (event.type === 'start') began = performance.now()
    if (event.type === 'step') {
      ended = performance.now()
      bounds.push(event.values.objective as number)
    }
    if (event.type !== 'epoch') return
    const seconds = (ended - began) / 1000
    write({
      epoch: event.epoch,
      steps: bounds.length,
      seconds: round(seconds, 1),
      stepsPerSecond: round(bounds.length / seconds, 2),
      trainBound: round(bounds.reduce((a, b) => a + b, 0) / bounds.length, 2),
      heldOut: round(event.heldOut as number, 2),
      wall: round((performance.now() - called) / 1000, 1),
    })
    bounds = []
    began = performance.now()
  }
}

const columns = ['epoch', 'steps', 'seconds', 'stepsPerSecond', 'trainBound', 'heldOut', 'wall'] as const

const printRow = (row: Row): void =>
  console.log(columns.map((c) => String(row[c]).padStart(Math.max(7, c.length))).join('  '))

const epochs = wholeArgument(2, 'epochs', 10, 1)
const seed = wholeArgument(3, 'the seed', 1, 0)
const rows: Row[] = []
const data = await g.orThrow(mnist())
const { objective } = vae({ size: 784, latent: 20, hidden: [400] })
console.log(columns.map((c) => c.padStart(7)).join('  '))
const fit = await g.orThrow(
  g.fit(objective, {
    data: data.train,
    heldOut: data.test,
    optimizer: g.adam(1e-3),
    batch: 128,
    epochs,
    seed,
    onEvent: recorder((row) => {
      rows.push(row)
      printRow(row)
    }),
  }),
)
console.log(
  JSON.stringify({
    bench: 'vae',
    network: '784-400-20',
    batch: 128,
    seed,
    runtime: fit.diagnostics.runtime,
    threads: fit.diagnostics.threads,
    node: process.version,
    cpu: os.cpus()[0]?.model,
    cores: os.cpus().length,
    load: round(os.loadavg()[0] ?? 0, 1),
    seconds: rows.at(-1)?.wall,
    heldOut: rows.at(-1)?.heldOut,
    rows,
  }),
)
