import { describe, expect, it } from 'vitest'
import { readSite } from '../../src/cli/decode.js'
import { linearGaussianFamily } from '../../src/models/linearGaussian.js'

// x | z ~ N(z W + b, σ²) with W = (1 2; 3 4) and b = (10, 20), so every mean is known exactly.
const built = linearGaussianFamily.build({ size: 2, domain: 'Real' }, { latent: 2 })
const array = (shape: readonly number[], ...numbers: readonly number[]) => ({
  shape,
  data: Float32Array.from(numbers),
})
const zeros = (shape: readonly number[]) =>
  array(shape, ...new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0))
const params = {
  decode: { kernel: array([2, 2], 1, 2, 3, 4), bias: array([2], 10, 20) },
  encode: { kernel: array([2, 2], 1, 0, 0, 2), bias: array([2], 5, 6) },
  noise: { value: zeros([]) },
  spread: { value: zeros([2, 2]) },
}
const mean = ([a, b]: readonly [number, number]) => [a + 3 * b + 10, 2 * a + 4 * b + 20]

describe('readSite', () => {
  it('gives the mean of x at given codes', () => {
    const z = [0, 0, 1, -1, 0.5, 2]
    const x = readSite(built.p, 'x', {
      params,
      n: 3,
      seed: 1,
      means: ['x'],
      fixed: { z: Float32Array.from(z) },
    })
    expect([...x]).toEqual([...mean([0, 0]), ...mean([1, -1]), ...mean([0.5, 2])])
  })

  it('gives the mean of z at given data', () => {
    const z = readSite(built.q, 'z', {
      params,
      n: 2,
      seed: 1,
      means: ['z'],
      fixed: { x: Float32Array.of(1, 1, 3, 4) },
    })
    expect([...z]).toEqual([6, 8, 8, 14])
  })

  it('draws what is neither given nor a mean, from the seed', () => {
    const draw = (seed: number, means: readonly string[]) => [
      ...readSite(built.p, 'x', { params, n: 4, seed, means }),
    ]
    expect(draw(1, ['x'])).toEqual(draw(1, ['x']))
    expect(draw(1, ['x'])).not.toEqual(draw(2, ['x']))
    expect(draw(1, ['x'])).not.toEqual(draw(1, []))
    expect(draw(1, ['x'])).toHaveLength(8)
  })
})
