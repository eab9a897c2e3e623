/**
 * The reference evaluator of graphs: each node by the operations of tfjs on its cpu backend, nothing rewritten.
 *
 * The table is total over the kernels; attributes are read one by one, so that a lowering or pass that ignores one shows.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Graph,
  type Node,
  type NodeOf,
  nodeAt,
  numbersOf,
  type Ref,
  type Typed,
} from '../../../src/runtime/graph/graph.js'
import type {
  Convolution,
  DType,
  KernelAttributes,
  KernelName,
  Numbers,
  Window,
} from '../../../src/runtime/graph/kernels.js'

/** A tensor as plain data. */
export interface Evaluated extends Typed {
  readonly value: Numbers
}

type Computing = Exclude<KernelName, 'Input' | 'Constant'>
type Run<K extends Computing> = (
  inputs: readonly tf.Tensor[],
  attributes: KernelAttributes[K],
  node: Typed,
) => tf.Tensor

const kernel = (name: string, inputs: Record<string, tf.Tensor>, attributes: object = {}): tf.Tensor =>
  tf
    .engine()
    .runKernel(
      name,
      inputs,
      attributes as Parameters<ReturnType<typeof tf.engine>['runKernel']>[2],
    ) as tf.Tensor

const named = <K extends string, R>(names: readonly K[], make: (name: K) => R): { readonly [N in K]: R } =>
  Object.fromEntries(names.map((n) => [n, make(n)])) as { readonly [N in K]: R }

const unary = (name: string) => (i: readonly tf.Tensor[]) => kernel(name, { x: i[0] as tf.Tensor })
const binary = (name: string) => (i: readonly tf.Tensor[]) =>
  kernel(name, { a: i[0] as tf.Tensor, b: i[1] as tf.Tensor })
const x = (i: readonly tf.Tensor[], at = 0): tf.Tensor => i[at] as tf.Tensor
const explicit = ({
  border: b,
}: Convolution | Window): [[0, 0], [number, number], [number, number], [0, 0]] => [
  [0, 0],
  [b.top, b.bottom],
  [b.left, b.right],
  [0, 0],
]
const pairs = (p: readonly (readonly [number, number])[]) => p.map(([a, b]) => [a, b] as [number, number])
const mutable = <A>(xs: readonly A[]): A[] => [...xs]

const conv = (image: tf.Tensor, filter: tf.Tensor, a: Convolution): tf.Tensor =>
  tf.conv2d(
    image as tf.Tensor4D,
    filter as tf.Tensor4D,
    mutable(a.strides) as [number, number],
    explicit(a),
    'NHWC',
    mutable(a.dilations) as [number, number],
  )
const depthwise = (image: tf.Tensor, filter: tf.Tensor, a: Convolution): tf.Tensor =>
  kernel(
    'DepthwiseConv2dNative',
    { x: image, filter },
    { strides: a.strides, pad: explicit(a), dataFormat: 'NHWC', dilations: a.dilations },
  )
const pooling = (a: Window) => ({ filterSize: a.window, strides: a.strides, pad: explicit(a) })
const centered = (t: tf.Tensor, axis: number) => tf.sub(t, tf.max(t, axis, true))

// One image at a time, and reshaped: of several, the nearest one reads the gradients of the first, and the bilinear one
// names height and width in the wrong order.
const resizeGradient = (
  name: string,
  dy: tf.Tensor,
  a: KernelAttributes['ResizeBilinearGrad'],
): tf.Tensor => {
  const images = tf.zeros([1, ...a.shape.slice(1)])
  const attributes = { alignCorners: a.alignCorners }
  const each = tf.split(dy, a.shape[0] as number).map((one) => kernel(name, { images, dy: one }, attributes))
  return tf.reshape(tf.concat(each), mutable(a.shape))
}

const strided = (t: tf.Tensor, a: KernelAttributes['StridedSlice']): tf.Tensor =>
  a.size.reduce((s, n, axis) => {
    const places = Array.from(
      { length: n },
      (_, i) => (a.begin[axis] as number) + i * (a.strides[axis] as number),
    )
    return tf.gather(s, tf.tensor1d(places, 'int32'), axis)
  }, t)

