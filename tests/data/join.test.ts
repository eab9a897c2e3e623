import { describe, expect, expectTypeOf, it } from 'vitest'
import { joinDatasets } from '../../src/data/join.js'
import { type Dataset, dataset } from '../../src/dsl/dataset.js'
import { category, real } from '../../src/dsl/space.js'

const X = real(2)
const Y = category(3)
const x = dataset(
  { x: X },
  {
    x: [
      [1, 2],
      [3, 4],
    ],
  },
)
const y = dataset({ y: Y }, { y: [0, 2] })

describe('joinDatasets', () => {
  it('has the columns of both, and their types', () => {
    const both = joinDatasets(x, y)
    expect(both.size).toBe(2)
    expect(both.columns).toEqual({ ...x.columns, ...y.columns })
    expect(Object.keys(both.spaces)).toEqual(['x', 'y'])
    expectTypeOf(both).toExtend<Dataset<{ readonly x: typeof X; readonly y: typeof Y }>>()
  })

  it('refuses a column twice and unequal sizes, both at once', () => {
    const other = dataset({ x: real() }, { x: [1, 2, 3] })
    expect(() => joinDatasets(x, other)).toThrow(
      "both data sets have a column 'x'\n  → rename one of them\na data set of 2 rows cannot be joined to one of 3",
    )
  })
})
