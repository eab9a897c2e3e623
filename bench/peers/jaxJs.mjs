/**
 * jax-js on its WASM backend: each step one jitted function, gradients by valueAndGrad, Adam written out.
 *
 * In Node the backend runs on one thread: its worker pool needs the browser's Worker, which Node lacks. Plain
 * JavaScript, since its package is installed only where the peers are (bench/peers/package.json). Arrays are reference
 * counted: `x.ref` uses x and keeps it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultDevice, init, jit, lax, nn, numpy as np, random, tree, valueAndGrad } from '@jax-js/jax'
import { serve } from './serve.js'

const particles = 16
const latents = 20

const floats = (file) => {
  const bytes = readFileSync(file)
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}

const index = (folder) => JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'))

const read = (folder, entry) => np.array(floats(join(folder, entry.file))).reshape(entry.shape)

/** Convolutions here are [out, in, h, w]; the files hold [h, w, in, out]. */
const kernel = (array, shape) => (shape.length === 4 ? array.transpose([3, 2, 0, 1]) : array)

const weights = (folder, workload) =>
  Object.fromEntries(
    index(folder)
      .filter(({ name }) => name.startsWith(`${workload}.`))
      .map((entry) => [entry.name.slice(workload.length + 1), kernel(read(folder, entry), entry.shape)]),
  )

/** The ring of batches, one array each. */
const batches = (folder, name) => {
  const { file, shape } = index(folder).find((entry) => entry.name === name)
  const [count, ...rest] = shape
  const values = floats(join(folder, file))
  const size = values.length / count
  return Array.from({ length: count }, (_, i) =>
    np.array(values.slice(i * size, (i + 1) * size)).reshape(rest),
  )
}

const dense = (p, name, x) => np.matmul(x, p[`${name}.w`].ref).add(p[`${name}.b`].ref)
const channels = (p, name) => p[`${name}.b`].ref.reshape([1, -1, 1, 1])
const conv = (p, name, x) =>
  lax.convGeneralDilated(x, p[`${name}.w`].ref, [2, 2], 'SAME').add(channels(p, name))
const convTranspose = (p, name, x) =>
  lax.convTranspose(x, p[`${name}.w`].ref, [2, 2], 'SAME').add(channels(p, name))

const heads = (p, h) => [dense(p, 'loc', h.ref), nn.softplus(dense(p, 'scale', h))]
const encode = (p, x) => heads(p, nn.relu(dense(p, 'enc', x)))
const decode = (p, z) => dense(p, 'logits', nn.relu(dense(p, 'dec', z)))

const convEncode = (p, x) => {
  const h = nn.relu(conv(p, 'conv2', nn.relu(conv(p, 'conv1', x.reshape([-1, 1, 28, 28])))))
  return heads(p, h.reshape([-1, 3136]))
}
const convDecode = (p, z) => {
  const h = nn.relu(dense(p, 'dec', z)).reshape([-1, 64, 7, 7])
  return convTranspose(p, 'up2', nn.relu(convTranspose(p, 'up1', h))).reshape([-1, 784])
}

/** log p(x) = sum_i x_i l_i - softplus(l_i) over the last axis. */
const bernoulli = (logits, x) => np.sum(x.mul(logits.ref).sub(nn.softplus(logits)), -1)

/** log N(x; loc, scale^2) without its constant, which cancels between prior and posterior. */
const normal = (x, loc, scale) =>
  np.sum(np.square(x.sub(loc).div(scale.ref)).mul(-0.5).sub(np.log(scale)), -1)

const elbo = (encoder, decoder) => (p, noise, x) => {
  const [loc, scale] = encoder(p, x.ref)
  const kl = np
    .square(scale.ref)
    .add(np.square(loc.ref))
    .sub(1)
    .sub(np.log(scale.ref).mul(2))
    .sum(-1)
    .mul(0.5)
  const z = loc.add(scale.mul(noise))
  return np.mean(bernoulli(decoder(p, z), x).sub(kl))
}

const importanceWeighted = (p, noise, x) => {
  const [loc, scale] = encode(p, x.ref)
  const z = loc.ref.add(scale.ref.mul(noise))
  const prior = np.sum(np.square(z.ref).mul(-0.5), -1)
  const logWeight = bernoulli(decode(p, z.ref), x)
    .add(prior)
    .sub(normal(z, loc, scale))
  return np.mean(nn.logmeanexp(logWeight, 0))
}

