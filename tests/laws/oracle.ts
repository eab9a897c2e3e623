/**
 * log P(x), L_b and KL(q ‖ posterior) of the random models in float64, without the library's tensors: enumeration, the
 * closed forms of Gaussians (with ml-matrix), and quadrature. Per datum; means over the data are taken by the tests.
 */
import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import type { ConjugateFacts } from '../../src/testing/arbitraries/conjugate.js'
import {
  type Assignment,
  assignments,
  type FiniteFacts,
  type FiniteNode,
  logMass,
} from '../../src/testing/arbitraries/finite.js'
import type { MixtureFacts } from '../../src/testing/arbitraries/gaussianMixture.js'
import type { AffineGaussian, LinearGaussianFacts } from '../../src/testing/arbitraries/linearGaussian.js'
import type { Affine, NonlinearFacts } from '../../src/testing/arbitraries/nonlinear.js'

/** What the identity is about. */
export interface Exact {
  readonly evidence: number
  readonly bound: number
  readonly divergence: number
}

export const logSumExp = (xs: readonly number[]): number => {
  const top = xs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return top + Math.log(xs.reduce((a, x) => a + Math.exp(x - top), 0))
}

const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0)
export const mean = (xs: readonly number[]): number => sum(xs) / xs.length
const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

/** log N(x; loc, scale²). */
export const logNormal = (x: number, loc: number, scale: number): number =>
  -0.5 * ((x - loc) / scale) ** 2 - Math.log(scale) - halfLog2Pi

/** From log p(x, z) and log q(z | x) at every z: the evidence, the bound, and the divergence from the posterior. */
const ofJoint = (
  logJoint: readonly number[],
  logQ: readonly number[],
  weight: (i: number) => number = () => 1,
): Exact => {
  const evidence = logSumExp(logJoint.map((l, i) => l + Math.log(weight(i))))
  const q = logQ.map((l, i) => Math.exp(l) * weight(i))
  const expect = (f: (i: number) => number) => sum(q.map((w, i) => (w === 0 ? 0 : w * f(i))))
  return {
    evidence,
    bound: expect((i) => (logJoint[i] as number) - (logQ[i] as number)),
    divergence: expect((i) => (logQ[i] as number) - ((logJoint[i] as number) - evidence)),
  }
}

/** By enumeration. */
export const finiteExact = (f: FiniteFacts, x: Assignment): Exact => {
  const sizes = Object.fromEntries([...f.latents, ...f.observed].map((n) => [n.name, n.size]))
  const total = (nodes: readonly FiniteNode[]) => (z: Assignment) =>
    sum(nodes.map((n) => logMass(n, sizes, { ...x, ...z })))
  const all = assignments(f.latents)
  return ofJoint(all.map(total([...f.latents, ...f.observed])), all.map(total(f.proposal)))
}

/** By the sum over the components. */
export const mixtureExact = (f: MixtureFacts, x: readonly number[]): Exact => {
  const normalized = (logits: readonly number[]) => logits.map((l) => l - logSumExp(logits))
  const logits = f.bias.map((b, c) => b + sum(x.map((xi, i) => xi * (f.kernel[i]?.[c] as number))))
  const joint = normalized(f.logits).map(
    (w, c) => w + sum(x.map((xi, i) => logNormal(xi, f.means[c]?.[i] as number, f.scales[c]?.[i] as number))),
  )
  return ofJoint(joint, normalized(logits))
}

/** The factor of a matrix that is symmetric but for rounding. */
const factorOf = (a: Matrix) => new CholeskyDecomposition(Matrix.add(a, a.transpose()).mul(0.5))
const logDet = (a: Matrix): number => 2 * sum(factorOf(a).lowerTriangularMatrix.diagonal().map(Math.log))
const solve = (a: Matrix, b: Matrix): Matrix => factorOf(a).solve(b)
const column = (xs: readonly number[]): Matrix => Matrix.columnVector([...xs])
const matrix = (rows: readonly (readonly number[])[]): Matrix => new Matrix(rows.map((r) => [...r]))

/** log N(x; m, S). */
export const logGaussian = (x: Matrix, m: Matrix, s: Matrix): number => {
  const d = Matrix.sub(x, m)
  return -0.5 * (d.transpose().mmul(solve(s, d)).get(0, 0) + logDet(s)) - x.rows * halfLog2Pi
}

