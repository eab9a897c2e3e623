/**
 * matrix(kernel): the exact transition matrix of a finite kernel, by enumeration.
 *
 *   M[x][y] = P(outputs = y | inputs = x) = Σ over the draws that lead to y of Π_s p_s
 *
 * Rows are the inputs, columns the outputs, both in lexicographic order of their points (finite.ts), the first name most
 * significant. Plain float64 arrays. The masses of one draw come from its float32 `logProb` and are divided by their sum
 * in float64, so rows sum to 1 to the last bits. Every draw must be enumerable, and every input and output space finite:
 * checked by the compiler, and again here. Errors: tag `exact`, every reason. Tested in tests/dsl/kernels/matrix.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { AnyDistribution, Distribution, EventSpace } from '../distribution.js'
import type { Real } from '../domains/marks.js'
import { fail, giryError, throwAll } from '../error.js'
import {
  type AnyKernel,
  type Arrow,
  type InputsOf,
  kernelOf,
  type NetsOf,
  type ObstaclesOf,
  type OutputsOf,
  type Values,
} from '../kernel.js'
import type { Givens, Site } from '../model.js'
import type { Params } from '../params.js'
import { type Shape, sizeOf } from '../shape.js'
import { type AnyValue, type Axis, expandTo, makeValue, type Value } from '../value.js'
import { functionsOfKernel } from './draw.js'
import { type InfiniteFault, indexOfPoint, infiniteFaults, pointCount, pointsOf } from './finite.js'

/** A transition matrix: rows are inputs, columns outputs. */
export type TransitionMatrix = readonly (readonly number[])[]

/** The sentences that say why an arrow has no matrix. */
export type MatrixFault<A> =
  | ObstaclesOf<A>
  | InfiniteFault<InputsOf<A>, 'input'>
  | InfiniteFault<OutputsOf<A>, 'output'>

/** Accepts finite kernels; otherwise the sentences. */
export type HasMatrix<A> =
  string extends MatrixFault<A> ? unknown : [MatrixFault<A>] extends [never] ? unknown : MatrixFault<A>

/** Joint outcomes beyond which nothing is enumerated. */
const limit = 2 ** 22

type Enumerable = Distribution<EventSpace<Shape, Real>, 'density' | 'enumerable'>

/** The exact transition matrix of a finite kernel. */
export const matrix = <A extends Arrow>(
  arrow: A & HasMatrix<A>,
  ...[options]: string extends keyof NetsOf<A>
    ? [options?: { readonly params?: Params<NetsOf<A>> }]
    : keyof NetsOf<A> extends never
      ? [options?: { readonly params?: Params<NetsOf<A>> }]
      : [options: { readonly params: Params<NetsOf<A>> }]
): TransitionMatrix => {
  const kernel = kernelOf<Arrow>(arrow) as AnyKernel
  throwAll(
    [
      ...kernel.obstacles,
      ...infiniteFaults(kernel.input, 'input'),
      ...infiniteFaults(kernel.output, 'output'),
    ].map((why) =>
      giryError(
        'exact',
        'matrix',
        `no matrix: ${why}`,
        'a matrix needs finite spaces and enumerable draws; sample the kernel instead',
      ),
    ),
  )
  const columns = pointCount(kernel.output)
  const entries = pointsOf(kernel.input).map(() => new Array<number>(columns).fill(0))
  tf.tidy(() =>
    outcomes(kernel, options?.params, (row, column, mass) => {
      const of = entries[row] as number[]
      of[column] = (of[column] as number) + mass
    }),
  )
  return entries
}

const rowAxis = 'input'

/** Runs the kernel once, every draw along an axis of its own, and tells each joint outcome. */
const outcomes = (
  kernel: AnyKernel,
  params: unknown,
  tell: (row: number, column: number, mass: number) => void,
): void => {
  const rows: Axis = { name: rowAxis, size: pointCount(kernel.input) }
  const axes: Axis[] = [rows]
  const masses: AnyValue[] = []
  const outputs = kernel.arrow({
    functions: functionsOfKernel(kernel, params),
    choose: (name, site, d) => {
      const drawn = enumerated(name, site, d, `enum:${axes.length}`)
      axes.push({ name: `enum:${axes.length}`, size: site.supportSize })
      requireSmall(axes)
      masses.push(drawn.logMass)
      return drawn.value
    },
  })(inputValues(kernel.input, rows))
  const total = sizeOf(axes.map((a) => a.size))
  const joint = new Float64Array(total).fill(1)
  for (const [s, m] of masses.entries()) multiply(joint, conditional(m, axes, s + 1))
  const read = readerOf(outputs, axes)
  for (let i = 0; i < total; i++)
    if (joint[i] !== 0)
      tell(Math.floor(i / (total / rows.size)), indexOfPoint(kernel.output, read(i)), joint[i] as number)
}

const enumerated = (
  name: string,
  site: Site,
  d: AnyDistribution,
  axis: string,
): { readonly value: AnyValue; readonly logMass: AnyValue } => {
  if (site.plates.length > 0)
    fail(
      'exact',
      'matrix',
      `no matrix: site '${name}' lies in the plate '${site.plates[0]?.name}'`,
      'draw it with iid instead of a plate',
    )
  const listed = d as unknown as Enumerable
  const value = listed.enumerate(axis)
  return { value, logMass: listed.logProb(value) }
}

const requireSmall = (axes: readonly Axis[]): void => {
  const total = sizeOf(axes.map((a) => a.size))
  if (total > limit)
    fail(
      'exact',
      'matrix',
      `the kernel has more than ${limit} joint outcomes`,
      'multiply the matrices of its parts instead',
    )
}

/** Every point of the inputs, along the axis of the rows. */
const inputValues = (inputs: Givens, rows: Axis): Values => {
  const points = pointsOf(inputs)
  return Object.fromEntries(
    Object.entries(inputs).map(([name, space]) => {
      const numbers = Float32Array.from(points.flatMap((point) => point[name] as readonly number[]))
      return [
        name,
        makeValue(tf.tensor(numbers, [rows.size, ...space.shape]), space.shape, space.domain, [rows]),
      ]
    }),
  )
}

const multiply = (a: Float64Array, b: Float64Array): void => {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) * (b[i] as number)
}

/** exp of the log masses on all axes, normalized along axis `along` in float64. */
const conditional = (logMass: AnyValue, axes: readonly Axis[], along: number): Float64Array => {
  const p = Float64Array.from(expandTo(logMass as Value, axes).dataSync(), Math.exp)
  const stride = sizeOf(axes.slice(along + 1).map((a) => a.size))
  const n = (axes[along] as Axis).size
  for (let i = 0; i < p.length; i++) {
    if (Math.floor(i / stride) % n !== 0) continue
    let sum = 0
    for (let k = 0; k < n; k++) sum += p[i + k * stride] as number
    for (let k = 0; k < n; k++) p[i + k * stride] = (p[i + k * stride] as number) / sum
  }
  return p
}

/** Reads the outputs at joint outcome `i`. */
const readerOf = (outputs: Values, axes: readonly Axis[]) => {
  const numbers = new Map(
    Object.entries(outputs).map(
      ([name, v]) => [name, { data: expandTo(v, axes).dataSync(), size: sizeOf(v.shape) }] as const,
    ),
  )
  return (i: number) =>
    (name: string, entry: number): number => {
      const v = numbers.get(name) as { readonly data: ArrayLike<number>; readonly size: number }
      return v.data[i * v.size + entry] as number
    }
}