const adam = { rate: 1e-3, b1: 0.9, b2: 0.999, eps: 1e-8 }

const adamState = (params) => ({
  m: tree.map(np.zerosLike, tree.ref(params)),
  v: tree.map(np.zerosLike, tree.ref(params)),
  t: np.array(0),
})

/** One step down the gradients: (parameters, gradients, state) -> [parameters, state]. */
const adamStep = (params, grads, state) => {
  const t = state.t.add(1)
  const m = tree.map((a, g) => a.mul(adam.b1).add(g.ref.mul(1 - adam.b1)), state.m, grads)
  const v = tree.map((a, g) => a.mul(adam.b2).add(np.square(g).mul(1 - adam.b2)), state.v, grads)
  const mScale = np.subtract(1, np.power(adam.b1, t.ref))
  const vScale = np.subtract(1, np.power(adam.b2, t.ref))
  const move = (p, a, b) =>
    p.sub(
      a.ref
        .div(mScale.ref)
        .mul(adam.rate)
        .div(np.sqrt(b.ref.div(vScale.ref)).add(adam.eps)),
    )
  return [tree.map(move, params, m, v), { m, v, t }]
}

/** (state, batch) -> [state, value]: one Adam step up an objective of (parameters, noise, batch). */
const ascent = (objective, shape) =>
  jit(({ params, opt, key }, x) => {
    const [next, now] = split(key, 2)
    const noise = random.normal(now, shape)
    const loss = (p) => objective(p, noise.ref, x.ref).neg()
    const [value, grads] = valueAndGrad(loss)(tree.ref(params))
    const [moved, after] = adamStep(params, grads, opt)
    return [{ params: moved, opt: after, key: next }, value.neg()]
  })

const split = (key, count) => np.unstack(random.split(key, count))

const runner = (step, start, ring) => {
  let state = start
  let at = 0
  return async (steps) => {
    let total = 0
    for (let i = 0; i < steps; i++) {
      const [next, value] = step(state, ring[at++ % ring.length].ref)
      state = next
      total += (await value.data())[0]
    }
    return total / steps
  }
}

const builder = (name, objective, shape) => (folder) => {
  const params = weights(folder, name)
  const state = { params, opt: adamState(params), key: random.key(0) }
  return runner(ascent(objective, shape), state, batches(folder, 'images'))
}

const chain = (prefix) => (p, x) =>
  dense(p, `${prefix}3`, nn.relu(dense(p, `${prefix}2`, nn.relu(dense(p, `${prefix}1`, x)))))
const generator = chain('g')
const discriminator = chain('d')
const meanLogSigmoid = (logits) => np.mean(nn.logSigmoid(logits))

const twoPlayers = jit(({ g, d, gOpt, dOpt, key }, x) => {
  const [next, forD, forG] = split(key, 3)
  const fake = generator(g, random.normal(forD, [256, 2]))
  const dLoss = (p) =>
    meanLogSigmoid(discriminator(p, x.ref))
      .add(meanLogSigmoid(discriminator(p, fake.ref).neg()))
      .neg()
  const [value, dGrads] = valueAndGrad(dLoss)(tree.ref(d))
  const [dNext, dAfter] = adamStep(d, dGrads, dOpt)
  const z = random.normal(forG, [256, 2])
  const gLoss = (p) => meanLogSigmoid(discriminator(dNext, generator(p, z.ref))).neg()
  const [, gGrads] = valueAndGrad(gLoss)(tree.ref(g))
  const [gNext, gAfter] = adamStep(g, gGrads, gOpt)
  return [{ g: gNext, d: dNext, gOpt: gAfter, dOpt: dAfter, key: next }, value.neg()]
})

const player = (params, prefix) =>
  Object.fromEntries(Object.entries(params).filter(([name]) => name.startsWith(prefix)))

const gan = (folder) => {
  const params = weights(folder, 'gan')
  const [g, d] = [player(params, 'g'), player(params, 'd')]
  const state = { g, d, gOpt: adamState(g), dOpt: adamState(d), key: random.key(0) }
  return runner(twoPlayers, state, batches(folder, 'points'))
}

await init('wasm')
defaultDevice('wasm')
await serve({
  vae: builder('vae', elbo(encode, decode), [128, latents]),
  convvae: builder('convvae', elbo(convEncode, convDecode), [128, latents]),
  iwae: builder('iwae', importanceWeighted, [particles, 128, latents]),
  gan,
})
