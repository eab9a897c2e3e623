/**
 * compose(first, second): one program after the other; the sites of the first feed the inputs of the second by name.
 *
 *   γ(τ1, τ2) = γ1(τ1) γ2(τ2 | τ1)          w = w1 w2          (of kernels: src/dsl/kernels/category.ts)
 *
 * E[w f] = E[w1 E[w2 f | τ1]] = ∫∫ γ1 γ2 f. Two targets give a target. Of two kernels it is the composition of kernels: where
 * both are models, name one as a program with `primitive`. The second draws from the noise as it is, the first from a child of it.
 * Errors: tag `model`, every rule (rules.ts). Tested in tests/inference/combinators/sequence.test.ts.
 */
import { throwAll } from '../../dsl/error.js'
import type { Arrow, InputsOf, Kernel, NetsOf, ObstaclesOf, OutputsOf } from '../../dsl/kernel.js'
import { type Composes, compose as composeKernels } from '../../dsl/kernels/category.js'
import type { Merge } from '../../dsl/model.js'
import { add } from '../../dsl/operations/arithmetic.js'
import { pick, programOf } from './primitive.js'
import type {
  AnyProgram,
  Dependence,
  Kind,
  Offered,
  Program,
  Scored,
  SourceInputs,
  SourceKind,
  SourceNets,
  SourceObserved,
  SourceSites,
  Weighing,
  Weighted,
} from './program.js'
import { type Follows, sequenceFaults } from './rules.js'

/** A target if both are; marginal if one of them is; any, where the compiler does not know. */
export type BothKinds<F, H> = Kind extends SourceKind<F> | SourceKind<H>
  ? Kind
  : 'marginal' extends SourceKind<F> | SourceKind<H>
    ? 'marginal'
    : 'inference' extends SourceKind<F> | SourceKind<H>
      ? 'inference'
      : 'target'

/** The inputs of the second that the first does not feed, and those of the first. */
export type Unfed<F, H> = Merge<SourceInputs<F>, Omit<SourceInputs<H>, keyof SourceSites<F>>>

/** One program after the other. */
export type Composed<F, H> = Program<
  Merge<SourceNets<F>, SourceNets<H>>,
  Unfed<F, H>,
  Merge<SourceObserved<F>, SourceObserved<H>>,
  Merge<SourceSites<F>, SourceSites<H>>,
  never,
  BothKinds<F, H>
>

const isProgram = (a: { readonly tag: string }): boolean => a.tag === 'program'

/** First f, then g: of programs, and of kernels. */
export const compose: {
  <F extends Program, H extends Offered>(f: F, g: H & Follows<F, H>): Composed<F, H>
  <F extends Offered, H extends Program>(f: F, g: H & Follows<F, H>): Composed<F, H>
  <F extends Arrow, H extends Arrow>(
    f: F,
    g: H & Composes<F, H>,
  ): Kernel<Merge<NetsOf<F>, NetsOf<H>>, InputsOf<F>, OutputsOf<H>, ObstaclesOf<F> | ObstaclesOf<H>>
} = (f: Offered | Arrow, g: Offered | Arrow): never =>
  (isProgram(f) || isProgram(g)
    ? sequence(programOf(f as Offered), programOf(g as Offered))
    : composeKernels(f as never, g as never)) as never

/** The density of one target after the other. */
const scoreOf = (f: AnyProgram, g: AnyProgram): AnyProgram['score'] => {
  const [first, second] = [f.score, g.score]
  if (first === undefined || second === undefined) return undefined
  return (env, sites): Scored => {
    const before = pick(sites, Object.keys(f.sites))
    const after = second({ ...env, given: { ...env.given, ...before } }, pick(sites, Object.keys(g.sites)))
    const all = add(first(env, before).all, after.all)
    return { all, kept: all }
  }
}

const sequence = (f: AnyProgram, g: AnyProgram): AnyProgram => {
  throwAll(sequenceFaults(f, g))
  const score = scoreOf(f, g)
  return {
    ...joined(f, g),
    kind: [f, g].some((p) => p.kind === 'marginal')
      ? 'marginal'
      : score === undefined
        ? 'inference'
        : 'target',
    auxiliary: [],
    sample: (env) => {
      const first = f.sample({ ...env, noise: env.noise.child(':before') })
      const second = g.sample(after(first, env))
      return {
        sites: { ...first.sites, ...second.sites },
        logTarget: add(first.logTarget, second.logTarget),
        logWeight: add(first.logWeight, second.logWeight),
      }
    },
    ...(score === undefined ? {} : { score }),
  }
}

/** What the second is evaluated in: it sees the sites of the first, and its levels begin with the weights of the first. */
const after = ({ sites, logWeight }: Weighted, env: Weighing): Weighing => {
  const { onLevel } = env
  const given = { ...env.given, ...sites }
  if (onLevel === undefined) return { ...env, given }
  return { ...env, given, onLevel: (l) => onLevel({ ...l, incoming: add(logWeight, l.incoming) }) }
}

/** What two programs in sequence have together. */
export const joined = (
  f: AnyProgram,
  g: AnyProgram,
): Pick<
  AnyProgram,
  'tag' | 'nets' | 'inputs' | 'observed' | 'sites' | 'normalized' | 'levels' | 'dependence'
> => ({
  tag: 'program',
  nets: { ...g.nets, ...f.nets },
  inputs: {
    ...Object.fromEntries(Object.entries(g.inputs).filter(([name]) => !(name in f.sites))),
    ...f.inputs,
  },
  observed: { ...g.observed, ...f.observed },
  sites: { ...f.sites, ...g.sites },
  normalized: f.normalized && g.normalized,
  levels: f.levels + g.levels,
  dependence: (inputs, detached): Dependence => {
    const first = f.dependence(inputs, detached)
    const second = g.dependence(new Set([...inputs, ...first.sites]), detached)
    return {
      sites: new Set([...first.sites, ...second.sites]),
      rough: [...first.rough, ...second.rough],
    }
  },
})
