/**
 * Nodes that read constants only become constants.
 *
 *   f(c, ...)       elementwise kernels, with broadcasting
 *   sum(c) = n c    reductions of constants whose elements are all equal, and of small ones
 *   move(c)         reshaping, transposing, slicing, tiling ... of constants
 *
 * A constant whose elements are all equal stays one number. Others are evaluated only where the result has at most 4096
 * elements more than what it is made of, so that a graph does not grow by what it saves.
 * Tested in tests/runtime/graph/passes/constantFolding.test.ts.
 */
import { sizeOf } from '../../../dsl/shape.js'
import { type Builder, rewrite } from '../builder.js'
import { type Node, type NodeOf, numbersOf, type Ref } from '../graph.js'
import type { DType, KernelName, Numbers } from '../kernels.js'
import { isBroadcasting, isMap } from './elementwise.js'
import { byKernel, firstOf, inputAt, type Pass, uniform } from './rule.js'
import { scalarKernel } from './scalarKernels.js'

const extraElements = 4096

const emptyNumbers = (dtype: DType, size: number): Numbers =>
  dtype === 'float32'
    ? new Float32Array(size)
    : dtype === 'int32'
      ? new Int32Array(size)
      : new Uint8Array(size)

/** Steps in a row-major array of this shape when the axes of a (longer) result shape are walked; 0 where broadcast. */
const stepsAlong = (shape: readonly number[], rank: number): readonly number[] =>
  Array.from({ length: rank }, (_, i) => {
    const axis = i - (rank - shape.length)
    return axis < 0 || shape[axis] === 1 ? 0 : sizeOf(shape.slice(axis + 1))
  })

/** For each element of the shape, the place that the steps lead to. */
const placesAlong = (shape: readonly number[], steps: readonly number[]): Int32Array =>
  shape.reduce<Int32Array>((places, size, axis) => {
    const step = steps[axis] as number
    return Int32Array.from({ length: places.length * size }, (_, i) =>
      size === 0 ? 0 : (places[Math.floor(i / size)] as number) + (i % size) * step,
    )
  }, Int32Array.of(0))

const constantsOf = (node: Node, build: Builder): readonly NodeOf<'Constant'>[] | undefined => {
  const inputs = node.inputs.map((ref) => build.at(ref))
  return inputs.length > 0 && inputs.every((n) => n.kernel === 'Constant') ? inputs : undefined
}

const heldElements = (inputs: readonly NodeOf<'Constant'>[]): number =>
  inputs.reduce((n, i) => n + i.attributes.value.length, 0)

const elementwise = (node: Node, build: Builder): Ref | undefined => {
  const inputs = constantsOf(node, build)
  const kernel = scalarKernel(node)
  if (inputs === undefined || kernel === undefined || !(isMap(node) || isBroadcasting(node))) return undefined
  // tfjs has its own ways with integers where results are not whole; such nodes are rare and stay.
  if (isMap(node) && inputs[0]?.dtype === 'int32' && !['Neg', 'Abs', 'Cast'].includes(node.kernel))
    return undefined
  if (['Pow', 'RealDiv', 'Mod'].includes(node.kernel) && node.dtype !== 'float32') return undefined
  const single = inputs.every((i) => i.attributes.value.length === 1)
  const size = single ? Math.min(1, sizeOf(node.shape)) : sizeOf(node.shape)
  if (size > heldElements(inputs) + extraElements) return undefined
  const read = inputs.map(({ attributes: { value }, shape }) => {
    if (value.length === 1) return () => value[0] as number
    const places = placesAlong(node.shape, stepsAlong(shape, node.shape.length))
    return (i: number) => value[places[i] as number] as number
  })
  const result = emptyNumbers(node.dtype, size)
  for (let i = 0; i < size; i++) result[i] = kernel(...read.map((at) => at(i)))
  return build.constant(result, node.shape, node.dtype)
}

const moving: ReadonlySet<KernelName> = new Set([
  'Reshape',
  'Transpose',
  'BroadcastTo',
  'Tile',
  'Slice',
  'StridedSlice',
  'Reverse',
  'Concat',
  'MirrorPad',
])

