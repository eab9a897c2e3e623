/**
 * marginal(program, names): the program with these sites kept and the others forgotten.
 *
 *   γ'(τ) = ∫ γ(τ, σ) dσ          w' = w          (of kernels: src/dsl/kernels/category.ts)
 *
 * A filter that needs no past keeps one state of it. The integral is not computed, so the density of what is left is not known: such a
 * program can be composed, resampled and estimated with, but is no proposal (weigh before forgetting). Of a kernel it is the marginal of
 * kernels. Errors: tag `model`: no such site. Tested in tests/inference/combinators/sequence.test.ts.
 */
import { giryError, throwAll } from '../../dsl/error.js'
import type { Arrow, InputsOf, Kernel, NetsOf, ObstaclesOf, OutputsOf } from '../../dsl/kernel.js'
import { type AreOutputs, marginal as marginalKernel } from '../../dsl/kernels/category.js'
import type { Site } from '../../dsl/model.js'
import { pick } from './primitive.js'
import type { AnyProgram, Program, SourceInputs, SourceNets, SourceObserved, SourceSites } from './program.js'

/** Accepts names of sites; otherwise the sentences. */
export type AreSites<Q, K extends string> = string extends keyof SourceSites<Q>
  ? unknown
  : [Exclude<K, keyof SourceSites<Q>>] extends [never]
    ? unknown
    : { [N in K]: N extends keyof SourceSites<Q> ? never : `'${N}' is no site of this program` }[K]

/** A program with some sites forgotten. */
export type Marginal<Q, K extends string> = Program<
  SourceNets<Q>,
  SourceInputs<Q>,
  SourceObserved<Q>,
  Pick<SourceSites<Q>, K & keyof SourceSites<Q>>,
  never,
  'marginal'
>

/** Keeps these sites of a program, or these outputs of a kernel. */
export const marginal: {
  <Q extends Program, const K extends string>(
    program: Q,
    names: readonly K[] & AreSites<Q, K>,
  ): Marginal<Q, K>
  <F extends Arrow, const K extends string>(
    f: F,
    names: readonly K[] & AreOutputs<F, K>,
  ): Kernel<NetsOf<F>, InputsOf<F>, Pick<OutputsOf<F>, K & keyof OutputsOf<F>>, ObstaclesOf<F>>
} = (source: Program | Arrow, names: readonly string[]): never =>
  (source.tag === 'program'
    ? keeping(source as AnyProgram, names)
    : marginalKernel(source as never, names as never)) as never

const keeping = (q: AnyProgram, names: readonly string[]): AnyProgram => {
  throwAll(
    names
      .filter((name) => !(name in q.sites))
      .map((name) =>
        giryError(
          'model',
          name,
          `'${name}' is no site of this program`,
          `its sites are ${Object.keys(q.sites).join(', ')}`,
        ),
      ),
  )
  const { score: _, ...rest } = q
  return {
    ...rest,
    kind: 'marginal',
    sites: Object.fromEntries(names.map((name) => [name, q.sites[name] as Site])),
    auxiliary: [],
    sample: (env) => {
      const drawn = q.sample(env)
      return { ...drawn, sites: pick(drawn.sites, names) }
    },
    dependence: (inputs, detached) => {
      const { sites, rough } = q.dependence(inputs, detached)
      return { sites: new Set(names.filter((name) => sites.has(name))), rough }
    },
  }
}
