/**
 * propose(target, proposal): traces of the proposal, weighted as traces of the target.
 *
 *   τ, w ~ proposal  (properly weighted for γ_q)          w' = w γ_p(τ) / γ_q(τ)          auxiliary sites of the target are forgotten
 *
 * E[w' f] = ∫ γ_q (γ_p / γ_q) f = ∫ γ_p f, where γ_q > 0 wherever γ_p > 0; so the proposal draws every site of the target, on the same
 * space, and nothing else (extend the target by a model of what else it draws). Proposals nest: a proposal may be a `propose` itself,
 * whose γ_q is its target. Errors: tag `model`, every rule (rules.ts). Tested in tests/inference/combinators/sequence.test.ts.
 */
import { throwAll } from '../../dsl/error.js'
import type { Merge } from '../../dsl/model.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { pick, programOf } from './primitive.js'
import type {
  AnyProgram,
  Dependence,
  Offered,
  Program,
  SourceAuxiliary,
  SourceInputs,
  SourceNets,
  SourceObserved,
  SourceSites,
  Weighing,
  Weighted,
} from './program.js'
import { type Covers, type IsTarget, proposeFaults } from './rules.js'
import { reweighed } from './weights.js'

/** The target's traces, as a proposal gives them. */
export type Proposed<P, Q> = Program<
  Merge<SourceNets<P>, SourceNets<Q>>,
  Merge<SourceInputs<P>, SourceInputs<Q>>,
  Merge<SourceObserved<P>, SourceObserved<Q>>,
  Omit<SourceSites<P>, SourceAuxiliary<P>>,
  never,
  'inference'
>

/** Traces of the proposal, weighted as traces of the target. */
export const propose = <P extends Offered, Q extends Offered>(
  target: P & IsTarget<P>,
  proposal: Q & Covers<P, Q>,
): Proposed<P, Q> => {
  const p = programOf(target as Offered)
  const q = programOf(proposal as Offered)
  throwAll(proposeFaults(p, q))
  const names = Object.keys(p.sites).filter((name) => !p.auxiliary.includes(name))
  return {
    tag: 'program',
    kind: 'inference',
    nets: { ...q.nets, ...p.nets },
    inputs: { ...q.inputs, ...p.inputs },
    observed: { ...q.observed, ...p.observed },
    sites: Object.fromEntries(names.map((name) => [name, p.sites[name]])),
    auxiliary: [],
    normalized: false,
    levels: q.levels + 1,
    sample: (env: Weighing) => proposed(p, q, names, env),
    dependence: (inputs, detached): Dependence => {
      const { sites, rough } = q.dependence(inputs, detached)
      return { sites: detached ? new Set() : sites, rough }
    },
  } as AnyProgram as never
}

const proposed = (p: AnyProgram, q: AnyProgram, names: readonly string[], env: Weighing): Weighted => {
  const drawn = q.sample(env)
  const { all, kept } = (p.score as NonNullable<AnyProgram['score']>)(env, drawn.sites)
  env.onLevel?.({ incoming: drawn.logWeight, logProposal: drawn.logTarget, logTarget: all })
  const weighted = {
    sites: pick(drawn.sites, names),
    logTarget: kept,
    logWeight: reweighed(drawn.logWeight, all, drawn.logTarget),
  }
  return env.onLevel === undefined ? weighted : detached(weighted)
}

/** The same traces as constants of the gradient. */
const detached = ({ sites, logTarget, logWeight }: Weighted): Weighted => ({
  sites: Object.fromEntries(Object.entries(sites).map(([name, v]) => [name, stopGradient(v)])),
  logTarget: stopGradient(logTarget),
  logWeight: stopGradient(logWeight),
})
