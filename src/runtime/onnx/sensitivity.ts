/**
 * Which nodes of a graph need small relative errors, not only small absolute ones: where sums of softplus may be short.
 *
 *   log(sum softplus(x))     the sum is sensitive: an error of 1e-8 in 1e-9 is an error of 2.4 in its logarithm
 *   sum(x l) - sum(softplus(l))     it is not: 1e-7 more or less of a sum of magnitude 1 is rounding
 *
 * Walking backwards, a node is sensitive where a reader magnifies small errors (logarithm, quotient, root, product with
 * something that may be large, comparison), or where a reader that is itself sensitive passes its input on (sum, reshape,
 * selection, product of matrices, convolution). Readers whose output depends on the absolute size of the input stop it:
 * exponentials, softmax, saturating functions.
 *
 * A factor "may be large" when it is a number above 1 in size, or comes, through arithmetic and moving of numbers, from
 * one, from a quotient by something computed or by a number below 1, an exponential, a power or the like. Inputs are taken
 * to be of ordinary size. A tensor compared with its own extreme, as log-sum-exp does, is not sensitive for that, and
 * weights exp(a) / sum exp(a) are not large.
 * Tested in tests/runtime/onnx/sensitivity.test.ts.
 */
import { consumersOf, type Graph, type Node, nodeAt, type Ref } from '../graph/graph.js'
import type { KernelName } from '../graph/kernels.js'

const names = (...kernels: readonly KernelName[]): ReadonlySet<KernelName> => new Set(kernels)

/** Their output has a large relative error for a small absolute one near 0 (or near a border), whoever reads it. */
const magnifying = names(
  'Log',
  'Log1p',
  'Reciprocal',
  'Rsqrt',
  'Sqrt',
  'Pow',
  'Prod',
  'Cumprod',
  'Atan2',
  'FloorDiv',
  'Mod',
  'Sign',
  'Step',
  'Ceil',
  'Floor',
  'Round',
  'Acosh',
  'Atanh',
  'Acos',
  'Asin',
  'Tan',
  'ArgMax',
  'ArgMin',
)

const comparing = names('Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual')

const extremes = names('Max', 'Min', 'ClipByValue', 'Reshape', 'BroadcastTo', 'Tile')

/** Whether a node is the extreme of another one, in whatever shape: comparing them asks no accuracy of either. */
const isExtremeOf = (graph: Graph, ref: Ref, of: Ref): boolean => {
  if (ref === of) return true
  const node = nodeAt(graph.nodes, ref)
  return extremes.has(node.kernel) && isExtremeOf(graph, node.inputs[0] as Ref, of)
}

/** An absolute error stays an absolute error of about its size; what comes out has another size than what went in. */
const stopping = names('Exp', 'Sigmoid', 'Softmax', 'LogSoftmax', 'Cos', 'Cosh')

/** Products of two tensors: an error in one is multiplied by the other. */
const products = names(
  'Multiply',
  'Gemm',
  'BatchMatMul',
  'Prelu',
  'Conv2D',
  'Conv2DBackpropInput',
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropInput',
  'DepthwiseConv2dNativeBackpropFilter',
)

/** Their values may be far above 1 although what they read is not. */
const enlarging = names(
  'Exp',
  'Expm1',
  'Cosh',
  'Sinh',
  'Pow',
  'Reciprocal',
  'Rsqrt',
  'Tan',
  'Prod',
  'Cumprod',
)

/** They keep the size of what they read. */
const keeping = names(
  'Abs',
  'Neg',
  'Square',
  'Sqrt',
  'Relu',
  'LeakyRelu',
  'Softplus',
  'SoftplusSum',
  'Elu',
  'EluGrad',
  'Selu',
  'ClipByValue',
  'Add',
  'Sub',
  'SquaredDifference',
  'Maximum',
  'Minimum',
  'Select',
  'Sum',
  'Mean',
  'Max',
  'Min',
  'Reshape',
  'Transpose',
  'BroadcastTo',
  'Tile',
  'Slice',
  'StridedSlice',
  'Concat',
  'PadV2',
  'MirrorPad',
  'Reverse',
  'GatherV2',
  'GatherNd',
  'ScatterNd',
  'UnsortedSegmentSum',
  'Cumsum',
  'Cast',
  'Asinh',
  'Floor',
  'Ceil',
  'Round',
  'MaxPool',
  'MaxPoolGrad',
  'AvgPool',
  'AvgPoolGrad',
  'ResizeNearestNeighbor',
  'ResizeNearestNeighborGrad',
  'ResizeBilinear',
  'ResizeBilinearGrad',
)

