import type * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Noise } from '../../src/dsl/noise.js'
import { fold, keyFromSeed, normals, uniforms } from '../../src/runtime/keys.js'
import { noiseFromSeed, noiseOf } from '../../src/runtime/noise.js'

const read = (t: tf.Tensor): number[] => {
  const numbers = [...t.dataSync()]
  t.dispose()
  return numbers
}
const normal = (n: Noise, size = 4): number[] => read(n.normal([size]))
const name = fc.string({ maxLength: 8 })

/** The correlation of two samples of n independent standard normals is 0 ± 1 / √n. */
const correlation = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] as number), 0) / a.length

describe('noiseOf', () => {
  it('has the shape that is asked for, in float32', () => {
    const noise = noiseFromSeed(1)
    for (const draw of [noise.normal, noise.uniform])
      for (const shape of [[], [3], [2, 0], [2, 3, 4]]) {
        const t = draw(shape)
        expect(t.shape).toEqual(shape)
        expect(t.dtype).toBe('float32')
        t.dispose()
      }
  })

  it('depends on the seed, the names and the number of the draw only', () => {
    fc.assert(
      fc.property(fc.nat(), name, name, (seed, a, b) => {
        const at = () => noiseFromSeed(seed).child(a).child(b)
        expect(normal(at())).toEqual(normal(at()))
        const [one, two] = [at(), at()]
        noiseFromSeed(seed).child('other')
        expect([normal(one), normal(one)]).toEqual([normal(two), normal(two)])
      }),
    )
  })

  it('draws what its keys say', () => {
    const key = fold(keyFromSeed(3), 'z')
    const noise = noiseFromSeed(3).child('z')
    expect(normal(noise)).toEqual([...normals(fold(key, 0), 4)])
    expect(read(noise.uniform([5]))).toEqual([...uniforms(fold(key, 1), 5)])
    expect(normal(noiseOf(key))).toEqual([...normals(fold(key, 0), 4)])
  })

  it('gives repeated draws that differ and do not correlate', () => {
    const noise = noiseFromSeed(1)
    const n = 10_000
    const [a, b] = [normal(noise, n), normal(noise, n)]
    expect(a).not.toEqual(b)
    expect(Math.abs(correlation(a, b))).toBeLessThan(4 / Math.sqrt(n))
  })

  it('gives streams of different names that differ', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(a !== b)
        const noise = noiseFromSeed(1)
        expect(normal(noise.child(a))).not.toEqual(normal(noise.child(b)))
      }),
    )
  })

  it('gives streams of different names that do not correlate, with each other or with the parent', () => {
    const n = 10_000
    const noise = noiseFromSeed(1)
    const streams = [
      noise,
      noise.child('z'),
      noise.child('x'),
      noise.child('z').child('x'),
      noise.child('zx'),
    ]
    const draws = streams.map((s) => normal(s, n))
    draws.forEach((a, i) => {
      for (const b of draws.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(4.5 / Math.sqrt(n))
    })
  })

  it('does not advance a child when its parent draws, nor the other way round', () => {
    const [quiet, busy] = [noiseFromSeed(1), noiseFromSeed(1)]
    normal(busy)
    normal(busy.child('x'))
    expect(normal(busy.child('z'))).toEqual(normal(quiet.child('z')))
    normal(quiet)
    expect(normal(busy)).toEqual(normal(quiet))
  })

  it('draws normals of mean 0 and variance 1, and uniforms of mean ½ and variance 1/12 strictly inside (0, 1)', () => {
    const n = 40_000
    const noise = noiseFromSeed(2)
    const moments = (x: readonly number[]) => {
      const mean = x.reduce((a, b) => a + b, 0) / n
      return [mean, x.reduce((a, b) => a + (b - mean) ** 2, 0) / n] as const
    }
    const [m, v] = moments(normal(noise, n))
    expect(Math.abs(m)).toBeLessThan(4 / Math.sqrt(n))
    expect(Math.abs(v - 1)).toBeLessThan(4 * Math.sqrt(2 / n))
    const u = read(noise.uniform([n]))
    expect(u.every((x) => x > 0 && x < 1)).toBe(true)
    const [um, uv] = moments(u)
    expect(Math.abs(um - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n))
    expect(Math.abs(uv - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n))
  })
})
