/**
 * Dataset<D>: columns of equal length, each checked against its space once, when it is built.
 *
 *   dataset({ x: binary(784) }, { x: pixels })                          values must be 0 or 1
 *   dataset({ x: binary(784) }, { x: greys }, { binarize: { x: true } })   x_i ~ Bernoulli(grey_i), anew for each batch
 *
 * Dynamic binarization (Salakhutdinov and Murray, 2008) keeps the grey values in [0, 1] and draws the binary ones from
 * explicit noise when a batch is taken. Errors: tag `data`, every column's first fault, all at once.
 * Tested in tests/dsl/dataset.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import type { AnyEventSpace } from './distribution.js'
import { unit } from './domain.js'
import { fail, type GiryError, GiryException, giryError } from './error.js'
import type { DataSpec } from './objective.js'
import { sizeOf } from './shape.js'
import { decodeElements, type Elements, type Plain } from './space.js'
import { type AnyValue, type Axis, makeValue, showSpaceOf } from './value.js'

/** One column of a data set. */
export interface Column {
  readonly space: AnyEventSpace & { readonly plates?: readonly Axis[] }
  readonly elements: Elements
  /** Whether the stored numbers are probabilities from which a batch draws bits. */
  readonly binarize: boolean
}

/** Columns of equal length. */
export interface Dataset<out D = unknown> {
  readonly tag: 'dataset'
  readonly spaces: D
  readonly size: number
  readonly columns: Readonly<Record<string, Column>>
}

/** Data of the spaces D: a data set, or one array per column. */
export type DataOf<D> = { readonly [K in keyof D]: Plain }

/** Options of a data set. */
export interface DatasetOptions<D> {
  /** Columns whose stored values are probabilities, binarized anew for each batch. */
  readonly binarize?: { readonly [K in keyof D]?: boolean }
}

type Spaces = Readonly<Record<string, DataSpec>>

/** Decodes every column, or returns all faults. */
export const decodeDataset = <const D extends Spaces>(
  spaces: D,
  data: Readonly<Record<string, unknown>>,
  options: DatasetOptions<D> = {},
): E.Either<readonly GiryError[], Dataset<D>> => {
  const errors: GiryError[] = []
  const columns: Record<string, Column> = {}
  for (const [name, space] of Object.entries(spaces)) {
    const decoded = decodeColumn(name, space, data[name], options.binarize?.[name as keyof D] === true)
    if (E.isLeft(decoded)) errors.push(...decoded.left)
    else columns[name] = decoded.right
  }
  for (const name of Object.keys(data))
    if (!(name in spaces))
      errors.push(
        giryError(
          'data',
          name,
          `the data has a column '${name}' that is not asked for`,
          `the columns are ${Object.keys(spaces).join(', ') || 'none'}`,
        ),
      )
  const counts = Object.entries(columns).map(([name, c]) => [name, c.elements.count] as const)
  const size = counts[0]?.[1] ?? 0
  for (const [name, n] of counts)
    if (n !== size)
      errors.push(
        giryError(
          'data',
          name,
          `column '${name}' has ${n} data where column '${counts[0]?.[0]}' has ${size}`,
          'give every column one entry per datum',
        ),
      )
  return errors.length > 0 ? E.left(errors) : E.right({ tag: 'dataset', spaces, size, columns })
}

/**
 * Builds a data set; throws `GiryException` with every fault. A Float32Array is kept, not copied: it is checked once, here,
 * and must not be written afterwards.
 */
export const dataset = <const D extends Spaces>(
  spaces: D,
  data: DataOf<D>,
  options: DatasetOptions<D> = {},
): Dataset<D> => {
  const decoded = decodeDataset(spaces, data, options)
  if (E.isLeft(decoded)) throw new GiryException(decoded.left)
  return decoded.right
}

const decodeColumn = (
  name: string,
  space: DataSpec,
  data: unknown,
  binarize: boolean,
): E.Either<readonly GiryError[], Column> => {
  if (data === undefined)
    return E.left([
      giryError('data', name, `the column '${name}' is missing`, `pass an array of ${showSpaceOf(space)}`),
    ])
  const shape = [...(space.plates ?? []).map((p) => p.size), ...space.shape]
  const domain = binarize ? unit : space.domain
  const decoded = decodeElements(shape, domain, showSpaceOf({ shape, domain }), data)
  if (E.isLeft(decoded))
    return E.left(
      decoded.left.map((e) => ({
        ...e,
        where: `${name}: ${e.where}`,
        message: `column '${name}', ${e.message}`,
      })),
    )
  const elements = decoded.right
  return elements.count === 0
    ? E.left([giryError('data', name, `the column '${name}' is empty`, 'pass at least one datum')])
    : E.right({ space, elements, binarize })
}

/** Puts bits, drawn with the probabilities in an array, in the place of these. */
export type DrawBits = (probs: Float32Array) => void

/** Writes the numbers of the rows into `out`, binarized where asked for. */
export const writeRows = (
  column: Column,
  rows: ArrayLike<number>,
  out: Float32Array,
  drawBits: DrawBits,
): void => {
  const size = sizeOf(column.elements.shape)
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * size
    out.set(column.elements.data.subarray(from, from + size), i * size)
  }
  if (column.binarize) drawBits(out)
}

/** The numbers of the rows, binarized where asked for. */
export const rowsOf = (column: Column, rows: ArrayLike<number>, drawBits: DrawBits): Float32Array => {
  const out = new Float32Array(rows.length * sizeOf(column.elements.shape))
  writeRows(column, rows, out, drawBits)
  return out
}

/** The rows of a data set as values with the axis `datum`. */
export const batchOf = (
  data: Dataset,
  rows: ArrayLike<number>,
  drawBits: (column: string, probs: Float32Array) => void,
): Readonly<Record<string, AnyValue>> =>
  Object.fromEntries(
    Object.entries(data.columns).map(([name, column]) => {
      const numbers = rowsOf(column, rows, (probs) => drawBits(name, probs))
      const { space } = column
      const axes = [{ name: 'datum', size: rows.length }, ...(space.plates ?? [])]
      const tensor = tf.tensor(numbers, [...axes.map((a) => a.size), ...space.shape], 'float32')
      return [name, makeValue(tensor, space.shape, space.domain, axes, new Set([name]))]
    }),
  )

/** The first `n` rows, or the rows from `begin` to `end`. */
export const sliceDataset = <D>(data: Dataset<D>, begin: number, end: number = data.size): Dataset<D> => {
  const stop = Math.min(end, data.size)
  if (!Number.isInteger(begin) || !Number.isInteger(stop) || begin < 0 || begin >= stop)
    fail(
      'option',
      'slice',
      `rows ${begin} … ${end} were asked of a data set of ${data.size}`,
      `stay within 0 … ${data.size}, with at least one row`,
    )
  return {
    ...data,
    size: stop - begin,
    columns: Object.fromEntries(
      Object.entries(data.columns).map(([name, c]) => {
        const size = sizeOf(c.elements.shape)
        const elements = {
          ...c.elements,
          count: stop - begin,
          data: c.elements.data.subarray(begin * size, stop * size),
        }
        return [name, { ...c, elements }]
      }),
    ),
  }
}