const totals = names('Sum', 'Maximum', 'Reshape', 'BroadcastTo', 'Tile')

/** Whether `total` is the sum of the exponentials at `part` (kept away from 0, in whatever shape): their quotient is a share. */
const isTotalOf = (graph: Graph, total: Ref, part: Ref): boolean => {
  if (total === part) return nodeAt(graph.nodes, part).kernel === 'Exp'
  const node = nodeAt(graph.nodes, total)
  return totals.has(node.kernel) && node.inputs.some((ref) => isTotalOf(graph, ref, part))
}

/** The weights of a softmax are quotients that lie in [0, 1]. */
const isShare = (graph: Graph, { inputs: [part, total] }: Node): boolean =>
  part !== undefined && total !== undefined && isTotalOf(graph, total, part)

/** Whether dividing by it makes nothing larger: a constant of numbers from 1 on. */
const isMildDivisor = (graph: Graph, ref: Ref | undefined): boolean => {
  const node = nodeAt(graph.nodes, ref as Ref)
  return node.kernel === 'Constant' && node.attributes.value.every((x) => Math.abs(x) >= 1)
}

/** Whether the node has numbers above 1 in itself. */
const hasLarge = (node: Node): boolean =>
  node.kernel === 'Constant'
    ? node.dtype === 'float32' && node.attributes.value.some((x) => Math.abs(x) > 1)
    : node.kernel === 'Gemm'
      ? Math.abs(node.attributes.alpha) > 1 || Math.abs(node.attributes.beta) > 1
      : enlarging.has(node.kernel)

/** Whether a node makes large what was not, or passes on what is; quotients pass on what they divide. */
const becomesLarge = (graph: Graph, node: Node, large: readonly boolean[]): boolean => {
  const isLarge = (ref: Ref | undefined): boolean => ref !== undefined && large[ref] === true
  if (node.kernel === 'RealDiv')
    return !isShare(graph, node) && (!isMildDivisor(graph, node.inputs[1]) || isLarge(node.inputs[0]))
  return (keeping.has(node.kernel) || products.has(node.kernel)) && node.inputs.some(isLarge)
}

/** For each node, whether its values may be large although no input of the graph is. */
const maybeLarge = (graph: Graph): readonly boolean[] => {
  const large: boolean[] = []
  for (const node of graph.nodes) large.push(hasLarge(node) || becomesLarge(graph, node, large))
  return large
}

/** For each node, whether it needs a small relative error; `outputs` says whether all outputs do. */
export const sensitiveNodes = (graph: Graph, outputs: boolean): readonly boolean[] => {
  const large = maybeLarge(graph)
  const consumers = consumersOf(graph)
  const asked = new Set(outputs ? Object.values(graph.outputs) : [])
  const sensitive: boolean[] = graph.nodes.map(() => false)
  const demands = (reader: Node, at: Ref, ref: Ref): boolean => {
    if (magnifying.has(reader.kernel)) return true
    if (comparing.has(reader.kernel))
      return !reader.inputs.every((other) => isExtremeOf(graph, other, ref) || isExtremeOf(graph, ref, other))
    if (reader.kernel === 'RealDiv') return !isMildDivisor(graph, reader.inputs[1]) || sensitive[at] === true
    if (
      products.has(reader.kernel) &&
      (hasLarge(reader) || reader.inputs.some((r) => r !== ref && large[r] === true))
    )
      return true
    return sensitive[at] === true && !stopping.has(reader.kernel)
  }
  for (let ref = graph.nodes.length - 1; ref >= 0; ref--)
    sensitive[ref] =
      asked.has(ref) || (consumers[ref] ?? []).some((at) => demands(nodeAt(graph.nodes, at), at, ref))
  return sensitive
}
