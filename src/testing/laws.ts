/**
 * laws: everything that giry holds of its own distributions, divergences, bounds, estimators, games and families, for yours.
 *
 *   laws.distribution(normal, { loc: 0, scale: 1 })     laws.kl(q, p)                      laws.bijection(b, from, to)
 *   laws.evidenceBound(p, q, x)                         laws.estimator(objective, data)    laws.objective(objective, data)
 *   laws.game(game, data)                               laws.kernel(f, g, h)               laws.family(family)
 *
 * Each is a function without effects that returns verdicts: the law, whether it holds, what was found, the bound it was held
 * against, and a sentence. `check` throws where one fails; `runner` and `lawProperty` are for test runners and fast-check.
 * Guide: docs/testing.md. Tested in tests/testing/verdicts/.
 */
import type { Game } from '../dsl/game.js'
import { type AnyKernel, type Arrow, kernelOf } from '../dsl/kernel.js'
import type { Composes } from '../dsl/kernels/category.js'
import type { HasMatrix } from '../dsl/kernels/matrix.js'
import type { Merge, Model } from '../dsl/model.js'
import type { Objective } from '../dsl/objective.js'
import type { Params } from '../dsl/params.js'
import type { Fits } from '../dsl/rules.js'
import type { BoundData } from '../inference/elbo.js'
import type { Accepts } from '../inference/trainingData.js'
import type { Family, GameFamily } from '../models/family.js'
import type { AnyParams } from './arbitraries/boundCase.js'
import { bijectionLaws } from './verdicts/bijection.js'
import { distributionLaws } from './verdicts/distribution.js'
import { type EstimatorLawOptions, estimatorLaws } from './verdicts/estimator.js'
import { type EvidenceLawOptions, evidenceLaws } from './verdicts/evidence.js'
import { type FamilyLawOptions, familyLaws } from './verdicts/family.js'
import { gameLaws } from './verdicts/game.js'
import { type KernelLawOptions, kernelVerdicts } from './verdicts/kernel.js'
import { klLaws } from './verdicts/kl.js'
import { type ObjectiveLawsOptions, objectiveLaws } from './verdicts/objective.js'
import type { ObjectiveLawOptions } from './verdicts/setting.js'
import type { LawVerdict } from './verdicts/verdict.js'

/** Options with the parameters of the nets T. */
export type At<O, T> = Omit<O, 'params' | 'exact'> & {
  readonly params?: Params<T>
} & (O extends { readonly exact?: unknown } ? { readonly exact?: (params: AnyParams) => number } : unknown)

/** The data that an objective takes; nothing where it takes none. */
export type DataFor<A, D> = keyof D extends never ? unknown : A & Accepts<A, D>

const asKernel = (arrow: unknown): AnyKernel | undefined =>
  arrow === undefined ? undefined : (kernelOf(arrow as Arrow) as AnyKernel)

const kernels: {
  <F extends Arrow>(f: F & HasMatrix<F>, options?: KernelLawOptions): readonly LawVerdict[]
  <F extends Arrow, G extends Arrow>(
    f: F & HasMatrix<F>,
    g: G & HasMatrix<G> & Composes<F, G>,
    options?: KernelLawOptions,
  ): readonly LawVerdict[]
  <F extends Arrow, G extends Arrow, H extends Arrow>(
    f: F & HasMatrix<F>,
    g: G & HasMatrix<G> & Composes<F, G>,
    h: H & HasMatrix<H> & Composes<G, H>,
    options?: KernelLawOptions,
  ): readonly LawVerdict[]
} = (...all: readonly unknown[]): readonly LawVerdict[] => {
  const isArrow = (x: unknown) => typeof x === 'object' && x !== null && 'tag' in x
  const [f, g, h] = all.filter(isArrow).map(asKernel)
  const options = all.find((x) => x !== undefined && !isArrow(x)) as KernelLawOptions | undefined
  return kernelVerdicts(f as AnyKernel, g, h, options)
}

/** The laws, by what they are laws of. */
export const laws = {
  distribution: distributionLaws,
  kl: klLaws,
  bijection: bijectionLaws,
  evidenceBound: <TP, GP, RP, TQ, GQ, RQ, const A>(
    p: Model<TP, GP, RP>,
    q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
    x: A & Accepts<A, BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>>,
    options: At<EvidenceLawOptions, Merge<TP, TQ>> = {},
  ): Promise<readonly LawVerdict[]> => evidenceLaws(p, q, x, options as EvidenceLawOptions),
  estimator: <T, D, const A>(
    objective: Objective<T, D>,
    data: DataFor<A, D>,
    options: At<EstimatorLawOptions, T> = {},
  ): readonly LawVerdict[] => estimatorLaws(objective, data, options as EstimatorLawOptions),
  objective: <T, D, const A>(
    objective: Objective<T, D>,
    data: DataFor<A, D>,
    options: At<ObjectiveLawsOptions, T> = {},
  ): Promise<readonly LawVerdict[]> => objectiveLaws(objective, data, options as ObjectiveLawsOptions),
  game: <T, D, const A>(
    game: Game<T, D>,
    data: DataFor<A, D>,
    options: At<ObjectiveLawOptions, T> = {},
  ): Promise<readonly LawVerdict[]> => gameLaws(game, data, options as ObjectiveLawOptions),
  kernel: kernels,
  family: <O>(
    family: Family<O> | GameFamily<O>,
    options: FamilyLawOptions = {},
  ): Promise<readonly LawVerdict[]> => familyLaws(family, options),
} as const
