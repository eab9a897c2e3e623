/**
 * Convolutions and their gradients under their own names.
 *
 *   conv(pad(x), f) = conv(x, f) with a wider border            the same for the gradient by the filter
 *   slice(conv gradient by the image) = the same gradient with a wider border
 *   conv(x^T, dy^T), dilated by s = (gradient of a convolution of stride s by its filter)^T
 *       sum over n, h, w of x[n, h s + i d, w s + j d, c] dy[n, h, w, o]      x^T: [c, h, w, n]      dy^T: [h, w, n, o]
 *
 * The last is how a gradient that has gradients itself is written (src/dsl/numerics/convolutionGradients.ts).
 * Tested in tests/runtime/graph/passes/convolutions.test.ts.
 */
import { sameShape } from '../../../dsl/shape.js'
import { type Builder, ofKernel, rewrite } from '../builder.js'
import type { NodeOf, Ref } from '../graph.js'
import type { Border, Pair } from '../kernels.js'
import { windowPlaces } from '../shapes.js'
import { byKernel, inputAt, type KernelRules, type Pass, pairOf } from './rule.js'

const wider = (border: Border, [top, bottom]: Pair, [left, right]: Pair): Border => ({
  top: border.top + top,
  bottom: border.bottom + bottom,
  left: border.left + left,
  right: border.right + right,
})

const isNothing = (padding: Pair | undefined): boolean => padding?.[0] === 0 && padding[1] === 0

/** An image without the zeros around it, and the border with them. */
const unpadded = (
  build: Builder,
  image: Ref,
  border: Border,
): { readonly of: Ref; readonly border: Border } => {
  const inner = ofKernel(build.at(image), 'PadV2')
  if (inner === undefined || inner.attributes.value !== 0) return { of: image, border }
  const [batch, rows, columns, channels] = inner.attributes.paddings
  return rows && columns && isNothing(batch) && isNothing(channels)
    ? { of: inputAt(inner, 0), border: wider(border, rows, columns) }
    : { of: image, border }
}

const paddedImage = (node: NodeOf<'Conv2D' | 'Conv2DBackpropFilter'>, build: Builder): Ref | undefined => {
  const [image, other] = pairOf(node)
  const { of, border } = unpadded(build, image, node.attributes.border)
  return of === image
    ? undefined
    : build.add(node.kernel, [of, other], {
        ...node.attributes,
        border,
      } as NodeOf<'Conv2DBackpropFilter'>['attributes'])
}

const transposedBy = (build: Builder, ref: Ref, perm: readonly number[]): Ref | undefined => {
  const inner = ofKernel(build.at(ref), 'Transpose')
  return inner && sameShape(inner.attributes.perm, perm) ? inputAt(inner, 0) : undefined
}

/** Whether a filter of this size gives these places, along one axis. */
const fits = (
  length: number,
  around: number,
  size: number,
  stride: number,
  dilation: number,
  places: number,
): boolean => windowPlaces(length, around, size, stride, dilation) === places

const filterGradient = (node: NodeOf<'Conv2D'>, build: Builder): Ref | undefined => {
  const [left, right] = pairOf(node)
  const image = transposedBy(build, left, [3, 1, 2, 0])
  const dy = transposedBy(build, right, [1, 2, 0, 3])
  if (image === undefined || dy === undefined) return undefined
  const { of, border } = unpadded(build, image, node.attributes.border)
  const { strides: dilations, dilations: strides } = node.attributes
  const [, height = 0, width = 0] = build.at(of).shape
  const [, rows = 0, columns = 0] = build.at(dy).shape
  const [channels = 0, tall = 0, wide = 0, filters = 0] = node.shape
  if (!fits(height, border.top + border.bottom, tall, strides[0], dilations[0], rows)) return undefined
  if (!fits(width, border.left + border.right, wide, strides[1], dilations[1], columns)) return undefined
  const shape = [tall, wide, channels, filters]
  const gradient = build.add('Conv2DBackpropFilter', [of, dy], { strides, dilations, border, shape })
  return build.add('Transpose', [gradient], { perm: [2, 0, 1, 3] })
}

/** A slice of the gradient by an image that was padded: the gradient by the image before. */
const slicedGradient = (node: NodeOf<'Slice'>, build: Builder): Ref | undefined => {
  const inner = ofKernel(build.at(inputAt(node, 0)), 'Conv2DBackpropInput')
  if (inner === undefined) return undefined
  const { begin, size } = node.attributes
  const cut = inner.shape.map((n, axis): Pair => {
    const from = begin[axis] as number
    return [from, n - from - (size[axis] as number)]
  })
  const [batch, rows, columns, channels] = cut
  if (!rows || !columns || !isNothing(batch) || !isNothing(channels)) return undefined
  const border = wider(inner.attributes.border, rows, columns)
  return build.add('Conv2DBackpropInput', inner.inputs, { ...inner.attributes, border, shape: size })
}

const rules: KernelRules = {
  Conv2D: (node, build) => filterGradient(node, build) ?? paddedImage(node, build),
  Conv2DBackpropFilter: paddedImage,
  Slice: slicedGradient,
}

/** The graph with convolutions that need no padding, slicing and transposing around them. */
export const convolutions: Pass = (graph) => rewrite(graph, byKernel(rules))
