/**
 * Families of both kinds under one name: those that maximize a bound, and those that are a game.
 */
import type { AnyModel } from '../dsl/model.js'
import type { BuiltFamily, BuiltGame, Family, GameFamily } from '../models/family.js'
import { families, gameFamilies } from '../models/registry.js'

/** A family of either kind. */
export type AnyFamily = Family | GameFamily

/** What a family makes of its options: a bound with its models, or a game. */
export type Built = BuiltFamily | BuiltGame

/** Every family, by name. */
export const allFamilies: Readonly<Record<string, AnyFamily>> = { ...families, ...gameFamilies }

/** The names of the families. */
export const familyNames: readonly string[] = Object.keys(allFamilies)

/** The family of a name that a codec has let through. */
export const familyOf = (name: string): AnyFamily => allFamilies[name] as AnyFamily

/** Whether a family models bits or numbers; players of a game see numbers. */
export const modelsOf = (family: AnyFamily): Family['models'] => ('models' in family ? family.models : 'Real')

/** Whether a family needs the class of each datum. */
export const needsClasses = (family: AnyFamily): boolean => 'labelled' in family && family.labelled

/** Whether a family built a game. */
export const isGame = (built: Built): built is BuiltGame => 'kind' in built && built.kind === 'game'

/** Every net, by name: those of the model and its variational family, or those of all players. */
export const netsOf = (built: Built): AnyModel['nets'] =>
  isGame(built)
    ? { ...(built.game.nets as AnyModel['nets']), ...built.fake.nets }
    : { ...built.p.nets, ...built.q.nets }