/** KL(N(a, A) ‖ N(b, B)). */
export const klGaussians = (a: Matrix, A: Matrix, b: Matrix, B: Matrix): number => {
  const d = Matrix.sub(b, a)
  return (
    0.5 * (solve(B, A).trace() + d.transpose().mmul(solve(B, d)).get(0, 0) - a.rows + logDet(B) - logDet(A))
  )
}

/**
 * By closed forms: L_b = E_q[log p(x | z)] − KL(q ‖ N(0, I)), with
 * E_q[log p(x | z)] = Σ_i log N(x_i; (W m + b)_i, σ_i²) − ½ tr(Wᵀ diag(σ⁻²) W S) for q = N(m, S).
 */
export const linearGaussianExact = (
  f: LinearGaussianFacts,
  datum: readonly number[],
  q: AffineGaussian = f.proposal,
): Exact => {
  const W = matrix(f.weights)
  const [b, x] = [column(f.bias), column(datum)]
  const noise = Matrix.diag(f.scale.map((s) => s ** 2))
  const precision = Matrix.diag(f.scale.map((s) => s ** -2))
  const identity = Matrix.eye(W.columns)
  const weighted = W.transpose().mmul(precision)
  const inverse = Matrix.add(identity, weighted.mmul(W))
  const posteriorMean = solve(inverse, weighted.mmul(Matrix.sub(x, b)))
  const m = Matrix.add(matrix(q.weights).mmul(x), column(q.bias))
  const factor = matrix(q.factor)
  const S = factor.mmul(factor.transpose())
  const fit = Matrix.add(W.mmul(m), b)
  const reconstruction =
    sum(datum.map((xi, i) => logNormal(xi, fit.get(i, 0), f.scale[i] as number))) -
    0.5 * weighted.mmul(W).mmul(S).trace()
  return {
    evidence: logGaussian(x, b, Matrix.add(W.mmul(W.transpose()), noise)),
    bound: reconstruction - klGaussians(m, S, Matrix.zeros(W.columns, 1), identity),
    divergence: klGaussians(m, S, posteriorMean, solve(inverse, identity)),
  }
}

export const affine = (f: Affine, x: readonly number[]): number[] =>
  f.weights.map((row, i) => (f.bias[i] as number) + sum(row.map((w, j) => w * (x[j] as number))))

const logSigmoid = (t: number): number => (t < 0 ? t - Math.log1p(Math.exp(t)) : -Math.log1p(Math.exp(-t)))

/** log p(x | z) of a nonlinear model. */
const logLikelihood = (f: NonlinearFacts, x: readonly number[], z: readonly number[]): number =>
  sum(
    affine(f.output, affine(f.hidden, z).map(Math.tanh)).map((l, i) =>
      f.likelihood === 'bernoulli' ? logSigmoid(x[i] === 1 ? l : -l) : logNormal(x[i] as number, l, f.noise),
    ),
  )

/**
 * The steps of the trapezoidal rule, which errs by the largest of e^{-2πd/h} |integrand at Im z = d|. With tanh of slope u in a logit or
 * a mean of slope s the integrand is e^{s² tan²(ud)/2u²} there, or of that order: 1/h = s/1.2 + u/0.9 leaves e^{-10} and less. With a
 * Gaussian of deviation r it is e^{-2π² r²/h²}.
 */
const steps = (f: NonlinearFacts): readonly number[] =>
  f.proposal.scale.map((r, d) => {
    const column = f.hidden.weights.map((row) => Math.abs(row[d] as number))
    const slopes = f.output.weights.map((row) => sum(row.map((v, j) => Math.abs(v) * (column[j] as number))))
    const slope = Math.hypot(...slopes) / (f.likelihood === 'normal' ? f.noise : 1)
    return Math.min(0.3, 0.9 * r, 1 / (slope / 1.2 + Math.max(...column) / 0.9))
  })

const product = (lines: readonly (readonly number[])[]): readonly (readonly number[])[] =>
  lines.reduce<readonly (readonly number[])[]>(
    (all, xs) => all.flatMap((z) => xs.map((x) => [...z, x])),
    [[]],
  )

/** The largest log p(x | z) that any z could have, each tanh being between −1 and 1. */
const likelihoodBelow = (f: NonlinearFacts, x: readonly number[]): number =>
  sum(
    f.output.weights.map((row, i) => {
      const [middle, reach] = [f.output.bias[i] as number, sum(row.map(Math.abs))]
      const [low, high] = [middle - reach, middle + reach]
      return f.likelihood === 'bernoulli'
        ? logSigmoid(x[i] === 1 ? high : -low)
        : logNormal(x[i] as number, Math.min(Math.max(x[i] as number, low), high), f.noise)
    }),
  )

