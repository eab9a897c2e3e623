/**
 * A two-player step: the discriminator (2-128-128-1) moves up its binary cross-entropy, then the generator
 * (2-128-128-2) moves up log D(G(z)).
 */
import * as tf from '@tensorflow/tfjs'
import * as g from '../../src/index.js'
import { points } from './data.js'
import { affine, handWritten, type Inputs } from './handWritten.js'
import { targetOf, type Workload } from './workload.js'

const plane = g.real(2)
const hidden = [128, 128]

/** The objectives of both. */
export const objectives = () => {
  const D = g.mlp(plane, hidden, g.real())
  const fake = g.pipe(
    g.Do,
    g.nets({ G: g.mlp(plane, hidden, plane) }),
    g.bind('z', () => g.standardNormal(2)),
    g.bind('x', ({ z, G }) => g.push(G(z))),
  )
  const onData = g.expect(g.empirical({ x: plane }), { D }, ({ x, D }) => g.logSigmoid(D(x)))
  return {
    D: g.plus(
      onData,
      g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(g.neg(D(x)))),
    ),
    G: g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(D(x))),
  }
}

/** The game of two objectives. */
export const gameOf = ({ D, G }: ReturnType<typeof objectives>) =>
  g.game({ D: { owns: ['D'], maximize: D }, G: { owns: ['G'], maximize: G } })

const layers = (p: Inputs['data'], x: tf.Tensor): tf.Tensor =>
  affine(p, '2/', tf.relu(affine(p, '1/', tf.relu(affine(p, '0/', x)))))

const logSigmoid = (x: tf.Tensor): tf.Tensor => tf.neg(tf.softplus(tf.neg(x)))

const generated = ({ nets, normal }: Inputs): tf.Tensor => layers(nets.G ?? {}, normal('z', [256, 2]))

const discriminator = (inputs: Inputs): tf.Tensor => {
  const D = inputs.nets.D ?? {}
  const real = layers(D, inputs.data.x as tf.Tensor)
  const made = layers(D, generated(inputs))
  return tf.add(tf.mean(logSigmoid(real)), tf.mean(logSigmoid(tf.neg(made))))
}

const generator = (inputs: Inputs): tf.Tensor =>
  tf.mean(logSigmoid(layers(inputs.nets.D ?? {}, generated(inputs))))

/** The workload. */
export const twoPlayersWorkload: Workload = {
  name: 'gan',
  title: 'two players, 2-128-128-2 and 2-128-128-1, batch 256',
  batch: 256,
  chunk: 100,
  language: () => targetOf(gameOf(objectives())),
  byHand: () => {
    const { D, G } = objectives()
    return targetOf(
      gameOf({
        D: handWritten(D as never, discriminator) as never,
        G: handWritten(G as never, generator) as never,
      }),
    )
  },
  data: () => ({ x: points(8192) }),
}
