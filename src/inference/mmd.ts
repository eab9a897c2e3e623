/**
 * maximumMeanDiscrepancy(real, fake, options): the squared maximum mean discrepancy, an objective that a generator
 * minimizes; unbiased over the minibatch x_1 … x_m of the one and y_1 … y_n of the other:
 *
 *   MMD² = E k(x, x') + E k(y, y') − 2 E k(x, y)
 *        ≈ Σ_{i≠j} k(x_i, x_j)/(m (m−1)) + Σ_{i≠j} k(y_i, y_j)/(n (n−1)) − 2 Σ_ij k(x_i, y_j)/(m n)
 *
 * >= 0 in the mean, 0 where the models agree; a single estimate may be negative. k is a similarity (similarities/table.ts),
 * of the site or input `at` of both models, or of features through nets of their own. In the units of k.
 * The gradient flows through the samples: a site that is not pathwise must not depend on a net.
 * Gretton et al., 2012, "A kernel two-sample test", eq. 3; Li, Swersky & Zemel, 2015. Errors: `model`, `data`, `shape`.
 * Tested in tests/inference/mmd.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { can } from '../dsl/distribution.js'
import { isWithin, real } from '../dsl/domain.js'
import type { Real } from '../dsl/domains/marks.js'
import { fail, type GiryError, giryError, throwAll } from '../dsl/error.js'
import {
  type AnyModel,
  datumAxis,
  type Merge,
  type Model,
  type Nets,
  type Site,
  sitesOf,
} from '../dsl/model.js'
import { type Environment, type Objective, plus } from '../dsl/objective.js'
import { add, mul, sub } from '../dsl/operations/arithmetic.js'
import type { Shape } from '../dsl/shape.js'
import {
  type AnyValue,
  constant,
  expandAxes,
  isValue,
  makeValue,
  showSpaceOf,
  sumOver,
  type Value,
} from '../dsl/value.js'
import { type Common, exampleFor, type Seen, shapeFault } from './contest.js'
import { drawSites } from './expectation.js'
import type { Similarity } from './similarities/table.js'

// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries.
type None = {}
type Scalar = Value<[], Real>
type Point = Value<Shape, Real>
type At = (context: never) => unknown

/** The names of values that both contexts have, of one shape. */
type PointNames<C> = { [K in keyof C]: C[K] extends AnyValue ? K : never }[keyof C] & string

/** Which points are compared, and how. */
export interface DiscrepancyOptions<P, Q, N extends Nets> {
  readonly kernel: Similarity
  /** Nets of the features. */
  readonly nets?: N
  /** The point to compare: a name that both models have, `'x'`, or features, `({ x, phi }) => phi(x)`. */
  readonly at:
    | PointNames<Common<Seen<P, NoInfer<N>>, Seen<Q, NoInfer<N>>>>
    | ((context: Common<Seen<P, N>, Seen<Q, N>>) => Value<Shape, Real>)
}

/** The axis of the second element of a pair. */
const otherAxis = 'datum of the pair'

/** Sites whose samples carry no gradient although a net moves them, directly or through their parents. */
const blockedSites = (model: AnyModel): readonly (readonly [string, Site])[] => {
  const moved = new Set<string>()
  return sitesOf(model).filter(([name, site]) => {
    if (site.nets.size > 0 || [...site.parents].some((p) => moved.has(p))) moved.add(name)
    return moved.has(name) && !can(site, 'pathwise')
  })
}

const siteFaults = (model: AnyModel): readonly GiryError[] =>
  blockedSites(model).map(([name, site]) =>
    giryError(
      'model',
      name,
      `site '${name}': the gradient of a discrepancy flows through samples, but ${site.family} is not pathwise`,
      'draw it from a pathwise distribution, or bound a divergence with fDivergence',
    ),
  )

const netFaults = (nets: Nets, model: AnyModel): readonly GiryError[] =>
  Object.keys(nets)
    .filter((name) => name in model.nets && model.nets[name] !== nets[name])
    .map((name) => giryError('model', name, `two nets are called '${name}'`, 'give each its own name'))

const requireReal = (x: unknown): AnyValue =>
  isValue(x) && isWithin(x.domain, real)
    ? x
    : fail(
        'shape',
        'maximumMeanDiscrepancy',
        `'at' must return a value of real numbers, but returned ${isValue(x) ? showSpaceOf(x) : typeof x}`,
        "name a site or input of both models: at: 'x'",
      )

/** A name that a model does not have. */
const nameFaults = (models: readonly AnyModel[], at: unknown): readonly GiryError[] => {
  if (typeof at !== 'string') return []
  const missing = models.filter((m) => !(at in m.entries) && !(at in m.given))
  const both = models.map((m) => [...Object.keys(m.given), ...Object.keys(m.entries)])
  const common = both[0]?.filter((name) => both[1]?.includes(name)) ?? []
  return missing.length === 0
    ? []
    : [
        giryError(
          'option',
          'at',
          `${missing.length === 2 ? 'neither model has' : 'one of the models does not have'} '${at}', at which they are compared`,
          `name one of ${common.join(', ') || '(none in common)'}, or pass a function`,
        ),
      ]
}

