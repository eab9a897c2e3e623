/**
 * What the registry says of every adversarial family: its options, and the recipe by which it is played.
 *
 *   Adam(r, β1 = 0.5, β2 = 0.99), r falling by half a cosine to 0 over the run: at a fixed rate the players circle, and a generator
 *   that has found the modes keeps shaking them; once the rate is 0, a moving average of the generator changes nothing
 *
 * Measured in bench/games/README.md.
 */
import type * as t from 'io-ts'
import type { AnyGame } from '../dsl/game.js'
import type { AnyModel } from '../dsl/model.js'
import type { AnyObjective } from '../dsl/objective.js'
import type { AnyValue } from '../dsl/value.js'
import { type PayoffName, payoffs } from '../inference/adversarial.js'
import { adam } from '../inference/optimizers/optimizers.js'
import { cosineSchedule } from '../inference/optimizers/schedule.js'
import type { Optimizer } from '../inference/optimizers/transformation.js'
import type { BuiltGame, DataShape, Recipe } from './family.js'
import { type DataScale, scaled, type Vector } from './generator.js'
import { maybe, nameOf, optionsCodec, positiveInteger, sizes } from './options.js'

/** Options that every adversarial family has on a command line. */
export interface GameOptions {
  /** Entries of the noise; 2 for points, 64 for images, unless named. */
  readonly latent?: number | undefined
  /** Units of the hidden layers of every net; three layers of 128 unless named, and for `gan` of images convolutions. */
  readonly hidden?: readonly number[] | undefined
}

/** Options of one whose payoff can be chosen. */
export interface PayoffOptions extends GameOptions {
  readonly payoff: PayoffName
}

/** Everything is left to the data. */
export const gameDefaults: GameOptions = { latent: undefined, hidden: undefined }

/** Three layers: with two, a generator cannot separate 25 modes (bench/games/README.md). */
const HIDDEN: readonly number[] = [128, 128, 128]

/** The defaults of one whose payoff can be chosen. */
export const payoffDefaults: PayoffOptions = { ...gameDefaults, payoff: 'nonSaturating' }

/** The codec of `GameOptions`. */
export const gameCodec = (name: string): t.Type<GameOptions, unknown, unknown> =>
  optionsCodec<GameOptions>(name, { latent: maybe(positiveInteger), hidden: maybe(sizes) }, gameDefaults)

/** The codec of `PayoffOptions`. */
export const payoffCodec = (name: string): t.Type<PayoffOptions, unknown, unknown> =>
  optionsCodec<PayoffOptions>(
    name,
    {
      latent: maybe(positiveInteger),
      hidden: maybe(sizes),
      payoff: nameOf(Object.keys(payoffs) as readonly PayoffName[]),
    },
    payoffDefaults,
  )

/** What a family is told about data, as the scale of its numbers. */
export const scaleOf = ({ size, domain, center, spread }: DataShape): DataScale => ({
  size,
  domain: domain === 'Real' ? 'Real' : 'Unit',
  ...(center === undefined ? {} : { center }),
  ...(spread === undefined ? {} : { spread }),
})

/** Entries of the noise from which points are made. */
const POINT_LATENT = 2

/** Entries of the noise from which images are made. */
export const IMAGE_LATENT = 64

/** The options of a family's function: the scale of the data, and every option decided. */
export const decided = <O extends GameOptions>(data: DataShape, options: O) => ({
  ...scaleOf(data),
  ...options,
  hidden: options.hidden ?? HIDDEN,
  latent: options.latent ?? (data.image === undefined ? POINT_LATENT : IMAGE_LATENT),
})

/** Adam with a short memory and a rate that falls to 0 over the run. */
export const falling = (rate: number, steps: number): Optimizer =>
  adam(cosineSchedule(rate, steps), { beta1: 0.5, beta2: 0.99 })

/** The recipe for players with these learning rates; `moves` of a player in each step, 1 unless named: its rate falls over all. */
export const recipeFor = (
  rates: Readonly<Record<string, number>>,
  more: Partial<Recipe> = {},
  moves: Readonly<Record<string, number>> = {},
): Recipe => ({
  batch: 256,
  steps: 10_000,
  play: 'alternating',
  optimizer: (steps) =>
    Object.fromEntries(
      Object.entries(rates).map(([player, rate]) => [player, falling(rate, steps * (moves[player] ?? 1))]),
    ),
  ...more,
})

/** The surface of a critic D that judges one datum. */
export const surfaceOf = (o: DataScale): NonNullable<BuiltGame['surface']> => ({
  nets: ['D'],
  score: ({ D }, x) => (D as (u: AnyValue) => AnyValue)(scaled(x as Vector, o)),
})

/** The parts of a built family that its own function gives. */
interface Parts {
  readonly game: unknown
  readonly fake: unknown
  readonly accuracy: unknown
}

/** A built game from what a family's function gives. */
export const builtGame = (
  { game, fake, accuracy }: Parts,
  rest: Omit<BuiltGame, 'kind' | 'game' | 'fake' | 'accuracy'>,
): BuiltGame => ({
  kind: 'game',
  game: game as AnyGame,
  fake: fake as AnyModel,
  accuracy: accuracy as AnyObjective,
  ...rest,
})
