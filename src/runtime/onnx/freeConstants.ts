/**
 * Constants of a model that depend on the number of rows, as operators that compute them.
 *
 *   int64 vector of sizes            -> computed sizes
 *   one number, or one row, repeated -> Expand to computed sizes
 *   start, start + step, ...         -> Range of computed length
 *
 * What it was is told by two recordings (affineSizes.ts). Others cannot be freed: their numbers differ from datum to
 * datum of the batch. Tested in tests/runtime/onnx/freeBatch.test.ts.
 */
import { sameShape, sizeOf } from '../../dsl/shape.js'
import { type Affine, affinesThrough, isFree } from './affineSizes.js'
import { int, type OnnxConstant } from './lowering.js'
import type { SizeWriter } from './sizeWriter.js'

/** A constant that is the same in both recordings, sizes, or how to compute it. */
export type Freed =
  | { readonly kind: 'same' }
  | { readonly kind: 'sizes'; readonly sizes: readonly Affine[] }
  | { readonly kind: 'computed'; readonly write: (writer: SizeWriter) => string }

type Pair = readonly [OnnxConstant, OnnxConstant]
type Values = ArrayLike<number>

const equal = (a: Values, b: Values): boolean =>
  a.length === b.length && Array.prototype.every.call(a, (x: number, i: number) => Object.is(x, b[i]))

const sizesOf = ([a, b]: Pair): Freed | undefined => {
  const sizes = a.type === 'int64' ? affinesThrough([...a.value], [...b.value]) : undefined
  return sizes && { kind: 'sizes', sizes }
}

const repeatedNumber = ([a, b]: Pair, shape: readonly Affine[]): Freed | undefined => {
  if (a.value.length !== 1 || !equal(a.value, b.value)) return undefined
  const { type, value } = a
  return {
    kind: 'computed',
    write: (w) => w.op('Expand', [w.constant({ type, shape: [], value }), w.vector(shape)]),
  }
}

/** The numbers of one row, where all rows along the first axis are the same. */
const rowOf = ({ shape: [rows = 0, ...rest], value }: OnnxConstant): Values | undefined => {
  const size = sizeOf(rest)
  if (value.length !== rows * size || rows === 0) return undefined
  const row = value.slice(0, size)
  return Array.prototype.every.call(value, (x: number, i: number) => Object.is(x, row[i % size]))
    ? row
    : undefined
}

const repeatedRow = ([a, b]: Pair, shape: readonly Affine[]): Freed | undefined => {
  const [row, other] = [rowOf(a), rowOf(b)]
  const [, ...rest] = shape
  if (row === undefined || other === undefined || !equal(row, other) || rest.some(isFree)) return undefined
  const whole = { type: a.type, shape: [1, ...a.shape.slice(1)], value: a.value.slice(0, row.length) }
  return { kind: 'computed', write: (w) => w.op('Expand', [w.constant(whole), w.vector(shape)]) }
}

const rangeTypes: Readonly<Record<string, number>> = { float32: 1, int32: 6 }

const progresses = (value: Values, start: number, step: number): boolean =>
  Array.prototype.every.call(value, (x: number, i: number) => x === start + i * step)

const progression = ([a, b]: Pair, shape: readonly Affine[]): Freed | undefined => {
  const type = rangeTypes[a.type]
  const [start = 0, next = 0] = a.value
  const step = next - start
  const length = affinesThrough([a.value.length], [b.value.length])?.[0]
  if (type === undefined || length === undefined || step === 0) return undefined
  if (!progresses(a.value, start, step) || !progresses(b.value, start, step)) return undefined
  const limit = { slope: step * length.slope, offset: start + step * length.offset }
  if (!Number.isInteger(limit.slope) || !Number.isInteger(limit.offset)) return undefined
  return {
    kind: 'computed',
    write: (w) => {
      const number = (x: number) =>
        w.constant({
          type: a.type,
          shape: [],
          value: a.type === 'float32' ? Float32Array.of(x) : Int32Array.of(x),
        })
      const end = w.op('Reshape', [w.op('Cast', [w.vector([limit])], { to: int(type) }), w.ints([])])
      return w.op('Reshape', [w.op('Range', [number(start), end, number(step)]), w.vector(shape)])
    },
  }
}

/** What a constant is when the rows are free; undefined where it cannot be computed from their number. */
export const freeConstant = (pair: Pair): Freed | undefined => {
  const [a, b] = pair
  if (sameShape(a.shape, b.shape)) return equal(a.value, b.value) ? { kind: 'same' } : sizesOf(pair)
  const shape = affinesThrough(a.shape, b.shape)
  return shape && (repeatedNumber(pair, shape) ?? repeatedRow(pair, shape) ?? progression(pair, shape))
}
