/**
 * Expectations under a model q, with an estimator of their gradient for each site.
 *
 *   E_q[Σ_t f_t] ≈ mean over particles of Σ_t f_t
 *
 *   pathwise    z = g(ε, θ): the gradient flows through the sample
 *   enumerate   Σ_z q(z) f(z), exactly, along an axis of its own
 *   score       f ∇ log q(z), with the leave-one-out mean of the other particles as baseline (unbiased; Kool et al., 2019)
 *
 * The result is one scalar whose value is the estimate and whose gradient is the estimator: the score terms are added as
 * signal · (log q − stop(log q)), which is 0 in value. The enumerated sites are summed out from the last drawn to the
 * first, each with its conditional weight. Per datum: the mean over `datum`; a term of a shared site counts 1/N.
 * Unbiasedness is tested against enumeration and finite differences in tests/inference/expectation.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { enumPrefix, isOwnAxis } from '../dsl/axes.js'
import { type AnyDistribution, axesOf, type Distribution, type EventSpace } from '../dsl/distribution.js'
import { nonNegative } from '../dsl/domain.js'
import type { NonNegative, Real } from '../dsl/domains/marks.js'
import { fail } from '../dsl/error.js'
import { datumAxis, type Model, type Site } from '../dsl/model.js'
import type { Environment } from '../dsl/objective.js'
import { add, mul, sub } from '../dsl/operations/arithmetic.js'
import { greater, where } from '../dsl/operations/comparisons.js'
import { stopGradient } from '../dsl/operations/functions.js'
import type { GradientMethod } from '../dsl/rules.js'
import { run } from '../dsl/run.js'
import type { Shape } from '../dsl/shape.js'
import {
  type AnyValue,
  type Axis,
  constant,
  elementwise,
  expandAxes,
  hasAxis,
  meanOver,
  sumOver,
  type Value,
} from '../dsl/value.js'

type Scalar = Value<[], Real>

/** The axis of the particles. */
export const particleAxis = 'particle'

/** One drawn site. */
export interface Drawn {
  readonly name: string
  readonly site: Site
  readonly method: GradientMethod
  readonly distribution: AnyDistribution
  /** log q of the value, where the method needs it. */
  readonly logQ?: Scalar
}

/** All draws of one run of q. */
export interface Draws {
  readonly context: Readonly<Record<string, unknown>>
  readonly drawn: readonly Drawn[]
  readonly plates: readonly string[]
}

/** A summand of the expectation: its site decides how it scales. */
export interface Term {
  readonly site: string
  readonly label: string
  readonly shared: boolean
  readonly plates: readonly Axis[]
  readonly value: Scalar
}

/** The axes that a site is drawn along. */
export const axesOfSite = (site: Site, batch: number, particles: number): readonly Axis[] => [
  ...(particles > 1 ? [{ name: particleAxis, size: particles }] : []),
  ...(site.scope === 'datum' ? [{ name: datumAxis, size: batch }] : []),
  ...site.plates,
]

/** log density of a distribution whose capability was checked at construction. */
export const logDensity = (d: AnyDistribution, x: AnyValue): Scalar =>
  (d as unknown as Distribution<EventSpace<Shape, Real>, 'density'>).logProb(x as Value<Shape, Real>)

/**
 * Refuses a site whose distribution lies in a plate that the site does not declare: it would be drawn once for each
 * element, and nothing would count these draws.
 */
const requireDeclared = (name: string, site: Site, d: AnyDistribution, env: Environment): void => {
  const declared = new Set(site.plates.map((p) => p.name))
  const stray = axesOf(d).find((a) => !isOwnAxis(a.name) && !declared.has(a.name))
  if (stray === undefined) return
  const from = [...site.parents].filter((p) => env.data[p]?.axes.some((a) => a.name === stray.name))
  const source = from.map((p) => `'${p}'`).join(' and ')
  fail(
    'model',
    name,
    `site '${name}' is drawn along the plate ${stray.name}${source === '' ? '' : `, which it has from ${source}`}, but does not declare it`,
    `reduce the plate first, for example with meanOverPlate(${from[0] ?? 'x'}, '${stray.name}')`,
  )
}

const drawOne = (
  name: string,
  site: Site,
  d: AnyDistribution,
  method: GradientMethod,
  axes: readonly Axis[],
  env: Environment,
) => {
  if (method === 'enumerate') {
    const value: AnyValue = (d as unknown as Distribution<EventSpace<Shape, Real>, 'enumerable'>).enumerate(
      enumAxis(name),
    )
    return { value, drawn: { name, site, method, distribution: d, logQ: logDensity(d, value) } }
  }
  const sample: AnyValue = d.sample(env.noise.child(name), axes)
  const value = method === 'pathwise' ? sample : stopGradient(sample)
  return {
    value,
    drawn: {
      name,
      site,
      method,
      distribution: d,
      ...(method === 'score' ? { logQ: logDensity(d, value) } : {}),
    },
  }
}

