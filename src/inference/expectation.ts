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
 * The result is one scalar whose value is the estimate and whose gradient is the estimator. One pass goes through the
 * sites from the last drawn to the first: the method of a site adds its surrogate (0 in value, its part of the gradient),
 * and then reduces the site's own axis, of all terms that have it at once. Per datum: the mean over `datum`; a term of a
 * shared site counts 1/N. Unbiasedness is tested against enumeration and finite differences in
 * tests/inference/expectation.test.ts.
 */
import { isOwnAxis } from '../dsl/axes.js'
import { type AnyDistribution, axesOf } from '../dsl/distribution.js'
import { fail } from '../dsl/error.js'
import { datumAxis, type Model, type Site } from '../dsl/model.js'
import type { Environment } from '../dsl/objective.js'
import { mul } from '../dsl/operations/arithmetic.js'
import { type GradientMethod, nameOfMethod } from '../dsl/rules.js'
import { run } from '../dsl/run.js'
import { expandAxes, hasAxis, meanOver, sumOver } from '../dsl/value.js'
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

/** The plates of a term, as one name: terms of equal plates may be added before their plates are summed. */
const platesOf = (f: Scalar): string =>
  f.axes
    .flatMap((a) => (isOwnAxis(a.name) ? [] : [a.name]))
    .sort()
    .join()

/** Terms of equal plates, added up. */
const groups = (terms: readonly Scalar[]): readonly Scalar[] =>
  [...new Set(terms.map(platesOf))].map((plates) => total(terms.filter((t) => platesOf(t) === plates)))

/** The terms without the axis of site s: those that have it are added up, and reduced at once. */
const reduced = (s: Drawn, terms: readonly Scalar[]): readonly Scalar[] => {
  const { axis } = s
  const reduce = estimators[s.method].reduce
  if (axis === undefined || reduce === undefined) return terms
  const along = terms.filter((t) => hasAxis(t, axis))
  return [...terms.filter((t) => !hasAxis(t, axis)), ...groups(along).map((f) => reduce(s, f))]
}

/** A term without the axes of these sites, the last reduced first. */
export const sumOut = (f: Scalar, drawn: readonly Drawn[]): Scalar =>
  total(drawn.reduceRight<readonly Scalar[]>((terms, s) => reduced(s, terms), [f]))

/** The surrogate of site s, given the terms in which later sites are reduced; none for some methods. */
const surrogateOf = (s: Drawn, terms: readonly Scalar[], at: At): readonly Scalar[] => {
  const surrogate = estimators[s.method].surrogate
  return surrogate === undefined ? [] : [surrogate(s, total(terms.map((t) => sumOver(t, at.plates))), at)]
}

/** The estimate of E_q[Σ terms] per datum, with its gradient estimator behind it. */
export const expectation = (terms: readonly Term[], draws: Draws, env: Environment): Scalar => {
  for (const t of terms) env.observe?.(t.site, t.label, t.value)
  const plates = [...new Set([...draws.plates, ...terms.flatMap((t) => t.plates.map((a) => a.name))])]
  const pool = draws.drawn.reduceRight<readonly Scalar[]>(
    (pool, s) => reduced(s, pool.concat(surrogateOf(s, pool, { plates, context: draws.context, env }))),
    terms.map((t) => perDatum(t, env)),
  )
  return total(pool.map((t) => meanOver(sumOver(t, plates), [particleAxis, datumAxis])))
}
