/**
 * The cells of a CSV text, and a column of them as numbers.
 *
 *   labels      numbered from 0 in order of first appearance
 *   numbers     decimal ones, every cell of the column
 *
 * Rows are counted from 1, without the header and without blank lines.
 * Errors: tag `data`, each with its row and column. The parser is papaparse.
 * Tested in tests/data/csv.test.ts.
 */
import { either as E } from 'fp-ts'
import Papa from 'papaparse'
import { type GiryError, giryError } from '../dsl/error.js'

type Checked<A> = E.Either<readonly GiryError[], A>

/** The cells of a text: a header, and rows of its length; `where` names the text in the sentences. */
export interface Grid {
  readonly where: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A column as numbers, and what they stand for if they are labels. */
export interface NumberColumn {
  readonly numbers: Float64Array
  readonly labels?: readonly string[]
}

/** Splits a text into cells, or says which rows are not well formed. */
export const gridOf = (text: string, where: string, delimiter: string | undefined): Checked<Grid> => {
  const result = Papa.parse<string[]>(text, {
    skipEmptyLines: true,
    ...(delimiter === undefined ? {} : { delimiter }),
  })
  const [header = [], ...rows] = result.data
  const errors = [
    ...result.errors
      .filter((e) => e.type === 'Quotes')
      .map((e) =>
        giryError(
          'data',
          where,
          `${where}, row ${e.row ?? 0}: ${e.message}`,
          'close every quote, and double a quote within quotes',
        ),
      ),
    ...(rows.length === 0
      ? [
          giryError(
            'data',
            where,
            `${where} has no row below its header`,
            'pass a header row and at least one row of data',
          ),
        ]
      : []),
    ...rows.flatMap((row, i) =>
      row.length === header.length
        ? []
        : [
            giryError(
              'data',
              where,
              `${where}, row ${i + 1} has ${row.length} cells where the header has ${header.length}`,
              'give every row one cell per column',
              { row: i + 1 },
            ),
          ],
    ),
  ]
  return errors.length > 0
    ? E.left(errors)
    : E.right({ where, header: header.map((name) => name.trim()), rows })
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** What a column must hold: `either` is labels where no cell is a number, and numbers otherwise. */
export type CellKind = 'labels' | 'numbers' | 'either'

/** The column of a name, as numbers or as numbered labels. */
export const columnOf = (grid: Grid, name: string, kind: CellKind): Checked<NumberColumn> => {
  const at = grid.header.indexOf(name)
  const known = `the columns are ${grid.header.join(', ')}`
  if (at < 0) return E.left([giryError('data', name, `${grid.where} has no column '${name}'`, known)])
  if (grid.header.indexOf(name, at + 1) >= 0)
    return E.left([
      giryError('data', name, `${grid.where} has two columns '${name}'`, `rename one of them; ${known}`),
    ])
  const cells = grid.rows.map((row) => (row[at] as string).trim())
  const labelled = kind === 'labels' || (kind === 'either' && !cells.some((cell) => DECIMAL.test(cell)))
  const bad = cells.flatMap((cell, i) => {
    const place = `row ${i + 1}, column '${name}'`
    if (cell === '')
      return [
        giryError(
          'data',
          place,
          `${grid.where}, ${place}: the cell is empty`,
          'fill it in, or remove the row',
          { row: i + 1, column: name },
        ),
      ]
    return labelled || Number.isFinite(decimal(cell))
      ? []
      : [
          giryError('data', place, `${grid.where}, ${place}: '${cell}' is not a number`, NOT_A_NUMBER, {
            row: i + 1,
            column: name,
          }),
        ]
  })
  if (bad.length > 0) return E.left(bad)
  return E.right(labelled ? labelColumn(cells) : { numbers: Float64Array.from(cells, decimal) })
}

const NOT_A_NUMBER =
  'write a finite decimal number such as -1.5e3, remove the row, or list the column under labels'

const decimal = (cell: string): number => (DECIMAL.test(cell) ? Number(cell) : Number.NaN)

const labelColumn = (cells: readonly string[]): NumberColumn => {
  const labels = [...new Set(cells)]
  const numberOf = new Map(labels.map((label, i) => [label, i]))
  return { labels, numbers: Float64Array.from(cells, (cell) => numberOf.get(cell) as number) }
}