const enumAxis = (name: string): string => `${enumPrefix}${name}`

/** Draws every site of q by its method. */
export const drawSites = (
  q: Model,
  methods: (name: string) => GradientMethod,
  particles: number,
  env: Environment,
): Draws => {
  const drawn: Drawn[] = []
  const context = run(q, {
    functions: env.functions,
    given: env.data,
    choose: (name, site, d, observed) => {
      if (observed !== undefined) return observed
      requireDeclared(name, site, d, env)
      const one = drawOne(name, site, d, methods(name), axesOfSite(site, env.batch, particles), env)
      drawn.push(one.drawn)
      return one.value
    },
  })
  return { context, drawn, plates: [...new Set(drawn.flatMap((d) => d.site.plates.map((a) => a.name)))] }
}

/** The probability itself: 0 where its logarithm is −Infinity, which the operation `exp`, Positive by type, never is. */
const massOf = (logQ: Scalar): Value<[], NonNegative> => elementwise('mass', nonNegative, tf.exp, logQ)

/** Sums out the enumerated sites among `drawn`, the last first, with their conditional weights. */
export const sumOut = (f: Scalar, drawn: readonly Drawn[]): Scalar =>
  [...drawn]
    .reverse()
    .filter((d) => d.method === 'enumerate')
    .reduce<Scalar>((g, d) => {
      const axis = enumAxis(d.name)
      return hasAxis(g, axis) ? sumOver(weighted(g, massOf(d.logQ as Scalar)), [axis]) : g
    }, f)

/** w · g, and 0 where w = 0 though g is infinite there (log q − log p outside the support of q). */
const weighted = (g: Scalar, w: Scalar): Scalar => mul(where(greater(w, 0), g, 0), w) as Scalar

/** f_k minus the mean of the others, along the particles. */
const leaveOneOut = (f: Scalar): Scalar => {
  const k = f.axes.find((a) => a.name === particleAxis)?.size ?? 1
  if (k < 2) return f
  const mean = meanOver(f, [particleAxis])
  return mul(k / (k - 1), sub(f, mean))
}

/** The terms per datum, scaled: a shared term counts 1/N. */
const perDatum = (t: Term, env: Environment): Scalar => {
  const value = expandAxes(t.value, t.plates)
  return t.shared ? mul(1 / env.dataSize, value) : value
}

/** Adds up scalars of any axes. */
export const total = (values: readonly Scalar[]): Scalar =>
  values.length === 0 ? (constant(0) as Scalar) : values.reduce((a, b) => add(a, b))

/** Its signal is a constant, so the derivative of its gradient would lack a term. */
const requireOnce = (s: Drawn, env: Environment): void => {
  if (env.twice === true)
    fail(
      'model',
      s.name,
      `site '${s.name}': consensus and unrolled differentiate a gradient, but that of ${s.site.family} is estimated by its score function, which gives first derivatives only`,
      'draw it from a pathwise distribution, or from one with few values, which are summed out',
    )
}

/** The contribution of one score site to the gradient; 0 in value. */
const scoreTerm = (s: Drawn, terms: readonly Scalar[], draws: Draws, env: Environment): Scalar => {
  requireOnce(s, env)
  const index = draws.drawn.indexOf(s)
  const before = draws.drawn.slice(0, index)
  const after = draws.drawn.slice(index + 1)
  const plates = [...draws.plates]
  const signal = total(terms.map((t) => sumOver(sumOut(t, after), plates)))
  const logQ = sumOver(s.logQ as Scalar, plates)
  return sumOut(mul(stopGradient(leaveOneOut(signal)), sub(logQ, stopGradient(logQ))), before)
}

/** The estimate of E_q[Σ terms] per datum, with its gradient estimator behind it. */
export const expectation = (terms: readonly Term[], draws: Draws, env: Environment): Scalar => {
  for (const t of terms) env.observe?.(t.site, t.label, t.value)
  const scaled = terms.map((t) => perDatum(t, env))
  const plates = [...new Set([...draws.plates, ...terms.flatMap((t) => t.plates.map((a) => a.name))])]
  const values = scaled.map((t) => sumOver(sumOut(t, draws.drawn), plates))
  const scores = draws.drawn
    .filter((d) => d.method === 'score')
    .map((s) => scoreTerm(s, scaled, { ...draws, plates }, env))
  return total([...values, ...scores].map((v) => meanOver(v, [particleAxis, datumAxis])))
}
