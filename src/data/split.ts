/**
 * A seeded split of a data set into a part to train on and a part held out.
 *
 *   splitDataset(data, { heldOut: 0.2, seed: 1 })  ->  { train, heldOut }
 *
 * The rows are permuted uniformly; the first round(n heldOut) of the permutation are held out. Every row is in exactly
 * one part, and one seed gives one split. Throws `GiryException`, tag `option`, where a part would be empty.
 * Tested in tests/data/split.test.ts.
 */
import type { Column, Dataset } from '../dsl/dataset.js'
import { fail } from '../dsl/error.js'
import { sizeOf } from '../dsl/shape.js'
import { keyFromSeed, permutation } from '../runtime/keys.js'

/** How to split. */
export interface SplitOptions {
  /** The fraction of the rows that are held out, between 0 and 1. */
  readonly heldOut: number
  readonly seed: number
}

/** Splits the rows of a data set at random. */
export const splitDataset = <D>(
  data: Dataset<D>,
  { heldOut, seed }: SplitOptions,
): { readonly train: Dataset<D>; readonly heldOut: Dataset<D> } => {
  const n = Math.round(data.size * heldOut)
  if (!(heldOut > 0 && heldOut < 1) || n < 1 || n >= data.size)
    return fail(
      'option',
      'heldOut',
      `a fraction of ${heldOut} of ${data.size} rows cannot be held out: both parts need a row`,
      'pass a fraction between 0 and 1 that leaves rows on both sides',
    )
  if (!Number.isSafeInteger(seed)) return fail('option', 'seed', `the seed is ${seed}`, 'pass a whole number')
  const rows = permutation(keyFromSeed(seed), data.size)
  return { train: takeRows(data, rows.subarray(n)), heldOut: takeRows(data, rows.subarray(0, n)) }
}

const takeRows = <D>(data: Dataset<D>, rows: Int32Array): Dataset<D> => ({
  ...data,
  size: rows.length,
  columns: Object.fromEntries(
    Object.entries(data.columns).map(([name, column]) => [name, takeColumn(column, rows)]),
  ),
})

const takeColumn = (column: Column, rows: Int32Array): Column => {
  const { data, shape } = column.elements
  const size = sizeOf(shape)
  const taken = new Float32Array(rows.length * size)
  rows.forEach((row, i) => {
    taken.set(data.subarray(row * size, (row + 1) * size), i * size)
  })
  return { ...column, elements: { ...column.elements, count: rows.length, single: false, data: taken } }
}
