/**
 * The VAE of the registry, 784-400-20 with 652,824 parameters, on binary images.
 */
import * as tf from '@tensorflow/tfjs'
import { vae } from '../../src/models/vae.js'
import { images } from './data.js'
import { affine, bernoulliLogProb, handWritten, type Inputs } from './handWritten.js'
import { targetOf, type Workload } from './workload.js'

export const latent = 20

/** The model and its family. */
export const model = () => vae({ size: 784, latent, hidden: [400] })

/** Mean and log variance of q(z | x). */
export const encode = ({ nets, data }: Inputs): readonly [tf.Tensor, tf.Tensor] => {
  const p = nets.encode ?? {}
  const [loc, logVariance] = tf.split(affine(p, '1/', tf.relu(affine(p, '0/', data.x as tf.Tensor))), 2, 1)
  return [loc as tf.Tensor, logVariance as tf.Tensor]
}

/** Logits of p(x | z) for rows of codes. */
export const decode = ({ nets }: Inputs, z: tf.Tensor): tf.Tensor => {
  const p = nets.decode ?? {}
  return affine(p, '1/', tf.relu(affine(p, '0/', z)))
}

const bound = (inputs: Inputs): tf.Tensor => {
  const [loc, logVariance] = encode(inputs)
  const noise = inputs.normal('z', loc.shape)
  const z = tf.add(loc, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise))
  const penalty = tf.sub(tf.add(tf.exp(logVariance), tf.square(loc)), tf.add(logVariance, 1))
  const divergence = tf.mul(tf.sum(penalty, -1), 0.5)
  return tf.mean(tf.sub(bernoulliLogProb(inputs.data.x as tf.Tensor, decode(inputs, z)), divergence))
}

/** The workload. */
export const vaeWorkload: Workload = {
  name: 'vae',
  title: 'VAE 784-400-20, batch 128',
  batch: 128,
  chunk: 30,
  language: () => targetOf(model().objective),
  byHand: () => targetOf(handWritten(model().objective as never, bound)),
  data: () => ({ x: images(4096) }),
}
