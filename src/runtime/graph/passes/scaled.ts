/**
 * Values that are a number times another value of the same shape.
 *
 *   c x      -x = (-1) x
 *
 * Numbers are only joined where the product is neither infinite nor smaller than what float32 holds in full precision.
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

const smallest = 1e-30
const greatest = 1e30

/** Whether a factor can be held without loss. */
export const holds = (factor: number): boolean => Math.abs(factor) >= smallest && Math.abs(factor) <= greatest

/** The product of two factors as float32, or undefined where it would lose something. */
export const joined = (a: number, b: number): number | undefined => {
  const product = Math.fround(a * b)
  return holds(a) && holds(b) && holds(product) ? product : undefined
}
