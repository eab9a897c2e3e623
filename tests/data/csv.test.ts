import fc from 'fast-check'
import { either as E } from 'fp-ts'
import Papa from 'papaparse'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type CsvOptions, readCsv } from '../../src/data/csv.js'
import { type Dataset, dataset } from '../../src/dsl/dataset.js'
import type { GiryError } from '../../src/dsl/error.js'
import { binary, category, real } from '../../src/dsl/space.js'

const IRIS = `sepalLength,sepalWidth,species
5.1,3.5,setosa
7.0,3.2,versicolor
6.3,3.3,virginica
4.9,3.0,setosa
`
const columns = { x: ['sepalLength', 'sepalWidth'], y: ['species'] }

const right = <A>(e: E.Either<readonly GiryError[], A>): A => {
  if (E.isLeft(e)) throw new Error(e.left.map((error) => error.message).join('\n'))
  return e.right
}

const messages = (text: string, options: CsvOptions): readonly string[] => {
  const read = readCsv(text, options)
  if (E.isRight(read)) throw new Error('the text was accepted')
  for (const error of read.left) expect(error.remedy).not.toBe('')
  return read.left.map((error) => error.message)
}

describe('readCsv', () => {
  it('reads into a data set, labels in order of first appearance', () => {
    const spaces = { x: real(2), y: category(3) }
    const iris = right(readCsv(IRIS, { columns, spaces }))
    expect(iris.rows).toBe(4)
    expect(iris.labels).toEqual({ species: ['setosa', 'versicolor', 'virginica'] })
    expect(iris.dataset.columns.x?.elements.data).toEqual(Float32Array.of(5.1, 3.5, 7, 3.2, 6.3, 3.3, 4.9, 3))
    expect(iris.dataset.columns.y?.elements.data).toEqual(Float32Array.of(0, 1, 2, 0))
    expectTypeOf(iris.dataset).toExtend<Dataset<typeof spaces>>()
  })

  it('gives columns that go into dataset', () => {
    const { data } = right(readCsv(IRIS, { columns }))
    const spaces = { x: real(2), y: category(3) }
    expect(dataset(spaces, data)).toEqual(right(readCsv(IRIS, { columns, spaces })).dataset)
    const flat = right(readCsv(IRIS, { columns: { x: 'sepalLength' } })).data
    expect(dataset({ x: real() }, flat).size).toBe(4)
    expect(dataset({ x: real(1) }, flat).size).toBe(4)
  })

  it('undoes the writer of papaparse, whatever the names, labels and numbers', () => {
    const text = fc
      .string({ minLength: 1, maxLength: 8 })
      .filter((s) => s.trim() === s && s !== '' && !/[\r\n\ufeff]/.test(s))
    const label = text.map((s) => `l${s}`)
    const row = fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), label)
    fc.assert(
      fc.property(
        fc.uniqueArray(text, { minLength: 2, maxLength: 2 }),
        fc.array(row, { minLength: 1, maxLength: 9 }),
        (names, rows) => {
          const [a = '', b = ''] = names
          const csv = Papa.unparse([names, ...rows.map(([x, l]) => [x, l])])
          const table = right(readCsv(csv, { columns: { x: a, y: b }, delimiter: ',' }))
          expect([...(table.data.x as Float64Array)]).toEqual(rows.map(([x]) => Number(String(x))))
          const labels = table.labels[b] ?? []
          expect([...(table.data.y as Float64Array)].map((i) => labels[i])).toEqual(rows.map(([, l]) => l))
          expect(labels).toEqual([...new Set(rows.map(([, l]) => l))])
        },
      ),
    )
  })

  it('reads quotes, semicolons, a byte order mark, CRLF and blank lines', () => {
    const text = '\ufeff"a, b";c\r\n"1";two\r\n\r\n2;"th""ree"\r\n'
    const table = right(readCsv(text, { columns: { x: 'a, b', y: 'c' } }))
    expect(table).toEqual({
      rows: 2,
      data: { x: Float64Array.of(1, 2), y: Float64Array.of(0, 1) },
      labels: { c: ['two', 'th"ree'] },
    })
  })

  it('takes numbers as labels where it is told to', () => {
    const table = right(readCsv('d\n7\n3\n7\n', { columns: { y: 'd' }, labels: ['d'] }))
    expect(table.data.y).toEqual(Float64Array.of(0, 1, 0))
    expect(table.labels).toEqual({ d: ['7', '3'] })
  })

  it('names every cell that is not a number, by row and column', () => {
    expect(
      messages('a,b\n1,2\nNaN,3\n4,\n5,0x10\n', { columns: { x: ['a', 'b'] }, where: 'my.csv' }),
    ).toEqual([
      "my.csv, row 2, column 'a': 'NaN' is not a number",
      "my.csv, row 3, column 'b': the cell is empty",
      "my.csv, row 4, column 'b': '0x10' is not a number",
    ])
  })

  it('does not take cells for labels where numbers are asked for', () => {
    const text = 'a;s\n5,1;u\n4,9;v\n'
    const options = { columns: { x: 'a', y: 's' }, spaces: { x: real(), y: category(2) } }
    expect(readCsv(text, options)).toMatchObject(
      E.left([
        { message: "the CSV text, row 1, column 'a': '5,1' is not a number" },
        { message: "the CSV text, row 2, column 'a': '4,9' is not a number" },
      ]),
    )
    expect(right(readCsv(text, { ...options, labels: ['a'] })).labels).toEqual({
      a: ['5,1', '4,9'],
      s: ['u', 'v'],
    })
  })

  it('takes any name for a column', () => {
    const table = right(readCsv('__proto__\nsetosa\n', { columns: { x: '__proto__' } }))
    expect(Object.entries(table.labels)).toEqual([['__proto__', ['setosa']]])
  })

  it('refuses a number that is no finite double', () => {
    expect(messages('a\n1\n1e999\n', { columns: { x: 'a' } })).toEqual([
      "the CSV text, row 2, column 'a': '1e999' is not a number",
    ])
  })

  it('names twenty faults and counts the others', () => {
    const all = messages(`a\n0\n${'x\n'.repeat(200_000)}`, { columns: { x: 'a' } })
    expect(all).toHaveLength(21)
    expect(all.at(-1)).toBe('and 199980 more of this kind')
  })

  it.each([
    ['a missing column', IRIS, { x: 'petal' }, "the CSV text has no column 'petal'"],
    ['a column twice', 'a,a\n1,2\n', { x: 'a' }, "the CSV text has two columns 'a'"],
    ['no rows', 'a,b\n', { x: 'a' }, 'the CSV text has no row below its header'],
    ['no text', '', { x: 'a' }, 'the CSV text has no row below its header'],
    ['a short row', 'a,b\n1,2\n3\n', { x: 'a' }, 'the CSV text, row 2 has 1 cells where the header has 2'],
    ['a long row', 'a,b\n1,2,3\n', { x: 'a' }, 'the CSV text, row 1 has 3 cells where the header has 2'],
    ['no names', IRIS, { x: [] }, "column 'x' is made of no column of the CSV text"],
  ])('refuses %s', (_, text, chosen, message) => {
    expect(messages(text, { columns: chosen })).toEqual([message])
  })

  it('refuses an open quote', () => {
    expect(messages('a,b\n1,"2\n3,4\n', { columns: { x: 'a' } })[0]).toContain('Quoted field unterminated')
  })

  it('refuses columns that do not fill an event, and values outside the domain', () => {
    const wrong = readCsv(IRIS, { columns, spaces: { x: real(4), y: category(3) } })
    expect(wrong).toMatchObject(
      E.left([{ message: "column 'x' of Real[4] takes 4 columns of the CSV text, but 2 are named" }]),
    )
    const outside = readCsv(IRIS, { columns, spaces: { x: binary(2), y: category(2) } })
    expect(outside).toMatchObject(
      E.left([{ where: expect.stringContaining('x') }, { where: expect.stringContaining('y') }]),
    )
  })
})
