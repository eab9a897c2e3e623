/**
 * An objective written by hand in tfjs: a function of parameter tensors, data tensors and noise, with no value, net or
 * distribution of the language in between.
 */
import * as tf from '@tensorflow/tfjs'
import { real } from '../../src/dsl/domain.js'
import { makeValue } from '../../src/dsl/value.js'
import type * as g from '../../src/index.js'

type Tensors = Readonly<Record<string, tf.Tensor>>

/** What a hand-written objective computes with. */
export interface Inputs {
  /** The parameters by net, then by path within the net. */
  readonly nets: Readonly<Record<string, Tensors>>
  readonly data: Tensors
  /** Standard normal noise; the site whose noise it is in the language. */
  readonly normal: (site: string, shape: readonly number[]) => tf.Tensor
}

// One net stays one net, since two objectives of a game share theirs.
const bareNets = new WeakMap<g.AnyNet, g.AnyNet>()

/** The net whose function is its parameters. */
const bare = (net: g.AnyNet): g.AnyNet => {
  const known = bareNets.get(net)
  if (known !== undefined) return known
  const apply = (tensors: Tensors) => tensors
  const made: g.AnyNet = {
    tag: 'net',
    description: 'by hand',
    parameters: net.parameters,
    apply,
    example: {},
  }
  bareNets.set(net, made)
  return made
}

/** The parameters, data and noise of `like`, and the function f of them. */
export const handWritten = (like: g.AnyObjective, f: (inputs: Inputs) => tf.Tensor): g.AnyObjective => ({
  tag: 'objective',
  description: 'by hand',
  nets: Object.fromEntries(Object.entries(like.nets).map(([name, net]) => [name, bare(net)])),
  data: like.data,
  evaluate: (env) => {
    const nets = env.functions as Inputs['nets']
    const data = Object.fromEntries(Object.entries(env.data).map(([name, v]) => [name, v.tensor]))
    const normal: Inputs['normal'] = (site, shape) => env.noise.child(site).normal(shape)
    return makeValue(tf.reshape(f({ nets, data, normal }), []), [], real) as ReturnType<
      g.AnyObjective['evaluate']
    >
  },
})

/** x W + b. */
export const affine = (p: Tensors, prefix: string, x: tf.Tensor): tf.Tensor =>
  tf.add(tf.matMul(x as tf.Tensor2D, p[`${prefix}kernel`] as tf.Tensor2D), p[`${prefix}bias`] as tf.Tensor)

/** Σ x l − softplus(l) over the last axis: log p(x) of a Bernoulli with these logits. */
export const bernoulliLogProb = (x: tf.Tensor, logits: tf.Tensor): tf.Tensor =>
  tf.sum(tf.sub(tf.mul(x, logits), tf.softplus(logits)), -1)
