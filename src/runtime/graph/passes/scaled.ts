/**
 * Values that are a number times another value of the same shape.
 *
 *   c x      -x = (-1) x
 *
 * c (d x) = (c d) x has the same value wherever it can be held, so numbers are merged within 1e+-30, where float32 holds
 * them in full precision. A number that moves past arithmetic, c x y = c (x y), changes what is computed on the way by
 * its size, so only numbers within 1e+-6 move.
 */
import { sameShape } from '../../../dsl/shape.js'
import type { Builder } from '../builder.js'
import type { Node, Ref } from '../graph.js'
import { inputAt, pairOf, uniform } from './rule.js'

/** factor * of. */
export interface Scaled {
  readonly factor: number
  readonly of: Ref
}

/** How a node is a number times another value of its shape and of type float32; undefined where it is not. */
export const scaledNode = (node: Node, build: Builder): Scaled | undefined => {
  if (node.dtype !== 'float32') return undefined
  if (node.kernel === 'Neg') return { factor: -1, of: inputAt(node, 0) }
  if (node.kernel !== 'Multiply') return undefined
  const [a, b] = pairOf(node)
  const times = (number: Ref, of: Ref): Scaled | undefined => {
    const factor = uniform(build, number)
    return factor !== undefined && sameShape(build.at(of).shape, node.shape) ? { factor, of } : undefined
  }
  return times(b, a) ?? times(a, b)
}

/** How the value at a place is a number times another value. */
export const scaledAt = (build: Builder, ref: Ref): Scaled | undefined => scaledNode(build.at(ref), build)

/** The value at a place as a multiple of another, be it of itself. */
export const asScaled = (build: Builder, ref: Ref): Scaled => scaledAt(build, ref) ?? { factor: 1, of: ref }

/** A number times a value. */
export const scale = (build: Builder, { factor, of }: Scaled): Ref =>
  factor === 1
    ? of
    : factor === -1
      ? build.add('Neg', [of], {})
      : build.add('Multiply', [of, build.number(factor)], {})

const within = (x: number, bound: number): boolean => Math.abs(x) >= 1 / bound && Math.abs(x) <= bound

/** Whether a factor can be held without loss. */
export const holds = (factor: number): boolean => within(factor, 1e30)

/** Whether a factor may move past arithmetic. */
export const moves = (factor: number): boolean => within(factor, 1e6)

const productWhere =
  (fits: (factor: number) => boolean) =>
  (a: number, b: number): number | undefined => {
    const product = Math.fround(a * b)
    return fits(a) && fits(b) && fits(product) ? product : undefined
  }

/** The product of two factors of one value as float32, or undefined where it would lose something. */
export const merged = productWhere(holds)

/** The product of two factors that meet by moving past arithmetic, or undefined where one of the three may not. */
export const joined = productWhere(moves)
