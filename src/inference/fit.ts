/**
 * fit(objective | game, options): stochastic gradient ascent on the objective of each player, in turn.
 *
 *   for each minibatch, for each player:  θ_own ← optimizer(θ_own, ∂ objective / ∂ θ_own),  the other nets frozen
 *
 * `data` is a data set or one array per column; `epochs` or `steps` says how long; `seed` fixes everything: the start,
 * the order of the data, the noise, so that one seed gives one result bit for bit on one machine and runtime. Progress
 * arrives as events. Aborting by `signal` ends the run after the current step with everything kept (`stopped` is
 * 'aborted'). Errors: every fault of the options and the data at once (tags `option`, `data`, `params`); `nonFinite` at the
 * first NaN or infinity, with the site, the term and the last good parameters in `details`.
 * Tested in tests/inference/fit.test.ts.
 */
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { errorsOf, type GiryError, GiryException } from '../dsl/error.js'
import type { Game } from '../dsl/game.js'
import type { Maximizable, Objective } from '../dsl/objective.js'
import type { Fit, FitOptions } from './fitted.js'
import type { Trainable } from './players.js'
import { prepare } from './prepare.js'
import { train } from './train.js'
import type { Accepts } from './trainingData.js'

/** `data`, required exactly when the objective takes data. */
export type NeedsData<D, A, H> = keyof D extends never
  ? { readonly data?: undefined; readonly heldOut?: undefined }
  : { readonly data: A & Accepts<A, D>; readonly heldOut?: H & Accepts<H, D> }

/** Trains an objective or a game; does not compile when the data is not of its spaces, nor for an upper bound, which is minimized. */
export const fit = <T, D, const A = undefined, const H = undefined, O = unknown>(
  target: O & (Objective<T, D> | Game<T, D>) & Maximizable<O>,
  options: FitOptions<T> & NeedsData<D, A, H>,
): TE.TaskEither<readonly GiryError[], Fit<T>> =>
  F.pipe(
    TE.fromEither(
      E.flatten(
        E.tryCatch(
          () => prepare(target as unknown as Trainable, options as never),
          (e) => errorsOf(e),
        ),
      ),
    ),
    TE.flatMap((prepared) => train(prepared)),
  ) as TE.TaskEither<readonly GiryError[], Fit<T>>

/** Awaits a `TaskEither` and throws its errors in readable form: for scripts. */
export const orThrow = async <A>(task: TE.TaskEither<readonly GiryError[], A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new GiryException(result.left)
  return result.right
}
