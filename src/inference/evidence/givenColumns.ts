/**
 * What is known besides the data, as columns: the inputs g of the model, and the sites that `condition` fixed.
 *
 *   { given: { g: … } }        one entry for all data, or one per datum
 *
 * Errors: tags `data` for a missing input, `domain`; all faults at once. Tested in tests/inference/evidence.test.ts.
 */
import { either as E } from 'fp-ts'
import { giryError } from '../../dsl/error.js'
import { type AnyModel, datumAxis, type Site } from '../../dsl/model.js'
import { decodeElements } from '../../dsl/space.js'
import { isValue, showSpaceOf } from '../../dsl/value.js'
import { allOf, type Checked } from './checked.js'
import { type Column, fromValue, valueColumn } from './column.js'

/** The inputs of the model as columns. */
export const givenColumns = (model: AnyModel, given: unknown): Checked<readonly Column[]> => {
  const record = (given ?? {}) as Readonly<Record<string, unknown>>
  return allOf(Object.entries(model.given).map(([name, space]) => inputColumn(name, space, record[name])))
}

const inputColumn = (name: string, space: Site['space'], data: unknown): Checked<Column> => {
  if (data === undefined)
    return E.left([
      giryError('data', name, `the input '${name}' is missing`, `pass it in { given: { ${name}: … } }`),
    ])
  return isValue(data) ? valueColumn(name, space, [], data) : plainColumn(name, space, data)
}

const plainColumn = (name: string, { shape, domain }: Site['space'], data: unknown): Checked<Column> =>
  E.map(
    (e: { readonly data: Float32Array; readonly single: boolean; readonly count: number }): Column => ({
      name,
      shape,
      domain,
      plates: [],
      data: e.data,
      constant: e.single,
      count: e.count,
    }),
  )(decodeElements(shape, domain, showSpaceOf({ shape, domain }), data))

/** The sites that `condition` fixed, as columns. */
export const conditionedColumns = (model: AnyModel): readonly Column[] =>
  Object.entries(model.observed ?? {}).map(([name, make]) => {
    const v = make()
    const column = fromValue(
      name,
      v,
      v.axes.filter((a) => a.name !== datumAxis),
    )
    v.tensor.dispose()
    return column
  })
