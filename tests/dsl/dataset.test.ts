import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { batchOf, dataset, decodeDataset, rowsOf, sliceDataset } from '../../src/dsl/dataset.js'
import * as S from '../../src/dsl/space.js'
import { toArray } from '../../src/dsl/value.js'

const faults = (result: ReturnType<typeof decodeDataset>) =>
  E.isLeft(result) ? result.left.map((e) => [e.tag, e.message]) : 'no fault'
const never = () => {
  throw new Error('no noise is needed')
}

describe('a data set', () => {
  const spaces = { x: S.real(2), y: S.category(3) }
  const data = {
    x: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    y: Uint8Array.from([0, 1, 2]),
  }

  it('holds columns of equal length', () => {
    const d = dataset(spaces, data)
    expect([d.tag, d.size, d.spaces, Object.keys(d.columns)]).toEqual(['dataset', 3, spaces, ['x', 'y']])
    expect([...(d.columns.x?.elements.data ?? [])]).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('gives batches as values with the axis datum, whose origin is the column', () => {
    const batch = batchOf(dataset(spaces, data), [2, 0, 2], never)
    expect(batch.x?.axes).toEqual([{ name: 'datum', size: 3 }])
    expect(batch.x && toArray(batch.x)).toEqual([
      [5, 6],
      [1, 2],
      [5, 6],
    ])
    expect(batch.y && toArray(batch.y)).toEqual([2, 0, 2])
    expect([batch.y?.domain.name, [...(batch.y?.origins ?? [])]]).toEqual(['Category(3)', ['y']])
  })

  it('puts plates after the datum', () => {
    const plates = [{ name: 'word', size: 2 }]
    const d = dataset({ w: { ...S.real(3), plates } }, { w: new Float32Array(4 * 6).map((_, i) => i) })
    const { w } = batchOf(d, [1], never)
    expect([d.size, w?.axes, w?.shape]).toEqual([4, [{ name: 'datum', size: 1 }, ...plates], [3]])
    expect(w && toArray(w)).toEqual([
      [
        [6, 7, 8],
        [9, 10, 11],
      ],
    ])
  })

  it('is cut without a copy', () => {
    const d = dataset(spaces, data)
    const tail = sliceDataset(d, 1)
    expect([tail.size, [...(tail.columns.x?.elements.data ?? [])], tail.columns.y?.elements.count]).toEqual([
      2,
      [3, 4, 5, 6],
      2,
    ])
    expect(tail.columns.x?.elements.data.buffer).toBe(d.columns.x?.elements.data.buffer)
    expect(sliceDataset(d, 0, 99).size).toBe(3)
    expect(sliceDataset(tail, 1, 2).columns.x?.elements.data).toEqual(new Float32Array([5, 6]))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 3 }), (begin, n) => {
        const end = Math.min(begin + n, 3)
        const cut = batchOf(sliceDataset(d, begin, end), [0], never)
        expect(cut.x && toArray(cut.x)).toEqual([data.x[begin]])
      }),
    )
    for (const [begin, end] of [
      [2, 1],
      [-1, 2],
      [3, 4],
      [0.5, 2],
    ] as const)
      expect(() => sliceDataset(d, begin, end)).toThrow(
        `rows ${begin} … ${end} were asked of a data set of 3`,
      )
  })

  it('is refused with every fault at once', () => {
    const result = decodeDataset(
      { a: S.real(2), b: S.binary(), c: S.real(), d: S.real() },
      { a: [[1, 2], [3]], b: [0, 0.5], d: [], e: [1] },
    )
    expect(faults(result)).toEqual([
      ['data', "column 'a', entry [1] has 1 entries where the first has 2"],
      ['data', "column 'b', datum 1: 0.5 is neither 0 nor 1 (Binary)"],
      ['data', "the column 'c' is missing"],
      ['data', "the column 'd' is empty"],
      ['data', "the data has a column 'e' that is not asked for"],
    ])
    expect(E.isLeft(result) && result.left[1]?.where).toBe('b: Binary, datum 1')
    expect(E.isLeft(result) && result.left[4]?.remedy).toBe('the columns are a, b, c, d')
  })

  it('is refused when its columns differ in length', () => {
    expect(
      faults(decodeDataset({ x: S.real(), y: S.real(), z: S.real() }, { x: [1, 2], y: [1], z: [1, 2, 3] })),
    ).toEqual([
      ['data', "column 'y' has 1 data where column 'x' has 2"],
      ['data', "column 'z' has 3 data where column 'x' has 2"],
    ])
  })

  it('takes one event as a data set of one', () => {
    expect(dataset({ x: S.real(2) }, { x: [1, 2] }).size).toBe(1)
  })

  it('throws what decodeDataset returns', () => {
    expect(() => dataset({ x: S.real() }, { x: [Number.NaN] })).toThrow(
      "column 'x', datum 0: NaN is not a finite number (Real)\n  → remove or impute it",
    )
  })
})

describe('dynamic binarization', () => {
  const greys = [0, 0.25, 0.5, 1]
  const d = dataset({ x: S.binary(4) }, { x: [greys, greys] }, { binarize: { x: true } })

  it('keeps the grey values, and draws a bit below each uniform', () => {
    expect([...(d.columns.x?.elements.data ?? [])]).toEqual([...greys, ...greys])
    const column = d.columns.x
    if (column === undefined) throw new Error('no column')
    const uniforms = Float32Array.from([0.01, 0.2, 0.6, 0.99, 0.01, 0.3, 0.4, 0.99])
    const drawBits = (probs: Float32Array) =>
      probs.set(probs.map((p, i) => ((uniforms[i] as number) < p ? 1 : 0)))
    expect([...rowsOf(column, [0, 1], drawBits)]).toEqual([0, 1, 0, 1, 0, 0, 1, 1])
  })

  it('asks for noise by column, one number per pixel, anew for each batch', () => {
    const asked: [string, number][] = []
    const draw = (name: string, probs: Float32Array) => {
      asked.push([name, probs.length])
      probs.set(probs.map((p) => (0.4 < p ? 1 : 0)))
    }
    const { x } = batchOf(d, [1, 0, 1], draw)
    expect(asked).toEqual([['x', 12]])
    expect([x?.domain.name, x && toArray(x)]).toEqual(['Binary', Array(3).fill([0, 0, 1, 1])])
  })

  it('asks for probabilities', () => {
    expect(() => dataset({ x: S.binary() }, { x: [2] }, { binarize: { x: true } })).toThrow(
      "column 'x', datum 0: 2 lies outside [0, 1] (Unit)\n  → divide grey values 0 … 255 by 255",
    )
  })
})
