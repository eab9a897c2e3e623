/** The linear-Gaussian model in float64, by the book: the oracle of linearGaussian and factorAnalysis. */
import { CholeskyDecomposition, EVD, Matrix } from 'ml-matrix'
import type { NetParams, Params } from '../../src/dsl/params.js'
import { fold, keyFromSeed, normals } from '../../src/runtime/keys.js'

/** N x D standard normals, the same for every run. */
export const noise = (name: string, rows: number, columns: number): Matrix =>
  Matrix.from1DArray(rows, columns, [...normals(fold(keyFromSeed(1), name), rows * columns)])

/** x | z ~ N(W z + b, diag(variances)), z ~ N(0, I): W is D x K. */
export interface LinearModel {
  readonly loadings: Matrix
  readonly offset: readonly number[]
  readonly variances: readonly number[]
}

/** q(z | x) = N(V x + c, L Lᵀ): V is K x D, L is K x K lower triangular. */
export interface LinearPosterior {
  readonly gain: Matrix
  readonly offset: readonly number[]
  readonly factor: Matrix
}

/** N data drawn from the model. */
export const drawFrom = (m: LinearModel, n: number, name: string): Matrix => {
  const z = noise(`${name}/z`, n, m.loadings.columns)
  const e = noise(`${name}/e`, n, m.loadings.rows).mulRowVector(m.variances.map(Math.sqrt))
  return z
    .mmul(m.loadings.transpose())
    .add(e)
    .addRowVector([...m.offset])
}

/** The mean over rows. */
export const meanOf = (x: Matrix): number[] => x.mean('column')

/** The sample covariance with 1/N. */
export const covarianceOf = (x: Matrix): Matrix => {
  const centered = Matrix.sub(x, Matrix.ones(x.rows, 1).mmul(Matrix.rowVector(meanOf(x))))
  return centered.transpose().mmul(centered).div(x.rows)
}

/** What ml-matrix asks of a symmetric matrix after rounding. */
const symmetric = (a: Matrix): Matrix => Matrix.add(a, a.transpose()).div(2)

/** W Wᵀ + diag(variances). */
export const marginalCovariance = (m: LinearModel): Matrix =>
  Matrix.add(m.loadings.mmul(m.loadings.transpose()), Matrix.diag([...m.variances]))

/** The mean of log N(x; b, C) over the rows of x, in nats: −½ (D log 2π + log det C + tr C⁻¹ S_b). */
export const meanLogDensity = (x: Matrix, b: readonly number[], c: Matrix): number => {
  const l = new CholeskyDecomposition(symmetric(c))
  const shifted = Matrix.sub(x, Matrix.ones(x.rows, 1).mmul(Matrix.rowVector([...b])))
  const scatter = shifted.transpose().mmul(shifted).div(x.rows)
  const logDet = 2 * l.lowerTriangularMatrix.diagonal().reduce((sum, d) => sum + Math.log(d), 0)
  return -0.5 * (x.columns * Math.log(2 * Math.PI) + logDet + l.solve(scatter).trace())
}

/** The mean of log P(x) over the rows of x. */
export const meanLogEvidence = (m: LinearModel, x: Matrix): number =>
  meanLogDensity(x, m.offset, marginalCovariance(m))

/** P(z | x) = N(G (x − b), Σ), Σ = (I + Wᵀ Ψ⁻¹ W)⁻¹, G = Σ Wᵀ Ψ⁻¹. */
export const posteriorOf = (m: LinearModel): LinearPosterior & { readonly covariance: Matrix } => {
  const scaled = m.loadings.transpose().mulRowVector(m.variances.map((v) => 1 / v))
  const precision = symmetric(Matrix.add(Matrix.eye(m.loadings.columns), scaled.mmul(m.loadings)))
  const covariance = symmetric(new CholeskyDecomposition(precision).solve(Matrix.eye(m.loadings.columns)))
  const gain = covariance.mmul(scaled)
  const offset = gain
    .mmul(Matrix.columnVector([...m.offset]))
    .neg()
    .to1DArray()
  return { gain, offset, covariance, factor: new CholeskyDecomposition(covariance).lowerTriangularMatrix }
}

/**
 * The maximum likelihood of probabilistic PCA (Tipping and Bishop, 1999, equations 7 and 8): with λ_1 ≥ … ≥ λ_D the
 * eigenvalues of the sample covariance and U its leading eigenvectors,
 *   σ² = (λ_{K+1} + … + λ_D) / (D − K)        W = U (Λ − σ² I)^½        b = the mean of the data
 */
export const principalComponents = (x: Matrix, latent: number): LinearModel => {
  const { realEigenvalues, eigenvectorMatrix } = new EVD(covarianceOf(x), { assumeSymmetric: true })
  const order = realEigenvalues
    .map((_, i) => i)
    .sort((i, j) => (realEigenvalues[j] ?? 0) - (realEigenvalues[i] ?? 0))
  const sorted = order.map((i) => realEigenvalues[i] as number)
  const noise = sorted.slice(latent).reduce((a, b) => a + b, 0) / (x.columns - latent)
  const leading = eigenvectorMatrix.subMatrixColumn(order.slice(0, latent))
  const loadings = leading.mulRowVector(sorted.slice(0, latent).map((l) => Math.sqrt(l - noise)))
  return { loadings, offset: meanOf(x), variances: Array(x.columns).fill(noise) }
}

const softplus = (x: number): number => Math.log1p(Math.exp(x))
const inverseSoftplus = (y: number): number => Math.log(Math.expm1(y))

const matrixAt = (net: NetParams | undefined, path: string): Matrix => {
  const array = net?.[path]
  if (array === undefined) throw new Error(`no ${path}`)
  const [rows = 1, columns = 1] = array.shape
  return Matrix.from1DArray(rows, columns, [...array.data])
}

type Nets = Params<{ readonly decode: unknown; readonly noise: unknown }>

/** The model that trained parameters stand for. */
export const modelAt = (params: Nets): LinearModel => {
  const offset = matrixAt(params.decode, 'bias').to1DArray()
  const scales = matrixAt(params.noise, 'value').to1DArray().map(softplus)
  const variances = offset
    .map((_, i) => (scales.length === 1 ? scales[0] : scales[i]) as number)
    .map((s) => s ** 2)
  return { loadings: matrixAt(params.decode, 'kernel').transpose(), offset, variances }
}

const array = (shape: readonly number[], data: readonly number[]) => ({
  shape,
  data: Float32Array.from(data),
})

/** The parameters of the family that make it this posterior. */
export const paramsOfPosterior = (q: LinearPosterior) => {
  const [k, d] = [q.gain.rows, q.gain.columns]
  const raw = q.factor.to2DArray().flatMap((row, i) => row.map((x, j) => (i === j ? inverseSoftplus(x) : x)))
  return {
    encode: {
      kernel: array([d, k], q.gain.transpose().to1DArray()),
      bias: array([k], [...q.offset]),
    },
    spread: { value: array([k, k], raw) },
  }
}
