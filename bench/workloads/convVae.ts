/**
 * A convolutional VAE on binary images of 28 × 28: two 3 × 3 convolutions of stride 2 (32 and 64 channels, relu), two
 * dense heads to 20 codes (scale by softplus), and the mirrored decoder.
 */
import * as tf from '@tensorflow/tfjs'
import * as g from '../../src/index.js'
import { images } from './data.js'
import { affine, bernoulliLogProb, handWritten, type Inputs } from './handWritten.js'
import { targetOf, type Workload } from './workload.js'

const X = g.binary(28, 28, 1)
const half = g.real(14, 14, 32)
const quarter = g.real(7, 7, 64)
const Z = g.real(20)
const window = { kernel: 3, stride: 2, padding: 'same' } as const

const p = () =>
  g.pipe(
    g.Do,
    g.nets({
      decode: g.chain(
        g.dense(Z, quarter, { activation: 'relu' }),
        g.conv2dTranspose(quarter, half, { ...window, activation: 'relu' }),
        g.conv2dTranspose(half, g.real(28, 28, 1), window),
      ),
    }),
    g.bind('z', () => g.standardNormal(20)),
    g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
  )

const q = () =>
  g.pipe(
    g.given({ x: X }),
    g.nets({
      features: g.chain(
        g.conv2d(X, half, { ...window, activation: 'relu' }),
        g.conv2d(half, quarter, { ...window, activation: 'relu' }),
      ),
      loc: g.dense(quarter, Z),
      scale: g.dense(quarter, g.positive(20)),
    }),
    g.letTo('h', ({ x, features }) => features(x)),
    g.bind('z', ({ h, loc, scale }) => g.normal({ loc: loc(h), scale: scale(h) })),
  )

/** The bound. */
export const objective = () => g.elbo(p(), q())

type Tensors = Inputs['data']

const convolve = (p: Tensors, prefix: string, x: tf.Tensor): tf.Tensor =>
  tf.add(
    tf.conv2d(x as tf.Tensor4D, p[`${prefix}kernel`] as tf.Tensor4D, 2, 'same'),
    p[`${prefix}bias`] as tf.Tensor,
  )

const convolveTransposed = (p: Tensors, prefix: string, x: tf.Tensor): tf.Tensor => {
  const kernel = p[`${prefix}kernel`] as tf.Tensor4D
  const [n = 0, height = 0, width = 0] = x.shape
  const shape: [number, number, number, number] = [n, 2 * height, 2 * width, kernel.shape[2]]
  return tf.add(
    tf.conv2dTranspose(x as tf.Tensor4D, kernel, shape, 2, 'same'),
    p[`${prefix}bias`] as tf.Tensor,
  )
}

const bound = (inputs: Inputs): tf.Tensor => {
  const { nets, data, normal } = inputs
  const { features = {}, loc: locNet = {}, scale: scaleNet = {}, decode = {} } = nets
  const x = data.x as tf.Tensor
  const h = tf.relu(convolve(features, '1/', tf.relu(convolve(features, '0/', x))))
  const flat = tf.reshape(h, [-1, 7 * 7 * 64])
  const [loc, scale] = [affine(locNet, '', flat), tf.softplus(affine(scaleNet, '', flat))]
  const z = tf.add(loc, tf.mul(scale, normal('z', loc.shape)))
  const up = tf.reshape(tf.relu(affine(decode, '0/', z)), [-1, 7, 7, 64])
  const logits = convolveTransposed(decode, '2/', tf.relu(convolveTransposed(decode, '1/', up)))
  const reconstruction = bernoulliLogProb(tf.reshape(x, [-1, 784]), tf.reshape(logits, [-1, 784]))
  const squares = tf.sub(tf.add(tf.square(scale), tf.square(loc)), 1)
  const divergence = tf.sub(tf.mul(tf.sum(squares, -1), 0.5), tf.sum(tf.log(scale), -1))
  return tf.mean(tf.sub(reconstruction, divergence))
}

/** The workload. */
export const convVaeWorkload: Workload = {
  name: 'convvae',
  title: 'convolutional VAE 28×28-32-64-20, batch 128',
  batch: 128,
  chunk: 8,
  language: () => targetOf(objective()),
  byHand: () => targetOf(handWritten(objective() as never, bound)),
  data: () => ({ x: images(4096) }),
}
