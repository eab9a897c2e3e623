/**
 * Which kernels act on each element by itself.
 *
 *   maps:  y[i] = f(x[i])           broadcasting:  y = f(a, b, ...) after broadcasting to one shape
 *
 * The table is total, so that a new kernel must be classed.
 */
import type { Node } from '../graph.js'
import type { KernelName } from '../kernels.js'

type Class = 'map' | 'broadcasting' | 'other'

const all = <K extends string, C extends Class>(names: readonly K[], c: C) =>
  Object.fromEntries(names.map((n) => [n, c])) as { readonly [N in K]: C }

const classes: { readonly [K in KernelName]: Class } = {
  ...all(['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Elu'], 'map'),
  ...all(['Erf', 'Exp', 'Expm1', 'Floor', 'Log', 'Log1p', 'Neg', 'Reciprocal', 'Relu', 'Relu6'], 'map'),
  ...all(['Round', 'Rsqrt', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softplus', 'Sqrt', 'Square'], 'map'),
  ...all(['Tan', 'Tanh', 'IsFinite', 'IsInf', 'IsNan', 'LogicalNot', 'Step', 'LeakyRelu'], 'map'),
  ...all(['ClipByValue', 'Cast'], 'map'),
  ...all(
    ['Add', 'Atan2', 'FloorDiv', 'Maximum', 'Minimum', 'Mod', 'Multiply', 'Pow', 'Prelu'],
    'broadcasting',
  ),
  ...all(['RealDiv', 'SquaredDifference', 'Sub', 'Equal', 'Greater', 'GreaterEqual'], 'broadcasting'),
  ...all(['Less', 'LessEqual', 'LogicalAnd', 'LogicalOr', 'LogicalXor', 'NotEqual'], 'broadcasting'),
  ...all(['Select'], 'broadcasting'),
  ...all(
    ['SoftplusSum', 'Input', 'Constant', 'All', 'Any', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'Gemm'],
    'other',
  ),
  ...all(['BatchMatMul', 'EluGrad', 'ArgMax', 'ArgMin', 'Cumsum', 'Cumprod', 'Softmax'], 'other'),
  ...all(['LogSoftmax', 'Reshape', 'Transpose', 'BroadcastTo', 'Tile', 'Slice', 'StridedSlice'], 'other'),
  ...all(['Concat', 'PadV2', 'MirrorPad', 'Reverse', 'GatherV2', 'GatherNd', 'ScatterNd'], 'other'),
  ...all(['UnsortedSegmentSum', 'OneHot', 'Conv2D', 'Conv2DBackpropInput'], 'other'),
  ...all(['Conv2DBackpropFilter', 'DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput'], 'other'),
  ...all(['DepthwiseConv2dNativeBackpropFilter', 'MaxPool', 'MaxPoolGrad', 'AvgPool'], 'other'),
  ...all(['AvgPoolGrad', 'ResizeNearestNeighbor', 'ResizeBilinear'], 'other'),
  ...all(['ResizeNearestNeighborGrad', 'ResizeBilinearGrad'], 'other'),
}

/** Whether the node maps each element of its one input by itself. */
export const isMap = (node: Node): boolean => classes[node.kernel] === 'map'

/** Whether the node combines inputs, which broadcast, element by element. */
export const isBroadcasting = (node: Node): boolean => classes[node.kernel] === 'broadcasting'
