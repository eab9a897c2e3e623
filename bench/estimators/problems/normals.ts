/** Two normal latents with a parameter each (tests/inference/estimators/twoNormals.ts), where the order of variances is published. */
import * as g from 'giry'
import { bound, boundOfTwo, optimum, p, q, x } from '../../../tests/inference/estimators/twoNormals.js'
import { boundOf, constantBaseline, type Point, type Problem, withBaseline } from '../problem.js'

const line = g.dense(g.real(2), g.real())
/** Quadratic in z1, as log N(x1; z1, 1/4) is. */
const seesFirst = g.learned(g.given({ x1: g.real(), z1: g.real() }), { z2_line: line }, (c) => {
  const missed = g.sub(c.x1, c.z1)
  return c.z2_line(g.stack([missed, g.square(missed)]) as never)
})

const normals = (
  name: string,
  what: string,
  at: Point,
  kl: 'closed form' | 'sampled' = 'sampled',
): Problem => ({
  name,
  what,
  at,
  inputs: x,
  sites: ['z1', 'z2'],
  exact: {
    own: (at) => bound({ ...at }),
    // The divergence has no part in L_2.
    ...(kl === 'sampled' ? { L_2: (at: Point) => boundOfTwo({ ...at }) } : {}),
  },
  objective: (methods, particles, target) => boundOf(p, q, methods, particles, target, kl),
  learned: { z1: constantBaseline('z1'), z2: withBaseline(seesFirst) },
})

/** Away from the optimum, and at it: with sampled divergences, and with those in closed form. */
export const atThreePlaces: readonly Problem[] = [
  normals('normals', 'z1 ~ N(a, 1/5), z2 ~ N(b, 1/5) for the posterior N(8/5, 1/5), N(−12/5, 1/5); L_b', {
    a: 1.2,
    b: -1.6,
  }),
  normals(
    'normals, at the optimum',
    'the same, where q is the posterior and log p(x, z) − log q(z) is constant',
    optimum,
  ),
  normals(
    'normals, at the optimum, divergences in closed form',
    'the same with divergences as they are by default: the published order (sticking the landing samples them)',
    optimum,
    'closed form',
  ),
]
