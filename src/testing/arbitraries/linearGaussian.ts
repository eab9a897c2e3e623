/**
 * Random linear-Gaussian models: probabilistic PCA (one noise scale) and factor analysis (one for each entry).
 *
 *   z ~ N(0, I_K)     x | z ~ N(W z + b, diag σ²)     q: z | x ~ N(V x + c, s²) or N(V x + c, L Lᵀ)
 *
 *   x ~ N(b, W Wᵀ + diag σ²)        P(z | x) = N(S Wᵀ diag(σ⁻²) (x − b), S),  S = (I + Wᵀ diag(σ⁻²) W)⁻¹
 *
 * Tipping and Bishop, 1999; Rubin and Thayer, 1982.
 */
import type * as fc from 'fast-check'
import { multivariateNormal } from '../../dsl/distributions/multivariateNormal.js'
import { normal, standardNormal } from '../../dsl/distributions/normal.js'
import { cholesky as choleskyDomain, positive as positiveDomain } from '../../dsl/domain.js'
import type { AnyModel } from '../../dsl/model.js'
import { dense } from '../../dsl/nets/dense.js'
import { real } from '../../dsl/space.js'
import {
  type AnyContext,
  type AnyParams,
  type AnyReal,
  arrayOf,
  type BoundCase,
  bindAny,
  constantOf,
  emptyModel,
  givenAny,
  netsAny,
  seeds,
} from './boundCase.js'
import { choleskyOf, inverse, type Matrix, matrixOf, product, transposed } from './matrix.js'
import { streamOf } from './stream.js'

/** A Gaussian whose mean is affine in x: N(V x + c, L Lᵀ). */
export interface AffineGaussian {
  /** V, one row for each entry of z. */
  readonly weights: Matrix
  readonly bias: readonly number[]
  /** L, lower triangular. */
  readonly factor: Matrix
}

/** The numbers of a linear-Gaussian model. */
export interface LinearGaussianFacts {
  /** W, one row for each entry of x. */
  readonly weights: Matrix
  readonly bias: readonly number[]
  /** σ, one for each entry of x. */
  readonly scale: readonly number[]
  readonly proposal: AffineGaussian
}

type Call = (x: unknown) => AnyReal

/** A kernel of `dense` multiplies from the right: it is the transposed matrix. */
const affineParams = (weights: Matrix, bias: readonly number[]) => ({
  kernel: arrayOf([(weights[0] ?? []).length, weights.length], transposed(weights).flat()),
  bias: arrayOf([bias.length], bias),
})

const float32 = (a: Matrix): Matrix => a.map((row) => row.map(Math.fround))

/** The exact posterior P(z | x). */
export const linearGaussianPosterior = (
  facts: Pick<LinearGaussianFacts, 'weights' | 'bias' | 'scale'>,
): AffineGaussian => {
  const { weights, bias, scale } = facts
  const k = (weights[0] ?? []).length
  const scaled = transposed(weights.map((row, i) => row.map((w) => w / (scale[i] as number) ** 2)))
  const precision = product(scaled, weights)
  const covariance = inverse(
    matrixOf(k, k, (i, j) => (i === j ? 1 : 0) + ((precision[i] as number[])[j] as number)),
  )
  const gain = product(covariance, scaled)
  return {
    weights: gain,
    bias: gain.map((row) => -row.reduce((s, v, i) => s + v * (bias[i] as number), 0)),
    factor: choleskyOf(covariance),
  }
}

const familyOf = (
  X: ReturnType<typeof real<[number]>>,
  k: number,
  factor: Matrix,
  diagonal: boolean,
): AnyModel =>
  bindAny('z', ({ x, encode }: AnyContext) => {
    const loc = (encode as Call)(x)
    return diagonal
      ? normal({
          loc,
          scale: constantOf(
            positiveDomain,
            [k],
            factor.map((row, i) => row[i] as number),
          ) as never,
        })
      : multivariateNormal({ loc, scaleTril: constantOf(choleskyDomain, [k, k], factor.flat()) as never })
  })(netsAny({ encode: dense(X, real(k)) })(givenAny({ x: X })))

/** The model, with a family of the given numbers. */
export const linearGaussianOf = (
  description: string,
  facts: LinearGaussianFacts,
  x: readonly (readonly number[])[],
): BoundCase<LinearGaussianFacts> & { readonly posterior: AnyModel } => {
  const { weights, bias, scale, proposal } = facts
  const size = weights.length
  const k = (weights[0] ?? []).length
  const X = real(size)
  const p = bindAny('x', ({ z, decode }: AnyContext) =>
    normal({ loc: (decode as Call)(z), scale: constantOf(positiveDomain, [size], scale) as never }),
  )(bindAny('z', () => standardNormal(k))(netsAny({ decode: dense(real(k), X) })(emptyModel)))
  const posterior = linearGaussianPosterior(facts)
  const paramsWith = (q: AffineGaussian): AnyParams => ({
    decode: affineParams(weights, bias),
    encode: affineParams(q.weights, q.bias),
  })
  const diagonal = proposal.factor.every((row, i) => row.every((l, j) => i === j || l === 0))
  return {
    description,
    p,
    q: familyOf(X, k, proposal.factor, diagonal),
    posterior: familyOf(X, k, posterior.factor, false),
    params: paramsWith(proposal),
    posteriorParams: paramsWith(posterior),
    data: { x },
    shared: false,
    facts,
  }
}

const randomCase = (seed: number, noise: 'one' | 'each', rows: number) => {
  const s = streamOf(seed)
  const size = s.integer(1, 4)
  const k = s.integer(1, 3)
  const sigma = s.uniform(0.5, 1.5)
  const scale = Array.from({ length: size }, () => (noise === 'one' ? sigma : s.uniform(0.5, 1.5)))
  const matrix = (m: number, n: number, spread: number) =>
    Array.from({ length: m }, () => s.normals(n, spread))
  const diagonal = s.uniform() < 0.5
  const below = matrix(k, k, 0.3)
  const proposal: AffineGaussian = {
    weights: matrix(k, size, 0.5),
    bias: s.normals(k, 0.5),
    factor: float32(
      matrixOf(k, k, (i, j) =>
        i === j ? s.uniform(0.4, 1.4) : i > j && !diagonal ? ((below[i] as number[])[j] as number) : 0,
      ),
    ),
  }
  const facts = { weights: matrix(size, k, 0.8), bias: s.normals(size), scale, proposal }
  const name = noise === 'one' ? 'probabilistic PCA' : 'factor analysis'
  const description = `${name}, Real[${k}] → Real[${size}], q with a ${diagonal ? 'diagonal' : 'full'} covariance`
  return linearGaussianOf(
    description,
    facts,
    Array.from({ length: rows }, () => s.normals(size, 1.5)),
  )
}

/** A random probabilistic PCA from a seed. */
export const pcaCase = (seed: number, rows = 2) => randomCase(seed, 'one', rows)
/** A random factor analysis from a seed. */
export const factorAnalysisCase = (seed: number, rows = 2) => randomCase(seed, 'each', rows)

/** Random probabilistic PCAs. */
export const pcas = (): fc.Arbitrary<BoundCase<LinearGaussianFacts>> => seeds().map((seed) => pcaCase(seed))
/** Random factor analyses. */
export const factorAnalyses = (): fc.Arbitrary<BoundCase<LinearGaussianFacts>> =>
  seeds().map((seed) => factorAnalysisCase(seed))
