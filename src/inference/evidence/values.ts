/**
 * Values of a problem: what is known at chosen rows, and latents at chosen coordinates.
 *
 *   valuesAt(problem, rows)              { name: event of row r along `datum` }
 *   latentValue(problem, name, z, axes)  the coordinates of one latent, from `dim` numbers for each element of `axes`
 *
 * To be called within a tidy. Tested in tests/inference/evidence/finite.test.ts, against plain loops.
 */
import * as tf from '@tensorflow/tfjs'
import { datumAxis } from '../../dsl/model.js'
import { type Shape, sizeOf } from '../../dsl/shape.js'
import { type AnyValue, type Axis, makeValue } from '../../dsl/value.js'
import { type Column, columnSize } from './column.js'
import type { Latent, Problem } from './problem.js'

/** The known values of these rows, along `datum`. */
export const valuesAt = (problem: Problem, rows: ArrayLike<number>): Readonly<Record<string, AnyValue>> =>
  Object.fromEntries(problem.columns.map((c) => [c.name, columnAt(c, rows)]))

const columnAt = (c: Column, rows: ArrayLike<number>): AnyValue =>
  c.constant
    ? valueFrom(c.name, c, c.data, c.plates)
    : valueFrom(c.name, c, gatherRows(c, rows), [{ name: datumAxis, size: rows.length }, ...c.plates])

const gatherRows = (c: Column, rows: ArrayLike<number>): Float32Array => {
  const size = columnSize(c)
  const out = new Float32Array(rows.length * size)
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * size
    out.set(c.data.subarray(from, from + size), i * size)
  }
  return out
}

/** The latent of this name. */
export const latentNamed = (problem: Problem, name: string): Latent =>
  problem.latents.find((l) => l.name === name) as Latent

/** The value of a latent from coordinates, `dim` of them for each element of `axes`. */
export const latentValue = (
  problem: Problem,
  name: string,
  coordinates: ArrayLike<number>,
  axes: readonly Axis[],
): AnyValue => {
  const { site, size, offset } = latentNamed(problem, name)
  const count = sizeOf(axes.map((a) => a.size))
  const out = new Float32Array(count * size)
  for (let i = 0; i < count; i++)
    for (let j = 0; j < size; j++) out[i * size + j] = coordinates[i * problem.dim + offset + j] as number
  return valueFrom(name, site.space, out, [...axes, ...site.plates])
}

const valueFrom = (
  name: string,
  { shape, domain }: { readonly shape: Shape; readonly domain: AnyValue['domain'] },
  numbers: Float32Array,
  axes: readonly Axis[],
): AnyValue => {
  const dims = [...axes.map((a) => a.size), ...shape]
  return makeValue(tf.tensor(numbers, dims, 'float32'), shape, domain, axes, new Set([name]))
}
