/**
 * CSV with a header row: columns chosen by name, as columns of a data set.
 *
 *   readCsv(text, {
 *     spaces: { x: real(2), y: category(3) },
 *     columns: { x: ['length', 'width'], y: ['species'] },
 *   })                                     -> { dataset, data, labels: { species: ['setosa', …] }, rows }
 *
 * A column of the file in which no cell is a number holds labels: they are numbered from 0 in order of first
 * appearance, and reported. With `spaces` this holds for categories only: 5,1 with a decimal comma is a fault of a Real
 * column, not a label. `labels` lists columns that hold labels in any case. In every other column each cell must be a
 * decimal number. Without `spaces`, `data` goes into `dataset(spaces, data)`.
 * Rows are counted from 1, without the header and without blank lines.
 * Errors: tag `data`, all of them up to 20, each with its row and column. Source: RFC 4180; the parser is papaparse.
 * Tested in tests/data/csv.test.ts.
 */
import { either as E, function as F } from 'fp-ts'
import { type Dataset, decodeDataset } from '../dsl/dataset.js'
import type { AnyDomain } from '../dsl/domains/marks.js'
import { type GiryError, giryError } from '../dsl/error.js'
import type { DataSpec } from '../dsl/objective.js'
import { sizeOf } from '../dsl/shape.js'
import type { Plain } from '../dsl/space.js'
import { showSpaceOf } from '../dsl/value.js'
import { type CellKind, columnOf, type Grid, gridOf, type NumberColumn } from './cells.js'

/** Which columns of the file make a column of the data set: one scalar, or the entries of a vector. */
export type CsvSource = string | readonly string[]

/** How to read a CSV text. */
export interface CsvOptions<K extends string = string> {
  /** For each column of the data set, the names in the header row. */
  readonly columns: { readonly [P in K]: CsvSource }
  /** Columns of the file whose cells are labels, even where they look like numbers or their space is no category. */
  readonly labels?: readonly string[]
  /** What separates the cells; found out by default. */
  readonly delimiter?: string
  /** The name of the text in the sentences. */
  readonly where?: string
}

/** How to read a CSV text into a data set of these spaces. */
export interface CsvSpaceOptions<D> extends CsvOptions<keyof D & string> {
  /** The spaces of the data set. */
  readonly spaces: D
}

/** The columns of a CSV text. */
export interface CsvTable<K extends string = string> {
  readonly rows: number
  /** The columns, as `dataset` takes them. */
  readonly data: { readonly [P in K]: Plain }
  /** For each column of labels in the file, by its header: label i has number i. */
  readonly labels: Readonly<Record<string, readonly string[]>>
}

/** The columns of a CSV text, checked against their spaces. */
export interface CsvDataset<D> extends CsvTable<keyof D & string> {
  readonly dataset: Dataset<D>
}

type Spaces = Readonly<Record<string, DataSpec>>
type Options = CsvOptions & { readonly spaces?: Spaces }
type Checked<A> = E.Either<readonly GiryError[], A>

const MOST_ERRORS = 20

/** Reads the chosen columns of a CSV text; with `spaces`, into a data set. */
export function readCsv<const D extends Spaces>(
  text: string,
  options: CsvSpaceOptions<D>,
): Checked<CsvDataset<D>>
export function readCsv<const K extends string>(text: string, options: CsvOptions<K>): Checked<CsvTable<K>>
export function readCsv(
  text: string,
  options: Options,
): Checked<CsvTable & { readonly dataset?: Dataset<Spaces> }> {
  const { spaces } = options
  return F.pipe(
    gridOf(text, options.where ?? 'the CSV text', options.delimiter),
    E.flatMap((grid) => tableOf(grid, options)),
    E.flatMap(
      (table): Checked<CsvTable & { readonly dataset?: Dataset<Spaces> }> =>
        spaces === undefined
          ? E.right(table)
          : F.pipe(
              requireWidths(spaces, options),
              E.flatMap(() => decodeDataset(spaces, table.data)),
              E.map((dataset) => ({ ...table, dataset })),
            ),
    ),
    E.mapLeft(capped),
  )
}

const capped = (errors: readonly GiryError[]): readonly GiryError[] => {
  const first = errors[0]
  if (first === undefined || errors.length <= MOST_ERRORS) return errors
  const more = errors.length - MOST_ERRORS
  return [
    ...errors.slice(0, MOST_ERRORS),
    giryError(
      'data',
      first.where,
      `and ${more} more of this kind`,
      'mend the first ones, then read it again',
    ),
  ]
}

const namesIn = (source: CsvSource): readonly string[] => (typeof source === 'string' ? [source] : source)

const isCategory = ({ marks }: AnyDomain): boolean =>
  typeof marks === 'object' && marks !== null && 'Category' in marks

/** What the cells of a column of the file must be. */
const kindOf = (name: string, { columns, labels = [], spaces = {} }: Options): CellKind => {
  if (labels.includes(name)) return 'labels'
  const numeric = Object.entries(spaces).some(
    ([key, { domain }]) => namesIn(columns[key] ?? []).includes(name) && !isCategory(domain),
  )
  return numeric ? 'numbers' : 'either'
}

const tableOf = (grid: Grid, options: Options): Checked<CsvTable> => {
  const { columns, labels = [] } = options
  const sources = Object.entries(columns)
  const names = [...new Set([...sources.flatMap(([, source]) => namesIn(source)), ...labels])]
  const errors: GiryError[] = sources
    .filter(([, source]) => namesIn(source).length === 0)
    .map(([name]) =>
      giryError(
        'option',
        name,
        `column '${name}' is made of no column of ${grid.where}`,
        'name at least one',
      ),
    )
  const read = new Map<string, NumberColumn>()
  for (const name of names) {
    const column = columnOf(grid, name, kindOf(name, options))
    if (E.isLeft(column)) for (const error of column.left) errors.push(error)
    else read.set(name, column.right)
  }
  if (errors.length > 0) return E.left(errors)
  return E.right({
    rows: grid.rows.length,
    data: Object.fromEntries(
      sources.map(([name, source]) => [
        name,
        joined(namesIn(source).map((n) => read.get(n) as NumberColumn)),
      ]),
    ),
    labels: Object.fromEntries(
      [...read].flatMap(([name, column]) => (column.labels === undefined ? [] : [[name, column.labels]])),
    ),
  })
}

/** One column stays flat, for spaces of shape [] and [1] alike; several become vectors, so that their number is checked. */
const joined = (columns: readonly NumberColumn[]): Plain => {
  const first = columns[0]?.numbers ?? new Float64Array(0)
  return columns.length === 1
    ? first
    : Array.from(first, (_, row) => columns.map((c) => c.numbers[row] as number))
}

/** A space takes as many columns of the file as an event has entries. */
const requireWidths = (spaces: Spaces, { columns, where = 'the CSV text' }: CsvOptions): Checked<void> => {
  const errors = Object.entries(spaces).flatMap(([name, space]) => {
    const source = columns[name]
    const width = source === undefined ? 0 : namesIn(source).length
    return source === undefined || width === sizeOf(space.shape)
      ? []
      : [
          giryError(
            'data',
            name,
            `column '${name}' of ${showSpaceOf(space)} takes ${sizeOf(space.shape)} columns of ${where}, but ${width} are named`,
            'name one column per entry',
          ),
        ]
  })
  return errors.length > 0 ? E.left(errors) : E.right(undefined)
}
