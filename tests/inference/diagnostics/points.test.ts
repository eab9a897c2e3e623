import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import {
  join,
  points,
  pointsOfOneSize,
  type Samples,
  select,
  shuffle,
  subsample,
} from '../../../src/inference/diagnostics/points.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import { thrown } from './draws.js'

describe('points', () => {
  it('reads nested arrays, numbers, named arrays, values, columns and points as the same rows', () => {
    const rows = [
      [1, 2],
      [3, 4],
      [5, 6],
    ]
    const expected = { count: 3, size: 2, data: Float64Array.from([1, 2, 3, 4, 5, 6]) }
    const column = g.dataset({ x: g.real(2) }, { x: rows }).columns.x as Samples
    const sources: Samples[] = [
      rows,
      { shape: [3, 2], data: Float32Array.from([1, 2, 3, 4, 5, 6]) },
      column,
      points(rows),
    ]
    for (const source of sources) expect(points(source)).toMatchObject(expected)
    const value = g.value(g.real(2), rows)
    expect(points(value)).toMatchObject(expected)
    value.tensor.dispose()
    expect(points([1, 2, 3])).toMatchObject({ count: 3, size: 1 })
    expect(
      points([
        [
          [1, 2],
          [3, 4],
        ],
      ]),
    ).toMatchObject({ count: 1, size: 4 })
    expect(points({ shape: [2, 2, 2], data: new Float32Array(8) })).toMatchObject({ count: 2, size: 4 })
  })

  it('leaves no tensors behind', () => {
    const value = g.value(g.real(2), [[1, 2]])
    const before = tf.memory().numTensors
    points(value)
    expect(tf.memory().numTensors).toBe(before)
    value.tensor.dispose()
  })

  it('refuses what is no list of finite numbers, with the place', () => {
    const messages = (x: unknown) => thrown(() => points(x as Samples, 'fake')).map((e) => e.message)
    expect(messages([])).toEqual(["'fake' is empty"])
    expect(messages([[1, 2], [3]])).toEqual(["'fake' has 2 numbers at datum 0 but 1 at datum 1"])
    expect(messages([[1], ['a']])).toEqual(["'fake' has string at datum 1, where a number is needed"])
    expect(
      messages([
        [1, 2],
        [3, Number.NaN],
      ]),
    ).toEqual(["'fake' has the entry NaN at datum 1, entry 1, where a finite number is needed"])
    expect(messages(7)).toEqual(["'fake' must be samples, but number was given"])
    expect(messages({ a: 1 })).toEqual(["'fake' must be samples, but an object with a was given"])
    expect(messages({ shape: [2, 2], data: new Float32Array(3) })).toEqual([
      "'fake' has the shape [2,2], but 3 numbers",
    ])
    const [error] = thrown(() => points([[Number.POSITIVE_INFINITY]], 'fake'))
    expect(error).toMatchObject({ tag: 'data', where: 'fake: datum 0', details: { datum: 0, entry: 0 } })
    expect(error?.remedy).toContain('diverged')
  })

  it('compares samples of one size only, and tells every fault', () => {
    expect(thrown(() => pointsOfOneSize({ real: [[1, 2]], fake: [[1]] })).map((e) => e.message)).toEqual([
      "a datum of 'fake' has 1 numbers, but one of 'real' has 2",
    ])
    expect(thrown(() => pointsOfOneSize({ real: [], fake: [[Number.NaN]] }))).toHaveLength(2)
  })

  it('selects, joins, and draws without replacement', () => {
    const p = points([[0], [1], [2], [3], [4]])
    expect([...select(p, [4, 0]).data]).toEqual([4, 0])
    expect([...join(p, select(p, [2])).data]).toEqual([0, 1, 2, 3, 4, 2])
    expect([...shuffle(p, keyFromSeed(1)).data].sort()).toEqual([0, 1, 2, 3, 4])
    const three = [...subsample(p, 3, keyFromSeed(1)).data]
    expect(new Set(three).size).toBe(3)
    expect(three).toEqual([...three].sort())
    expect(subsample(p, 9, keyFromSeed(1))).toBe(p)
  })
})
