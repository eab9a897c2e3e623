/**
 * A player of a game: the nets it owns, and what it does to an objective.
 *
 *   payoff = J where it maximizes J, −J where it minimizes it
 *
 * Errors: tags `model` (no objective, or two) and `option` (`steps`). Tested in tests/dsl/game.test.ts.
 */
import { type GiryError, giryError } from '../error.js'
import { type AnyObjective, type Objective, scale, type UpperFault } from '../objective.js'

/** Whether a player maximizes or minimizes its objective. */
export type Sense = 'max' | 'min'

/** One player. */
export interface Player {
  readonly name: string
  readonly objective: AnyObjective
  /** The nets it moves. */
  readonly owns: readonly string[]
  readonly sense: Sense
  /** Steps in a row before the next player moves; 0 for one that is frozen. */
  readonly steps: number
}

/** One player, as a user declares it: it maximizes an objective, or minimizes one. */
export interface PlayerSpec<T = unknown, D = unknown> {
  readonly owns: readonly string[]
  readonly maximize?: Objective<T, D>
  readonly minimize?: Objective<T, D>
  /** 1 unless named. */
  readonly steps?: number
}

/** The sentence for a player that does not say what it is after, says two things, or climbs an upper bound. */
export type AimFault<Name extends string, P> = P extends { readonly maximize: Objective }
  ? P extends { readonly minimize: Objective }
    ? `player '${Name}' both maximizes and minimizes`
    : UpperFault<Name, P['maximize']>
  : P extends { readonly minimize: Objective }
    ? never
    : `player '${Name}' has no objective`

/** The sentences for keys that a declared player has no use for, such as a misspelt one. */
export type KeyFault<Name extends string, P> = {
  [K in Exclude<keyof P, keyof PlayerSpec> & string]: `player '${Name}' has no option '${K}'`
}[Exclude<keyof P, keyof PlayerSpec> & string]

/** What a player maximizes: its objective, or minus it where it minimizes. */
export const payoff = (player: Pick<Player, 'objective' | 'sense'>): AnyObjective =>
  player.sense === 'max' ? player.objective : scale(-1, player.objective)

/** The objective and the sense of a declared player; none where it does not say. */
export const aimOf = (spec: PlayerSpec): Pick<Player, 'objective' | 'sense'> | undefined => {
  if (spec.maximize !== undefined) return { objective: spec.maximize as AnyObjective, sense: 'max' }
  return spec.minimize === undefined ? undefined : { objective: spec.minimize as AnyObjective, sense: 'min' }
}

const playerKeys: readonly string[] = ['owns', 'maximize', 'minimize', 'steps'] satisfies (keyof PlayerSpec)[]

/** The run-time twin of `KeyFault`. */
export const keyFaults = (name: string, spec: PlayerSpec): readonly GiryError[] =>
  Object.keys(spec)
    .filter((key) => !playerKeys.includes(key))
    .map((key) =>
      giryError('option', name, `player '${name}' has no option '${key}'`, `it has ${playerKeys.join(', ')}`),
    )

/** The run-time twin of `AimFault`. */
export const aimFaults = (name: string, spec: PlayerSpec): readonly GiryError[] => {
  if (spec.maximize !== undefined && spec.minimize !== undefined)
    return [
      giryError(
        'model',
        name,
        `player '${name}' both maximizes and minimizes`,
        'say one of the two, or subtract: minus(a, b)',
      ),
    ]
  if (aimOf(spec) === undefined)
    return [
      giryError(
        'model',
        name,
        `player '${name}' has no objective`,
        'say what it is after: { maximize: … } or { minimize: … }',
      ),
    ]
  return spec.maximize?.upper === true ? [upperFault(name, spec.maximize.description)] : []
}

/** The run-time twin of `UpperFault`. */
const upperFault = (name: string, description: string): GiryError =>
  giryError(
    'model',
    name,
    `player '${name}' maximizes an upper bound, which lies above what it bounds`,
    `minimize ${description}: minimize(objective), or { minimize: objective } in a game`,
  )

/** What is wrong with the steps of a declared player. */
export const stepFaults = (name: string, steps: number | undefined): readonly GiryError[] =>
  steps === undefined || (Number.isInteger(steps) && steps >= 1)
    ? []
    : [
        giryError(
          'option',
          `steps of ${name}`,
          `steps of '${name}' must be a whole number >= 1, but ${steps} was given`,
          'use 1, or more for a player that should stay ahead; freeze(game, [name]) holds one still',
        ),
      ]
