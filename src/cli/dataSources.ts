/**
 * The data sets that commands know by name: how each is loaded, for models of bits and for models of numbers.
 *
 *   Binary families see bits, drawn anew from the grey values for each batch; Real ones see the grey values
 */
import { function as F, taskEither as TE } from 'fp-ts'
import { mnist } from '../data/mnist.js'
import type { Dataset } from '../dsl/dataset.js'
import type { GiryError } from '../dsl/error.js'
import type { DataShape, Family } from '../models/family.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>
type Models = Family['models']

/** A loaded data set with the class of each held-out datum. */
export interface Loaded {
  readonly train: Dataset
  readonly test: Dataset
  readonly testLabels: Uint8Array
}

/** A data set by name. */
export interface DataSource {
  /** One line for `giry families`. */
  readonly summary: string
  /** The name as people write it. */
  readonly title: string
  /** What one datum is called: nats per digit. */
  readonly datum: string
  readonly width: number
  readonly height: number
  readonly shapeFor: (models: Models) => DataShape
  /** Loads it, at most `limit` data of each part. */
  readonly load: (models: Models, limit: number | undefined) => Task<Loaded>
}

const digits: DataSource = {
  summary: '60,000 + 10,000 handwritten digits of 28 x 28 grey values',
  title: 'MNIST',
  datum: 'digit',
  width: 28,
  height: 28,
  shapeFor: (models) => ({ size: 784, domain: models === 'Binary' ? 'Binary' : 'Unit' }),
  load: (models, limit) =>
    F.pipe(
      mnist({ binarize: models === 'Binary', ...(limit === undefined ? {} : { limit }) }),
      TE.map(({ train, test, testLabels }): Loaded => ({ train, test, testLabels })),
    ),
}

/** Every data set, by name. */
export const dataSources: Readonly<Record<'mnist', DataSource>> = { mnist: digits }

/** The names of the data sets. */
export const dataNames = ['mnist'] as const
