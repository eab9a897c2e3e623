/**
 * The gradient methods of bounds of a power mean: pathwise where a site has it, vimco where it is drawn otherwise (the plain
 * score function where one particle leaves nothing to compare with).
 */
import { type ImportanceMethodName, methodsOf } from '../../dsl/gradientMethods.js'
import type { Optioned } from '../boundOptions.js'
import type { MethodRules } from './methods.js'

/** What these bounds allow. */
export type PowerMethods = ImportanceMethodName

/** The rules of one of them. */
export const powerRules = (bound: Optioned, eliminates = true): MethodRules => ({
  bound,
  eliminates,
  allowed: methodsOf.importance,
  pathwise: 'pathwise',
  otherwise: (particles) => (particles > 1 ? 'vimco' : 'score'),
})
