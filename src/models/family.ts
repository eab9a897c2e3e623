/**
 * A model family: a name, a codec for its options, and a function from options to p, q and the bound.
 *
 * What the command line and the tests need to know of a family is here; the typed functions (`vae(…)`) are for programs.
 */
import type * as t from 'io-ts'
import type { AnyModel } from '../dsl/model.js'
import type { AnyObjective } from '../dsl/objective.js'

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
}

/** A model family. */
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
