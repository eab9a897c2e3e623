/**
 * laws.bijection({ forward, inverse, logDet }, from, to): a change of variables, as three functions on values.
 *
 *   inverse(forward(x)) = x        forward(inverse(y)) = y        forward(x) lies in `to`
 *   logDet(x) = log |det ∂forward/∂x|, the Jacobian by automatic differentiation, and that by differences
 *
 * At random elements of the spaces, which have equally many numbers. Errors: tag `shape`.
 * Tested in tests/testing/verdicts/bijection.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { fail } from '../../dsl/error.js'
import type { Shape } from '../../dsl/shape.js'
import { sizeOf } from '../../dsl/shape.js'
import type { SpaceLike } from '../../dsl/space.js'
import { type AnyValue, makeValue, showSpaceOf, type Value } from '../../dsl/value.js'
import { gradientsOf } from '../../inference/step.js'
import { elementsFromSeed } from '../arbitraries/elements.js'
import { tidily } from './tidily.js'
import { decided, judged, type Law, type LawOptions, type LawVerdict, shown } from './verdict.js'

/** A change of variables. */
export interface Bijection<S extends Shape = Shape, D = unknown, S2 extends Shape = Shape, D2 = unknown> {
  readonly forward: (x: Value<S, D>) => Value<S2, D2>
  readonly inverse: (y: Value<S2, D2>) => Value<S, D>
  /** log |det ∂forward/∂x|, one number for each element. */
  readonly logDet: (x: Value<S, D>) => AnyValue
}

type Plain = Bijection<Shape, never, Shape, never>
type AnySpaceLike = SpaceLike<Shape, unknown>

const n = 16

const valuesOf = (space: AnySpaceLike, xs: Float32Array): AnyValue =>
  makeValue(tf.tensor(xs, [n, ...space.shape]), space.shape, space.domain, [{ name: 'point', size: n }])

const numbers = (v: AnyValue): Float32Array => Float32Array.from(v.tensor.dataSync())

const relative = (a: Float32Array, b: Float32Array): number =>
  a.reduce((m, x, i) => {
    const gap = Math.abs(x - (b[i] as number)) / (1 + Math.abs(x))
    return Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(m, gap)
  }, 0)

const roundTrip = (
  law: Law,
  options: LawOptions,
  there: (v: AnyValue) => AnyValue,
  x: AnyValue,
): LawVerdict => {
  const off = relative(numbers(x), numbers(there(x)))
  const bound = options.tolerance ?? 1e-3
  return judged(
    law,
    off,
    bound,
    `it is off by up to ${shown(off)} relative to the number, where ${shown(bound)} is allowed`,
  )
}

/** log |det| of k × k rows, by elimination with pivots. */
const logAbsDet = (rows: readonly (readonly number[])[]): number => {
  const a = rows.map((r) => [...r])
  let sum = 0
  for (let c = 0; c < a.length; c++) {
    const pivot = a
      .slice(c)
      .reduce((best, r, i) => (Math.abs(r[c] as number) > Math.abs(a[best]?.[c] as number) ? c + i : best), c)
    ;[a[c], a[pivot]] = [a[pivot] as number[], a[c] as number[]]
    const head = a[c] as number[]
    sum += Math.log(Math.abs(head[c] as number))
    for (const r of a.slice(c + 1)) {
      const factor = (r[c] as number) / (head[c] as number)
      for (let j = c; j < r.length; j++) r[j] = (r[j] as number) - factor * (head[j] as number)
    }
  }
  return sum
}

/** Jacobians at every element: [element][output][input], by automatic differentiation. */
const jacobians = (f: (x: AnyValue) => AnyValue, x: AnyValue, k: number): number[][][] => {
  const columns = Array.from({ length: k }, (_, output) =>
    tidily(() => {
      const y = (t: tf.Tensor) => tf.reshape(f({ ...x, tensor: t }).tensor, [n, k])
      const pick = (t: tf.Tensor) => tf.sum(tf.slice(y(t), [0, output], [n, 1])) as tf.Scalar
      return Float32Array.from(
        (gradientsOf((t) => pick(t as tf.Tensor), [x.tensor]).grads[0] as tf.Tensor).dataSync(),
      )
    }),
  )
  return Array.from({ length: n }, (_, i) => columns.map((c) => Array.from(c.subarray(i * k, (i + 1) * k))))
}

