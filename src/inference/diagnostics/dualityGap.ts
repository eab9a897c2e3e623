/**
 * dualityGap(game, fit, { data, steps, optimizer }): how much the players of a zero-sum game could still gain alone.
 *
 *   DG(D, G) = max_D′ V(D′, G) − min_G′ V(D, G′)  ≥ 0,      0 exactly at an equilibrium
 *
 * Each worst-case opponent starts from the player it replaces and is trained for `steps` against the others, frozen; a player
 * that training makes worse stays as it was. So the number is a lower bound of the gap over all opponents: 0 says that none
 * was found. V is evaluated on `heldOut`, or else on the data, with the same noise for all three. Nats for a value in nats.
 * Source: Grnarova et al., "A domain agnostic measure for monitoring and evaluating GANs" (2019), definition 1, section 4.
 * Errors: tag `model`, for a game that is not zero-sum; those of `fit` and `evaluate`. Tested in
 * tests/inference/diagnostics/dualityGap.test.ts.
 */
import type { taskEither as TE } from 'fp-ts'
import { fail, type GiryError } from '../../dsl/error.js'
import { type AnyGame, freeze, type Game } from '../../dsl/game.js'
import type { Player } from '../../dsl/games/player.js'
import { evaluate } from '../evaluate.js'
import { type NeedsData, orThrow, fit as solve } from '../fit.js'
import type { Fit, FitOptions } from '../fitted.js'
import { task } from './settings.js'

/** How worst-case opponents are found. */
export type DualityGapOptions = Pick<FitOptions, 'optimizer' | 'batch' | 'seed' | 'runtime' | 'threads'> & {
  /** Updates of each opponent. */
  readonly steps: number
}

/** The gap, and whose it is. */
export interface DualityGapReport {
  /** maxGain + minGain. */
  readonly value: number
  /** The value of the game as it is. */
  readonly played: number
  /** What the maximizing player could gain against the other as it is. */
  readonly maxGain: number
  /** What the minimizing player could gain. */
  readonly minGain: number
  readonly steps: number
}

/** The two players of a zero-sum game. */
const sidesOf = ({ players }: AnyGame): { readonly max: Player; readonly min: Player } => {
  const max = players.find((p) => p.sense === 'max')
  const min = players.find((p) => p.sense === 'min')
  return players.length === 2 && max !== undefined && min !== undefined && max.objective === min.objective
    ? { max, min }
    : fail(
        'model',
        'dualityGap',
        `a duality gap needs one value that one player maximizes and another minimizes, but the players are ${players.map((p) => `'${p.name}'`).join(', ')} with objectives of their own`,
        'pass minimax(value, { max, min }) on the same nets: the fit may come from another game',
      )
}

/** The gap at the parameters of a fit. */
export const dualityGap = <T, D, const A = undefined, const H = undefined>(
  game: Game<T, D>,
  fit: Pick<Fit<NoInfer<T>>, 'params'>,
  options: DualityGapOptions & NeedsData<D, A, H>,
): TE.TaskEither<readonly GiryError[], DualityGapReport> =>
  task(async () => {
    const g = game as unknown as AnyGame
    const { max, min } = sidesOf(g)
    const { data, heldOut, ...training } = options as DualityGapOptions & {
      data?: unknown
      heldOut?: unknown
    }
    const valueAt = (params: unknown): Promise<number> => {
      const { seed, runtime, threads } = training
      const given = { params, data: heldOut ?? data, seed, runtime, threads }
      return orThrow(evaluate(max.objective, given as never))
    }
    const against = async (frozen: Player): Promise<number> => {
      const start = { ...training, data, params: fit.params, onEvent: () => undefined }
      // What came before the game would move the frozen player.
      const { pretraining: _, ...alone } = freeze(g, [frozen.name])
      const solved = await orThrow(solve(alone, start as never))
      return valueAt(solved.params)
    }
    const played = await valueAt(fit.params)
    const maxGain = Math.max(0, (await against(min)) - played)
    const minGain = Math.max(0, played - (await against(max)))
    return { value: maxGain + minGain, played, maxGain, minGain, steps: options.steps }
  })
