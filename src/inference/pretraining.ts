/**
 * The phases before a game: each a run of its own, in which one player moves and the others are frozen.
 *
 *   θ_0 → phase 1 → θ_1 → … → the game
 *
 * Each has a fresh optimizer and a stream of noise of its own; its history goes to `fit.pretraining`, its steps arrive as events
 * `pretrain`. Tested in tests/dsl/games/pretrain.test.ts.
 */
import { either as E, type taskEither as TE } from 'fp-ts'
import type { GiryError } from '../dsl/error.js'
import type { Pretraining } from '../dsl/game.js'
import type { Fit, FitEvent, HistoryPoint } from './fitted.js'
import { notify } from './notify.js'
import type { Prepared } from './prepare.js'

type Errors = readonly GiryError[]
type Train = (prepared: Prepared) => TE.TaskEither<Errors, Fit>

/** The run of one phase: its player moves on its objective, the others hold still. */
const phaseOf = (prepared: Prepared, phase: Pretraining, index: number): Prepared => {
  const { onEvent, checkpoint: _, ...options } = prepared.options
  const tell = (e: FitEvent): void => {
    if (e.type === 'notice') notify(onEvent, `pretraining of '${phase.player}': ${e.message}`)
    if (e.type === 'step') onEvent?.({ ...e, type: 'pretrain', player: phase.player, steps: phase.steps })
  }
  return {
    ...prepared,
    players: prepared.players.map((p) =>
      p.name === phase.player
        ? { ...p, objective: phase.objective, sense: phase.sense, steps: 1 }
        : { ...p, steps: 0 },
    ),
    pretraining: [],
    monitors: {},
    play: 'alternating',
    heldOut: undefined,
    steps: phase.steps,
    seed: prepared.seed,
    stream: `pretrain/${index}/${phase.player}`,
    options: { ...options, onEvent: tell },
  }
}

/** An error of a phase says so: its step is none of the game. */
const inPhase =
  ({ players }: Prepared) =>
  (errors: Errors): Errors =>
    errors.map((e) => ({
      ...e,
      message: `pretraining of ${players
        .filter((p) => p.steps > 0)
        .map((p) => `'${p.name}'`)
        .join()}: ${e.message}`,
    }))

/** Trains the phases, one after the other, then the game from where they led. */
export const throughPhases = (prepared: Prepared, train: Train): TE.TaskEither<Errors, Fit> => {
  const after = async (
    params: Prepared['params'],
    history: readonly HistoryPoint[],
    phases: readonly Prepared[],
  ): Promise<E.Either<Errors, Fit>> => {
    const [phase, ...rest] = phases
    if (phase === undefined) {
      const fitted = await train({ ...prepared, params })()
      return E.map((f: Fit): Fit => (history.length === 0 ? f : { ...f, pretraining: history }))(fitted)
    }
    const fitted = await train({ ...phase, params })()
    if (E.isLeft(fitted)) return E.mapLeft(inPhase(phase))(fitted)
    return after(fitted.right.params as Prepared['params'], [...history, ...fitted.right.history], rest)
  }
  return () =>
    after(
      prepared.params,
      [],
      prepared.pretraining.map((phase, i) => phaseOf(prepared, phase, i)),
    )
}
