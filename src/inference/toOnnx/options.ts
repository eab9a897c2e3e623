/**
 * Options of `toOnnx`.
 */

import type { SiteNames } from '../../dsl/model.js'
import type { NetParams } from '../../dsl/params.js'
import type { NeedsParams } from '../inputs.js'

/** Where the noise of a sampler comes from. */
export const noiseSources = ['input', 'random'] as const

/** Parameters of nets by name. */
export type AllNetParams = Readonly<Record<string, NetParams>>

/** What a net is written with. */
export interface NetToOnnx {
  /** The parameters of this net, such as `run.params.decode`. */
  readonly params: NetParams
}

/** How a sampler is written; `params` is required where the model has nets. */
export type SamplerToOnnx<T, R> = NeedsParams<T> & {
  /** The outputs: all random sites, unless some are named. */
  readonly sites?: readonly SiteNames<R>[]
  /**
   * Where the noise comes from: 'input', the default, makes each draw of noise an input, so that the file computes what
   * `sample` computes; 'random' draws it inside.
   */
  readonly noise?: (typeof noiseSources)[number]
}
