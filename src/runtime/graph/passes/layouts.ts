/**
 * Steps that only rearrange are joined and dropped.
 *
 *   reshape(reshape(x)) = reshape(x)                 reshape to the same shape = x
 *   transpose(transpose(x, p), q) = transpose(x, p o q)      transpose that moves only axes of size 1 = reshape
 *   broadcast(broadcast(x)) = broadcast(x)           broadcast that only adds axes of size 1 = reshape
 *   tile along axes of size 1 = broadcast            slice of a slice = slice
 *   sum, max, all ... over axes of size 1 = reshape  sum(sum(x)) = sum(x) over both
 *
 * Tested in tests/runtime/graph/passes/layouts.test.ts.
 */
import { sameShape, sizeOf } from '../../../dsl/shape.js'
import { type Builder, ofKernel, rewrite } from '../builder.js'
import type { Graph, NodeOf, Ref } from '../graph.js'
import { permuted } from '../shapes.js'
import { byKernel, inputAt, type KernelRules, type Pass, reshaped, soleUses } from './rule.js'

const ascending = (xs: readonly number[]): boolean => xs.every((x, i) => i === 0 || x > (xs[i - 1] as number))

const transposed = (node: NodeOf<'Transpose'>, build: Builder): Ref | undefined => {
  const from = inputAt(node, 0)
  const x = build.at(from)
  const { perm } = node.attributes
  if (ascending(perm.filter((axis) => x.shape[axis] !== 1))) return reshaped(build, from, node.shape)
  const inner = ofKernel(x, 'Transpose')
  return (
    inner &&
    build.add('Transpose', [inputAt(inner, 0)], {
      perm: permuted(inner.attributes.perm, perm),
    })
  )
}

const broadcast = (node: NodeOf<'BroadcastTo'>, build: Builder): Ref | undefined => {
  const from = inputAt(node, 0)
  const x = build.at(from)
  if (sizeOf(x.shape) === sizeOf(node.shape)) return reshaped(build, from, node.shape)
  const inner = ofKernel(x, 'BroadcastTo')
  return inner && build.add('BroadcastTo', [inputAt(inner, 0)], { shape: node.shape })
}

const tiled = (node: NodeOf<'Tile'>, build: Builder): Ref | undefined => {
  const from = inputAt(node, 0)
  const { shape } = build.at(from)
  if (sameShape(shape, node.shape)) return from
  const repeatsOnlyOnes = node.attributes.reps.every((n, axis) => n === 1 || shape[axis] === 1)
  return repeatsOnlyOnes ? build.add('BroadcastTo', [from], { shape: node.shape }) : undefined
}

const overOnes = (
  node: NodeOf<'Sum' | 'Mean' | 'Max' | 'Min' | 'Prod' | 'All' | 'Any'>,
  build: Builder,
): Ref | undefined => {
  const from = inputAt(node, 0)
  const x = build.at(from)
  return x.dtype === node.dtype && node.attributes.axes.every((axis) => x.shape[axis] === 1)
    ? reshaped(build, from, node.shape)
    : undefined
}

/** Sum of a sum that nothing else reads: over the axes of both, then into the shape of the outer. */
const summedTwice = (node: NodeOf<'Sum'>, build: Builder): Ref | undefined => {
  const inner = ofKernel(build.at(inputAt(node, 0)), 'Sum')
  if (inner === undefined || node.dtype !== 'float32') return undefined
  const from = inputAt(inner, 0)
  const rank = build.at(from).shape.length
  const kept = Array.from({ length: rank }, (_, axis) => axis)
  const left = inner.attributes.keepDims ? kept : kept.filter((axis) => !inner.attributes.axes.includes(axis))
  const outer = node.attributes.axes.map((axis) => left[axis] as number)
  const axes = [...new Set([...inner.attributes.axes, ...outer])].sort((a, b) => a - b)
  return reshaped(build, build.add('Sum', [from], { axes, keepDims: false }), node.shape)
}

/** Sum over some axes of a reshaped value, where the reshape only moves axes of size 1 or the sum takes all. */
const summedReshape = (node: NodeOf<'Sum'>, build: Builder): Ref | undefined => {
  const inner = ofKernel(build.at(inputAt(node, 0)), 'Reshape')
  if (inner === undefined || node.dtype !== 'float32') return undefined
  const from = inputAt(inner, 0)
  const source = build.at(from).shape
  const sum = (axes: readonly number[]): Ref =>
    reshaped(build, build.add('Sum', [from], { axes, keepDims: false }), node.shape)
  if (sizeOf(node.shape) === 1) return sum(source.map((_, axis) => axis))
  const long = (shape: readonly number[]) => shape.flatMap((n, axis) => (n === 1 ? [] : [axis]))
  const before = long(source)
  const after = long(inner.shape)
  if (!sameShape(permuted(source, before), permuted(inner.shape, after))) return undefined
  return sum(before.filter((_, i) => node.attributes.axes.includes(after[i] as number)))
}

const rules = (graph: Graph): KernelRules => {
  const sole = soleUses(graph)
  return {
    Reshape: (node, build) => {
      const from = inputAt(node, 0)
      const inner = ofKernel(build.at(from), 'Reshape')
      if (inner !== undefined) return reshaped(build, inputAt(inner, 0), node.shape)
      return sameShape(build.at(from).shape, node.shape) ? from : undefined
    },
    Transpose: transposed,
    BroadcastTo: broadcast,
    Tile: tiled,
    Slice: (node, build) => {
      const inner = ofKernel(build.at(inputAt(node, 0)), 'Slice')
      const begin = inner?.attributes.begin.map((b, axis) => b + (node.attributes.begin[axis] as number))
      return inner && begin && build.add('Slice', [inputAt(inner, 0)], { begin, size: node.attributes.size })
    },
    Sum: (node, build, place) =>
      overOnes(node, build) ??
      summedReshape(node, build) ??
      (sole(place, 0) ? summedTwice(node, build) : undefined),
    Mean: overOnes,
    Max: overOnes,
    Min: overOnes,
    Prod: overOnes,
    All: overOnes,
    Any: overOnes,
  }
}

/** The graph without rearrangements that undo, repeat or change nothing. */
export const layouts: Pass = (graph) => rewrite(graph, byKernel(rules(graph)))
