/**
 * Laws of kernels (a Markov category), as pure predicates on finite kernels.
 *
 *   (f ; g) ; h = f ; (g ; h)          id ; f = f = f ; id           matrix(f ; g) = matrix(f) matrix(g)
 *   matrix(f × g) = matrix(f) ⊗ matrix(g)        Fubini: (f × id) ; (id × g) = f × g = (id × g) ; (f × id)
 *   copy ; (copy × id) = copy ; (id × copy)      copy ; swap = copy      copy ; (discard × id) = id
 *   f ; discard = discard (rows sum to 1)        marginal(f, A) = f ; (discard the rest) = sums of columns
 *
 * Source: Fritz, 2020, "A synthetic approach to Markov kernels", definition 2.1. Kernels are equal when their matrices
 * are; `Equal` is a parameter. Run by tests/laws/kernel.test.ts.
 */
import type { AnyKernel } from '../../dsl/kernel.js'
import { compose, copy, discard, identity, marginal, product } from '../../dsl/kernels/category.js'
import { pointsOf } from '../../dsl/kernels/finite.js'
import { matrix, type TransitionMatrix } from '../../dsl/kernels/matrix.js'
import type { Givens } from '../../dsl/model.js'

/** When two matrices count as equal. */
export type Equal = (a: TransitionMatrix, b: TransitionMatrix) => boolean

/** Equal shapes, and entries that differ by at most `tolerance`. */
export const within =
  (tolerance: number): Equal =>
  (a, b) =>
    a.length === b.length &&
    a.every((row, i) => {
      const other = b[i] as readonly number[]
      return (
        row.length === other.length && row.every((x, j) => Math.abs(x - (other[j] as number)) <= tolerance)
      )
    })

/** The matrix product a b. */
export const matrixProduct = (a: TransitionMatrix, b: TransitionMatrix): TransitionMatrix =>
  a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((s, x, k) => s + x * (b[k]?.[j] as number), 0)))

/** The Kronecker product a ⊗ b. */
export const kronecker = (a: TransitionMatrix, b: TransitionMatrix): TransitionMatrix =>
  a.flatMap((left) => b.map((right) => left.flatMap((x) => right.map((y) => x * y))))

/** (f ; g) ; h = f ; (g ; h). */
export const associativity =
  (equal: Equal) =>
  (f: AnyKernel, g: AnyKernel, h: AnyKernel): boolean =>
    equal(matrix(compose(compose(f, g), h)), matrix(compose(f, compose(g, h))))

/** id ; f = f = f ; id. */
export const identityLaw =
  (equal: Equal) =>
  (f: AnyKernel): boolean =>
    equal(matrix(compose(identity(f.input), f)), matrix(f)) &&
    equal(matrix(compose(f, identity(f.output))), matrix(f))

/** matrix(f ; g) = matrix(f) matrix(g), where g takes every output of f. */
export const functoriality =
  (equal: Equal) =>
  (f: AnyKernel, g: AnyKernel): boolean =>
    equal(matrix(compose(f, g)), matrixProduct(matrix(f), matrix(g)))

/** matrix(f × g) = matrix(f) ⊗ matrix(g). */
export const independence =
  (equal: Equal) =>
  (f: AnyKernel, g: AnyKernel): boolean =>
    equal(matrix(product(f, g)), kronecker(matrix(f), matrix(g)))

/** Fubini: the order of independent draws does not matter. */
export const fubini =
  (equal: Equal) =>
  (f: AnyKernel, g: AnyKernel): boolean => {
    const both = matrix(product(f, g))
    const leftFirst = compose(product(f, identity(g.input)), product(identity(f.output), g))
    const rightFirst = compose(product(identity(f.input), g), product(f, identity(g.output)))
    return equal(matrix(leftFirst), both) && equal(matrix(rightFirst), both)
  }

/** (f × g) ; (h × k) = (f ; h) × (g ; k). */
export const interchange =
  (equal: Equal) =>
  (f: AnyKernel, g: AnyKernel, h: AnyKernel, k: AnyKernel): boolean =>
    equal(matrix(compose(product(f, g), product(h, k))), matrix(product(compose(f, h), compose(g, k))))

const copies = (space: Givens[string], from: string, ...to: readonly string[]): AnyKernel =>
  copy({ [from]: space }, Object.fromEntries(to.map((name) => [name, from])))

/** copy ; (copy × id) = copy ; (id × copy). */
export const coassociativity =
  (equal: Equal) =>
  (space: Givens[string]): boolean => {
    const left = compose(
      copies(space, 'x', 'y', 'c'),
      product(copies(space, 'y', 'a', 'b'), identity({ c: space })),
    )
    const right = compose(
      copies(space, 'x', 'a', 'y'),
      product(identity({ a: space }), copies(space, 'y', 'b', 'c')),
    )
    return equal(matrix(left), matrix(right))
  }

/** copy ; swap = copy. */
export const cocommutativity =
  (equal: Equal) =>
  (space: Givens[string]): boolean => {
    const swap = copy({ a: space, b: space }, { a: 'b', b: 'a' })
    return equal(matrix(compose(copies(space, 'x', 'a', 'b'), swap)), matrix(copies(space, 'x', 'a', 'b')))
  }

/** copy ; (discard × id) = id = copy ; (id × discard). */
export const counit =
  (equal: Equal) =>
  (space: Givens[string]): boolean => {
    const left = compose(copies(space, 'x', 'a', 'b'), product(discard({ a: space }), identity({ b: space })))
    const right = compose(
      copies(space, 'x', 'a', 'b'),
      product(identity({ a: space }), discard({ b: space })),
    )
    const unit = matrix(identity({ x: space }))
    return equal(matrix(left), unit) && equal(matrix(right), unit)
  }

/** f ; discard = discard: whatever f draws, forgetting it is forgetting its inputs. */
export const discardIsNatural =
  (equal: Equal) =>
  (f: AnyKernel): boolean =>
    equal(matrix(compose(f, discard(f.output))), matrix(discard(f.input))) &&
    equal(
      matrix(f).map((row) => [row.reduce((s, x) => s + x, 0)]),
      matrix(f).map(() => [1]),
    )

/** marginal(f, names) = f ; (discard the others), and its matrix sums the columns that agree on the names. */
export const marginalSums =
  (equal: Equal) =>
  (f: AnyKernel, names: readonly string[]): boolean => {
    const kept = marginal(f, names)
    const keep = copy(f.output, Object.fromEntries(names.map((name) => [name, name])))
    const points = pointsOf(f.output)
    const target = pointsOf(kept.output as Givens).map((p) => JSON.stringify(p))
    const column = points.map((p) =>
      target.indexOf(JSON.stringify(Object.fromEntries(names.map((n) => [n, p[n]])))),
    )
    const sums = matrix(f).map((row) => {
      const out = target.map(() => 0)
      row.forEach((x, j) => {
        out[column[j] as number] = (out[column[j] as number] as number) + x
      })
      return out
    })
    return equal(matrix(kept), sums) && equal(matrix(compose(f, keep)), sums)
  }
