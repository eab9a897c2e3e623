/**
 * Points: samples as plain numbers, one row per datum, which every diagnostic reads.
 *
 *   points([[x_11, …, x_1d], …, [x_n1, …, x_nd]]) = { count: n, size: d, data: row-major, float64 }
 *
 * Accepted: nested arrays (an event of any shape is flattened; a number is an event of size 1), a named array
 * { shape: [n, …event], data }, a Value (each element of its axes is a datum), the column of a data set.
 * Errors, all at once, with the place: tag `data` for what is empty, ragged or not a finite number; tag `shape` for two
 * samples of different size. Tested in tests/inference/diagnostics/points.test.ts.
 */
import { type GiryError, GiryException, giryError } from '../../dsl/error.js'
import type { NamedArray } from '../../dsl/params.js'
import { sizeOf } from '../../dsl/shape.js'
import { type AnyValue, batchSize, isValue, type Nested, toTypedArray } from '../../dsl/value.js'
import { type Key, permutation } from '../../runtime/keys.js'

/** Samples, checked: `count` rows of `size` finite numbers. */
export interface Points {
  readonly tag: 'points'
  readonly count: number
  readonly size: number
  /** Row-major. */
  readonly data: Float64Array
}

/** What has the numbers of a data set's column. */
export interface ColumnLike {
  readonly elements: {
    readonly shape: readonly number[]
    readonly count: number
    readonly data: Float32Array
  }
}

/** What is read as samples. */
export type Samples = readonly Nested[] | NamedArray | AnyValue | ColumnLike | Points

/** Rows of numbers that are taken to be finite and of one length. */
export const makePoints = (data: Float64Array, size: number): Points => ({
  tag: 'points',
  count: size === 0 ? 0 : data.length / size,
  size,
  data,
})

/** The faults of one list of samples; none if they are in order. */
const faultsOf = (p: Points, where: string): readonly GiryError[] => {
  if (p.count === 0 || p.size === 0)
    return [giryError('data', where, `'${where}' is empty`, 'pass at least one datum')]
  const bad = p.data.findIndex((x) => !Number.isFinite(x))
  if (bad < 0) return []
  const [datum, entry] = [Math.floor(bad / p.size), bad % p.size]
  return [
    giryError(
      'data',
      `${where}: datum ${datum}`,
      `'${where}' has the entry ${p.data[bad]} at datum ${datum}, entry ${entry}, where a finite number is needed`,
      'a player that diverged gives such numbers: look at the history of the fit, and sample with parameters from before',
      { datum, entry },
    ),
  ]
}

const wrong = (where: string, message: string, remedy: string): never => {
  throw new GiryException([giryError('data', where, message, remedy)])
}

const flat = (row: Nested, where: string, datum: number): readonly number[] =>
  (Array.isArray(row) ? row.flat(Number.POSITIVE_INFINITY) : [row as unknown]).map((x) =>
    typeof x === 'number'
      ? x
      : wrong(
          `${where}: datum ${datum}`,
          `'${where}' has ${x === null ? 'null' : typeof x} at datum ${datum}, where a number is needed`,
          'pass one array of numbers per datum',
        ),
  )

const fromRows = (rows: readonly Nested[], where: string): Points => {
  const flattened = rows.map((row, i) => flat(row, where, i))
  const size = flattened[0]?.length ?? 0
  const ragged = flattened.findIndex((row) => row.length !== size)
  if (ragged >= 0)
    wrong(
      `${where}: datum ${ragged}`,
      `'${where}' has ${size} numbers at datum 0 but ${flattened[ragged]?.length} at datum ${ragged}`,
      'give every datum the same size',
    )
  return makePoints(Float64Array.from(flattened.flat()), size)
}

const fromArray = ({ shape, data }: NamedArray, where: string): Points => {
  if (shape.length === 0 || data.length !== sizeOf(shape))
    wrong(
      where,
      `'${where}' has the shape [${shape}], but ${data.length} numbers`,
      'pass the shape [n, …event] and n events, one after the other',
    )
  return makePoints(Float64Array.from(data), sizeOf(shape.slice(1)))
}

