/**
 * A model family: a name, a codec for its options, and a function from options to a model and what trains it.
 *
 *   bound   p, q and their bound: maximized                 game   data, generator, players: played
 *
 * What the command line and the tests need to know of a family is here; the typed functions (`vae(…)`, `gan(…)`) are for programs.
 */
import type * as t from 'io-ts'
import type { AnyGame } from '../dsl/game.js'
import type { AnyModel } from '../dsl/model.js'
import type { AnyObjective } from '../dsl/objective.js'
import type { AnyValue } from '../dsl/value.js'
import type { Optimizer } from '../inference/optimizers/transformation.js'
import type { Play } from '../inference/playNames.js'

/** A model, its variational family and the bound of the two. */
export interface BuiltFamily {
  readonly p: AnyModel
  readonly q: AnyModel
  readonly objective: AnyObjective
  /** Size of the code z, where there is one. */
  readonly latent: number
}

/** What a family is told about the data it will see: the event size and its domain. */
export interface DataShape {
  readonly size: number
  readonly domain: 'Binary' | 'Unit' | 'Real'
  /** Height and width, where an event is a picture of grey values. */
  readonly image?: readonly [number, number]
  /** The middle of the entries; 0 unless named. */
  readonly center?: number
  /** Their deviation; 1 unless named. */
  readonly spread?: number
  /** Number of classes that data are labelled with, where they are. */
  readonly classes?: number
}

/** A model family whose parameters maximize a bound. */
export interface Family<O = unknown> {
  readonly name: string
  /** One line for `giry families`. */
  readonly summary: string
  /** Whether it models Binary data or Real data. */
  readonly models: 'Binary' | 'Real'
  /** Decodes options from unknown data; missing ones take `defaults`. */
  readonly options: t.Type<O, unknown, unknown>
  readonly defaults: O
  readonly build: (data: DataShape, options: O) => BuiltFamily
}

/** How a game is played well, as far as was measured (bench/games). */
export interface Recipe {
  readonly batch: number
  readonly steps: number
  readonly play: Play
  /** How many data its critic judges at once, where it is more than one: batch and data must be a multiple of it. */
  readonly pack?: number
  /** An optimizer for each player, for a run of so many steps. */
  readonly optimizer: (steps: number) => Readonly<Record<string, Optimizer>>
}

/** A game, the generator in it, and how it is played and looked at. */
export interface BuiltGame {
  readonly kind: 'game'
  readonly game: AnyGame
  /** The generator, with the site x; it takes the class c where `classes` says how many there are. */
  readonly fake: AnyModel
  readonly classes?: number
  /** The share of real and fake data that the critic tells apart. */
  readonly accuracy: AnyObjective
  /** What an accuracy of ½ is of: `data`, or `codes`. */
  readonly judges: 'data' | 'codes'
  /** The score of a critic that judges one datum x alone, for a picture of it; which nets it reads. */
  readonly surface?: {
    readonly nets: readonly string[]
    readonly score: (functions: Readonly<Record<string, unknown>>, x: AnyValue) => AnyValue
  }
  readonly recipe: Recipe
  /** Size of the noise z. */
  readonly latent: number
}

/** A model family that is a game. */
export interface GameFamily<O = unknown> {
  readonly name: string
  /** One line for `giry families`. */
  readonly summary: string
  /** Whether its critic or generator is told classes, so that data need labels. */
  readonly labelled: boolean
  /** Decodes options from unknown data; missing ones take `defaults`. */
  readonly options: t.Type<O, unknown, unknown>
  readonly defaults: O
  readonly build: (data: DataShape, options: O) => BuiltGame
}
