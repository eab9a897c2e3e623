/**
 * Two coins with a parameter each, and what they share: exact by enumeration.
 *
 *   p   u ~ B(0.3)   v ~ B(−0.2)   x | u ~ N(u, 1)   y | v ~ N(2 v, 1)   w | u, v ~ N(u − v, 1)
 *   q   u ~ B(a)     v ~ B(b)                                   all by logits
 *
 *   L_K = Σ over K-tuples of (u, v) of Π_k q(u_k, v_k) · log (1/K) Σ_k p / q
 */
import * as g from 'giry'
import { logNormal, logSumExp } from '../../laws/oracle.js'
import { logBernoulli } from './coins.js'
import type { Point } from './million.js'

/** The data. */
export const data = { x: 0.8, y: 0.5, w: 0.4 }
/** Where gradients are taken. */
export const at = { a: 0.6, b: -0.9 }

/** The model. */
export const p = g.pipe(
  g.Do,
  g.bind('u', () => g.bernoulli({ logits: 0.3 })),
  g.bind('v', () => g.bernoulli({ logits: -0.2 })),
  g.bind('x', ({ u }) => g.normal({ loc: u, scale: 1 })),
  g.bind('y', ({ v }) => g.normal({ loc: g.mul(2, v), scale: 1 })),
  g.bind('w', ({ u, v }) => g.normal({ loc: g.sub(u, v), scale: 1 })),
)

/** The family. */
export const q = g.pipe(
  g.given({ a: g.real(), b: g.real(), x: g.real(), y: g.real(), w: g.real() }),
  g.bind('u', ({ a }) => g.bernoulli({ logits: a })),
  g.bind('v', ({ b }) => g.bernoulli({ logits: b })),
)

const bits = [0, 1]

/** log q and log w of each of the four outcomes. */
const outcomes = ({ a, b }: Point) =>
  bits.flatMap((u) =>
    bits.map((v) => {
      const logQ = logBernoulli(u, a as number) + logBernoulli(v, b as number)
      const prior = logBernoulli(u, 0.3) + logBernoulli(v, -0.2)
      const likelihood = logNormal(data.x, u, 1) + logNormal(data.y, 2 * v, 1) + logNormal(data.w, u - v, 1)
      return { logQ, logW: prior + likelihood - logQ }
    }),
  )

/** L_K; L_b for K = 1. */
export const bound = (at: Point, particles = 1): number => {
  const all = outcomes(at)
  const over = (left: number, logQ: number, logW: readonly number[]): number =>
    left === 0
      ? Math.exp(logQ) * (logSumExp(logW) - Math.log(particles))
      : all.reduce((sum, o) => sum + over(left - 1, logQ + o.logQ, [...logW, o.logW]), 0)
  return over(particles, 0, [])
}
