/**
 * Data of a fit: a data set, or one array per column, checked against the spaces of the objective.
 *
 * The compiler refuses a data set of other spaces with a sentence, and a record that lacks a column; the numbers
 * themselves are checked once at run time, all faults at once. Errors: tag `data`.
 */
import { either as E } from 'fp-ts'
import { type DataOf, type Dataset, decodeDataset } from '../dsl/dataset.js'
import type { AnyEventSpace } from '../dsl/distribution.js'
import type { DomainName } from '../dsl/domains/marks.js'
import { type GiryError, giryError } from '../dsl/error.js'
import type { DataSpec } from '../dsl/objective.js'
import { spaceWithin } from '../dsl/records.js'
import type { SameShape, Shape, ShapeName } from '../dsl/shape.js'
import { showSpaceOf } from '../dsl/value.js'

type Named<X> = X extends {
  readonly shape: infer S extends Shape
  readonly domain: { readonly marks: infer D }
}
  ? `${DomainName<D>}${ShapeName<S>}`
  : 'nothing'
type MarksOf<X> = X extends { readonly domain: { readonly marks: infer D } } ? D : never
type ShapeIn<X> = X extends { readonly shape: infer S extends Shape } ? S : never

/** The sentence for a data set whose spaces are not those asked for. */
export type DataFault<D, E> = {
  [K in keyof D & string]: K extends keyof E
    ? SameShape<ShapeIn<D[K]>, ShapeIn<E[K]>> extends true
      ? [MarksOf<E[K]>] extends [MarksOf<D[K]>]
        ? never
        : `column '${K}': the objective takes ${Named<D[K]>} but the data set has ${Named<E[K]>}`
      : `column '${K}': the objective takes ${Named<D[K]>} but the data set has ${Named<E[K]>}`
    : `the column '${K}' is missing`
}[keyof D & string]

/** Accepts a data set of the spaces D, or a record with an array for each. */
export type Accepts<A, D> =
  A extends Dataset<infer E>
    ? [DataFault<D, E>] extends [never]
      ? unknown
      : DataFault<D, E>
    : A extends DataOf<D>
      ? unknown
      : { [K in keyof D & string]: K extends keyof A ? never : `the column '${K}' is missing` }[keyof D &
            string] extends infer Fault
        ? [Fault] extends [never]
          ? DataOf<D>
          : Fault
        : never

/** Whether something is a data set. */
export const isDataset = (x: unknown): x is Dataset =>
  typeof x === 'object' && x !== null && (x as { tag?: unknown }).tag === 'dataset'

/** The data as a data set of these spaces, or every fault. */
export const datasetFor = (
  spaces: Readonly<Record<string, DataSpec>>,
  data: unknown,
): E.Either<readonly GiryError[], Dataset | undefined> => {
  if (Object.keys(spaces).length === 0) return E.right(undefined)
  if (isDataset(data)) {
    const errors = [...datasetFaults(spaces, data), ...sizeFaults(data)]
    return errors.length > 0 ? E.left(errors) : E.right(select(spaces, data))
  }
  if (typeof data !== 'object' || data === null)
    return E.left([
      giryError(
        'data',
        'data',
        `the objective needs data for ${Object.keys(spaces).join(', ')}, but ${data === null ? 'null' : typeof data} was given`,
        'pass { data: { x: … } } or a data set',
      ),
    ])
  return decodeDataset(spaces, data as Readonly<Record<string, unknown>>)
}

/** Drops columns that are not asked for, so that they are not drawn or uploaded. */
const select = (spaces: Readonly<Record<string, AnyEventSpace>>, data: Dataset): Dataset => ({
  ...data,
  columns: Object.fromEntries(Object.entries(data.columns).filter(([name]) => name in spaces)),
})

const sizeFaults = (data: Dataset): readonly GiryError[] =>
  data.size > 0 ? [] : [giryError('data', 'data', 'the data set is empty', 'pass at least one datum')]

const datasetFaults = (
  spaces: Readonly<Record<string, AnyEventSpace>>,
  data: Dataset,
): readonly GiryError[] =>
  Object.entries(spaces).flatMap(([name, space]) => {
    const column = data.columns[name]
    if (column === undefined)
      return [
        giryError(
          'data',
          name,
          `the column '${name}' is missing`,
          `the data set has ${Object.keys(data.columns).join(', ') || 'no columns'}`,
        ),
      ]
    return spaceWithin(column.space, space)
      ? []
      : [
          giryError(
            'data',
            name,
            `column '${name}': the objective takes ${showSpaceOf(space)} but the data set has ${showSpaceOf(column.space)}`,
            column.space.domain.name === 'Unit' && space.domain.name === 'Binary'
              ? 'binarize the data set with { binarize: true }'
              : 'declare the model on the space of the data',
          ),
        ]
  })
