/**
 * E[F_s], the bound of the power mean of importance weights, with the gradient methods of its sites behind it:
 *
 *   E_q[F_s(w_1 … w_K)] + score terms (0 in value)
 *
 * iwae is s = 1, renyi s = 1 − α, cubo s = its order. Tested through these.
 */
import type { AnyModel } from '../../dsl/model.js'
import { datumAxis } from '../../dsl/model.js'
import type { Environment } from '../../dsl/objective.js'
import { meanOver } from '../../dsl/value.js'
import { detachedDistributions } from '../estimators/detached.js'
import { type Draws, type Scalar, total } from '../estimators/draws.js'
import { doublyOf, doublyProposed } from './doubly.js'
import { logWeights, type Proposed } from './logWeight.js'
import type { ImportanceMethods } from './methods.js'
import { overParticles, perParticle } from './powerMean.js'
import { drawProposal, proposedOf } from './proposal.js'
import { scoreTerms } from './signals.js'

/** Two models that fit, how each site of q is drawn, and how often. */
export interface Importance {
  readonly p: AnyModel
  readonly q: AnyModel
  readonly methods: ImportanceMethods
  readonly particles: number
}

/** The distributions without their score, where sites stick the landing. */
const landed = (of: Importance, draws: Draws, env: Environment): readonly Proposed[] => {
  const names = Object.keys(of.methods).filter((name) => of.methods[name] === 'stickingTheLanding')
  if (names.length === 0) return proposedOf(draws)
  const detached = detachedDistributions(of.q, draws, env)
  return proposedOf(draws, {}, new Map([...detached].filter(([name]) => names.includes(name))))
}

const proposedBy = (of: Importance, draws: Draws, env: Environment, s: number): readonly Proposed[] =>
  doublyOf(of.methods).length > 0
    ? doublyProposed(of.p, of.q, draws, of.methods, env, s)
    : landed(of, draws, env)

/** The estimate of E[F_s], per datum. */
export const powerBound = (of: Importance, s: number, env: Environment): Scalar => {
  const draws = drawProposal(of.q, of.methods, of.particles, env)
  const w = logWeights(of.p, proposedBy(of, draws, env, s), env)
  const a = perParticle(w, s)
  const bound = overParticles(a, s)
  const scores = scoreTerms({ ...draws, plates: w.plates }, of.methods, a, bound, s)
  return meanOver(total([bound, ...scores]), [datumAxis])
}
