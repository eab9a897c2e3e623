import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { netFeatures } from '../../../src/inference/diagnostics/netFeatures.js'
import { points } from '../../../src/inference/diagnostics/points.js'
import { gaussianDraws } from './draws.js'

const net = g.mlp(g.real(3), [4], g.real(2))
const { net: params } = g.init({ nets: { net } }, 1)

describe('netFeatures', () => {
  it('is the net, datum by datum, across blocks', async () => {
    const x = gaussianDraws(1, 613, 3)
    const features = await netFeatures(net, params)(points(x))
    expect(features).toMatchObject({ count: 613, size: 2 })
    const [w0, b0, w1, b1] = ['0/kernel', '0/bias', '1/kernel', '1/bias'].map(
      (p) => params[p]?.data,
    ) as Float32Array[]
    const layer = (v: readonly number[], w: Float32Array, b: Float32Array) =>
      [...b].map((c, j) => v.reduce((s, a, i) => s + a * (w[i * b.length + j] as number), c))
    x.forEach((row, i) => {
      const h = layer(row, w0 as Float32Array, b0 as Float32Array).map((a) => Math.max(0, a))
      layer(h, w1 as Float32Array, b1 as Float32Array).forEach((y, j) => {
        expect(Math.abs((features.data[2 * i + j] as number) - y)).toBeLessThan(1e-5)
      })
    })
  })

  it('leaves no tensors behind', async () => {
    const before = tf.memory().numTensors
    await netFeatures(net, params)(points(gaussianDraws(1, 600, 3)))
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses data of another space and parameters of another net', async () => {
    await expect(netFeatures(net, params)(points([[1, 2]]))).rejects.toThrow(
      'the net takes Real[3], but a datum has 2 numbers',
    )
    await expect(netFeatures(net, {})(points([[1, 2, 3]]))).rejects.toThrow('0/kernel')
  })
})
