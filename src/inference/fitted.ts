/**
 * What goes into a fit and what comes out: options, events, history, and the result as plain data.
 */
import type { Objective } from '../dsl/objective.js'
import type { Params } from '../dsl/params.js'
import type { RuntimeName } from '../runtime/runtimes.js'
import type { Optimizer } from './optimizers/transformation.js'
import type { Play } from './playNames.js'

/** One point of the history of a run. */
export interface HistoryPoint {
  readonly step: number
  readonly epoch: number
  readonly seconds: number
  /** The objective of each player at this step, on its minibatch, in nats per datum. */
  readonly values: Readonly<Record<string, number>>
  /** In a game, the Euclidean norm of the gradient of each player that moved, over all its parameters. */
  readonly gradientNorms?: Readonly<Record<string, number>>
  /** What the monitors say, where they were asked. */
  readonly monitors?: Readonly<Record<string, number>>
  /** The objective on the held-out data, at the end of an epoch; in a game, that of the player who moves first. */
  readonly heldOut?: number
}

/** The result of a fit. */
export interface Fit<out T = unknown> {
  readonly params: Params<T>
  /** The exponential moving average of the parameters, where the optimizer keeps one. */
  readonly averaged?: Params<T>
  readonly history: readonly HistoryPoint[]
  /** The history of the phases before the game, one after the other, where there were any. */
  readonly pretraining?: readonly HistoryPoint[]
  readonly diagnostics: {
    readonly steps: number
    readonly epochs: number
    readonly seconds: number
    /** What ran the steps: `onnx-node`, `onnx-web`, `wasm`, `cpu`, … */
    readonly runtime: string
    /** Threads that shared one operator's work. */
    readonly threads: number
    /** What there was to say, for example why a step could not be compiled. */
    readonly notices: readonly string[]
    readonly seed: number
    readonly stopped: 'finished' | 'aborted'
    /** The last held-out value, if data was held out. */
    readonly heldOut?: number
  }
}

/** What happens during a fit. */
export type FitEvent =
  | { readonly type: 'notice'; readonly message: string }
  | {
      readonly type: 'start'
      readonly steps: number
      /** Steps in one pass over the data; a fraction, where a player makes several moves in each step. */
      readonly stepsPerEpoch: number
      readonly parameters: number
      readonly runtime: string
      readonly threads: number
    }
  /** Before the game: a step of a player that moves alone. */
  | ({ readonly type: 'pretrain'; readonly player: string; readonly steps: number } & HistoryPoint)
  | ({ readonly type: 'step' } & HistoryPoint)
  | ({ readonly type: 'epoch' } & HistoryPoint)
  | { readonly type: 'end'; readonly step: number; readonly stopped: 'finished' | 'aborted' }

/** Options of a fit, besides the data. */
export interface FitOptions<T = unknown> {
  readonly optimizer: Optimizer | Readonly<Record<string, Optimizer>>
  /** Passes over the data; or give `steps`. */
  readonly epochs?: number
  /** Updates; or give `epochs`. */
  readonly steps?: number
  /** Data per step; 128, or all of it if there is less. */
  readonly batch?: number
  /** Fixes the start, the order of the data and the noise; 0 if left out. */
  readonly seed?: number
  /** What evaluates the steps; 'auto' compiles them for ONNX Runtime where it can, and says so where it cannot. */
  readonly runtime?: RuntimeName
  /** Threads that share one operator's work on a compiled runtime; all cores if left out. */
  readonly threads?: number
  /**
   * The same bits whatever the number of cores, at the price of running on one thread. On one machine two runs agree bit for
   * bit without it; machines with other numbers of cores may then differ in the last bits (docs/runtimes.md).
   */
  readonly deterministic?: boolean
  /** How the moves of a game's players make one step; alternating if left out (src/inference/play.ts). */
  readonly play?: Play
  /**
   * Objectives to watch, by name: each is evaluated every `monitorEvery` steps and at the end, on held-out data and fresh noise,
   * and moves nothing. The accuracy of a discriminator is one.
   */
  readonly monitors?: Readonly<Record<string, Objective>>
  /** Steps from one look at the monitors to the next; 100 if left out. */
  readonly monitorEvery?: number
  /** Starting parameters, to go on from; fresh ones if left out. Phases of pretraining are part of a game, and run again. */
  readonly params?: Params<T>
  readonly onEvent?: (event: FitEvent) => void
  /** Stops the run after the current step; the fit so far is returned. */
  readonly signal?: AbortSignal
  /** Every so many steps, hands the fit so far to `write`. */
  readonly checkpoint?: { readonly every: number; readonly write: (fit: Fit<T>) => void | Promise<void> }
}
