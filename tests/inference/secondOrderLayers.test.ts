/** The gradient of a gradient penalty through the layers of tfjs that `fromLayers` takes. */
import * as tf from '@tensorflow/tfjs'
import { describe, it } from 'vitest'
import { fromLayers } from '../../src/dsl/nets/fromLayers.js'
import { real } from '../../src/dsl/space.js'
import { caseOf, expectAgreement } from './secondOrder.js'

/** Layer models that end in a vector of 3. */
const headed = (...layers: tf.layers.Layer[]) => {
  const model = tf.sequential({ layers })
  if ((model.outputs[0]?.shape.length ?? 0) > 2) model.add(tf.layers.flatten())
  model.add(tf.layers.dense({ units: 3 }))
  return fromLayers(model, real(6, 6, 2), real(3))
}
const inputShape = [6, 6, 2]
const first = (activation?: 'tanh') =>
  tf.layers.conv2d({
    inputShape,
    filters: 3,
    kernelSize: 3,
    padding: 'same',
    ...(activation ? { activation } : {}),
  })

/** Few units, so that none has its kink nearby. */
const few = (activation: 'relu' | 'linear' = 'linear') =>
  tf.layers.conv2d({ inputShape, filters: 2, kernelSize: 3, strides: 3, activation })

describe('through layer models', () => {
  it.each([
    caseOf('conv2d, tanh', headed(first('tanh')), inputShape),
    caseOf('conv2d with a fused relu', headed(few('relu')), inputShape, 0.002),
    caseOf(
      'conv2dTranspose',
      headed(
        tf.layers.conv2dTranspose({ inputShape, filters: 2, kernelSize: 3, strides: 2, activation: 'tanh' }),
      ),
      inputShape,
    ),
    caseOf(
      'depthwiseConv2d',
      headed(tf.layers.depthwiseConv2d({ inputShape, kernelSize: 3, activation: 'tanh' })),
      inputShape,
    ),
    caseOf(
      'separableConv2d',
      headed(tf.layers.separableConv2d({ inputShape, filters: 3, kernelSize: 3, activation: 'tanh' })),
      inputShape,
    ),
    caseOf('leakyReLU', headed(few(), tf.layers.leakyReLU({ alpha: 0.2 })), inputShape, 0.002),
    caseOf('prelu', headed(few(), tf.layers.prelu()), inputShape, 0.002),
    caseOf('elu', headed(few(), tf.layers.elu()), inputShape, 0.004),
    caseOf(
      'batchNormalization',
      headed(first(), tf.layers.batchNormalization(), tf.layers.activation({ activation: 'tanh' })),
      inputShape,
      0.01,
    ),
    caseOf(
      'layerNormalization',
      headed(
        first(),
        tf.layers.layerNormalization({ epsilon: 0.1 }),
        tf.layers.activation({ activation: 'tanh' }),
      ),
      inputShape,
      0.004,
    ),
    caseOf('maxPooling2d', headed(first('tanh'), tf.layers.maxPooling2d({ poolSize: 2 })), inputShape, 0.002),
    caseOf(
      'maxPooling2d, overlapping',
      headed(first('tanh'), tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
      inputShape,
      0.002,
    ),
    caseOf(
      'averagePooling2d',
      headed(first('tanh'), tf.layers.averagePooling2d({ poolSize: 2 })),
      inputShape,
    ),
    caseOf(
      'averagePooling2d, overlapping',
      headed(first('tanh'), tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
      inputShape,
    ),
    caseOf('globalAveragePooling2d', headed(first('tanh'), tf.layers.globalAveragePooling2d({})), inputShape),
    caseOf('globalMaxPooling2d', headed(first('tanh'), tf.layers.globalMaxPooling2d({})), inputShape, 0.002),
    caseOf('upSampling2d', headed(first('tanh'), tf.layers.upSampling2d({ size: [2, 2] })), inputShape),
    caseOf(
      'upSampling2d, bilinear',
      headed(first('tanh'), tf.layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' })),
      inputShape,
    ),
    caseOf('zeroPadding2d', headed(first('tanh'), tf.layers.zeroPadding2d({ padding: 1 })), inputShape),
    caseOf(
      'cropping2D',
      headed(
        first('tanh'),
        tf.layers.cropping2D({
          cropping: [
            [1, 1],
            [1, 0],
          ],
        }),
      ),
      inputShape,
    ),
    caseOf(
      'dropout, which does nothing',
      headed(first('tanh'), tf.layers.dropout({ rate: 0.5 })),
      inputShape,
    ),
    caseOf(
      'permute and reshape',
      headed(
        first('tanh'),
        tf.layers.permute({ dims: [3, 1, 2] }),
        tf.layers.reshape({ targetShape: [6, 18] }),
      ),
      inputShape,
    ),
  ])('$name', expectAgreement)
})
