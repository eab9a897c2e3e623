/**
 * Expectations under a model q, with an estimator of their gradient for each site.
 *
 *   E_q[Σ_t f_t] ≈ mean over particles of Σ_t f_t
 *
 *   pathwise    z = g(ε, θ): the gradient flows through the sample
 *   enumerate   Σ_z q(z) f(z), exactly, along an axis of its own
 *   score       (f − b) ∇ log q(z), with the leave-one-out mean of the other particles as baseline
 *   …           estimators/, a file for each method
 *
 * Enumerated sites are eliminated one by one, so that the cost is the largest table and not the joint support; the score
 * of a site is multiplied only by what depends on it (Rao-Blackwellization), element by element of its plates where no term
 * combines elements (dependence.ts).
 *
 * The result is one scalar whose value is the estimate and whose gradient is the estimator. One pass goes through the
 * sites from the last drawn to the first: the method of a site adds its surrogate (0 in value, its part of the gradient),
 * and then reduces the site's own axis, of all terms that have it at once. Per datum: the mean over `datum`; a term of a
 * shared site counts 1/N. Unbiasedness is tested against enumeration and finite differences in
 * tests/inference/expectation.test.ts.
 */
import { isOwnAxis } from '../dsl/axes.js'
import { type AnyDistribution, axesOf } from '../dsl/distribution.js'
import { fail } from '../dsl/error.js'
import { type GradientMethod, nameOfMethod } from '../dsl/gradientMethods.js'
import { datumAxis, type Model, type Site } from '../dsl/model.js'
import type { Environment } from '../dsl/objective.js'
import { mul } from '../dsl/operations/arithmetic.js'
import { run } from '../dsl/run.js'
import { expandAxes, hasAxis, meanOver, sumOver } from '../dsl/value.js'
import { type Reach, reachesIn, reachOf } from './dependence.js'
import { absorbed } from './elimination/cost.js'
import {
  axesOfSite,
  type Drawn,
  type Draws,
  particleAxis,
  type Scalar,
  type Term,
  total,
} from './estimators/draws.js'
import type { At } from './estimators/estimator.js'
import { commonOnSlices } from './estimators/slices.js'
import { estimators } from './estimators/table.js'

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
    choose: (name, site, distribution, observed) => {
      if (observed !== undefined) return observed
      requireDeclared(name, site, distribution, env)
      const asked = methods(name)
      const method = nameOfMethod(asked)
      const axes = axesOfSite(site, env.batch, particles)
      const draw = estimators[method].draw({
        name,
        distribution,
        axes,
        asked,
        env: commonOnSlices(env, axes, distribution),
      })
      drawn.push({ name, site, method, asked, distribution, ...draw })
      return draw.value
    },
  })
  return { context, drawn, plates: [...new Set(drawn.flatMap((d) => d.site.plates.map((a) => a.name)))] }
}

/** The terms per datum, scaled: a shared term counts 1/N. */
const perDatum = (t: Term, env: Environment): Scalar => {
  const value = expandAxes(t.value, t.plates)
  return t.shared ? mul(1 / env.dataSize, value) : value
}

const nothing: Reach = new Map()

/** A summand on its way through the sites, with the sites that it still depends on. */
interface Summand {
  readonly value: Scalar
  readonly reach: Reach
}

/** Everything, mixed: what a term depends on that does not say so. */
const reachOfAll = (drawn: readonly Drawn[]): Reach =>
  new Map(drawn.map((d) => [d.name, new Set(d.site.plates.map((a) => a.name))]))

/** The terms as summands; only sites that have a surrogate need to know what depends on them. */
const summandsOf = (terms: readonly Term[], { drawn }: Draws, env: Environment): readonly Summand[] => {
  const told = drawn.filter((d) => estimators[d.method].surrogate !== undefined)
  const sites = drawn.map((d) => [d.name, d.site] as const)
  const bySite = new Map(sites)
  const reaches = reachesIn(sites, new Set(told.map((d) => d.name)))
  return terms.map((t) => ({
    value: perDatum(t, env),
    reach: t.dependent === undefined ? reachOfAll(told) : reachOf(t.dependent, reaches, bySite),
  }))
}

const plateNames = (f: Scalar): readonly string[] =>
  f.axes.flatMap((a) => (isOwnAxis(a.name) ? [] : [a.name])).sort()

/** Summands of one key lie in the same plates and depend on the same sites: they may be added before either matters. */
const keyOf = ({ value, reach }: Summand): string =>
  `${plateNames(value)} ${[...reach].map(([name, mixed]) => `${name}(${[...mixed].sort()})`).sort()}`

const ownAxesOf = ({ value }: Summand): ReadonlySet<string> =>
  new Set(value.axes.flatMap((a) => (isOwnAxis(a.name) ? [a.name] : [])))

/** Summands of one key, added up where one has all the axes of the other: never in a larger table than the largest. */
const merged = (summands: readonly Summand[]): readonly Summand[] =>
  [...new Set(summands.map(keyOf))].flatMap((key) =>
    absorbed(
      summands.filter((f) => keyOf(f) === key),
      ownAxesOf,
    ).map((group) => ({ value: total(group.map((f) => f.value)), reach: (group[0] as Summand).reach })),
  )

