/**
 * How passes are written: rules by kernel, and what a rule asks of the nodes around it.
 *
 *   pass : Graph -> Graph        rule : (node, new graph, place) -> place of what stands for it, or undefined
 *
 * Rules never change the shape or the type of a value. Costs may be judged by the old graph (`soleUses`); whether a
 * rewriting is right never depends on it.
 */
import { sameShape } from '../../../dsl/shape.js'
import type { Builder, Rule } from '../builder.js'
import { consumersOf, type Graph, type Node, type NodeOf, type Ref, sharedNumber } from '../graph.js'
import type { KernelName } from '../kernels.js'

/** A pass. */
export type Pass = (graph: Graph) => Graph

/** A rule for each of some kernels. */
export type KernelRules = {
  readonly [K in KernelName]?: (node: NodeOf<K>, build: Builder, place: Ref) => Ref | undefined
}

/** The rule of the node's kernel, if there is one. */
export const byKernel =
  (rules: KernelRules): Rule =>
  (node, build, place) =>
    (rules[node.kernel] as Rule | undefined)?.(node, build, place)

/** The answer of the first rule that has one. */
export const firstOf =
  (...rules: readonly Rule[]): Rule =>
  (node, build, place) => {
    for (const rule of rules) {
      const found = rule(node, build, place)
      if (found !== undefined) return found
    }
    return undefined
  }

/** Input number `at` of a node that has it. */
export const inputAt = (node: Pick<Node, 'inputs'>, at: number): Ref => node.inputs[at] as Ref

/** The first two inputs of a node that has them. */
export const pairOf = (node: Pick<Node, 'inputs'>): readonly [Ref, Ref] => [
  inputAt(node, 0),
  inputAt(node, 1),
]

/** The number that all elements of a constant share; undefined for everything else. */
export const uniform = (build: Builder, ref: Ref): number | undefined => sharedNumber(build.at(ref))

/** The value in this shape of the same size. */
export const reshaped = (build: Builder, ref: Ref, shape: readonly number[]): Ref =>
  sameShape(build.at(ref).shape, shape) ? ref : build.add('Reshape', [ref], { shape })

/** The value broadcast to this shape. */
export const broadcasted = (build: Builder, ref: Ref, shape: readonly number[]): Ref =>
  sameShape(build.at(ref).shape, shape) ? ref : build.add('BroadcastTo', [ref], { shape })

/** How often the value at a place of the graph is read, results of the graph included. */
const usesOf = (graph: Graph): readonly number[] => {
  const results = Object.values(graph.outputs)
  return consumersOf(graph).map((readers, ref) => readers.length + results.filter((r) => r === ref).length)
}

/** Whether input `at` of the node at `place` (of the old graph) is read by nothing else. */
export const soleUses = (graph: Graph): ((place: Ref, at: number) => boolean) => {
  const uses = usesOf(graph)
  return (place, at) => uses[graph.nodes[place]?.inputs[at] as Ref] === 1
}
