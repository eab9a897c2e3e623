/**
 * What a family built is a bound or a game; what commands need of either.
 */
import type { AnyModel } from '../dsl/model.js'
import type { BuiltFamily, BuiltGame } from '../models/family.js'

/** Whether a family built a game. */
export const isGame = (built: BuiltFamily): built is BuiltGame => built.kind === 'game'

/** Every net, by name: those of the model and its variational family, or those of all players. */
export const netsOf = (built: BuiltFamily): AnyModel['nets'] =>
  isGame(built)
    ? { ...(built.game.nets as AnyModel['nets']), ...built.fake.nets }
    : { ...built.p.nets, ...built.q.nets }
