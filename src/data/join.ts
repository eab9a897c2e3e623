/**
 * Two data sets side by side: the columns of both, row by row.
 *
 *   joinDatasets(digits.train, dataset({ y: category(10) }, { y: digits.trainLabels }))     columns x and y
 *
 * No number is copied. Throws `GiryException`, tag `data`, for a column that both have and for unequal sizes.
 * Tested in tests/data/join.test.ts.
 */
import type { Dataset } from '../dsl/dataset.js'
import { giryError, throwAll } from '../dsl/error.js'

/** The columns of both data sets. */
export const joinDatasets = <A extends object, B extends object>(
  a: Dataset<A>,
  b: Dataset<B>,
): Dataset<A & B> => {
  const twice = Object.keys(a.columns).filter((name) => Object.hasOwn(b.columns, name))
  throwAll([
    ...twice.map((name) =>
      giryError('data', name, `both data sets have a column '${name}'`, 'rename one of them'),
    ),
    ...(a.size === b.size
      ? []
      : [
          giryError(
            'data',
            'size',
            `a data set of ${a.size} rows cannot be joined to one of ${b.size}`,
            'join data sets of equal size',
          ),
        ]),
  ])
  return { ...a, spaces: { ...a.spaces, ...b.spaces }, columns: { ...a.columns, ...b.columns } }
}