/** Whether something is samples that were checked before. */
const isPoints = (x: unknown): x is Points => (x as Partial<Points> | null)?.tag === 'points'

const read = (samples: Samples, where: string): Points => {
  if (Array.isArray(samples)) return fromRows(samples as readonly Nested[], where)
  if (typeof samples !== 'object' || samples === null)
    return wrong(
      where,
      `'${where}' must be samples, but ${samples === null ? 'null' : typeof samples} was given`,
      'pass one array per datum, { shape, data }, a value or the column of a data set',
    )
  if (isPoints(samples)) return samples
  if (isValue(samples))
    return fromArray({ shape: [batchSize(samples), ...samples.shape], data: toTypedArray(samples) }, where)
  if ('elements' in samples) {
    const { shape, count, data } = samples.elements
    return fromArray({ shape: [count, ...shape], data }, where)
  }
  if ('shape' in samples && 'data' in samples) return fromArray(samples, where)
  return wrong(
    where,
    `'${where}' must be samples, but an object with ${Object.keys(samples).join(', ') || 'nothing'} was given`,
    'pass one array per datum, { shape, data }, a value or the column of a data set',
  )
}

/** Samples as points; throws `GiryException` unless they are in order. */
export const points = (samples: Samples, where = 'samples'): Points => {
  if (isPoints(samples)) return samples
  const p = read(samples, where)
  const faults = faultsOf(p, where)
  if (faults.length > 0) throw new GiryException(faults)
  return p
}

const attempt = (samples: Samples, where: string): Points | readonly GiryError[] => {
  try {
    return points(samples, where)
  } catch (e) {
    if (e instanceof GiryException) return e.errors
    throw e
  }
}

const isErrors = (x: unknown): x is readonly GiryError[] => Array.isArray(x)

/** Several samples of one size, by name; throws with every fault of all of them. */
export const pointsOfOneSize = <const K extends string>(
  samples: Readonly<Record<K, Samples>>,
): Readonly<Record<K, Points>> => {
  const tried = Object.entries<Samples>(samples).map(([name, s]) => [name, attempt(s, name)] as const)
  const errors = tried.flatMap(([, p]) => (isErrors(p) ? p : []))
  const good = tried.flatMap(([name, p]) => (isErrors(p) ? [] : [[name, p] as const]))
  const [first, ...rest] = good
  const differ = rest.filter(([, p]) => p.size !== first?.[1].size)
  const sizes = differ.map(([name, p]) =>
    giryError(
      'shape',
      name,
      `a datum of '${name}' has ${p.size} numbers, but one of '${first?.[0]}' has ${first?.[1].size}`,
      'compare samples of one space',
    ),
  )
  if (errors.length + sizes.length > 0) throw new GiryException([...errors, ...sizes])
  return Object.fromEntries(good) as Record<K, Points>
}

/** The i-th datum, a view. */
export const rowAt = (p: Points, i: number): Float64Array => p.data.subarray(i * p.size, (i + 1) * p.size)

/** The data at these places. */
export const select = (p: Points, rows: ArrayLike<number>): Points => {
  const data = new Float64Array(rows.length * p.size)
  for (let i = 0; i < rows.length; i++) data.set(rowAt(p, rows[i] as number), i * p.size)
  return makePoints(data, p.size)
}

/** All data of both, those of `a` first. */
export const join = (a: Points, b: Points): Points => {
  const data = new Float64Array(a.data.length + b.data.length)
  data.set(a.data)
  data.set(b.data, a.data.length)
  return makePoints(data, a.size)
}

/** The data in random order, at most `n` of them. */
export const shuffle = (p: Points, key: Key, n: number = p.count): Points =>
  select(p, permutation(key, p.count).subarray(0, n))

/** At most `n` of the data, drawn without replacement; all of them, in their order, where there are no more. */
export const subsample = (p: Points, n: number, key: Key): Points =>
  p.count <= n ? p : select(p, permutation(key, p.count).subarray(0, n).sort())