const differenced = (f: (x: AnyValue) => AnyValue, x: AnyValue, k: number): number[][][] => {
  const xs = numbers(x)
  const sizeAt = (i: number) => 1e-2 * Math.max(0.1, Math.abs(xs[i] as number))
  const rows = Array.from({ length: k }, (_, input) => {
    const at = (t: number) => {
      const moved = xs.map((xi, i) => (i % k === input ? xi + t * sizeAt(i) : xi))
      return numbers(f({ ...x, tensor: tf.tensor(moved, x.tensor.shape) }))
    }
    const [a, b, c, d] = [-2, -1, 1, 2].map(at) as [Float32Array, Float32Array, Float32Array, Float32Array]
    return a.map(
      (low, i) =>
        (8 * ((c[i] as number) - (b[i] as number)) - ((d[i] as number) - low)) /
        (12 * sizeAt(Math.floor(i / k) * k + input)),
    )
  })
  return Array.from({ length: n }, (_, e) =>
    Array.from({ length: k }, (_, output) => rows.map((r) => r[e * k + output] as number)),
  )
}

const determinant = (
  law: Law,
  bound: number,
  said: Float32Array,
  by: readonly (readonly (readonly number[])[])[],
): LawVerdict => {
  const found = Float32Array.from(by, logAbsDet)
  const off = said.reduce((m, l, i) => Math.max(m, Math.abs(l - (found[i] as number)) / (1 + Math.abs(l))), 0)
  const worst = said.findIndex((l, i) => Math.abs(l - (found[i] as number)) / (1 + Math.abs(l)) === off)
  return judged(
    law,
    said.length === n ? off : Number.POSITIVE_INFINITY,
    bound,
    `logDet says ${shown(said[worst] as number)} where the Jacobian has ${shown(found[worst] as number)}: off by ${shown(off)}, where ${shown(bound)} is allowed`,
  )
}

/** The laws of a change of variables. */
export const bijectionLaws = <S extends Shape, D, S2 extends Shape, D2>(
  b: Bijection<S, D, S2, D2>,
  from: SpaceLike<S, D>,
  to: SpaceLike<S2, D2>,
  options: LawOptions = {},
): readonly LawVerdict[] => {
  const plain = b as unknown as Plain
  const k = sizeOf(from.shape)
  if (k !== sizeOf(to.shape))
    return fail(
      'shape',
      'laws.bijection',
      `${showSpaceOf(from)} has ${k} numbers and ${showSpaceOf(to)} has ${sizeOf(to.shape)}`,
      'give coordinates: as many numbers on both sides',
    )
  const subject = `the bijection ${showSpaceOf(from)} → ${showSpaceOf(to)}`
  const law = (name: string, remedy: string): Law => ({ subject, law: name, remedy })
  const forward = (x: AnyValue): AnyValue => plain.forward(x as never)
  const inverse = (y: AnyValue): AnyValue => plain.inverse(y as never)
  return tidily(() => {
    const x = valuesOf(from, elementsFromSeed(from, n, options.seed ?? 0))
    const y = valuesOf(to, elementsFromSeed(to, n, (options.seed ?? 0) + 1))
    const image = numbers(forward(x))
    const outside = to.domain.outside(image, to.shape)
    const said = numbers(plain.logDet(x as never))
    const bound = options.tolerance ?? 1e-3
    return [
      decided(
        law('forward(x) lies in its space', 'look at the ends of the space'),
        outside === undefined,
        outside?.reason ?? `${n} images lie in ${to.domain.name}`,
      ),
      roundTrip(
        law('inverse(forward(x)) = x', 'invert the steps of forward, the last one first'),
        options,
        (v) => inverse(forward(v)),
        x,
      ),
      roundTrip(
        law('forward(inverse(y)) = y', 'invert the steps of forward, the last one first'),
        options,
        (v) => forward(inverse(v)),
        y,
      ),
      determinant(
        law('logDet is that of the Jacobian', 'check sign and direction: log |det ∂forward/∂x|, of x'),
        bound,
        said,
        jacobians(forward, x, k),
      ),
      determinant(
        law('logDet is that of differences', 'check sign and direction: log |det ∂forward/∂x|, of x'),
        10 * bound,
        said,
        differenced(forward, x, k),
      ),
    ]
  })
}
