/**
 * Readers of the kernels of tfjs that contract axes: reductions, softmax, matrix products.
 *
 * Fused products (the Dense layer of tfjs-layers uses them outside of gradients) are taken apart.
 */
import type { Ref } from '../../graph/graph.js'
import { normalAxes, normalAxis } from '../../graph/shapes.js'
import { alike, type Call, flagOf, numberOf, plain, type Reader, type Readers } from '../call.js'

const reduction = (attribute: string) => (name: 'All' | 'Any' | 'Max' | 'Mean' | 'Min' | 'Prod' | 'Sum') =>
  plain(name, ['x'], (call) => ({
    axes: normalAxes(call.attributes[attribute] as number[], call.shape(call.input('x')).length),
    keepDims: flagOf(call, 'keepDims'),
  }))

const along =
  (kernel: 'ArgMax' | 'ArgMin' | 'Softmax' | 'LogSoftmax', input: string, attribute: string): Reader =>
  (call) => {
    const x = call.input(input)
    const axis = normalAxis((call.attributes[attribute] ?? -1) as number, call.shape(x).length)
    return call.build.add(kernel, [x], { axis })
  }

/** The activation at the end of a fused kernel. */
export const activated = (call: Call, x: Ref): Ref => {
  const { build, attributes } = call
  const activation = (attributes.activation ?? 'linear') as string
  switch (activation) {
    case 'linear':
      return x
    case 'relu':
      return build.add('Relu', [x], {})
    case 'relu6':
      return build.add('Relu6', [x], {})
    case 'elu':
      return build.add('Elu', [x], {})
    case 'sigmoid':
      return build.add('Sigmoid', [x], {})
    case 'prelu':
      return build.add('Prelu', [x, call.input('preluActivationWeights')], {})
    case 'leakyrelu':
      return build.add('LeakyRelu', [x], { alpha: numberOf(call, 'leakyreluAlpha') })
    default:
      throw new RangeError(`the fused kernel '${call.kernel}' ends in an unknown activation '${activation}'`)
  }
}

/** The bias of a fused kernel, where it has one. */
export const biased = (call: Call, x: Ref): Ref =>
  call.has('bias') ? call.build.add('Add', [x, call.input('bias')], {}) : x

const product: Reader = (call) =>
  call.build.add('BatchMatMul', [call.input('a'), call.input('b')], {
    transposeA: flagOf(call, 'transposeA'),
    transposeB: flagOf(call, 'transposeB'),
  })

/** Kernels that contract axes. */
export const summing: Readers = {
  ...alike(['All', 'Any', 'Mean', 'Min', 'Prod', 'Sum'], reduction('axis')),
  Max: reduction('reductionIndices')('Max'),
  ArgMax: along('ArgMax', 'x', 'axis'),
  ArgMin: along('ArgMin', 'x', 'axis'),
  Softmax: along('Softmax', 'logits', 'dim'),
  LogSoftmax: along('LogSoftmax', 'logits', 'axis'),
  BatchMatMul: product,
  _FusedMatMul: (call) => activated(call, biased(call, product(call) as Ref)),
}
