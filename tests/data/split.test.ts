import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitDataset } from '../../src/data/split.js'
import { type Dataset, dataset } from '../../src/dsl/dataset.js'
import { real } from '../../src/dsl/space.js'

const numbered = (n: number) =>
  dataset(
    { x: real(), y: real(2) },
    { x: Array.from({ length: n }, (_, i) => i), y: Array.from({ length: n }, (_, i) => [i, i + 0.5]) },
  )

const rows = (data: Dataset): number[] => [...(data.columns.x?.elements.data ?? [])]

describe('splitDataset', () => {
  it('puts every row in exactly one part, its columns together', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.maxSafeInteger(),
        (n, f, seed) => {
          const held = Math.round(n * f)
          fc.pre(held > 0 && held < n)
          const { train, heldOut } = splitDataset(numbered(n), { heldOut: f, seed })
          expect([train.size, heldOut.size]).toEqual([n - held, held])
          expect([...rows(train), ...rows(heldOut)].sort((a, b) => a - b)).toEqual(rows(numbered(n)))
          for (const part of [train, heldOut])
            expect([...(part.columns.y?.elements.data ?? [])]).toEqual(
              rows(part).flatMap((i) => [i, i + 0.5]),
            )
        },
      ),
    )
  })

  it('gives one split per seed, and leaves the data as they were', () => {
    const data = numbered(50)
    const before = rows(data)
    const split = (seed: number) => rows(splitDataset(data, { heldOut: 0.3, seed }).heldOut)
    expect(split(1)).toEqual(split(1))
    expect(split(1)).not.toEqual(split(2))
    expect(rows(data)).toEqual(before)
  })

  it.each([0, 1, -0.5, Number.NaN, 0.01])('refuses to hold out a fraction of %d of 10 rows', (heldOut) => {
    expect(() => splitDataset(numbered(10), { heldOut, seed: 1 })).toThrow(
      `a fraction of ${heldOut} of 10 rows cannot be held out: both parts need a row`,
    )
  })

  it('refuses a seed that is no whole number', () => {
    expect(() => splitDataset(numbered(10), { heldOut: 0.5, seed: 0.5 })).toThrow('the seed is 0.5')
  })
})
