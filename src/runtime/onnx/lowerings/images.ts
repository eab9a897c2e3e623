/**
 * Kernels on images as ONNX operators: convolutions, pooling, resizing and their gradients.
 *
 * Images lie in NHWC and ONNX's convolutions take NCHW. Where it measures faster, a kernel is written as gathers of
 * positions and one matrix product instead, which needs no transposes (images/convolution.ts, inputGradient.ts and
 * filterGradient.ts hold the numbers). Batch sizes are written nowhere.
 * Tested in tests/runtime/onnx/lowerings/images.test.ts against tfjs's cpu backend.
 */
import type { Lowerings } from '../lowering.js'
import { convolution } from './images/convolution.js'
import { depthwise, depthwiseFilterGradient, depthwiseInputGradient } from './images/depthwise.js'
import { filterGradient } from './images/filterGradient.js'
import { inputGradient } from './images/inputGradient.js'
import { avgPool, avgPoolGradient, maxPool, maxPoolGradient } from './images/pooling.js'
import { resizeBilinear, resizeNearest } from './images/resize.js'
import { resizeBilinearGradient, resizeNearestGradient } from './images/resizeGradient.js'

/** Lowerings of the kernels on images. */
export const images: Lowerings<
  | 'Conv2D'
  | 'Conv2DBackpropInput'
  | 'Conv2DBackpropFilter'
  | 'DepthwiseConv2dNative'
  | 'DepthwiseConv2dNativeBackpropInput'
  | 'DepthwiseConv2dNativeBackpropFilter'
  | 'MaxPool'
  | 'MaxPoolGrad'
  | 'AvgPool'
  | 'AvgPoolGrad'
  | 'ResizeNearestNeighbor'
  | 'ResizeBilinear'
  | 'ResizeNearestNeighborGrad'
  | 'ResizeBilinearGrad'
> = {
  Conv2D: convolution,
  Conv2DBackpropInput: inputGradient,
  Conv2DBackpropFilter: filterGradient,
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGradient,
  AvgPool: avgPool,
  AvgPoolGrad: avgPoolGradient,
  ResizeNearestNeighbor: resizeNearest,
  ResizeBilinear: resizeBilinear,
  ResizeNearestNeighborGrad: resizeNearestGradient,
  ResizeBilinearGrad: resizeBilinearGradient,
}
