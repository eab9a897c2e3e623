/**
 * evidenceBound(program, { particles }): the expected log of the estimated normalizing constant, in nats per datum.
 *
 *   E[log Ẑ] <= log Z,   Ẑ = (1/K) Σ_k w_k,   E[Ẑ] = Z          (Jensen)
 *
 * Of propose(p, q) it is the importance-weighted bound L_K (iwae.ts), of a particle filter that of Maddison et al., Naesseth et al. and Le
 * et al. (2017/2018). Gradients are pathwise, through every draw and every weight, but not through the choice of ancestors: where the
 * program resamples, the gradient is that of the published bounds, which leaves the term of the choice out.
 * Errors: tag `model`: a draw that depends on a net and is not pathwise; tag `option`: particles.
 * Tested in tests/inference/combinators/evidenceBound.test.ts.
 */
import { throwAll } from '../../dsl/error.js'
import { datumAxis, type Merge } from '../../dsl/model.js'
import type { Objective } from '../../dsl/objective.js'
import { meanOver } from '../../dsl/value.js'
import { particleFaults, roughFaults, spread, weighing } from './evaluation.js'
import { programOf } from './primitive.js'
import { dataOf, type Source, type SourceInputs, type SourceNets, type SourceObserved } from './program.js'
import { logMean } from './weights.js'

/** What a program reads from the data. */
export type SourceData<P> = Merge<SourceObserved<P>, SourceInputs<P>>

/** Options of a bound by weighted traces. */
export interface ParticleOptions {
  /** K, the traces for each datum. */
  readonly particles: number
}

/** A lower bound of log Z. */
export const evidenceBound = <P extends Source>(
  program: P,
  { particles }: ParticleOptions,
): Objective<SourceNets<P>, SourceData<P>> => {
  const p = programOf(program as Source)
  throwAll([...particleFaults(particles), ...roughFaults(p, 'evidenceBound', false)])
  return {
    tag: 'objective',
    description: 'E[log Ẑ]',
    nets: p.nets as SourceNets<P>,
    data: dataOf(p) as unknown as SourceData<P>,
    evaluate: (env) => {
      const { logWeight } = p.sample(weighing(env, particles, { hold: false }))
      return meanOver(logMean(spread(logWeight, { batch: env.batch, particles })), [datumAxis])
    },
  }
}
