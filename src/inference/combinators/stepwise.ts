/**
 * stepwise(program, { divergence, particles }): each `propose` of a program trained on its own, one after the other.
 *
 *   level l:   π̂ = γ_q / Z_q  (proposal),   π̌ = γ_p / Z_p  (target),   v = γ_p / γ_q,   w after = w before · v
 *
 *   reverse    Σ_l E_π̂[log v]           = Σ_l log Z_p / Z_q − KL(π̂ ‖ π̌)      draws are pathwise; trains both sides
 *   forward    Σ_l −KL(π̌ ‖ π̂)           gradient Σ_k (W_k after − W_k before) ∇ log γ_q     trains proposals, of any family
 *
 * W are weights divided by their sum over the particles. What a level gives is a constant of the levels after it, so no gradient flows
 * through weights or resampling, and each is estimated where it stands. In the forward gradient, that of log Z_q is E_π̂[∇ log γ_q]: the
 * second weight, which is also a baseline. Self-normalized, so biased of order 1/K. Zimmermann, Wu, Esmaeili and van de Meent, 2021,
 * "Nested variational inference", equations 9 to 13. Errors: tag `model`: nothing is proposed, a draw that is not pathwise (reverse); tag
 * `option`. Tested in tests/inference/combinators/stepwise.test.ts.
 */
import { giryError, throwAll } from '../../dsl/error.js'
import { datumAxis } from '../../dsl/model.js'
import type { Objective } from '../../dsl/objective.js'
import { add, mul, sub } from '../../dsl/operations/arithmetic.js'
import { greater, where } from '../../dsl/operations/comparisons.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { constant, meanOver, sumOver } from '../../dsl/value.js'
import { particleAxis, total } from '../estimators/draws.js'
import { particleFaults, roughFaults, spread, weighing } from './evaluation.js'
import type { ParticleOptions, SourceData } from './evidenceBound.js'
import { programOf } from './primitive.js'
import { type AnyProgram, dataOf, type Level, type Scalar, type Source, type SourceNets } from './program.js'
import { logMean, reweighed, shares } from './weights.js'

/** The divergence of a level: of the proposal from the target, or of the target from the proposal. */
export const stepwiseDivergences = ['reverse', 'forward'] as const

/** The divergence of a level. */
export type StepwiseDivergence = (typeof stepwiseDivergences)[number]

/** Options of a stepwise objective. */
export interface StepwiseOptions extends ParticleOptions {
  readonly divergence: StepwiseDivergence
}

const optionFaults = (p: AnyProgram, { divergence, particles }: StepwiseOptions) => [
  ...particleFaults(particles),
  ...(stepwiseDivergences.includes(divergence)
    ? []
    : [
        giryError(
          'option',
          'divergence',
          `stepwise knows ${stepwiseDivergences.join(' and ')}, but '${String(divergence)}' was given`,
          'use forward for proposals that are not pathwise',
        ),
      ]),
  ...(divergence === 'forward' && particles === 1
    ? [
        giryError(
          'option',
          'particles',
          'with one particle every weight is 1, and the forward divergence has no gradient',
          'use 10 or more',
        ),
      ]
    : []),
  ...(p.levels > 0
    ? []
    : [
        giryError(
          'model',
          'stepwise',
          'this program proposes nothing, so there is no proposal to train',
          'pass propose(target, proposal)',
        ),
      ]),
]

/** The sum over the levels of a program. */
export const stepwise = <P extends Source>(
  program: P,
  options: StepwiseOptions,
): Objective<SourceNets<P>, SourceData<P>> => {
  const p = programOf(program as Source)
  const { divergence, particles } = options
  const forward = divergence === 'forward'
  throwAll([
    ...optionFaults(p, options),
    ...(forward ? [] : roughFaults(p, 'the reverse divergence of stepwise', true)),
  ])
  return {
    tag: 'objective',
    description: forward ? 'Σ −KL(π̌ ‖ π̂)' : 'Σ E[log v]',
    nets: p.nets as SourceNets<P>,
    data: dataOf(p) as unknown as SourceData<P>,
    evaluate: (env) => {
      const terms: Scalar[] = []
      const sizes = { batch: env.batch, particles }
      const onLevel = (level: Level): void => {
        const spreadOut = {
          incoming: spread(stopGradient(level.incoming), sizes),
          logProposal: spread(level.logProposal, sizes),
          logTarget: spread(level.logTarget, sizes),
        }
        terms.push(meanOver((forward ? forwardTerm : reverseTerm)(spreadOut), [datumAxis]))
      }
      p.sample(weighing(env, particles, { hold: forward, onLevel }))
      return total(terms)
    },
  }
}

/** Σ_k W_k f_k, where a share of 0 leaves out an infinite f. */
const mean = (w: ReturnType<typeof shares>, f: Scalar): Scalar =>
  sumOver(mul(w, where(greater(w, 0), f, 0)) as Scalar, [particleAxis])

const reverseTerm = ({ incoming, logProposal, logTarget }: Level): Scalar =>
  mean(shares(incoming), reweighed(constant(0) as Scalar, logTarget, logProposal))

const forwardTerm = ({ incoming, logProposal, logTarget }: Level): Scalar => {
  const before = shares(incoming)
  const outgoing = stopGradient(reweighed(incoming, logTarget, logProposal))
  const after = shares(outgoing)
  const ratio = sub(logMean(outgoing), logMean(incoming))
  const value = sub(ratio, mean(after, sub(outgoing, incoming) as Scalar))
  const alive = where(greater(add(before, after), 0), logProposal, 0) as Scalar
  const gradient = sumOver(mul(sub(after, before), alive) as Scalar, [particleAxis])
  return add(stopGradient(value), sub(gradient, stopGradient(gradient))) as Scalar
}
