/** The gradient methods by the names of the table, with the particles that they take. */
import * as g from 'giry'
import type { GradientMethod } from '../../src/dsl/gradientMethods.js'
import type { Problem, Target } from './problem.js'

/** A method of the table. */
export interface Contender {
  readonly name: string
  readonly target: Target
  readonly particles: number
  /** Whether it claims to be unbiased. */
  readonly unbiased: boolean
  /** The method of a site; undefined where the problem has none. */
  readonly method: (problem: Problem, site: string) => GradientMethod | undefined
  /** How much a moving average keeps at each update. */
  readonly decay?: number
}

const row = (name: string, method: GradientMethod, rest: Partial<Contender> = {}): Contender => ({
  name,
  target: 'own',
  particles: 1,
  unbiased: true,
  method: () => method,
  ...rest,
})

const importance = (method: string, unbiased = true): Contender =>
  row(`${method}, L_2`, method as GradientMethod, { target: 'L_2', particles: 2, unbiased })

const two = { particles: 2 }
const decay = 0.9

/** Every method; those that a site does not allow are left out of its table. */
export const contenders: readonly Contender[] = [
  row('score', g.score({ baseline: 'none', raoBlackwell: false }) as never),
  row('score, moving average', g.score({ baseline: g.movingAverage(decay), raoBlackwell: false }) as never, {
    decay,
  }),
  row('score, learned baseline', 'score', { method: (problem, site) => problem.learned[site] }),
  row('score, leave-one-out', g.score({ raoBlackwell: false }) as never, two),
  row('score, Rao-Blackwellized', g.score({ baseline: 'none' }) as never),
  row('score, both (the default)', 'score', two),
  row('measureValued', 'measureValued'),
  row('rebar', 'rebar'),
  row('relax', 'score', { method: (problem, site) => problem.relax?.[site] }),
  row('gumbelSoftmax', 'gumbelSoftmax', { unbiased: false }),
  row('straightThrough', 'straightThrough', { unbiased: false }),
  row('pathwise', 'pathwise'),
  row('stickingTheLanding', 'stickingTheLanding'),
  row('enumerate', 'enumerate'),
  importance('score'),
  importance('vimco'),
  importance('pathwise'),
  importance('stickingTheLanding', false),
  importance('doublyReparameterized'),
]

/** The objective of a problem by a contender; undefined where there is none. Refusals of the site are errors. */
export const objectiveOf = (problem: Problem, c: Contender) => {
  const methods = problem.sites.map((site) => [site, c.method(problem, site)] as const)
  if (problem.exact[c.target] === undefined || methods.some(([, method]) => method === undefined))
    return undefined
  return problem.objective(Object.fromEntries(methods) as never, c.particles, c.target)
}

/** The contenders that a problem allows. */
export const contendersOf = (problem: Problem): readonly Contender[] =>
  contenders.filter((c) => {
    try {
      return objectiveOf(problem, c) !== undefined
    } catch (e) {
      if (e instanceof g.GiryException) return false
      throw e
    }
  })