/**
 * How far z has to reach: beyond R all of p(x, z) is less than e^{-12} of its height near some whole numbers, since
 * log p(x, z) − log p(x, z') <= sup log p(x | ·) − ½ R² − log p(x | z') + ½ |z'|². Data far from what p means move the posterior far out.
 */
const reachOf = (f: NonlinearFacts, x: readonly number[]): number => {
  const whole = Array.from({ length: 13 }, (_, i) => i - 6)
  const heights = product(f.proposal.scale.map(() => whole)).map(
    (z) => logLikelihood(f, x, z) - 0.5 * sum(z.map((zi) => zi * zi)),
  )
  return Math.max(6.5, Math.sqrt(2 * (likelihoodBelow(f, x) - Math.max(...heights) + 12)))
}

/** Points of z that reach far enough under the prior, and 6.5 deviations of q to either side, and the volume of each. */
export const pointsOf = (
  f: NonlinearFacts,
  x: readonly number[],
): { readonly points: readonly (readonly number[])[]; readonly volume: number } => {
  const loc = affine(f.proposal, x)
  const by = steps(f)
  const reach = reachOf(f, x)
  const lines = by.map((h, d) => {
    const [m, r] = [loc[d] as number, f.proposal.scale[d] as number]
    const [from, to] = [Math.min(-reach, m - 6.5 * r), Math.max(reach, m + 6.5 * r)]
    return Array.from({ length: Math.ceil((to - from) / h) + 1 }, (_, i) => from + i * h)
  })
  return { points: product(lines), volume: by.reduce((a, b) => a * b, 1) }
}

/** log q(z | x). */
export const nonlinearLogQ = (
  f: NonlinearFacts,
  x: readonly number[],
): ((z: readonly number[]) => number) => {
  const loc = affine(f.proposal, x)
  return (z) => sum(z.map((zi, i) => logNormal(zi, loc[i] as number, f.proposal.scale[i] as number)))
}

/** By quadrature over z ∈ R^K, K = 1 or 2. */
export const nonlinearExact = (f: NonlinearFacts, x: readonly number[]): Exact => {
  const { points, volume } = pointsOf(f, x)
  const logPrior = (z: readonly number[]) => sum(z.map((zi) => logNormal(zi, 0, 1)))
  const joint = points.map((z) => logPrior(z) + logLikelihood(f, x, z))
  return ofJoint(joint, points.map(nonlinearLogQ(f, x)), () => volume)
}

/** A conjugate pair by closed forms, per datum of the data set: the mean over data, or the joint over n if z is shared. */
export const conjugateExact = (f: ConjugateFacts): Exact => {
  const n = f.xs.length
  const jacobian = f.kind === 'logNormal' ? mean(f.xs) : 0
  const one = (xs: readonly number[], share: number): Exact => {
    const data = column(xs)
    const covariance = Matrix.add(
      Matrix.eye(xs.length).mul(f.t ** 2),
      Matrix.ones(xs.length, xs.length).mul(f.s ** 2),
    )
    const loc = f.a * (xs[0] as number) + f.b
    const v = 1 / (1 / f.s ** 2 + xs.length / f.t ** 2)
    const posterior = v * (f.m / f.s ** 2 + sum(xs) / f.t ** 2)
    const kl = (m: number, variance: number) =>
      klGaussians(column([loc]), matrix([[f.r ** 2]]), column([m]), matrix([[variance]]))
    const reconstruction = sum(xs.map((x) => logNormal(x, loc, f.t) - (0.5 * f.r ** 2) / f.t ** 2))
    return {
      evidence: logGaussian(data, Matrix.ones(xs.length, 1).mul(f.m), covariance) / share,
      bound: (reconstruction - kl(f.m, f.s ** 2)) / share,
      divergence: kl(posterior, v) / share,
    }
  }
  const parts = f.kind === 'shared' ? [one(f.xs, n)] : f.xs.map((x) => one([x], 1))
  return {
    evidence: mean(parts.map((e) => e.evidence)) - jacobian,
    bound: mean(parts.map((e) => e.bound)) - jacobian,
    divergence: mean(parts.map((e) => e.divergence)),
  }
}
