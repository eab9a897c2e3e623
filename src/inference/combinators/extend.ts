/**
 * extend(target, model): the target on a larger space, whose further sites the model draws; they are auxiliary.
 *
 *   γ'(τ, σ) = γ(τ) k(σ | τ),   ∫ k dσ = 1,   so the marginal of τ, and Z, are those of γ          w' = w
 *
 * What it is for: a proposal that draws more than the target has. The kernel k says how it would have got there from τ (a reverse
 * kernel), and propose(extend(target, k), proposal) weighs both and forgets σ. A weight is best where k is the conditional density of σ
 * under the proposal. Errors: tag `model`, every rule (rules.ts). Tested in tests/inference/combinators/sequence.test.ts.
 */
import { throwAll } from '../../dsl/error.js'
import type { Merge } from '../../dsl/model.js'
import { add } from '../../dsl/operations/arithmetic.js'
import { compose, joined, type Unfed } from './compose.js'
import { pick, programOf } from './primitive.js'
import type {
  AnyProgram,
  Offered,
  Program,
  Scored,
  SourceAuxiliary,
  SourceNets,
  SourceObserved,
  SourceSites,
} from './program.js'
import { type Extends, extensionFaults, type IsTarget } from './rules.js'

/** A target on a larger space. */
export type Extended<P, F> = Program<
  Merge<SourceNets<P>, SourceNets<F>>,
  Unfed<P, F>,
  SourceObserved<P>,
  Merge<SourceSites<P>, SourceSites<F>>,
  SourceAuxiliary<P> | (keyof SourceSites<F> & string),
  'target'
>

/** The target with further sites that the model draws. */
export const extend = <P extends Offered, F extends Offered>(
  target: P & IsTarget<P>,
  model: F & Extends<P, F>,
): Extended<P, F> => {
  const p = programOf(target as Offered)
  const f = programOf(model as Offered)
  throwAll(extensionFaults(p, f))
  return {
    ...joined(p, f),
    kind: 'target',
    auxiliary: [...p.auxiliary, ...Object.keys(f.sites)],
    sample: (compose(p, f) as AnyProgram).sample,
    score: scoreOf(p, f),
  } as AnyProgram as never
}

const scoreOf = (p: AnyProgram, f: AnyProgram): NonNullable<AnyProgram['score']> => {
  const score = p.score as NonNullable<AnyProgram['score']>
  const kernel = f.score as NonNullable<AnyProgram['score']>
  return (env, sites): Scored => {
    const before = pick(sites, Object.keys(p.sites))
    const { all, kept } = score(env, before)
    const further = kernel(
      { ...env, given: { ...env.given, ...before } },
      pick(sites, Object.keys(f.sites)),
    ).all
    return { all: add(all, further), kept }
  }
}