/** One look at the points on example data: what cannot be compared is found at construction. */
const requireAlike = (models: readonly AnyModel[], nets: Nets, at: At, name: string): void =>
  tf.tidy(() => {
    const [x, y] = models.map((m) => requireReal(at(exampleFor(m as Model, nets) as never)))
    throwAll(shapeFault(name, x as AnyValue, y as AnyValue))
  })

/** The points of one model, with the axis `datum`. */
const pointsOf = (model: AnyModel, nets: Nets, at: (context: never) => unknown, env: Environment): Point => {
  const { context } = drawSites(model, () => 'pathwise', 1, env)
  const extra = Object.fromEntries(Object.keys(nets).map((name) => [name, env.functions[name]]))
  return alongDatum(requireReal(at({ ...extra, ...context } as never)))
}

const alongDatum = (x: AnyValue): Point => {
  const axis = x.axes[0]
  if (x.axes.length !== 1 || axis?.name !== datumAxis || axis.size < 2)
    fail(
      'data',
      'maximumMeanDiscrepancy',
      `a discrepancy compares pairs of data, but the points have the axes [${x.axes.map((a) => `${a.name} (${a.size})`).join(', ')}]`,
      'give points that differ from datum to datum, in no plate, and a batch of 2 or more; the last batch of an epoch has what is left of the data',
    )
  return x as Point
}

const asOther = (x: Point): Point => ({ ...x, axes: x.axes.map(({ size }) => ({ name: otherAxis, size })) })

const sizeOf = (x: Point): number => x.axes[0]?.size as number
const overPairs = (k: Scalar): Scalar => sumOver(k, [datumAxis, otherAxis])

/** 1 where the two elements of a pair differ, else 0. */
const offDiagonal = (n: number): Scalar =>
  makeValue<[], Real>(tf.sub(1, tf.eye(n)), [], real, [
    { name: datumAxis, size: n },
    { name: otherAxis, size: n },
  ])

/** Σ_{i≠j} k(x_i, x_j) / (n (n − 1)). */
const within = (kernel: Similarity, x: Point): Scalar => {
  const n = sizeOf(x)
  return mul((1 / (n * (n - 1))) as number, overPairs(mul(offDiagonal(n), kernel(x, asOther(x)))))
}

/** Σ_ij k(x_i, y_j) / (m n). */
const between = (kernel: Similarity, x: Point, y: Point): Scalar =>
  mul(
    (1 / (sizeOf(x) * sizeOf(y))) as number,
    overPairs(expandAxes(kernel(x, asOther(y)), [...x.axes, ...asOther(y).axes])),
  )

const discrepancy = (kernel: Similarity, x: Point, y: Point): Scalar =>
  sub(add(within(kernel, x), within(kernel, y)), mul(2, between(kernel, x, y)))

const reader = (at: string | At): At =>
  typeof at === 'function' ? at : (context: Readonly<Record<string, unknown>>) => context[at]

/** The objective without its value: what it takes from one model. */
const takes = <T, G, R, N>({ nets, given }: Model<T, G, R>, own: N): Objective<Merge<T, N>, G> => ({
  tag: 'objective',
  description: 'MMD²',
  nets: { ...nets, ...own } as Merge<T, N>,
  data: given,
  evaluate: () => constant(0) as Scalar,
})

/** The unbiased estimate of MMD²; a generator minimizes it, a net of features may maximize it. */
export const maximumMeanDiscrepancy = <TP, GP, RP, TQ, GQ, RQ, const N extends Nets = None>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ>,
  options: DiscrepancyOptions<Model<TP, GP, RP>, Model<TQ, GQ, RQ>, N>,
): Objective<Merge<Merge<TP, N>, Merge<TQ, N>>, Merge<GP, GQ>> => {
  const nets = (options.nets ?? {}) as N
  const [real, fake] = [p, q] as readonly unknown[] as readonly [AnyModel, AnyModel]
  throwAll([real, fake].flatMap((m) => [...siteFaults(m), ...netFaults(nets, m)]))
  throwAll(nameFaults([real, fake], options.at))
  const name = typeof options.at === 'string' ? options.at : 'at'
  requireAlike([real, fake], nets, reader(options.at as string | At), name)
  // Streams of their own: with one, sites of one name would be drawn alike in both models.
  const points = (m: AnyModel, side: string, env: Environment) =>
    pointsOf(m, nets, reader(options.at as string | At), { ...env, noise: env.noise.child(side) })
  return {
    ...plus(takes(p, nets), takes(q, nets)),
    description: 'MMD²',
    evaluate: (env) => {
      const value = discrepancy(options.kernel, points(real, 'p', env), points(fake, 'q', env))
      env.observe?.('maximumMeanDiscrepancy', 'MMD²', value)
      return value
    },
  }
}
