/**
 * Data with nothing to download: pseudo-random images that have a latent code, and points on a ring.
 *
 *   images   x_ij ~ Bernoulli(sigmoid(6 sin(i/4 + a) sin(j/3 + b) − 1)),  a, b ~ U(0, 2π) for each image
 *   points   2 (cos t, sin t) + N(0, 0.05² I),  t one of 8 equidistant angles
 */
import { fold, keyFromSeed, normals, uniforms } from '../../src/runtime/keys.js'

const side = 28
const key = keyFromSeed(1)

const writeImage = (image: Float32Array, a: number, b: number, u: Float32Array): void => {
  for (let i = 0; i < image.length; i++) {
    const wave = Math.sin(Math.floor(i / side) / 4 + a) * Math.sin((i % side) / 3 + b)
    image[i] = (u[i] as number) < 1 / (1 + Math.exp(1 - 6 * wave)) ? 1 : 0
  }
}

/** Binary images of 28 × 28, one after the other. */
export const images = (count: number): Float32Array => {
  const size = side * side
  const phases = uniforms(fold(key, 'phases'), 2 * count).map((x) => 2 * Math.PI * x)
  const bits = uniforms(fold(key, 'bits'), count * size)
  const out = new Float32Array(count * size)
  for (let k = 0; k < count; k++) {
    const part = [k * size, (k + 1) * size] as const
    const [a = 0, b = 0] = phases.subarray(2 * k)
    writeImage(out.subarray(...part), a, b, bits.subarray(...part))
  }
  return out
}

/** Points in the plane, one after the other. */
export const points = (count: number): Float32Array => {
  const turns = uniforms(fold(key, 'turns'), count)
  const noise = normals(fold(key, 'points'), 2 * count)
  return noise.map((e, i) => {
    const angle = (2 * Math.PI * Math.floor(8 * (turns[i >> 1] as number))) / 8
    return 2 * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) + 0.05 * e
  })
}
