/**
 * The batches and initial weights that every peer starts from, as raw little-endian float32 files with one index.
 *
 *   images   [32, 128, 784]   x_ij ~ Bernoulli(sigmoid(6 sin(i/4 + a) sin(j/3 + b) - 1)),  a, b ~ U(0, 2 pi) per image
 *   points   [32, 256, 2]     (2 cos t, 2 sin t) + N(0, 0.05^2),  t one of 8 equidistant angles
 *   weights  kernels U(-r, r), r = sqrt(6 / (fan in + fan out)), biases 0; dense [in, out], convolutions [h, w, in, out]
 *
 * Two phases for each image, so that a latent code pays; equal weights, so that the first objectives must agree.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Number of batches in the ring that every workload cycles through. */
export const ring = 32

/** mulberry32: uniform numbers in [0, 1) from a 32-bit seed. */
const uniforms = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

const writeImage = (into: Float32Array, at: number, next: () => number): void => {
  const a = 2 * Math.PI * next()
  const b = 2 * Math.PI * next()
  for (let i = 0; i < 28; i++)
    for (let j = 0; j < 28; j++) {
      const probability = sigmoid(6 * Math.sin(i / 4 + a) * Math.sin(j / 3 + b) - 1)
      into[at + 28 * i + j] = next() < probability ? 1 : 0
    }
}

const images = (): Float32Array => {
  const next = uniforms(1)
  const out = new Float32Array(ring * 128 * 784)
  for (let at = 0; at < out.length; at += 784) writeImage(out, at, next)
  return out
}

const points = (): Float32Array => {
  const next = uniforms(2)
  const out = new Float32Array(ring * 256 * 2)
  for (let at = 0; at < out.length; at += 2) {
    const angle = (2 * Math.PI * Math.floor(8 * next())) / 8
    const radius = 0.05 * Math.sqrt(-2 * Math.log(1 - next()))
    const turn = 2 * Math.PI * next()
    out[at] = 2 * Math.cos(angle) + radius * Math.cos(turn)
    out[at + 1] = 2 * Math.sin(angle) + radius * Math.sin(turn)
  }
  return out
}

type Shape = readonly number[]

const layer = (name: string, kernel: Shape): [string, Shape][] => [
  [`${name}.w`, kernel],
  [`${name}.b`, [kernel.at(-1) ?? 1]],
]

const denseVae = [
  ...layer('enc', [784, 400]),
  ...layer('loc', [400, 20]),
  ...layer('scale', [400, 20]),
  ...layer('dec', [20, 400]),
  ...layer('logits', [400, 784]),
]

/** The parameters of each workload in the order of its file. */
const parameters = {
  vae: denseVae,
  iwae: denseVae,
  convvae: [
    ...layer('conv1', [3, 3, 1, 32]),
    ...layer('conv2', [3, 3, 32, 64]),
    ...layer('loc', [3136, 20]),
    ...layer('scale', [3136, 20]),
    ...layer('dec', [20, 3136]),
    ...layer('up1', [3, 3, 64, 32]),
    ...layer('up2', [3, 3, 32, 1]),
  ],
  gan: [
    ...layer('g1', [2, 128]),
    ...layer('g2', [128, 128]),
    ...layer('g3', [128, 2]),
    ...layer('d1', [2, 128]),
    ...layer('d2', [128, 128]),
    ...layer('d3', [128, 1]),
  ],
}

const size = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

const initial = (shape: Shape, next: () => number): Float32Array => {
  const out = new Float32Array(size(shape))
  if (shape.length === 1) return out
  const field = size(shape.slice(0, -2))
  const r = Math.sqrt(6 / (field * ((shape.at(-2) ?? 0) + (shape.at(-1) ?? 0))))
  return out.map(() => r * (2 * next() - 1))
}

interface Entry {
  readonly name: string
  readonly shape: Shape
  readonly file: string
}

const write = (folder: string, name: string, shape: Shape, values: Float32Array): Entry => {
  const file = `${name}.f32`
  writeFileSync(join(folder, file), values)
  return { name, shape, file }
}

const writeWeights = (folder: string): Entry[] =>
  Object.entries(parameters).flatMap(([workload, list]) => {
    const next = uniforms(3)
    return list.map(([name, shape]) => write(folder, `${workload}.${name}`, shape, initial(shape, next)))
  })

/** Writes all arrays and `index.json` (a list of { name, shape, file }) into the folder. */
export const writeData = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  const entries = [
    write(folder, 'images', [ring, 128, 784], images()),
    write(folder, 'points', [ring, 256, 2], points()),
    ...writeWeights(folder),
  ]
  writeFileSync(join(folder, 'index.json'), JSON.stringify(entries))
}
