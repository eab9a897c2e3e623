/**
 * Gradients of depthwise convolution, at every order.
 *
 *   t(x, w, y) = sum x[n, sh + kh − p, .., c] w[kh, kw, c, m] y[n, h, w, c M + m]        (layout NHWC)
 *
 * is linear in each argument, and its three partial derivatives are the kernels DepthwiseConv2dNative (by y), …BackpropInput (by
 * x) and …BackpropFilter (by w). tfjs has the gradient of the first only; those of the others are made of the other two. The
 * same holds for Conv2DBackpropFilter, which tfjs's fused convolutions use (convolutionGradients.ts needs no such kernel).
 * Laws: tests/dsl/numerics/imageGradients.test.ts
 */
import * as tf from '@tensorflow/tfjs'

const run = (kernel: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel(kernel, inputs, attrs)

interface Kernels {
  readonly forward: string
  readonly byInput: string
  readonly byFilter: string
}

/** The attributes that all three kernels share. */
const shared = ({ strides, pad, dimRoundingMode, dataFormat, dilations }: tf.NamedAttrMap): tf.NamedAttrMap =>
  ({
    strides,
    pad,
    dimRoundingMode,
    dataFormat: dataFormat ?? 'NHWC',
    dilations: dilations ?? [1, 1],
  }) as tf.NamedAttrMap

const inputGradient = ({ forward, byInput, byFilter }: Kernels): tf.GradConfig => ({
  kernelName: byInput,
  inputsToSave: ['dy', 'filter'],
  gradFunc: (ddx, saved, attrs) => {
    const [dy, filter] = saved as [tf.Tensor, tf.Tensor]
    const x = ddx as tf.Tensor
    return {
      dy: () => run(forward, { x, filter }, shared(attrs)),
      filter: () => run(byFilter, { x, dy }, { ...shared(attrs), filterShape: filter.shape }),
    }
  },
})

const filterGradient = ({ forward, byInput, byFilter }: Kernels): tf.GradConfig => ({
  kernelName: byFilter,
  inputsToSave: ['x', 'dy'],
  gradFunc: (ddw, saved, attrs) => {
    const [x, dy] = saved as [tf.Tensor, tf.Tensor]
    const filter = ddw as tf.Tensor
    return {
      x: () => run(byInput, { dy, filter }, { ...shared(attrs), inputShape: x.shape }),
      dy: () => run(forward, { x, filter }, shared(attrs)),
    }
  },
})

const depthwise: Kernels = {
  forward: tf.DepthwiseConv2dNative,
  byInput: tf.DepthwiseConv2dNativeBackpropInput,
  byFilter: tf.DepthwiseConv2dNativeBackpropFilter,
}

const ordinary: Kernels = {
  forward: tf.Conv2D,
  byInput: tf.Conv2DBackpropInput,
  byFilter: tf.Conv2DBackpropFilter,
}

/** Gradients of the gradients of depthwise convolution, and of Conv2DBackpropFilter. */
export const depthwiseGradients: readonly tf.GradConfig[] = [
  inputGradient(depthwise),
  filterGradient(depthwise),
  filterGradient(ordinary),
]
