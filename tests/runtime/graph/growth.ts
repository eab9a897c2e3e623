/** One step in the growth of a random graph. */
import { sizeOf } from '../../../src/dsl/shape.js'
import type { Builder } from '../../../src/runtime/graph/builder.js'
import type { Node, Ref } from '../../../src/runtime/graph/graph.js'
import type { DType } from '../../../src/runtime/graph/kernels.js'
import { broadcastShapes } from '../../../src/runtime/graph/shapes.js'

/** What a growth step may ask for. */
export interface Chooser {
  readonly build: Builder
  /** A number below n. */
  readonly below: (n: number) => number
  /** A value that fits, by default of type float32. */
  readonly pick: (fits?: (node: Node) => boolean, dtype?: DType) => Ref | undefined
}

/** Appends something to the graph, if anything fits. */
export type Growth = (c: Chooser) => Ref | undefined

/** The node at a place. */
export const of = (c: Chooser, ref: Ref): Node => c.build.at(ref)
/** Whether shapes broadcast, to something small. */
export const compatible = (a: readonly number[], b: readonly number[]): boolean => {
  try {
    return sizeOf(broadcastShapes(a, b)) <= 96
  } catch {
    return false
  }
}
/** Some of the axes of a tensor of this rank. */
export const someAxes = (c: Chooser, rank: number): readonly number[] =>
  Array.from({ length: rank }, (_, axis) => axis).filter(() => c.below(2) === 0)