/** Elements of a constant of equal elements may be moved at will. */
const movedUniform = (node: Node, build: Builder): Ref | undefined => {
  if (!moving.has(node.kernel)) return undefined
  const numbers = node.inputs.map((ref) => uniform(build, ref))
  const [first] = numbers
  return first !== undefined && numbers.every((x) => Object.is(x, first))
    ? build.number(first, node.shape, node.dtype)
    : undefined
}

/** The constant that reads `source` at each place. */
const gathered = (node: Node, build: Builder, source: NodeOf<'Constant'>, steps: readonly number[]): Ref => {
  const value = numbersOf(source)
  const places = placesAlong(node.shape, steps)
  const result = emptyNumbers(node.dtype, places.length)
  places.forEach((place, i) => {
    result[i] = value[place] as number
  })
  return build.constant(result, node.shape, node.dtype)
}

const affordable = (node: Node, source: NodeOf<'Constant'>): boolean =>
  sizeOf(node.shape) <= source.attributes.value.length + extraElements

const constantInput = (node: Node, build: Builder): NodeOf<'Constant'> | undefined => {
  const source = build.at(inputAt(node, 0))
  return source.kernel === 'Constant' && affordable(node, source) ? source : undefined
}

const moved = byKernel({
  Reshape: (node, build) => {
    const source = constantInput(node, build)
    return source && build.constant(source.attributes.value, node.shape, node.dtype)
  },
  Transpose: (node, build) => {
    const source = constantInput(node, build)
    const steps = source?.shape.map((_, axis) => sizeOf(source.shape.slice(axis + 1)))
    return (
      source &&
      steps &&
      gathered(
        node,
        build,
        source,
        node.attributes.perm.map((axis) => steps[axis] as number),
      )
    )
  },
  BroadcastTo: (node, build) => {
    const source = constantInput(node, build)
    return source && gathered(node, build, source, stepsAlong(source.shape, node.shape.length))
  },
})

type Reduce = (xs: readonly number[]) => number

const reductions: { readonly [K in KernelName]?: Reduce } = {
  Sum: (xs) => xs.reduce((a, b) => a + b, 0),
  Mean: (xs) => xs.reduce((a, b) => a + b, 0) / xs.length,
  Prod: (xs) => xs.reduce((a, b) => a * b, 1),
  Max: (xs) => Math.max(...xs),
  Min: (xs) => Math.min(...xs),
}

const uniformReductions: { readonly [K in KernelName]?: (x: number, count: number) => number } = {
  Sum: (x, n) => x * n,
  Mean: (x) => x,
  Prod: (x, n) => x ** n,
  Max: (x) => x,
  Min: (x) => x,
  All: (x) => x,
  Any: (x) => x,
}

const reducedUniform = (node: Node, build: Builder): Ref | undefined => {
  const reduce = uniformReductions[node.kernel]
  const source = node.inputs.length === 1 ? build.at(inputAt(node, 0)) : undefined
  const x = source && uniform(build, inputAt(node, 0))
  const count = source && sizeOf(source.shape) / sizeOf(node.shape)
  if (reduce === undefined || x === undefined || !count || !Number.isFinite(count)) return undefined
  if (source.dtype !== node.dtype || (node.dtype === 'bool' && !['All', 'Any'].includes(node.kernel)))
    return undefined
  return build.number(reduce(x, count), node.shape, node.dtype)
}

const reducedAll = (node: Node, build: Builder): Ref | undefined => {
  const reduce = reductions[node.kernel]
  if (reduce === undefined) return undefined
  const source = build.at(inputAt(node, 0))
  const size = sizeOf(source.shape)
  if (source.kernel !== 'Constant' || source.dtype !== 'float32' || sizeOf(node.shape) !== 1) return undefined
  return size === 0 || size > extraElements
    ? undefined
    : build.number(reduce([...numbersOf(source)]), node.shape)
}

/** The graph, what is known before it runs being computed. */
export const constantFolding: Pass = (graph) =>
  rewrite(graph, firstOf(elementwise, movedUniform, moved, reducedUniform, reducedAll))
