import { either as E } from 'fp-ts'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { datasetFor, isDataset } from '../../src/inference/trainingData.js'

const spaces = { x: g.binary(2), y: g.real() }
const x = [
  [0, 1],
  [1, 1],
]
const y = [0.5, -2]
const faults = (data: unknown) => {
  const result = datasetFor(spaces, data)
  return E.isLeft(result) ? result.left : []
}
const sentences = (data: unknown) => faults(data).map((e) => e.message)
const right = (data: unknown) => {
  const result = datasetFor(spaces, data)
  return E.isRight(result) ? result.right : undefined
}

describe('datasetFor', () => {
  it('takes one array per column', () => {
    const set = right({ x, y })
    expect(set?.size).toBe(2)
    expect([...(set?.columns.x?.elements.data ?? [])]).toEqual([0, 1, 1, 1])
    expect([...(set?.columns.y?.elements.data ?? [])]).toEqual([0.5, -2])
  })

  it('takes a data set, and drops the columns that are not asked for', () => {
    const set = g.dataset({ ...spaces, label: g.category(3) }, { x, y, label: [0, 2] })
    expect(Object.keys(right(set)?.columns ?? {})).toEqual(['x', 'y'])
    expect(isDataset(set)).toBe(true)
    expect([{ x }, null, 3, undefined, []].some(isDataset)).toBe(false)
  })

  it('takes a data set of a narrower domain', () => {
    const set = g.dataset({ x: g.binary(2), y: g.positive() }, { x, y: [1, 2] })
    expect(right(set)?.size).toBe(2)
  })

  it('needs nothing where the objective needs nothing', () => {
    expect(datasetFor({}, undefined)).toEqual(E.right(undefined))
    expect(datasetFor({}, { x })).toEqual(E.right(undefined))
  })

  it('says what is missing', () => {
    expect(sentences(undefined)).toEqual(['the objective needs data for x, y, but undefined was given'])
    expect(sentences(null)).toEqual(['the objective needs data for x, y, but null was given'])
    expect(sentences(3)).toEqual(['the objective needs data for x, y, but number was given'])
    expect(sentences({ x })).toEqual(["the column 'y' is missing"])
    expect(sentences(g.dataset({ x: g.binary(2) }, { x }))).toEqual(["the column 'y' is missing"])
    expect(faults(g.dataset({ x: g.binary(2) }, { x }))[0]?.remedy).toBe('the data set has x')
  })

  it('says which spaces differ, every column at once', () => {
    const set = g.dataset(
      { x: g.real(2), y: g.real(3) },
      {
        x,
        y: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
    )
    expect(sentences(set)).toEqual([
      "column 'x': the objective takes Binary[2] but the data set has Real[2]",
      "column 'y': the objective takes Real but the data set has Real[3]",
    ])
    expect(faults(set).map((e) => e.tag)).toEqual(['data', 'data'])
  })

  it('names the remedy for grey pixels', () => {
    const grey = g.dataset(
      { x: g.unit(2), y: g.real() },
      {
        x: [
          [0.5, 1],
          [0, 0],
        ],
        y,
      },
    )
    expect(faults(grey)).toMatchObject([
      {
        message: "column 'x': the objective takes Binary[2] but the data set has Unit[2]",
        remedy: 'binarize the data set with { binarize: true }',
      },
    ])
  })

  it('reports every wrong column of plain data', () => {
    expect(
      sentences({
        x: [
          [0, 2],
          [1, 1],
        ],
        y: [1, Number.NaN],
        w: [1, 2],
      }),
    ).toEqual([
      "column 'x', datum 0, entry [1]: 2 is neither 0 nor 1 (Binary[2])",
      "column 'y', datum 1: NaN is not a finite number (Real)",
      "the data has a column 'w' that is not asked for",
    ])
    expect(sentences({ x, y: [1] })).toEqual(["column 'y' has 1 data where column 'x' has 2"])
    expect(sentences({ x: [], y: [] })).toEqual(["the column 'x' is empty", "the column 'y' is empty"])
  })

  it('refuses an empty data set', () => {
    const set = g.dataset(spaces, { x, y })
    expect(sentences({ ...set, size: 0 })).toEqual(['the data set is empty'])
  })
})
