/**
 * The data sets that commands know by name: how each is loaded, for models of bits and for models of numbers.
 *
 *   mnist                                Binary families see bits, drawn anew from the grey values for each batch; Real ones the grey values
 *   ring8, grid25, moons, swissroll      points of the plane, for Real families; drawn from a seed of their own, always the same
 *
 * Tested in tests/cli/train.test.ts and tests/cli/games/train.test.ts.
 */
import { either as E, taskEither as TE } from 'fp-ts'
import { mnist } from '../data/mnist.js'
import { grid } from '../data/synthetic/grid.js'
import type { Modes } from '../data/synthetic/modes.js'
import { moons } from '../data/synthetic/moons.js'
import type { DrawnPoints, LabeledPoints, Points } from '../data/synthetic/options.js'
import { ring } from '../data/synthetic/ring.js'
import { swissRoll } from '../data/synthetic/swissRoll.js'
import type { Dataset } from '../dsl/dataset.js'
import { errorsOf, type GiryError } from '../dsl/error.js'
import type { DataShape, Family } from '../models/family.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>
type Models = Family['models']

/** A loaded data set; the class of each datum and the modes of the distribution, where there are any. */
export interface Loaded {
  readonly train: Dataset
  readonly test: Dataset
  readonly trainLabels?: Uint8Array
  readonly testLabels?: Uint8Array
  readonly modes?: Modes
}

/** A data set by name. */
export interface DataSource {
  /** One line for `giry families`. */
  readonly summary: string
  /** The name as people write it. */
  readonly title: string
  /** What one datum is called: nats per digit. */
  readonly datum: string
  /** The size of its pictures; points of the plane have none. */
  readonly picture?: { readonly width: number; readonly height: number }
  /** The data as models of bits or of numbers see them; undefined where they cannot. */
  readonly shapeFor: (models: Models) => DataShape | undefined
  /** Loads it, at most `limit` data of each part. */
  readonly load: (models: Models, limit: number | undefined) => Task<Loaded>
}

const digits: DataSource = {
  summary: '60,000 + 10,000 handwritten digits of 28 x 28 grey values',
  title: 'MNIST',
  datum: 'digit',
  picture: { width: 28, height: 28 },
  shapeFor: (models) => ({
    size: 784,
    domain: models === 'Binary' ? 'Binary' : 'Unit',
    image: [28, 28],
    classes: 10,
  }),
  load: (models, limit) =>
    mnist({ binarize: models === 'Binary', ...(limit === undefined ? {} : { limit }) }),
}

/** Points to train on, and held out. */
const N = 50_000
const HELD_OUT = 10_000

type Drawn = Points & Partial<Omit<LabeledPoints, keyof Points>> & { readonly modes?: Modes }

interface Plane {
  readonly title: string
  readonly summary: string
  readonly draw: (sizes: Required<Pick<DrawnPoints, 'n' | 'heldOut'>>) => Drawn
  /** The middle of its entries, their deviation, and its classes, where it has any. */
  readonly scale: Omit<DataShape, 'size' | 'domain'>
}

const plane = ({ title, summary, draw, scale }: Plane): DataSource => ({
  summary: `${summary}; 50,000 + 10,000 points of the plane`,
  title,
  datum: 'point',
  shapeFor: (models) => (models === 'Binary' ? undefined : { size: 2, domain: 'Real', ...scale }),
  load: (_, limit) =>
    TE.fromEither(
      E.tryCatch(
        // Fewer points are the first ones of more.
        () => draw({ n: Math.min(limit ?? N, N), heldOut: Math.min(limit ?? HELD_OUT, HELD_OUT) }),
        (e) => errorsOf(e),
      ),
    ),
})

/** Every data set, by name. */
export const dataSources = {
  mnist: digits,
  ring8: plane({
    title: 'the ring of 8 Gaussians',
    summary: 'radius 1, deviation 0.01',
    draw: ring,
    scale: { center: 0, spread: Math.SQRT1_2, classes: 8 },
  }),
  grid25: plane({
    title: 'the grid of 25 Gaussians',
    summary: 'spacing 2, deviation 0.05',
    draw: grid,
    scale: { center: 0, spread: 2.829, classes: 25 },
  }),
  moons: plane({
    title: 'the two moons',
    summary: 'two half circles, noise 0.05',
    draw: moons,
    scale: { center: 0.375, spread: 0.7, classes: 2 },
  }),
  swissroll: plane({
    title: 'the Swiss roll',
    summary: 'a spiral of one and a half turns, noise 0.02',
    draw: swissRoll,
    scale: { center: 0, spread: 0.49 },
  }),
} as const satisfies Readonly<Record<string, DataSource>>

/** The name of a data set. */
export type DataName = keyof typeof dataSources

/** The names of the data sets. */
export const dataNames = Object.keys(dataSources) as readonly DataName[]

/** The data set of a name. */
export const sourceOf = (name: DataName): DataSource => dataSources[name]
