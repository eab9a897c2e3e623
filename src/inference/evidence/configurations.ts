/**
 * Configurations: the joint support of the latents that can be enumerated, plate elements included.
 *
 *   support = Π_l supportSize_l ^ (plate elements of l)        the last coordinate changes fastest
 *
 * Tested in tests/inference/evidence/finite.test.ts and quadrature.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { type AnyDistribution, can, type Distribution, type EventSpace } from '../../dsl/distribution.js'
import type { Real } from '../../dsl/domains/marks.js'
import { type Shape, sizeOf } from '../../dsl/shape.js'
import { type AnyValue, expandAxes } from '../../dsl/value.js'
import { runProblem } from './logJoint.js'
import type { Latent, Problem } from './problem.js'

/** The latents whose support is finite. */
export const enumerableOf = (problem: Problem): readonly Latent[] =>
  problem.latents.filter((l) => can(l.site, 'enumerable'))

/** Number of points of one latent, plates included. */
const supportOfLatent = (l: Latent): number => l.site.supportSize ** sizeOf(l.site.plates.map((p) => p.size))

/** Number of joint configurations of these latents. */
export const jointSupport = (latents: readonly Latent[]): number =>
  latents.map(supportOfLatent).reduce((a, b) => a * b, 1)

/** The support of each enumerable latent: its points, one event after the other. */
const supports = (problem: Problem): ReadonlyMap<string, Float32Array> => {
  const found = new Map<string, Float32Array>()
  tf.tidy(() => {
    runProblem(problem, [0], (name, site, d) => {
      if (!can(d, 'enumerable')) return d.sample(exampleNoise, site.plates)
      const points = supportOf(d)
      found.set(name, Float32Array.from(points.tensor.dataSync()))
      // In its plates, as it will be: what is computed from it may combine their elements.
      return expandAxes(firstOf(points, d), site.plates)
    })
  })
  return found
}

const supportOf = (d: AnyDistribution): AnyValue =>
  (d as unknown as Distribution<EventSpace<Shape, Real>, 'enumerable'>).enumerate('support')

/** The middle of all noise: any value of a site will do while supports are listed. */
const exampleNoise = {
  uniform: (shape: Shape) => tf.fill([...shape], 0.5),
  normal: (shape: Shape) => tf.zeros([...shape]),
  child: () => exampleNoise,
}

const firstOf = (points: AnyValue, d: AnyDistribution): AnyValue => {
  const event = tf.reshape(points.tensor, [-1, ...d.space.shape])
  const first = tf.reshape(tf.slice(event, 0, 1), [...d.space.shape])
  return { tensor: first, shape: d.space.shape, domain: d.space.domain, axes: [], origins: new Set<string>() }
}

/** The joint configurations of the enumerable latents, `dim` numbers each; other coordinates stay 0. */
export const configurationsOf = (problem: Problem): Float32Array => {
  const finite = enumerableOf(problem)
  const count = jointSupport(finite)
  const points = finite.length === 0 ? new Map<string, Float32Array>() : supports(problem)
  const out = new Float32Array(count * problem.dim)
  let below = count
  for (const l of finite) {
    const event = sizeOf(l.site.space.shape)
    for (let part = 0; part < l.size; part += event) {
      below /= l.site.supportSize
      const step = below
      const digit = (i: number) => Math.floor(i / step) % l.site.supportSize
      writeEvents(out, problem.dim, l.offset + part, points.get(l.name) as Float32Array, event, digit)
    }
  }
  return out
}

/** Writes event `digit(i)` of a table into each point i, from coordinate `offset` on. */
const writeEvents = (
  out: Float32Array,
  dim: number,
  offset: number,
  table: Float32Array,
  event: number,
  digit: (i: number) => number,
): void => {
  for (let i = 0; i * dim < out.length; i++)
    for (let j = 0; j < event; j++) out[i * dim + offset + j] = table[digit(i) * event + j] as number
}
