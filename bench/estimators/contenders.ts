/** The gradient methods by the names of the table, with the particles that they take. */
import * as g from 'giry'
import type { GradientMethod } from '../../src/dsl/rules.js'
import type { AnyParams } from '../../src/testing/arbitraries/boundCase.js'
import type { Problem } from './problems.js'

/** A method of the table. */
export interface Contender {
  readonly name: string
  readonly method: GradientMethod
  readonly particles: number
  /** Whether it claims to be unbiased. */
  readonly unbiased: boolean
  /** Parameters of its own. */
  readonly params?: AnyParams
}

const k = g.parameter(g.real())
/** (σ(2 z) − 0.45)² as the control variate of RELAX: f at a relaxation of temperature ½, as RELAX starts in the paper. */
const relax = g.relax(g.given({ z: g.real() }), { k }, ({ z, k }) =>
  g.mul(k(), g.square(g.sub(g.sigmoid(g.mul(2, z)), 0.45))),
)
const one = { shape: [], data: Float32Array.of(1) }

const score = (name: string, method: GradientMethod, particles: number): Contender => ({
  name,
  method,
  particles,
  unbiased: true,
})

/** Every method; those that a site does not allow are left out of its table. */
export const contenders: readonly Contender[] = [
  score('score', g.score({ baseline: 'none', raoBlackwell: false }) as never, 1),
  score('score, leave-one-out', g.score({ raoBlackwell: false }) as never, 2),
  score('score, Rao-Blackwellized', g.score({ baseline: 'none' }) as never, 1),
  score('score, both (the default)', 'score', 2),
  { name: 'measureValued', method: 'measureValued', particles: 1, unbiased: true },
  { name: 'rebar', method: 'rebar', particles: 1, unbiased: true },
  { name: 'relax', method: relax as never, particles: 1, unbiased: true, params: { k: { value: one } } },
  { name: 'gumbelSoftmax', method: 'gumbelSoftmax', particles: 1, unbiased: false },
  { name: 'straightThrough', method: 'straightThrough', particles: 1, unbiased: false },
  { name: 'pathwise', method: 'pathwise', particles: 1, unbiased: true },
  { name: 'stickingTheLanding', method: 'stickingTheLanding', particles: 1, unbiased: true },
  { name: 'enumerate', method: 'enumerate', particles: 1, unbiased: true },
]

/** The contenders that a problem allows: `relax` has a control variate for the coin only. */
export const contendersOf = (problem: Problem): readonly Contender[] =>
  contenders.filter((c) => {
    if (c.name === 'relax' && problem.name !== 'coin') return false
    try {
      problem.objective(c.method, c.particles)
      return true
    } catch {
      return false
    }
  })
