/**
 * Readers of the kernels of tfjs on images: convolutions, pooling, resizing, batch normalization at inference.
 *
 * Borders are resolved to numbers of zeros; only NHWC is read.
 */
import * as tf from '@tensorflow/tfjs'
import { fail } from '../../../dsl/error.js'
import type { Ref } from '../../graph/graph.js'
import type { Convolution, Pair, Window } from '../../graph/kernels.js'
import { type Call, flagOf, listOf, numberOf, plain, type Reader, type Readers } from '../call.js'
import { activated, biased } from './summing.js'

type Padding = Parameters<typeof tf.backend_util.computeConv2DInfo>[4]
type Image = [number, number, number, number]

const pairOf = (x: unknown): Pair => (typeof x === 'number' ? [x, x] : ((x as Pair) ?? [1, 1]))

const requireChannelsLast = (call: Call): void => {
  const format = call.attributes.dataFormat
  if (format !== undefined && format !== 'NHWC')
    fail(
      'runtime',
      call.kernel,
      `the kernel '${call.kernel}' is called with images in ${String(format)}, and only NHWC can be recorded`,
      "put the channels last, or use { runtime: 'wasm' }",
    )
}

const convolution =
  (depthwise: boolean) =>
  (call: Call, image: readonly number[], filter: readonly number[]): Convolution => {
    requireChannelsLast(call)
    const { padInfo, strideHeight, strideWidth, dilationHeight, dilationWidth } =
      tf.backend_util.computeConv2DInfo(
        [...image] as Image,
        [...filter] as Image,
        [...pairOf(call.attributes.strides)] as [number, number],
        [...pairOf(call.attributes.dilations ?? 1)] as [number, number],
        call.attributes.pad as Padding,
        call.attributes.dimRoundingMode as 'floor',
        depthwise,
      )
    const { top, bottom, left, right } = padInfo
    return {
      strides: [strideHeight, strideWidth],
      dilations: [dilationHeight, dilationWidth],
      border: { top, bottom, left, right },
    }
  }

const forward = (kernel: 'Conv2D' | 'DepthwiseConv2dNative'): Reader => {
  const attributes = convolution(kernel !== 'Conv2D')
  return (call) => {
    const inputs = [call.input('x'), call.input('filter')] as const
    return call.build.add(kernel, inputs, attributes(call, call.shape(inputs[0]), call.shape(inputs[1])))
  }
}

const byInput = (kernel: 'Conv2DBackpropInput' | 'DepthwiseConv2dNativeBackpropInput'): Reader => {
  const attributes = convolution(kernel !== 'Conv2DBackpropInput')
  return (call) => {
    const [dy, filter] = [call.input('dy'), call.input('filter')]
    const shape = listOf(call, 'inputShape')
    return call.build.add(kernel, [dy, filter], { ...attributes(call, shape, call.shape(filter)), shape })
  }
}

const byFilter = (kernel: 'Conv2DBackpropFilter' | 'DepthwiseConv2dNativeBackpropFilter'): Reader => {
  const attributes = convolution(kernel !== 'Conv2DBackpropFilter')
  return (call) => {
    const [x, dy] = [call.input('x'), call.input('dy')]
    const shape = listOf(call, 'filterShape')
    return call.build.add(kernel, [x, dy], { ...attributes(call, call.shape(x), shape), shape })
  }
}

const windowOf = (call: Call, image: readonly number[]): Window => {
  const info = tf.backend_util.computePool2DInfo(
    [...image] as Image,
    [...pairOf(call.attributes.filterSize)] as [number, number],
    [...pairOf(call.attributes.strides)] as [number, number],
    1,
    call.attributes.pad as Padding,
    call.attributes.dimRoundingMode as 'floor',
  )
  const { top, bottom, left, right } = info.padInfo
  return {
    window: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [1, 1],
    border: { top, bottom, left, right },
  }
}

const pool =
  (
    kernel: 'MaxPool' | 'AvgPool' | 'MaxPoolGrad' | 'AvgPoolGrad',
    image: string,
    inputs: readonly string[],
  ): Reader =>
  (call) =>
    call.build.add(kernel, inputs.map(call.input), windowOf(call, call.shape(call.input(image))))

const resize = (kernel: 'ResizeBilinear' | 'ResizeNearestNeighbor'): Reader =>
  plain(kernel, ['images'], (call) => ({
    size: call.attributes.size as Pair,
    alignCorners: flagOf(call, 'alignCorners'),
    halfPixelCenters: flagOf(call, 'halfPixelCenters'),
  }))

/** The numbers of the image play no part. */
const resizeGradient =
  (kernel: 'ResizeBilinearGrad' | 'ResizeNearestNeighborGrad'): Reader =>
  (call) =>
    call.build.add(kernel, [call.input('dy')], {
      shape: call.shape(call.input('images')),
      alignCorners: flagOf(call, 'alignCorners'),
    })

/** (x - mean) / sqrt(variance + epsilon) * scale + offset. */
const batchNorm: Reader = (call) => {
  const { build } = call
  const centered = build.add('Sub', [call.input('x'), call.input('mean')], {})
  const epsilon = build.number(numberOf(call, 'varianceEpsilon'))
  const root = build.add('Rsqrt', [build.add('Add', [call.input('variance'), epsilon], {})], {})
  const scaled = build.add('Multiply', [centered, root], {})
  const stretched = call.has('scale') ? build.add('Multiply', [scaled, call.input('scale')], {}) : scaled
  return call.has('offset') ? build.add('Add', [stretched, call.input('offset')], {}) : stretched
}

const fused = (kernel: 'Conv2D' | 'DepthwiseConv2dNative'): Reader => {
  const reader = forward(kernel)
  return (call) => activated(call, biased(call, reader(call) as Ref))
}

/** Kernels on images. */
export const images: Readers = {
  Conv2D: forward('Conv2D'),
  Conv2DBackpropInput: byInput('Conv2DBackpropInput'),
  Conv2DBackpropFilter: byFilter('Conv2DBackpropFilter'),
  DepthwiseConv2dNative: forward('DepthwiseConv2dNative'),
  DepthwiseConv2dNativeBackpropInput: byInput('DepthwiseConv2dNativeBackpropInput'),
  DepthwiseConv2dNativeBackpropFilter: byFilter('DepthwiseConv2dNativeBackpropFilter'),
  FusedConv2D: fused('Conv2D'),
  FusedDepthwiseConv2D: fused('DepthwiseConv2dNative'),
  FusedBatchNorm: batchNorm,
  MaxPool: pool('MaxPool', 'x', ['x']),
  MaxPoolGrad: pool('MaxPoolGrad', 'input', ['dy', 'input', 'output']),
  AvgPool: pool('AvgPool', 'x', ['x']),
  AvgPoolGrad: pool('AvgPoolGrad', 'input', ['dy', 'input']),
  ResizeBilinear: resize('ResizeBilinear'),
  ResizeBilinearGrad: resizeGradient('ResizeBilinearGrad'),
  ResizeNearestNeighbor: resize('ResizeNearestNeighbor'),
  ResizeNearestNeighborGrad: resizeGradient('ResizeNearestNeighborGrad'),
}
