/**
 * The continuous variable behind coins and labels. Oracle: drawing x first and then z given x is drawing z, by comparing
 * E[h(z) 1[x = k]] for several h within 5 standard errors; H(z given x) = x for every single draw; the soft values near τ = 0.
 */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyDistribution, Relaxation } from '../../../src/dsl/distribution.js'
import { uniformNoise } from '../../../src/dsl/distributions/draw.js'
import { makeValue, toTypedArray } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'

const n = 20_000
const axes = [{ name: 'draw', size: n }]
const cases: readonly (readonly [string, AnyDistribution])[] = [
  ['coins', g.bernoulli({ logits: g.value(g.real(3), [0.5, -2, 4]) })],
  ['coins by probability', g.bernoulli({ probs: g.value(g.unit(2), [0.3, 0.9]) })],
  ['a label', g.oneHotCategorical({ logits: g.value(g.real(3), [0.5, -1, 2]) })],
  ['a label by probability', g.oneHotCategorical({ probs: g.value(g.simplex(3), [0.2, 0.7, 0.1]) })],
]

/** Mean and standard error of each entry of h(z) x. */
const products = (z: Float32Array, x: Float32Array, k: number, h: (t: number) => number) =>
  Array.from({ length: k }, (_, j) => {
    const values = Array.from({ length: n }, (_, i) => h(z[i * k + j] as number) * (x[i * k + j] as number))
    const mean = values.reduce((s, v) => s + v, 0) / n
    return { mean, error: Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / n / n) }
  })

describe.each(cases)('%s', (_, d) => {
  const r = d.relaxation as Relaxation
  const k = d.space.shape[0] as number
  const u = (name: string) => uniformNoise(noiseFromSeed(1).child(name), axes, d.space.shape)

  it('z given H(z) has the law of z', () => {
    tf.tidy(() => {
      const z = r.free(r.location(), u('u'))
      const x = r.harden(z)
      const again = r.conditional(r.location(), x, u('v'))
      expect(toTypedArray(r.harden(again))).toEqual(toTypedArray(x))
      const [zs, xs, others] = [toTypedArray(z), toTypedArray(x), toTypedArray(again)]
      for (const h of [(t: number) => t, Math.tanh, (t: number) => (t > 1 ? 1 : 0), (t: number) => t * t])
        for (const weight of [xs, xs.map((v) => 1 - v)]) {
          const [a, b] = [products(zs, weight, k, h), products(others, weight, k, h)]
          a.forEach((p, j) => {
            const q = b[j] as typeof p
            expect(Math.abs(p.mean - q.mean)).toBeLessThan(5 * Math.hypot(p.error, q.error) + 1e-6)
          })
        }
    })
  })

  it('H(z) has the law of the distribution, and the soft value goes to it', () => {
    tf.tidy(() => {
      const z = r.free(r.location(), u('u'))
      const x = toTypedArray(r.harden(z))
      const mean = toTypedArray((d as unknown as { mean(): g.AnyValue }).mean())
      products(new Float32Array(n * k).fill(1), x, k, (t) => t).forEach((p, j) => {
        expect(Math.abs(p.mean - (mean[j] as number))).toBeLessThan(5 * p.error + 1e-6)
      })
      const soft = toTypedArray(r.soften(z, makeValue(tf.scalar(1e-3), [], g.real().domain) as never))
      const off = soft.reduce((s, v, i) => s + Math.abs(v - (x[i] as number)), 0) / (n * k)
      expect(off).toBeLessThan(2e-3)
    })
  })

  it('its log density is that of the distribution on the support', () => {
    tf.tidy(() => {
      const x = r.harden(r.free(r.location(), u('u')))
      const own = toTypedArray((d as never as { logProb(x: g.AnyValue): g.AnyValue }).logProb(x))
      toTypedArray(r.logProb(r.location(), x)).forEach((v, i) => {
        expect(Math.abs(v - (own[i] as number))).toBeLessThan(1e-5)
      })
    })
  })
})

it('probabilities 0 and 1 leave everything finite', () => {
  tf.tidy(() => {
    for (const d of [
      g.bernoulli({ probs: g.value(g.unit(2), [0, 1]) }),
      g.oneHotCategorical({ probs: g.value(g.simplex(3), [0, 1, 0]) }),
      g.bernoulli({ logits: g.value(g.real(2), [100, -100]) }),
    ] as readonly AnyDistribution[]) {
      const r = d.relaxation as Relaxation
      const u = uniformNoise(noiseFromSeed(2), [{ name: 'draw', size: 100 }], d.space.shape)
      const z = r.free(r.location(), u)
      const x = r.harden(z)
      for (const v of [z, r.conditional(r.location(), x, u), r.logProb(r.location(), x)])
        expect(toTypedArray(v).every(Number.isFinite)).toBe(true)
    }
  })
})
