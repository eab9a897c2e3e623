/**
 * missing(space, column): a column in which some data are null, as two columns that giry takes.
 *
 *   missing(category(3), [2, null, 0])  =  { filled: [2, 0, 0], known: [1, 0, 1] }
 *
 * In the place of a missing datum stands some element of the space, which nothing may read where `known` is 0.
 * Tested in tests/inference/semiSupervised.test.ts.
 */
import type { AnyEventSpace } from '../dsl/distribution.js'
import { sizeOf } from '../dsl/shape.js'
import type { Nested } from '../dsl/value.js'

/** The columns of data that are partly missing. */
export interface PartlyMissing {
  /** The data, with some element of the space where one is missing. */
  readonly filled: readonly Nested[]
  /** 1 where the datum is known, 0 where it is missing. */
  readonly known: readonly (0 | 1)[]
}

const nested = (numbers: ArrayLike<number>, shape: readonly number[], from = 0): Nested => {
  const [n, ...rest] = shape
  if (n === undefined) return numbers[from] as number
  return Array.from({ length: n }, (_, i) => nested(numbers, rest, from + i * sizeOf(rest)))
}

/** Splits a column with nulls into its data and a column that says where they are known. */
export const missing = (space: AnyEventSpace, column: readonly (Nested | null)[]): PartlyMissing => {
  const stand = nested(space.domain.example(space.shape), space.shape)
  return {
    filled: column.map((x) => x ?? stand),
    known: column.map((x) => (x === null ? 0 : 1)),
  }
}
