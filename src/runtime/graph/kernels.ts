/**
 * The kernels that a recorded graph may hold, each with its attributes in one normal form.
 *
 * The names and meanings are those of tfjs (tfjs-core, kernel_names.ts), where a kernel of one output stands for itself:
 * axes are non-negative and ascending, sizes are resolved, data lie in NHWC and filters in HWIO. Four more are the
 * graph's own: Input (a tensor given at each run), Constant, Gemm (alpha op(A) op(B) + beta C), and SoftplusSum.
 *
 * ONNX Runtime's numbers differ from those of tfjs in corners that are not worth an operator:
 *
 *                                      tfjs cpu              tfjs wasm      ONNX Runtime (x64)
 *   Step of NaN                        NaN                   NaN            alpha
 *   Sign of NaN                        0                     0              NaN
 *   Pow, 1 to the NaN                  NaN                   1              1
 *   Cast to int32: beyond its range    modulo 2^32           modulo 2^32    -2^31
 *   Cast to int32: NaN, infinities     0                     0              -2^31
 *   int32 product beyond the range     rounded as a double   modulo 2^32    modulo 2^32
 *   int32 Sum beyond the range         modulo 2^32           modulo 2^32    2^31 - 1, as measured
 *
 * Kernels of several outputs, and those that are only another name for a combination of these, are taken apart when
 * they are recorded (src/runtime/trace). Tables over `KernelName` are total: the compiler lists what is missing.
 */

/** The numbers of a constant: one for each element, or a single one that all elements share. */
export type Numbers = Float32Array | Int32Array | Uint8Array

/** Element types; bool is 0 or 1. */
export type DType = 'float32' | 'int32' | 'bool'

/** Maps without attributes, from one tensor to one of its shape. */
export const unaryNames = [
  'Abs',
  'Acos',
  'Acosh',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'Ceil',
  'Cos',
  'Cosh',
  'Elu',
  'Erf',
  'Exp',
  'Expm1',
  'Floor',
  'Log',
  'Log1p',
  'Neg',
  'Reciprocal',
  'Relu',
  'Relu6',
  'Round',
  'Rsqrt',
  'Selu',
  'Sigmoid',
  'Sign',
  'Sin',
  'Sinh',
  'Softplus',
  'Sqrt',
  'Square',
  'Tan',
  'Tanh',
] as const

/** One of `unaryNames`. */
export type UnaryName = (typeof unaryNames)[number]

/** Questions about each number: bool out. */
export const testNames = ['IsFinite', 'IsInf', 'IsNan', 'LogicalNot'] as const

/** One of `testNames`. */
export type TestName = (typeof testNames)[number]

/** Arithmetic of two tensors, which broadcast. */
export const binaryNames = [
  'Add',
  'Atan2',
  'FloorDiv',
  'Maximum',
  'Minimum',
  'Mod',
  'Multiply',
  'Pow',
  'Prelu',
  'RealDiv',
  'SquaredDifference',
  'Sub',
] as const

/** One of `binaryNames`. */
export type BinaryName = (typeof binaryNames)[number]

/** Comparisons and logic of two tensors, which broadcast: bool out. */
export const comparisonNames = [
  'Equal',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalOr',
  'LogicalXor',
  'NotEqual',
] as const

/** One of `comparisonNames`. */
export type ComparisonName = (typeof comparisonNames)[number]

/** Reductions over axes. */
export type ReductionName = 'All' | 'Any' | 'Max' | 'Mean' | 'Min' | 'Prod' | 'Sum'

/** No attributes. */
export type None = Readonly<Record<never, never>>

/** Two spatial numbers: height, width. */
export type Pair = readonly [number, number]

