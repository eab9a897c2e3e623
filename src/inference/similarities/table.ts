/**
 * Similarities: positive definite functions k(x, y) of two points, the kernels of a maximum mean discrepancy (a kernel of
 * this library is a Markov kernel, hence the other name). Ordinary functions of two values; write your own the same way.
 *
 *   gaussian             exp(−‖x − y‖² / (2 σ²))                    σ = bandwidth
 *   laplace              exp(−Σ_i |x_i − y_i| / σ)
 *   rationalQuadratic    (1 + ‖x − y‖² / (2 a σ²))^−a               a = alpha
 *   polynomial           (⟨x, y⟩ / scale + offset)^degree
 *   sum                  k_1 + k_2 + …                              of several bandwidths, for example
 *
 * The first three are characteristic: their discrepancy is 0 only where the measures agree; polynomial compares moments up to
 * its degree. Errors: `option`. Laws (symmetric, positive semidefinite, oracle): tests/inference/similarities/table.test.ts.
 */

import type { NonNegative, Real } from '../../dsl/domains/marks.js'
import { giryError, throwAll } from '../../dsl/error.js'
import { abs, add, mul, powInteger, sub } from '../../dsl/operations/arithmetic.js'
import { exp, log1p } from '../../dsl/operations/functions.js'
import { sum as sumOf } from '../../dsl/operations/reductions.js'
import type { Shape } from '../../dsl/shape.js'
import { shown } from '../../dsl/shown.js'
import type { Value } from '../../dsl/value.js'
import { innerProduct, squaredDistance } from './products.js'

type Point = Value<Shape, Real>
type Scalar = Value<[], Real>

/** k(x, y), for every pair of elements where the values have different axes. */
export type Similarity = (x: Point, y: Point) => Scalar

const requirePositive = (options: Readonly<Record<string, number>>): void =>
  throwAll(
    Object.entries(options)
      .filter(([, x]) => !(x > 0 && Number.isFinite(x)))
      .map(([name, x]) =>
        giryError(
          'option',
          name,
          `${name} must be a positive number, but ${shown(x)} was given`,
          `pass { ${name}: 1 }`,
        ),
      ),
  )

const gaussian = ({ bandwidth }: { readonly bandwidth: number }): Similarity => {
  requirePositive({ bandwidth })
  return (x, y) => exp(mul((-0.5 / bandwidth ** 2) as number, squaredDistance(x, y)))
}

const laplace = ({ bandwidth }: { readonly bandwidth: number }): Similarity => {
  requirePositive({ bandwidth })
  return (x, y) => exp(mul((-1 / bandwidth) as number, sumOf(abs(sub(x, y) as Point))))
}

const rationalQuadratic = ({
  alpha,
  bandwidth,
}: {
  readonly alpha: number
  readonly bandwidth: number
}): Similarity => {
  requirePositive({ alpha, bandwidth })
  const scaled = (x: Point, y: Point) =>
    mul(0.5, mul(1 / (alpha * bandwidth ** 2), squaredDistance(x, y))) as Value<[], NonNegative>
  return (x, y) => exp(mul(-alpha as number, log1p(scaled(x, y))))
}

const polynomial = ({
  degree,
  offset = 1,
  scale = 1,
}: {
  readonly degree: number
  readonly offset?: number
  readonly scale?: number
}): Similarity => {
  requirePositive({ scale })
  throwAll([
    ...(Number.isInteger(degree) && degree >= 1
      ? []
      : [
          giryError(
            'option',
            'degree',
            `degree must be a whole number >= 1, but ${shown(degree)} was given`,
            'use 3',
          ),
        ]),
    ...(offset >= 0
      ? []
      : [giryError('option', 'offset', `offset must be >= 0, but ${shown(offset)} was given`, 'use 1')]),
  ])
  return (x, y) =>
    powInteger(add(mul((1 / scale) as number, innerProduct(x, y)), offset as number), degree) as Scalar
}

const sum =
  (...all: readonly [Similarity, ...Similarity[]]): Similarity =>
  (x, y) =>
    all.map((k) => k(x, y)).reduce((a, b) => add(a, b))

/** The similarities that giry knows; each takes its options by name. */
export const similarities: {
  /** exp(−‖x − y‖² / (2 bandwidth²)). */
  readonly gaussian: (options: { readonly bandwidth: number }) => Similarity
  /** exp(−Σ_i |x_i − y_i| / bandwidth); pairs cost memory for each coordinate. */
  readonly laplace: (options: { readonly bandwidth: number }) => Similarity
  /** (1 + ‖x − y‖² / (2 alpha bandwidth²))^−alpha: gaussians of every width, heavy tails. */
  readonly rationalQuadratic: (options: { readonly alpha: number; readonly bandwidth: number }) => Similarity
  /** (⟨x, y⟩ / scale + offset)^degree; offset and scale are 1 if left out. */
  readonly polynomial: (options: {
    readonly degree: number
    readonly offset?: number
    readonly scale?: number
  }) => Similarity
  /** The sum of several. */
  readonly sum: (...all: readonly [Similarity, ...Similarity[]]) => Similarity
} = { gaussian, laplace, rationalQuadratic, polynomial, sum }
