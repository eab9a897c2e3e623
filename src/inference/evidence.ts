/**
 * evidence(model, data, { params, given, method }): log P(x) of every datum, exactly, in nats; and the posterior with it.
 *
 *   log P(x) = log ∫ p(x, z) dz        P(z | x) = p(x, z) / P(x)        data gives x, every other site is latent
 *
 *   enumeration       all latents finite                                       evidence/finite.ts
 *   linear-Gaussian   normal latents and data, affine means, constant scales   evidence/linearGaussian.ts
 *   conjugate         beta, gamma, Dirichlet, normal, normal-gamma latents      evidence/conjugate.ts
 *   quadrature        one or two continuous coordinates, any density           evidence/quadrature.ts
 *
 * A shared site must be fixed by `condition`; it counts 1/N per datum, as in `elbo` and `logProb`, so that a bound stays
 * below and the sum over the N data counts it once. Sites that `condition` fixed are observed without being in the data.
 *
 * The first that applies is taken, in this order, and named in the result; `method` asks for one. `standardError` is 0
 * for the first three and the estimated numerical error of quadrature. Densities are float32, sums over latents float64.
 * Errors: tag `exact`, one error that says of each method why it does not apply; `data`, `params`, `model` as elsewhere.
 * Tested in tests/inference/evidence.test.ts.
 */
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type { Dataset } from '../dsl/dataset.js'
import { errorsOf, type GiryError } from '../dsl/error.js'
import type { AnyModel, Model, SiteNames } from '../dsl/model.js'
import type { Plain, ValueIn } from '../dsl/space.js'
import { useRuntime } from '../runtime/backend.js'
import { checkedExact, type EvidenceOptions, type ExactOptions } from './evidence/checkedExact.js'
import { conjugateSolutions } from './evidence/conjugate.js'
import { conjugatePosterior } from './evidence/conjugatePosterior.js'
import { finiteEvidence, finitePosterior, whyNoTable, whyNotFinite } from './evidence/finite.js'
import { gaussianPosterior } from './evidence/gaussianPosterior.js'
import { gridPosterior } from './evidence/gridPosterior.js'
import { linearSolutions } from './evidence/linearGaussian.js'
import { type ExactMethod, firstOf, type Ways } from './evidence/method.js'
import type { Posterior } from './evidence/posterior.js'
import { makeProblem } from './evidence/problem.js'
import { quadratures } from './evidence/quadrature.js'
import type { NeedsGiven, NeedsParams } from './inputs.js'
import type { HasDensity } from './logProb.js'
import type { DataFault } from './trainingData.js'

export type { EvidenceOptions } from './evidence/checkedExact.js'
export { type ExactMethod, exactMethods } from './evidence/method.js'

/** log P(x) of every datum, how it was found, and what it is worth. */
export interface Evidence {
  /** Nats per datum. */
  readonly value: readonly number[]
  /** Standard error of each value; 0 for a closed form, the estimated numerical error for quadrature. */
  readonly standardError: readonly number[]
  /** Whether the values are log P(x) itself, a bound, or an unbiased estimate. */
  readonly kind: 'exact' | 'lower' | 'upper' | 'estimate'
  /** The method that was taken. */
  readonly method: string
}

/** The spaces of the sites of a model. */
type SpacesOf<R, K> = {
  readonly [N in SiteNames<R> & K]: R[N] extends { readonly space: infer X } ? X : never
}

/** Accepts values or plain data for some sites of the model, or a data set; otherwise a sentence. */
export type ObservedData<A, R> =
  A extends Dataset<infer D>
    ? [DataFault<SpacesOf<R, keyof D>, D>] extends [never]
      ? unknown
      : DataFault<SpacesOf<R, keyof D>, D>
    : {
        readonly [K in keyof A]: K extends SiteNames<R>
          ? R[K] extends { readonly space: infer X }
            ? ValueIn<X> | Plain
            : never
          : `'${K & string}' is no site of this model`
      }

/** Options, required exactly when the model has nets or takes inputs. */
type Options<T, G> = keyof T | keyof G extends never
  ? [options?: EvidenceOptions & NeedsParams<T> & NeedsGiven<G>]
  : [options: EvidenceOptions & NeedsParams<T> & NeedsGiven<G>]

type Errors = readonly GiryError[]

/** log P(x) of every datum, by an exact method. */
export const evidence = <T, G, R, const A>(
  model: Model<T, G, R> & HasDensity<R>,
  data: A & ObservedData<A, R>,
  ...[options]: Options<T, G>
): TE.TaskEither<Errors, Evidence> =>
  exactly('evidence', model as Model as AnyModel, data, (options ?? {}) as ExactOptions, evidenceBy)

/** P(z | x) of every datum, by an exact method. */
export const posterior = <T, G, R, const A>(
  model: Model<T, G, R> & HasDensity<R>,
  data: A & ObservedData<A, R>,
  ...[options]: Options<T, G>
): TE.TaskEither<Errors, Posterior> =>
  exactly('posterior', model as Model as AnyModel, data, (options ?? {}) as ExactOptions, posteriorBy)

const exact = (
  method: ExactMethod,
  value: readonly number[],
  standardError: readonly number[] = value.map(() => 0),
): Evidence => ({
  value,
  standardError,
  kind: 'exact',
  method,
})

const unless = <A>(reason: string | undefined, f: () => A): E.Either<string, A> =>
  reason === undefined ? E.right(f()) : E.left(reason)

const evidenceBy: Ways<Evidence> = {
  enumeration: (p) => unless(whyNotFinite(p), () => exact('enumeration', finiteEvidence(p))),
  'linear-Gaussian': (p) =>
    F.pipe(
      linearSolutions(p),
      E.map((all) => all.map((s) => s.logEvidence)),
      E.map((values) => exact('linear-Gaussian', values)),
    ),
  conjugate: (p) =>
    F.pipe(
      conjugateSolutions(p),
      E.map((all) =>
        exact(
          'conjugate',
          all.map((s) => s.logEvidence),
        ),
      ),
    ),
  quadrature: (p) =>
    F.pipe(
      quadratures(p),
      E.map((all) => [all.map((q) => q.logEvidence), all.map((q) => q.error)] as const),
      E.map(([values, errors]) => exact('quadrature', values, errors)),
    ),
}

const posteriorBy: Ways<Posterior> = {
  enumeration: (p) => unless(whyNotFinite(p) ?? whyNoTable(p), () => finitePosterior(p)),
  'linear-Gaussian': (p) =>
    F.pipe(
      linearSolutions(p),
      E.map((all) => gaussianPosterior(p, all)),
    ),
  conjugate: (p) =>
    F.pipe(
      conjugateSolutions(p),
      E.map((all) => conjugatePosterior(p, all)),
    ),
  quadrature: gridPosterior,
}

const exactly = <A>(
  of: 'evidence' | 'posterior',
  model: AnyModel,
  data: unknown,
  options: ExactOptions,
  ways: Ways<A>,
): TE.TaskEither<Errors, A> =>
  F.pipe(
    TE.fromEither(checkedExact(of, model, options)),
    TE.flatMap(() => useRuntime(options.runtime ?? 'auto')),
    TE.flatMap(() =>
      TE.tryCatch(
        async () => solved(model, data, options, ways),
        (e) => errorsOf(e),
      ),
    ),
    TE.flatMap(TE.fromEither),
  )

const solved = <A>(
  model: AnyModel,
  data: unknown,
  options: ExactOptions,
  ways: Ways<A>,
): E.Either<Errors, A> => {
  const problem = makeProblem(model, data, options)
  return E.isLeft(problem) ? problem : firstOf(problem.right, options.method, ways)
}