/** The summands without the axis of site s: those that have it are added up, and reduced. */
const reduced = (s: Drawn, summands: readonly Summand[]): readonly Summand[] => {
  const { axis } = s
  const reduce = estimators[s.method].reduce
  if (axis === undefined || reduce === undefined) return summands
  const along = summands.filter((f) => hasAxis(f.value, axis))
  return [
    ...summands.filter((f) => !hasAxis(f.value, axis)),
    ...merged(along).map(({ value, reach }) => ({ value: reduce(s, value), reach })),
  ]
}

/** A term without the axes of these sites, the last reduced first. */
export const sumOut = (f: Scalar, drawn: readonly Drawn[]): Scalar => {
  const start: readonly Summand[] = [{ value: f, reach: nothing }]
  return total(drawn.reduceRight((left, s) => reduced(s, left), start).map(({ value }) => value))
}

/** Whether the signal of a site is what depends on it, or everything. */
const raoBlackwellized = ({ asked }: Drawn): boolean =>
  typeof asked === 'string' || (asked as { readonly raoBlackwell?: boolean }).raoBlackwell !== false

/** The sites before s that are still to be summed out, in two parts. */
interface Unsummed {
  /** Those that a draw of s has values of its own for, and those that the weights of these depend on. */
  readonly kept: readonly Drawn[]
  /** The others, which may be summed out first: none of the kept ones depends on them. */
  readonly others: readonly Drawn[]
}

const unsummed = (s: Drawn, drawn: readonly Drawn[]): Unsummed => {
  const before = drawn.slice(0, drawn.indexOf(s)).filter((d) => d.method === 'enumerate')
  const kept: Drawn[] = []
  for (const d of [...before].reverse())
    if ([s.value, ...kept.map((k) => k.logQ as Scalar)].some((v) => hasAxis(v, d.axis as string)))
      kept.push(d)
  return { kept, others: before.filter((d) => !kept.includes(d)) }
}

const platesIn = (drawn: readonly Drawn[]): readonly string[] =>
  drawn.flatMap((d) => d.site.plates.map((a) => a.name))

/**
 * The summands that a draw of s has a part in, each element of its plates with its own where that is sound. Elements of a plate
 * in which sites are still to be summed out are never added up value by value, since each has its own weights: what s does
 * not depend on, near or far, is summed out first, and along the plates of what it depends on the elements stay apart.
 */
const signalOf = (
  s: Drawn,
  drawn: readonly Drawn[],
  summands: readonly Summand[],
  plates: readonly string[],
): readonly Scalar[] => {
  const local = raoBlackwellized(s)
  const own = local && estimators[s.method].differentiates !== true ? platesIn([s]) : []
  const { kept, others } = unsummed(s, drawn)
  const apart = platesIn(kept)
  return summands.flatMap(({ value, reach }) => {
    const mixed = local ? reach.get(s.name) : nothing
    if (mixed === undefined) return []
    const summed = plates.filter((name) => !apart.includes(name) && (mixed.has(name) || !own.includes(name)))
    return [sumOver(sumOut(value, others), summed)]
  })
}

/** The sites before s whose methods differentiate what comes after them, so that the surrogate of s belongs to their signal. */
const differentiated = (s: Drawn, drawn: readonly Drawn[]): Reach =>
  reachOfAll(drawn.slice(0, drawn.indexOf(s)).filter((d) => estimators[d.method].differentiates === true))

const without = (reach: Reach, name: string): Reach => new Map([...reach].filter(([other]) => other !== name))

/** The summands with the surrogate of site s, given those in which later sites are reduced; s matters no more. */
const withSurrogate = (
  s: Drawn,
  summands: readonly Summand[],
  plates: readonly string[],
  at: Omit<At, 'plates'>,
): readonly Summand[] => {
  const { drawn } = at
  const surrogate = estimators[s.method].surrogate
  if (surrogate === undefined) return summands
  const signals = signalOf(s, drawn, summands, plates)
  const left = merged(summands.map(({ value, reach }) => ({ value, reach: without(reach, s.name) })))
  if (signals.length === 0) return left
  const signal = total(signals)
  const summed = plates.filter((name) => !hasAxis(signal, name))
  return [
    ...left,
    { value: surrogate(s, signal, { ...at, plates: summed }), reach: differentiated(s, drawn) },
  ]
}

/** The estimate of E_q[Σ terms] per datum, with its gradient estimator behind it. */
export const expectation = (terms: readonly Term[], draws: Draws, env: Environment): Scalar => {
  for (const t of terms) env.observe?.(t.site, t.label, t.value)
  const plates = [...new Set([...draws.plates, ...terms.flatMap((t) => t.plates.map((a) => a.name))])]
  const pool = draws.drawn.reduceRight<readonly Summand[]>(
    (pool, s) =>
      reduced(s, withSurrogate(s, pool, plates, { context: draws.context, drawn: draws.drawn, env })),
    summandsOf(terms, draws, env),
  )
  return total(pool.map(({ value }) => meanOver(sumOver(value, plates), [particleAxis, datumAxis])))
}
