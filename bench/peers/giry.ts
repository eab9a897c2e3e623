/**
 * giry as a peer of its own benchmark: `fit` with its compiled runtime, driven by the protocol.
 *
 * The models of README.md in the language, started at the weights of data.ts and trained on its batches. Beside what the
 * other peers do, a step here gathers its minibatch from the data set in a new order in each pass.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as g from '../../src/index.js'
import { iwae } from '../../src/inference/iwae.js'
import { startSteps } from '../measure/stepper.js'
import { objective as convolutional } from '../workloads/convVae.js'
import { gameOf, objectives } from '../workloads/twoPlayers.js'
import type { Target } from '../workloads/workload.js'
import { type Builder, serve } from './serve.js'

interface Entry {
  readonly name: string
  readonly shape: readonly number[]
  readonly file: string
}

const floats = (folder: string, file: string): Float32Array => {
  const bytes = readFileSync(join(folder, file))
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

const entriesOf = (folder: string): ReadonlyMap<string, Entry> =>
  new Map(
    (JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as readonly Entry[]).map((e) => [
      e.name,
      e,
    ]),
  )

const entryOf = (entries: ReadonlyMap<string, Entry>, name: string): Entry => {
  const found = entries.get(name)
  if (found === undefined) throw new Error(`the folder of data has no array '${name}'`)
  return found
}

/** [h, w, in, out] as [h, w, out, in], which a transposed convolution takes here. */
const exchanged = ({ shape, data }: g.NamedArray): g.NamedArray => {
  const [h = 1, w = 1, from = 1, to = 1] = shape
  const out = data.map((_, i) => {
    const block = Math.floor(i / (from * to)) * from * to
    return data[block + (i % from) * to + (Math.floor(i / from) % to)] as number
  })
  return { shape: [h, w, to, from], data: out }
}

/** Which layer of the file each layer of a net is: path before `kernel` and `bias`, then the name in the file. */
type Layers = Readonly<Record<string, Readonly<Record<string, string>>>>

const transposedLayers: readonly string[] = ['up1', 'up2']

const paramsFrom = (folder: string, workload: string, layers: Layers) => {
  const entries = entriesOf(folder)
  const array = (name: string): g.NamedArray => {
    const { shape, file } = entryOf(entries, `${workload}.${name}`)
    return { shape, data: floats(folder, file) }
  }
  const kernel = (name: string): g.NamedArray =>
    transposedLayers.includes(name) ? exchanged(array(`${name}.w`)) : array(`${name}.w`)
  const net = (paths: Readonly<Record<string, string>>): g.NetParams =>
    Object.fromEntries(
      Object.entries(paths).flatMap(([prefix, name]) => [
        [`${prefix}kernel`, kernel(name)],
        [`${prefix}bias`, array(`${name}.b`)],
      ]),
    )
  return Object.fromEntries(Object.entries(layers).map(([name, paths]) => [name, net(paths)]))
}

const X = g.binary(784)
const hidden = g.real(400)
const Z = g.real(20)

const p = () =>
  g.pipe(
    g.Do,
    g.nets({ decode: g.mlp(Z, [400], g.real(784)) }),
    g.bind('z', () => g.standardNormal(20)),
    g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
  )

const q = () =>
  g.pipe(
    g.given({ x: X }),
    g.nets({
      body: g.dense(X, hidden, { activation: 'relu' }),
      loc: g.dense(hidden, Z),
      scale: g.dense(hidden, g.positive(20)),
    }),
    g.letTo('h', ({ x, body }) => body(x)),
    g.bind('z', ({ h, loc, scale }) => g.normal({ loc: loc(h), scale: scale(h) })),
  )

const dense: Layers = {
  body: { '': 'enc' },
  loc: { '': 'loc' },
  scale: { '': 'scale' },
  decode: { '0/': 'dec', '1/': 'logits' },
}
const convolutions: Layers = {
  features: { '0/': 'conv1', '1/': 'conv2' },
  loc: { '': 'loc' },
  scale: { '': 'scale' },
  decode: { '0/': 'dec', '1/': 'up1', '2/': 'up2' },
}
const players: Layers = {
  G: { '0/': 'g1', '1/': 'g2', '2/': 'g3' },
  D: { '0/': 'd1', '1/': 'd2', '2/': 'd3' },
}

const builder =
  (workload: string, target: () => unknown, layers: Layers, column: string, batch: number): Builder =>
  async (folder, threads) => {
    const data = { x: floats(folder, entryOf(entriesOf(folder), column).file) }
    const params = paramsFrom(folder, workload, layers)
    const stepper = await startSteps(target() as Target, {
      data,
      batch,
      threads,
      params,
      runtime: 'onnx-node',
    })
    let first: number | undefined = stepper.first.value
    return async (steps) => {
      if (first === undefined) return (await stepper.run(steps)).value
      const value = first
      first = undefined
      return steps === 1 ? value : (await stepper.run(steps - 1)).value
    }
  }

await serve({
  vae: builder('vae', () => g.elbo(p(), q()), dense, 'images', 128),
  convvae: builder('convvae', convolutional, convolutions, 'images', 128),
  iwae: builder('iwae', () => iwae(p(), q(), { particles: 16 }), dense, 'images', 128),
  gan: builder('gan', () => gameOf(objectives()), players, 'points', 256),
})
