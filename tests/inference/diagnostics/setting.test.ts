import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import {
  comparedPoints,
  dataFor,
  drawFakes,
  type Setting,
} from '../../../src/inference/diagnostics/setting.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import { thrown } from './draws.js'

const key = keyFromSeed(1)
const X = g.real(2)
const fake = g.pipe(
  g.Do,
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z }) => g.push(g.mul(2, z))),
)

describe('comparedPoints', () => {
  it('reads the column of the site, or the only one', () => {
    const both = g.dataset(
      { x: X, y: g.real() },
      {
        x: [
          [1, 2],
          [3, 4],
        ],
        y: [5, 6],
      },
    )
    expect([...comparedPoints(both, 'x', 'data', key).data]).toEqual([1, 2, 3, 4])
    expect([...comparedPoints(both, 'y', 'data', key).data]).toEqual([5, 6])
    const one = g.dataset({ picture: X }, { picture: [[1, 2]] })
    expect([...comparedPoints(one, 'x', 'data', key).data]).toEqual([1, 2])
    expect(thrown(() => comparedPoints(both, 'z', 'data', key))[0]?.message).toBe(
      "the data set has no column 'z' that the samples of the site 'z' could be compared with",
    )
  })

  it('takes columns as fit does', () => {
    expect([...comparedPoints({ x: [[1, 2]], c: [0] }, 'x', 'data', key).data]).toEqual([1, 2])
    expect([...comparedPoints({ picture: [[1, 2]] }, 'x', 'data', key).data]).toEqual([1, 2])
    expect(thrown(() => comparedPoints({ a: [[1, 2]], b: [[1, 2]] }, 'x', 'heldOut', key))[0]).toMatchObject({
      message: "'heldOut' has no column 'x' that the samples of the site 'x' could be compared with",
      remedy: 'its columns are a, b: name the site of the generator as the column',
    })
    const columns = { x: [[1, 2]], c: [0] }
    expect(dataFor({ x: X, c: g.category(2) }, columns, 'data')).toBe(columns)
  })

  it('draws the bits of a binarized column', () => {
    const n = 1000
    const greys = Array.from({ length: n }, () => [0.25, 1])
    const data = g.dataset({ x: g.binary(2) }, { x: greys }, { binarize: { x: true } })
    const p = comparedPoints(data, 'x', 'data', key)
    const ones = p.data.filter((b, i) => i % 2 === 0 && b === 1).length
    expect(new Set(p.data)).toEqual(new Set([0, 1]))
    expect(Math.abs(ones / n - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / n))
    expect(p.data.filter((b, i) => i % 2 === 1 && b === 0)).toHaveLength(0)
    expect([...(data.columns.x?.elements.data ?? [])].slice(0, 2)).toEqual([0.25, 1])
  })
})

describe('dataFor', () => {
  it('names samples as the objective does, and passes data sets on', () => {
    expect(dataFor({ u: X }, [[1, 2]], 'data')).toEqual({ u: Float32Array.of(1, 2) })
    expect(dataFor({}, [[1, 2]], 'data')).toBeUndefined()
    const set = g.dataset({ x: X }, { x: [[1, 2]] })
    expect(dataFor({ x: X }, set, 'data')).toBe(set)
  })
})

describe('drawFakes', () => {
  it('draws n fakes in parts that differ, by the seed, and leaves no tensors behind', async () => {
    const setting: Setting = { fake, data: [[0, 0]] }
    const before = tf.memory().numTensors
    const p = await drawFakes(setting, {}, 1100, key)
    expect(tf.memory().numTensors).toBe(before)
    expect(p).toMatchObject({ count: 1100, size: 2 })
    expect(new Set(p.data).size).toBeGreaterThan(2150)
    const variance = p.data.reduce((s, x) => s + x * x, 0) / p.data.length
    expect(Math.abs(variance - 4)).toBeLessThan(5 * 4 * Math.sqrt(2 / 2200))
    expect(await drawFakes(setting, {}, 1100, key)).toEqual(p)
    expect(await drawFakes(setting, {}, 1100, keyFromSeed(2))).not.toEqual(p)
  })
})
