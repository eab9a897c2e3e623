/**
 * The importance-weighted bound with K = 16 particles, on the nets of the VAE.
 */
import * as tf from '@tensorflow/tfjs'
import { iwae } from '../../src/inference/iwae.js'
import { images } from './data.js'
import { bernoulliLogProb, handWritten, type Inputs } from './handWritten.js'
import { decode, encode, latent, model } from './vae.js'
import { targetOf, type Workload } from './workload.js'

const particles = 16

const objective = () => {
  const { p, q } = model()
  return iwae(p, q, { particles })
}

const bound = (inputs: Inputs): tf.Tensor => {
  const [loc, logVariance] = encode(inputs)
  const batch = loc.shape[0] as number
  const noise = inputs.normal('z', [particles, batch, latent])
  const z = tf.add(loc, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise))
  const logits = tf.reshape(decode(inputs, tf.reshape(z, [-1, latent])), [particles, batch, -1])
  // log p(z) − log q(z | x) = ½ Σ (ε² − z² + log variance); log 2π cancels.
  const ratio = tf.mul(tf.sum(tf.add(tf.sub(tf.square(noise), tf.square(z)), logVariance), -1), 0.5)
  const logWeights = tf.add(bernoulliLogProb(inputs.data.x as tf.Tensor, logits), ratio)
  return tf.mean(tf.sub(tf.logSumExp(logWeights, 0), Math.log(particles)))
}

/** The workload. */
export const iwaeWorkload: Workload = {
  name: 'iwae',
  title: 'importance-weighted bound, K = 16, 784-400-20, batch 128',
  batch: 128,
  chunk: 4,
  language: () => targetOf(objective()),
  byHand: () => targetOf(handWritten(objective() as never, bound)),
  data: () => ({ x: images(4096) }),
}
