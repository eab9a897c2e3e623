/**
 * mixture({ probs } or { logits }, [d_1, …, d_K]): x ~ d_c, where the component c ~ Categorical(w)
 *
 *   log p(x) = log Σ_k w_k d_k(x)                                                       (nats)
 *   E x = Σ_k w_k m_k      Var x = Σ_k w_k (v_k + (m_k − E x)²)      cdf = Σ_k w_k cdf_k
 *
 * The components may be of different families; they share the event shape and the reference measure, and the domain
 * is the smallest known here that contains theirs. Density if all have it; not pathwise, since c is chosen by noise.
 * One c for the whole event. A draw samples every component and keeps one.
 * Tested in tests/dsl/distributions/mixture.test.ts.
 */
import {
  type AnyDistribution,
  type Cdf,
  can,
  type Distribution,
  distribution,
  type EventSpace,
} from '../distribution.js'
import { real } from '../domain.js'
import type { Real } from '../domains/marks.js'
import { fail } from '../error.js'
import * as numerics from '../numerics/logSumExp.js'
import type { Arg } from '../operations/argument.js'
import { add, mul, square, sub } from '../operations/arithmetic.js'
import { equal, where } from '../operations/comparisons.js'
import { stack } from '../operations/joining.js'
import { at } from '../operations/picking.js'
import type { Shape } from '../shape.js'
import { type AnyValue, onEvent, type Value } from '../value.js'
import { uniformNoise } from './draw.js'
import type { Distributions } from './independent.js'
import {
  type Alike,
  type CapabilitiesOf,
  commonDomain,
  type DomainIn,
  type Families,
  hasMoments,
  logProbOf,
  type MomentsIf,
  type ShapeIn,
} from './parts.js'
import {
  type CountOf,
  type LogitsOf,
  labelAt,
  type Probabilities,
  type ProbabilityParameters,
  type ProbsOf,
  probabilities,
} from './probabilities.js'

type CdfIf<D, S extends Shape> = [D] extends [Cdf<Shape>] ? Cdf<S> : unknown

/** A mixture of Ds. */
export type Mixture<Ds extends Distributions> = Distribution<
  EventSpace<ShapeIn<Ds[0]>, DomainIn<Ds[number]>>,
  Exclude<CapabilitiesOf<Ds[number]>, 'pathwise' | 'enumerable'>,
  `mixture(${Families<Ds>})`
> &
  MomentsIf<Ds[number], ShapeIn<Ds[0]>> &
  CdfIf<Ds[number], ShapeIn<Ds[0]>> & {
    readonly parts: Ds
    readonly parameters: ProbabilityParameters<Ds['length']>
  }

/** Accepts as many components as there are weights; otherwise a sentence. */
export type AsMany<W, Ds extends Distributions> = number extends CountOf<W> | Ds['length']
  ? unknown
  : CountOf<W> extends Ds['length']
    ? unknown
    : `mixture was given ${CountOf<W>} weights and ${Ds['length']} distributions`

/** A mixture by K logits or K probabilities (exactly one of the two, by name) of K components. */
export const mixture: {
  <const L extends Arg, const Ds extends Distributions>(
    weights: { readonly logits: LogitsOf<L, 'mixture'> },
    components: Ds & Alike<Ds, 'mixture'> & AsMany<L, Ds>,
  ): Mixture<Ds>
  <const P extends Arg, const Ds extends Distributions>(
    weights: { readonly probs: ProbsOf<P, 'mixture'> },
    components: Ds & Alike<Ds, 'mixture'> & AsMany<P, Ds>,
  ): Mixture<Ds>
} = (weights: { readonly logits?: Arg; readonly probs?: Arg }, components: unknown): Mixture<never> =>
  mixed(probabilities('mixture', weights), components as readonly AnyDistribution[])

const mixed = (w: Probabilities, parts: readonly AnyDistribution[]): Mixture<never> => {
  const domain = commonDomain('mixture', parts)
  if (w.k !== parts.length)
    fail(
      'shape',
      'mixture',
      `mixture was given ${w.k} weights and ${parts.length} distributions`,
      'give one weight for each',
    )
  const weighted = (values: readonly AnyValue[]) =>
    values.map((v, k) => mul(at(w.probs(), k), v) as AnyValue).reduce((a, b) => add(a, b) as AnyValue)
  const mean = () => weighted(parts.filter(hasMoments).map((d) => d.mean()))
  const measure = distribution({
    family: `mixture(${parts.map((d) => d.family).join()})`,
    shape: parts[0]?.space.shape as Shape,
    domain,
    capabilities: parts.every((d) => can(d, 'density')) ? ['density'] : [],
    parameters: { ...w.parameters },
    parts,
    sample: (noise, axes) => {
      const label = labelAt(uniformNoise(noise.child('component'), axes, []), w)
      return parts
        .map((d, k) => d.sample(noise.child(String(k)), axes) as AnyValue)
        .reduce((chosen, x, k) => where(equal(label, k), x, chosen) as AnyValue)
    },
    logProb: (x) => {
      const terms = stack(parts.map((d) => logProbOf(d, x)) as [Value<[], Real>, ...Value<[], Real>[]])
      return onEvent(add(w.logProbs(), terms as AnyValue), [], real, (t) => numerics.logSumExp(t, -1))
    },
  })
  return {
    ...measure,
    ...(parts.every(hasMoments)
      ? {
          mean,
          variance: () =>
            weighted(parts.filter(hasMoments).map((d) => add(d.variance(), square(sub(d.mean(), mean()))))),
        }
      : {}),
    ...(parts.every(hasCdf)
      ? { cdf: (x: AnyValue) => weighted(parts.filter(hasCdf).map((d) => d.cdf(x as never))) }
      : {}),
  } as unknown as Mixture<never>
}

const hasCdf = <D extends object>(d: D): d is D & Cdf<Shape> => 'cdf' in d
