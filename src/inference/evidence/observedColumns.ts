/**
 * The observed sites as columns: from a data set, or from a record of values and plain data.
 *
 *   data = { x: …, y: … }        each name a site of the model, at least one; a data set may have more columns
 *   data = {}                    where `condition` fixed what is observed
 *
 * A column that is binarized dynamically is binarized once, with the given seed.
 * Errors: tags `data`, `domain`, all faults at once. Tested in tests/inference/evidence.test.ts.
 */
import { either as E } from 'fp-ts'
import { type Dataset, rowsOf } from '../../dsl/dataset.js'
import { type GiryError, giryError } from '../../dsl/error.js'
import { type AnyModel, type Site, sitesOf } from '../../dsl/model.js'
import { type AnyValue, isValue } from '../../dsl/value.js'
import { binarize, fold, keyFromSeed } from '../../runtime/keys.js'
import { datasetFor, isDataset } from '../trainingData.js'
import { allOf, type Checked } from './checked.js'
import { type Column, valueColumn } from './column.js'
import { range } from './range.js'

type Sites = Readonly<Record<string, Site>>

/** The observed sites as columns. */
export const observedColumns = (model: AnyModel, data: unknown, seed: number): Checked<readonly Column[]> => {
  const sites: Sites = Object.fromEntries(sitesOf(model))
  const names = namesIn(data, sites)
  const faults = fixedOnly(model, data, names) ? [] : nameFaults(names, sites)
  if (faults.length > 0) return E.left(faults)
  return isDataset(data)
    ? decodedColumns(sites, names, data, seed)
    : recordColumns(sites, names, (data ?? {}) as Readonly<Record<string, unknown>>, seed)
}

/** Whether nothing is observed here because `condition` fixed all that is. */
const fixedOnly = (model: AnyModel, data: unknown, names: readonly string[]): boolean =>
  names.length === 0 && !isDataset(data) && Object.keys(model.observed ?? {}).length > 0

const namesIn = (data: unknown, sites: Sites): readonly string[] =>
  isDataset(data) ? Object.keys(data.columns).filter((n) => n in sites) : Object.keys(data ?? {})

const nameFaults = (names: readonly string[], sites: Sites): readonly GiryError[] => {
  const listed = Object.keys(sites).join(', ')
  return names.length === 0
    ? [
        giryError(
          'data',
          'data',
          'the data observes no site of this model',
          `pass an array for at least one of ${listed || 'its sites'}`,
        ),
      ]
    : names
        .filter((n) => !(n in sites))
        .map((n) =>
          giryError('data', n, `'${n}' is no site of this model`, `its sites are ${listed || 'none'}`),
        )
}

/** Values as they are, plain data decoded together. */
const recordColumns = (
  sites: Sites,
  names: readonly string[],
  record: Readonly<Record<string, unknown>>,
  seed: number,
): Checked<readonly Column[]> => {
  const plain = names.filter((n) => !isValue(record[n]))
  const decoded = decodedColumns(sites, plain, Object.fromEntries(plain.map((n) => [n, record[n]])), seed)
  const values = names
    .filter((n) => isValue(record[n]))
    .map((n) => {
      const { space, plates } = sites[n] as Site
      return valueColumn(n, space, plates, record[n] as AnyValue)
    })
  return E.map((parts: readonly (readonly Column[])[]) => parts.flat())(allOf([decoded, allOf(values)]))
}

const decodedColumns = (
  sites: Sites,
  names: readonly string[],
  data: unknown,
  seed: number,
): Checked<readonly Column[]> => {
  const specs = names.map((n) => [n, { ...(sites[n] as Site).space, plates: (sites[n] as Site).plates }])
  return E.map((d: Dataset | undefined) => (d === undefined ? [] : datasetColumns(d, seed)))(
    datasetFor(Object.fromEntries(specs), data),
  )
}

/** Columns of a data set, binarized once where it asks for that. */
const datasetColumns = (data: Dataset, seed: number): readonly Column[] =>
  Object.entries(data.columns).map(([name, c]) => ({
    name,
    shape: c.space.shape,
    domain: c.space.domain,
    plates: c.space.plates ?? [],
    data: c.binarize ? bitsOf(data, name, seed) : c.elements.data,
    constant: false,
    count: data.size,
  }))

const bitsOf = (data: Dataset, name: string, seed: number): Float32Array => {
  const c = data.columns[name] as Dataset['columns'][string]
  return rowsOf(
    c,
    Int32Array.from(range(0, data.size)),
    (probs) => void binarize(fold(fold(keyFromSeed(seed), 'evidence'), name), probs, probs),
  )
}