const table: { readonly [K in Computing]: Run<K> } = {
  ...named(
    ['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Elu', 'Erf'],
    unary,
  ),
  ...named(['Exp', 'Expm1', 'Floor', 'Log', 'Log1p', 'Neg', 'Reciprocal', 'Relu', 'Relu6', 'Round'], unary),
  ...named(
    ['Rsqrt', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softplus', 'Sqrt', 'Square', 'Tan', 'Tanh'],
    unary,
  ),
  ...named(['IsFinite', 'IsInf', 'IsNan', 'LogicalNot'], unary),
  ...named(['Add', 'Atan2', 'FloorDiv', 'Maximum', 'Minimum', 'Mod', 'Multiply', 'Pow', 'RealDiv'], binary),
  ...named(['SquaredDifference', 'Sub', 'Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'], binary),
  ...named(['LogicalAnd', 'LogicalOr', 'NotEqual'], binary),
  LogicalXor: (i) => tf.logicalXor(x(i), x(i, 1)),
  Prelu: (i) => kernel('Prelu', { x: x(i), alpha: x(i, 1) }),
  Sum: (i, a) => tf.sum(x(i), mutable(a.axes), a.keepDims),
  SoftplusSum: (i, a) => tf.sum(tf.softplus(x(i)), mutable(a.axes), a.keepDims),
  Mean: (i, a) => tf.mean(x(i), mutable(a.axes), a.keepDims),
  Max: (i, a) => tf.max(x(i), mutable(a.axes), a.keepDims),
  Min: (i, a) => tf.min(x(i), mutable(a.axes), a.keepDims),
  Prod: (i, a) => tf.prod(x(i), mutable(a.axes), a.keepDims),
  All: (i, a) => tf.all(x(i), mutable(a.axes), a.keepDims),
  Any: (i, a) => tf.any(x(i), mutable(a.axes), a.keepDims),
  Gemm: (i, a) => {
    const product = tf.mul(tf.matMul(x(i), x(i, 1), a.transposeA, a.transposeB), a.alpha)
    return i.length > 2 ? tf.add(product, tf.mul(x(i, 2), a.beta)) : product
  },
  BatchMatMul: (i, a, { shape }) => {
    // tfjs's cpu backend counts matrices modulo each batch, which is wrong where both broadcast.
    const whole = (t: tf.Tensor) => tf.broadcastTo(t, [...shape.slice(0, -2), ...t.shape.slice(-2)])
    return tf.matMul(whole(x(i)), whole(x(i, 1)), a.transposeA, a.transposeB)
  },
  Step: (i, a) => tf.step(x(i), a.alpha),
  LeakyRelu: (i, a) => tf.leakyRelu(x(i), a.alpha),
  ClipByValue: (i, a) => tf.clipByValue(x(i), a.min, a.max),
  Cast: (i, a) => tf.cast(x(i), a.dtype),
  Select: (i) => tf.where(x(i), x(i, 1), x(i, 2)),
  EluGrad: (i) => kernel('EluGrad', { dy: x(i), y: x(i, 1) }),
  ArgMax: (i, a) => tf.argMax(x(i), a.axis),
  ArgMin: (i, a) => tf.argMin(x(i), a.axis),
  Cumsum: (i, a) => tf.cumsum(x(i), a.axis, a.exclusive, a.reverse),
  Cumprod: (i, a) => tf.cumprod(x(i), a.axis, a.exclusive, a.reverse),
  Softmax: (i, a) => {
    const e = tf.exp(centered(x(i), a.axis))
    return tf.div(e, tf.sum(e, a.axis, true))
  },
  LogSoftmax: (i, a) => {
    const c = centered(x(i), a.axis)
    return tf.sub(c, tf.log(tf.sum(tf.exp(c), a.axis, true)))
  },
  Reshape: (i, a) => tf.reshape(x(i), mutable(a.shape)),
  Transpose: (i, a) => tf.transpose(x(i), mutable(a.perm)),
  BroadcastTo: (i, a) => tf.broadcastTo(x(i), mutable(a.shape)),
  Tile: (i, a) => tf.tile(x(i), mutable(a.reps)),
  Slice: (i, a) => tf.slice(x(i), mutable(a.begin), mutable(a.size)),
  StridedSlice: (i, a) => strided(x(i), a),
  Concat: (i, a) => tf.concat(mutable(i), a.axis),
  PadV2: (i, a) => tf.pad(x(i), pairs(a.paddings), a.value),
  MirrorPad: (i, a) => tf.mirrorPad(x(i), pairs(a.paddings), a.mode),
  Reverse: (i, a) => tf.reverse(x(i), mutable(a.axes)),
  GatherV2: (i, a) => tf.gather(x(i), x(i, 1) as tf.Tensor1D, a.axis, a.batchDims),
  GatherNd: (i) => tf.gatherND(x(i), x(i, 1)),
  ScatterNd: (i, a) => tf.scatterND(x(i) as tf.Tensor<tf.Rank>, x(i, 1), mutable(a.shape)),
  UnsortedSegmentSum: (i, a) => tf.unsortedSegmentSum(x(i), x(i, 1) as tf.Tensor1D, a.segments),
  OneHot: (i, a) => tf.cast(tf.oneHot(x(i) as tf.Tensor1D, a.depth, a.onValue, a.offValue), a.dtype),
  Conv2D: (i, a) => conv(x(i), x(i, 1), a),
  Conv2DBackpropInput: (i, a) => tf.grad((t) => conv(t, x(i, 1), a))(tf.zeros(mutable(a.shape)), x(i)),
  Conv2DBackpropFilter: (i, a) => tf.grad((t) => conv(x(i), t, a))(tf.zeros(mutable(a.shape)), x(i, 1)),
  DepthwiseConv2dNative: (i, a) => depthwise(x(i), x(i, 1), a),
  DepthwiseConv2dNativeBackpropInput: (i, a) =>
    kernel(
      'DepthwiseConv2dNativeBackpropInput',
      { dy: x(i), filter: x(i, 1) },
      { strides: a.strides, dilations: a.dilations, pad: explicit(a), inputShape: a.shape },
    ),
  DepthwiseConv2dNativeBackpropFilter: (i, a) =>
    kernel(
      'DepthwiseConv2dNativeBackpropFilter',
      { x: x(i), dy: x(i, 1) },
      { strides: a.strides, dilations: a.dilations, pad: explicit(a), filterShape: a.shape },
    ),
  MaxPool: (i, a) => kernel('MaxPool', { x: x(i) }, pooling(a)),
  MaxPoolGrad: (i, a) => kernel('MaxPoolGrad', { dy: x(i), input: x(i, 1), output: x(i, 2) }, pooling(a)),
  AvgPool: (i, a) => kernel('AvgPool', { x: x(i) }, pooling(a)),
  AvgPoolGrad: (i, a) => kernel('AvgPoolGrad', { dy: x(i), input: x(i, 1) }, pooling(a)),
  ResizeNearestNeighbor: (i, a) =>
    tf.image.resizeNearestNeighbor(
      x(i) as tf.Tensor4D,
      mutable(a.size) as [number, number],
      a.alignCorners,
      a.halfPixelCenters,
    ),
  ResizeBilinear: (i, a) =>
    tf.image.resizeBilinear(
      x(i) as tf.Tensor4D,
      mutable(a.size) as [number, number],
      a.alignCorners,
      a.halfPixelCenters,
    ),
  ResizeNearestNeighborGrad: (i, a) => resizeGradient('ResizeNearestNeighborGrad', x(i), a),
  ResizeBilinearGrad: (i, a) => resizeGradient('ResizeBilinearGrad', x(i), a),
}

/** One node by tfjs. */
export const runNode = (node: Node, inputs: readonly tf.Tensor[]): tf.Tensor =>
  (table[node.kernel as Computing] as Run<Computing>)(inputs, node.attributes as never, node)

const tensorOf = (value: Numbers, { shape, dtype }: Typed): tf.Tensor =>
  tf.tensor(value, mutable(shape), dtype)

const fed = (node: NodeOf<'Input'>, feeds: Readonly<Record<string, Numbers>>): tf.Tensor => {
  const value = feeds[node.attributes.name]
  if (value === undefined) throw new RangeError(`no numbers for the input ${node.attributes.name}`)
  return tensorOf(value, node)
}

const readOut = (t: tf.Tensor): Evaluated => ({
  shape: t.shape,
  dtype: t.dtype as DType,
  value: t.dataSync() as Numbers,
})

/** All outputs of a graph, by tfjs's cpu backend, which must be active; `after` may change what each node gave. */
export const evaluate = (
  graph: Graph,
  feeds: Readonly<Record<string, Numbers>>,
  after: (t: tf.Tensor) => tf.Tensor = (t) => t,
): Readonly<Record<string, Evaluated>> => {
  tf.engine().startScope()
  const done = new Map<Ref, tf.Tensor>()
  const result = (node: Node): tf.Tensor => {
    if (node.kernel === 'Input') return fed(node, feeds)
    if (node.kernel === 'Constant') return tensorOf(numbersOf(node), node)
    return after(runNode(node, node.inputs.map(at)))
  }
  const at = (ref: Ref): tf.Tensor => {
    const found = done.get(ref) ?? result(nodeAt(graph.nodes, ref))
    done.set(ref, found)
    return found
  }
  const results = Object.entries(graph.outputs).map(([name, ref]) => [name, readOut(at(ref))])
  tf.engine().endScope()
  return Object.fromEntries(results)
}
