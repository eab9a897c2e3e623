/**
 * What can be wrong with the options of a fit, each for itself: every fault, with what is allowed.
 * Errors: tags `option`, `data`. Tested in tests/inference/fit.test.ts.
 */

import type { Dataset } from '../dsl/dataset.js'
import { type GiryError, giryError } from '../dsl/error.js'
import { shown } from '../dsl/shown.js'
import { threadFaults } from '../runtime/onnx/session/threads.js'
import { runtimeFaults } from '../runtime/runtimes.js'
import type { FitOptions } from './fitted.js'
import { type NamesOf, nameFaults } from './optionNames.js'

const names = {
  data: true,
  heldOut: true,
  optimizer: true,
  epochs: true,
  steps: true,
  batch: true,
  seed: true,
  runtime: true,
  threads: true,
  deterministic: true,
  play: true,
  monitors: true,
  monitorEvery: true,
  params: true,
  onEvent: true,
  signal: true,
  checkpoint: true,
} satisfies NamesOf<FitOptions & { readonly data: unknown; readonly heldOut: unknown }>

/** What is wrong with a count. */
export const whole = (name: string, x: number | undefined): readonly GiryError[] =>
  x === undefined || (Number.isInteger(x) && x >= 1)
    ? []
    : [
        giryError(
          'option',
          name,
          `${name} must be a whole number >= 1, but ${shown(x)} was given`,
          `pass { ${name}: 1 } or more`,
        ),
      ]

/** What is wrong with a seed. */
export const seedFaults = (seed: number | undefined): readonly GiryError[] =>
  seed === undefined || Number.isSafeInteger(seed)
    ? []
    : [
        giryError(
          'option',
          'seed',
          `the seed must be a whole number, but ${shown(seed)} was given`,
          'pass { seed: 1 }',
        ),
      ]

/** What is wrong with options, each for itself. */
export const optionFaults = (o: FitOptions): readonly GiryError[] => [
  ...nameFaults('fit', Object.keys(names), o),
  ...whole('epochs', o.epochs),
  ...whole('steps', o.steps),
  ...whole('batch', o.batch),
  ...threadFaults(o.threads),
  ...(o.deterministic === undefined || typeof o.deterministic === 'boolean'
    ? []
    : [
        giryError(
          'option',
          'deterministic',
          `deterministic must be true or false, but ${shown(o.deterministic)} was given`,
          'pass { deterministic: true }',
        ),
      ]),
  ...whole('checkpoint.every', o.checkpoint?.every),
  ...whole('monitorEvery', o.monitorEvery),
  ...(o.epochs === undefined && o.steps === undefined
    ? [
        giryError(
          'option',
          'epochs',
          'neither epochs nor steps says how long to train',
          'pass { epochs: 10 } or { steps: 1000 }',
        ),
      ]
    : []),
  ...(o.epochs !== undefined && o.steps !== undefined
    ? [
        giryError(
          'option',
          'epochs',
          `both epochs (${o.epochs}) and steps (${o.steps}) were given`,
          'pass one of the two',
        ),
      ]
    : []),
  ...seedFaults(o.seed),
  ...runtimeFaults(o.runtime),
]

/** A batch is no larger than the data. */
export const batchFaults = (o: FitOptions, data: Dataset | undefined): readonly GiryError[] =>
  data !== undefined && o.batch !== undefined && o.batch > data.size
    ? [
        giryError(
          'data',
          'batch',
          `a batch of ${o.batch} was asked for, but the data set has ${data.size} data`,
          `pass { batch: ${data.size} } or less`,
        ),
      ]
    : []
