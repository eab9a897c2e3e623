/**
 * Factors as float64 tables of logarithms, row-major over their axes: where every digit counts and no gradient is needed.
 *
 *   product(f, g)[i] = f[i] + g[i]        sumOut(f, v)[i] = log Σ_v exp f[i, v]        productOver(f, k)[i] = Σ_k f[i, k]
 *
 * Tested against all configurations in tests/inference/elimination/eliminate.test.ts.
 */
import { sizeOf } from '../../dsl/shape.js'
import { type Axis, unionAxes } from '../../dsl/value.js'
import { logSumExp } from '../evidence/logSumExp.js'
import type { Algebra } from './eliminate.js'

/** A table of logarithms. */
export interface LogTable {
  readonly axes: readonly Axis[]
  readonly data: Float64Array
}

const entries = (axes: readonly Axis[]): number => sizeOf(axes.map((a) => a.size))

/** How far apart neighbors along each axis of `over` lie in a table: 0 for an axis that it lacks. */
const stridesOf = (axes: readonly Axis[], over: readonly Axis[]): readonly number[] =>
  over.map((a) => {
    const i = axes.findIndex((b) => b.name === a.name)
    return i < 0 ? 0 : entries(axes.slice(i + 1))
  })

/** Visits all entries over `axes`, row-major, with the place of each in a table of these strides. */
const each = (axes: readonly Axis[], strides: readonly number[], visit: (at: number, i: number) => void) => {
  const count = entries(axes)
  const digits = new Int32Array(axes.length)
  let at = 0
  for (let i = 0; i < count; i++) {
    visit(at, i)
    for (let d = axes.length - 1; d >= 0; d--) {
      const digit = (digits[d] as number) + 1
      at += strides[d] as number
      digits[d] = digit
      if (digit < (axes[d] as Axis).size) break
      at -= digit * (strides[d] as number)
      digits[d] = 0
    }
  }
}

/** The table with these axes in this order; axes that it lacks repeat it. */
const along = ({ axes, data }: LogTable, over: readonly Axis[]): Float64Array => {
  const out = new Float64Array(entries(over))
  each(over, stridesOf(axes, over), (at, i) => {
    out[i] = data[at] as number
  })
  return out
}

/** Reduces some axes, given the entries along them one after the other. */
const reduce = (
  f: LogTable,
  names: readonly string[],
  by: (data: Float64Array, begin: number, end: number) => number,
): LogTable => {
  const gone = f.axes.filter((a) => names.includes(a.name))
  const axes = f.axes.filter((a) => !names.includes(a.name))
  const n = entries(gone)
  const data = along(f, [...axes, ...gone])
  return { axes, data: Float64Array.from({ length: entries(axes) }, (_, i) => by(data, i * n, (i + 1) * n)) }
}

const sum = (data: Float64Array, begin: number, end: number): number => {
  let s = 0
  for (let i = begin; i < end; i++) s += data[i] as number
  return s
}

/** The algebra of float64 tables. */
export const logTables: Algebra<LogTable> = {
  axes: (f) => f.axes,
  product: (factors) => {
    const axes = unionAxes(factors)
    const data = new Float64Array(entries(axes))
    for (const f of factors)
      each(axes, stridesOf(f.axes, axes), (at, i) => {
        data[i] = (data[i] as number) + (f.data[at] as number)
      })
    return { axes, data }
  },
  sumOut: (f, variable) => reduce(f, [variable], logSumExp),
  productOver: (f, plates) => reduce(f, plates, sum),
}