/** Zeros around an image: rows before and after, columns before and after. */
export type Border = {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/** A convolution of NHWC images by HWIO filters (HWCM when depthwise). */
export type Convolution = { readonly strides: Pair; readonly dilations: Pair; readonly border: Border }

/** A pooling window on NHWC images. */
export type Window = {
  readonly window: Pair
  readonly strides: Pair
  readonly dilations: Pair
  readonly border: Border
}

/** How an image was resized: its shape, and whether corners were aligned. */
export type ResizedFrom = { readonly shape: readonly number[]; readonly alignCorners: boolean }

/** The attributes of each kernel. */
export type KernelAttributes = {
  readonly [K in UnaryName | TestName | BinaryName | ComparisonName]: None
} & {
  readonly [K in ReductionName]: { readonly axes: readonly number[]; readonly keepDims: boolean }
} & {
  /** A tensor given at each run. */
  readonly Input: { readonly name: string }
  readonly Constant: { readonly value: Numbers }
  /** alpha op(A) op(B) + beta C on matrices; op transposes where asked; C, the third input, is optional and broadcasts. */
  readonly Gemm: {
    readonly transposeA: boolean
    readonly transposeB: boolean
    readonly alpha: number
    readonly beta: number
  }
  readonly BatchMatMul: { readonly transposeA: boolean; readonly transposeB: boolean }
  /** Sum of softplus(x) over axes, up to a small absolute error: what is left of log likelihoods of bits. */
  readonly SoftplusSum: { readonly axes: readonly number[]; readonly keepDims: boolean }
  /** 1 where x > 0, alpha where x <= 0; NaN where x is NaN, except in ONNX, where alpha is cheaper. */
  readonly Step: { readonly alpha: number }
  /** x where x > 0, alpha x elsewhere. */
  readonly LeakyRelu: { readonly alpha: number }
  readonly ClipByValue: { readonly min: number; readonly max: number }
  readonly Cast: { readonly dtype: DType }
  /** condition ? t : e, three inputs that broadcast. */
  readonly Select: None
  /** Gradient of elu from its output: dy where y >= 0, dy (y + 1) elsewhere; inputs dy, y. */
  readonly EluGrad: None
  readonly ArgMax: { readonly axis: number }
  readonly ArgMin: { readonly axis: number }
  readonly Cumsum: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean }
  readonly Cumprod: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean }
  readonly Softmax: { readonly axis: number }
  readonly LogSoftmax: { readonly axis: number }
  readonly Reshape: { readonly shape: readonly number[] }
  readonly Transpose: { readonly perm: readonly number[] }
  readonly BroadcastTo: { readonly shape: readonly number[] }
  readonly Tile: { readonly reps: readonly number[] }
  readonly Slice: { readonly begin: readonly number[]; readonly size: readonly number[] }
  /** Every `stride`-th element from `begin` on, `size` of them; strides may be negative. */
  readonly StridedSlice: {
    readonly begin: readonly number[]
    readonly strides: readonly number[]
    readonly size: readonly number[]
  }
  readonly Concat: { readonly axis: number }
  readonly PadV2: { readonly paddings: readonly Pair[]; readonly value: number }
  readonly MirrorPad: { readonly paddings: readonly Pair[]; readonly mode: 'reflect' | 'symmetric' }
  readonly Reverse: { readonly axes: readonly number[] }
  /** Slices of x (first input) at int32 indices (second) along `axis`; the first `batchDims` axes are shared. */
  readonly GatherV2: { readonly axis: number; readonly batchDims: number }
  /** Slices of x at the index tuples in the last axis of the second input. */
  readonly GatherNd: None
  /** Zeros of `shape` with updates (second input) added at index tuples (first input). */
  readonly ScatterNd: { readonly shape: readonly number[] }
  /** Sums of the slices of x along its first axis, by segment ids of the same length (second input). */
  readonly UnsortedSegmentSum: { readonly segments: number }
  readonly OneHot: {
    readonly depth: number
    readonly onValue: number
    readonly offValue: number
    readonly dtype: DType
  }
  readonly Conv2D: Convolution
  /** Gradient of Conv2D by its image: inputs dy, filter. */
  readonly Conv2DBackpropInput: Convolution & { readonly shape: readonly number[] }
  /** Gradient of Conv2D by its filter: inputs x, dy. */
  readonly Conv2DBackpropFilter: Convolution & { readonly shape: readonly number[] }
  readonly DepthwiseConv2dNative: Convolution
  readonly DepthwiseConv2dNativeBackpropInput: Convolution & { readonly shape: readonly number[] }
  readonly DepthwiseConv2dNativeBackpropFilter: Convolution & { readonly shape: readonly number[] }
  readonly MaxPool: Window
  /** Inputs dy, x, y; the gradient goes to the first greatest element of each window. */
  readonly MaxPoolGrad: Window
  /** The mean over the elements of the window that lie inside the image. */
  readonly AvgPool: Window
  /** Inputs dy, x. */
  readonly AvgPoolGrad: Window
  /** Inputs image, new size; NHWC. */
  readonly ResizeNearestNeighbor: {
    readonly size: Pair
    readonly alignCorners: boolean
    readonly halfPixelCenters: boolean
  }
  readonly ResizeBilinear: {
    readonly size: Pair
    readonly alignCorners: boolean
    readonly halfPixelCenters: boolean
  }
  /** Gradients of resizing by the image: input dy. tfjs takes no account of halfPixelCenters in them. */
  readonly ResizeNearestNeighborGrad: ResizedFrom
  readonly ResizeBilinearGrad: ResizedFrom
}

/** Names of the kernels of a graph. */
export type KernelName = keyof KernelAttributes
