/**
 * q(z | x) of random models as finitely many points: in place of random noise, so that an expectation over q is a sum without
 * an error of sampling. Finite latents as all their assignments, Gaussian ones by the trapezoidal rule, which converges faster than
 * any power of the step.
 */
import type { AnyModel } from '../../src/dsl/model.js'
import type { Noise } from '../../src/dsl/noise.js'
import type { BoundCase } from '../../src/testing/arbitraries/boundCase.js'
import { type Assignment, assignments, type FiniteFacts } from '../../src/testing/arbitraries/finite.js'
import type { NonlinearFacts } from '../../src/testing/arbitraries/nonlinear.js'
import { jointOf } from '../inference/importance/finiteOracle.js'
import { affine, nonlinearLogQ, pointsOf } from './oracle.js'
import { nodes, placed } from './rows.js'

/** Points of z with their probabilities under q, each an array of numbers by site. */
export interface Grid {
  readonly probability: readonly number[]
  /** The numbers of each point; of noise, or of one site after the other. */
  readonly points: readonly (readonly number[])[]
}

const line = (reach: number, n: number): readonly number[] =>
  Array.from({ length: 2 * n + 1 }, (_, i) => (reach * (i - n)) / n)

const power = (xs: readonly number[], k: number): readonly (readonly number[])[] =>
  k === 0 ? [[]] : power(xs, k - 1).flatMap((rest) => xs.map((x) => [...rest, x]))

const normalized = (weights: readonly number[]): readonly number[] => {
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => w / total)
}

/** N(0, I_k), k = 1 or 2, on [−9, 9]^k. */
export const standardGrid = (k: number): Grid => {
  const points = power(line(9, 12), k)
  return {
    points,
    probability: normalized(points.map((e) => Math.exp(-0.5 * e.reduce((s, x) => s + x * x, 0)))),
  }
}

/** 3^k points for which E[f(ε)], ε ~ N(0, I_k), is exact for every polynomial f of degree 5: of Gauss and Hermite. */
export const cubatureGrid = (k: number): Grid => {
  const points = power([-Math.sqrt(3), 0, Math.sqrt(3)], k)
  return {
    points,
    probability: points.map((e) => e.reduce((w, x) => w * (x === 0 ? 2 / 3 : 1 / 6), 1)),
  }
}

/** The noise of q at the points of the quadrature of a nonlinear model; their probabilities are q(z) Δz. */
export const nonlinearGrid = (f: NonlinearFacts, x: readonly number[]): Grid => {
  const loc = affine(f.proposal, x)
  const { points, volume } = pointsOf(f, x)
  const logQ = nonlinearLogQ(f, x)
  return {
    points: points.map((z) => z.map((zi, i) => (zi - (loc[i] as number)) / (f.proposal.scale[i] as number))),
    probability: points.map((z) => Math.exp(logQ(z)) * volume),
  }
}

/** All assignments of the latents, in the order of q. */
export const finiteGrid = (f: FiniteFacts, x: Assignment): Grid => ({
  points: assignments(f.latents).map((z) => f.proposal.map((node) => z[node.name] as number)),
  probability: jointOf(f, x).map((o) => Math.exp(o.logQ)),
})

/** q and its noise such that the rows of each particle are these points, one array of them for each particle. */
export const atPoints = (
  c: BoundCase,
  particles: readonly (readonly (readonly number[])[])[],
  sites?: readonly string[],
): { readonly q: AnyModel; readonly noise: number | Noise } => {
  const all = particles.flat()
  if (sites === undefined) return { q: c.q, noise: nodes(all.flat()) }
  const numbers = sites.map((name, i) => [name, all.map((point) => point[i] as number)] as const)
  return { q: placed(c.q, Object.fromEntries(numbers)), noise: 0 }
}
