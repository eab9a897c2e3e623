/**
 * A problem with two parameters a and b, whose gradient is known: by a closed form, by enumeration, or by quadrature, in float64.
 * The parameters are inputs of q, one for each datum, so that one backward pass gives a gradient for each draw.
 */
import * as g from 'giry'
import type { GradientMethod } from '../../src/dsl/gradientMethods.js'
import type { AnyObjective } from '../../src/dsl/objective.js'

/** Where a gradient is taken. */
export interface Point {
  readonly a: number
  readonly b: number
}

/** Its own objective, or L_2: the bound on importance weights with two particles. */
export type Target = 'own' | 'L_2'

/** The methods of the sites under test. */
export type Methods = Readonly<Record<string, GradientMethod>>

/** A problem: an objective for each gradient method, and its exact value. */
export interface Problem {
  readonly name: string
  readonly what: string
  readonly at: Point
  /** Other inputs, constant. */
  readonly inputs: Readonly<Record<string, number>>
  /** The sites under test. */
  readonly sites: readonly string[]
  readonly exact: { readonly own: (at: Point) => number; readonly L_2?: (at: Point) => number }
  readonly objective: (methods: Methods, particles: number, target: Target) => AnyObjective
  /** The score function with a baseline by a net, for each site: linear in what is drawn before. */
  readonly learned: Methods
  /** RELAX with a control variate, for each site that is relaxable. */
  readonly relax?: Methods
}

/** Where parameters come in. */
export const inputs = { a: g.real(), b: g.real() }

type Bound = (p: unknown, q: unknown, options: object) => AnyObjective

/** L_b with every divergence sampled, unless said otherwise, so that all methods estimate the gradient of the same terms; or L_2. */
export const boundOf = (
  p: unknown,
  q: unknown,
  sites: Methods,
  particles: number,
  target: Target,
  kl: 'closed form' | 'sampled' = 'sampled',
): AnyObjective =>
  target === 'own'
    ? (g.elbo as unknown as Bound)(p, q, { sites, particles, kl })
    : (g.iwae as unknown as Bound)(p, q, { sites, particles })

/** The score function with a learned baseline; the whole objective is the signal. */
export const withBaseline = (baseline: unknown): GradientMethod =>
  g.score({ baseline: baseline as g.Baseline, raoBlackwell: false }) as never

/** A constant baseline, for a site that nothing is drawn before. */
export const constantBaseline = (site: string): GradientMethod => {
  const name = `${site}_constant`
  return withBaseline(
    g.learned(
      g.given({}),
      { [name]: g.parameter(g.real()) },
      (c) => (c as unknown as Readonly<Record<string, () => g.Value<[], g.Real>>>)[name]?.() as never,
    ),
  )
}

/** log (e^a + e^b)/2. */
export const logMean = (a: number, b: number): number =>
  Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))) - Math.LN2

/** L_2 from the outcomes of one particle: the sum over all pairs. */
export const overPairs = (all: readonly { readonly logQ: number; readonly logW: number }[]): number =>
  all.reduce(
    (sum, { logQ, logW }, i) =>
      sum +
      Math.exp(2 * logQ) * logW +
      2 * all.slice(0, i).reduce((s, o) => s + Math.exp(logQ + o.logQ) * logMean(logW, o.logW), 0),
    0,
  )
