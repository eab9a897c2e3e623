/**
 * Spaces, and elements of a space.
 *
 *   spaces()            random spaces of every domain, with up to 4 numbers
 *   elementsOf(space)   arbitraries of elements, as plain data         elementsFromSeed   n of them, in one array
 *
 * An element is made of normal numbers: exp for Positive, logistic for Unit, softmax for Simplex, and so on.
 * Tested in tests/testing/arbitraries/elements.test.ts.
 */
import * as fc from 'fast-check'
import type { AnyDomain } from '../../dsl/domains/marks.js'
import { type Shape, sizeOf } from '../../dsl/shape.js'
import * as space from '../../dsl/space.js'
import { type AnySpace, elementsOf as decoded, type SpaceLike } from '../../dsl/space.js'
import type { Nested } from '../../dsl/value.js'
import { fold, keyFromSeed, normals } from '../../runtime/keys.js'
import { seeds } from './boundCase.js'

type FromNormals = (z: Float32Array, shape: Shape, domain: AnyDomain) => Float32Array

const each =
  (f: (z: number) => number): FromNormals =>
  (z) =>
    z.map(f)

/** Vectors along the last axis. */
const eachVector =
  (f: (z: readonly number[]) => readonly number[]): FromNormals =>
  (z, shape) => {
    const k = shape[shape.length - 1] ?? 1
    return Float32Array.from(
      Array.from({ length: z.length / k }, (_, i) => f(Array.from(z.subarray(i * k, (i + 1) * k)))).flat(),
    )
  }

/** Square matrices along the last two axes. */
const eachMatrix =
  (f: (z: readonly (readonly number[])[]) => readonly (readonly number[])[]): FromNormals =>
  (z, shape) => {
    const k = shape[shape.length - 1] ?? 1
    return Float32Array.from(
      Array.from({ length: z.length / k ** 2 }, (_, m) =>
        f(
          Array.from({ length: k }, (_, i) =>
            Array.from({ length: k }, (_, j) => z[m * k * k + i * k + j] as number),
          ),
        ).flat(),
      ).flat(),
    )
  }

const softmax = (z: readonly number[]): readonly number[] => {
  const sum = z.reduce((s, x) => s + Math.exp(x), 0)
  return z.map((x) => Math.exp(x) / sum)
}

const oneHot = (z: readonly number[]): readonly number[] => {
  const top = z.indexOf(Math.max(...z))
  return z.map((_, i) => (i === top ? 1 : 0))
}

const lower = (z: readonly (readonly number[])[]) =>
  z.map((row, i) => row.map((x, j) => (i === j ? Math.exp(0.5 * x) : i > j ? 0.5 * x : 0)))

const correlation = (z: readonly (readonly number[])[]) => {
  const l = lower(z)
  const a = l.map((row) => l.map((other) => row.reduce((s, x, k) => s + x * (other[k] as number), 0)))
  return a.map((row, i) => row.map((x, j) => x / Math.sqrt((a[i]?.[i] as number) * (a[j]?.[j] as number))))
}

const label: FromNormals = (z, _, domain) => {
  const k = (domain.marks as { readonly Category: number }).Category
  return z.map((x) => Math.min(k - 1, Math.floor(k / (1 + Math.exp(-1.7 * x)))))
}

const makers: Readonly<Record<string, FromNormals>> = {
  Real: each((z) => z),
  Interval: each((z) => z),
  Positive: each(Math.exp),
  NonNegative: each(Math.abs),
  Unit: each((z) => 1 / (1 + Math.exp(-z))),
  Count: each((z) => Math.floor(3 * Math.abs(z))),
  Binary: each((z) => (z > 0 ? 1 : 0)),
  Circle: each((z) => 2 * Math.atan(z)),
  Simplex: eachVector(softmax),
  OneHot: eachVector(oneHot),
  Ordered: eachVector((z) => [...z].sort((a, b) => a - b)),
  Cholesky: eachMatrix(lower),
  Correlation: eachMatrix(correlation),
}

/** n elements of a space from a seed, one after the other in one array. */
export const elementsFromSeed = (of: SpaceLike<Shape, unknown>, n: number, seed: number): Float32Array => {
  const { domain, shape } = of
  const z = normals(fold(keyFromSeed(seed), 'elements'), n * sizeOf(shape))
  const made = 'Category' in (domain.marks as object) ? label : makers[domain.name]
  return (made ?? each((x) => x))(z, shape, domain)
}

const nested = (xs: Float32Array, shape: Shape): Nested => {
  const [k, ...rest] = shape
  if (k === undefined) return xs[0] as number
  const size = sizeOf(rest)
  return Array.from({ length: k }, (_, i) => nested(xs.subarray(i * size, (i + 1) * size), rest))
}

/** Elements of a space, as plain data. */
export const elements = (of: AnySpace): fc.Arbitrary<Nested> =>
  seeds().map((seed) => {
    const xs = elementsFromSeed(of, 1, seed)
    decoded(of, xs)
    return nested(xs, of.shape)
  })

const shapes = fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 2 })
const vectors = fc
  .tuple(
    shapes.map((s) => s.slice(0, 1)),
    fc.integer({ min: 2, max: 4 }),
  )
  .map(([s, k]) => [...s, k])

/** Random spaces. */
export const spaces = (): fc.Arbitrary<AnySpace> =>
  fc.oneof(
    ...[
      space.real,
      space.positive,
      space.nonNegative,
      space.unit,
      space.binary,
      space.count,
      space.circle,
      space.interval,
    ].map((make) => shapes.map((s) => make(...s) as AnySpace)),
    ...[space.simplex, space.oneHot, space.ordered].map((make) =>
      vectors.map((s) => make(...(s as [number, ...number[]])) as AnySpace),
    ),
    fc.tuple(fc.integer({ min: 1, max: 5 }), shapes).map(([k, s]) => space.category(k, ...s) as AnySpace),
    fc.integer({ min: 1, max: 3 }).map((k) => space.cholesky(k) as AnySpace),
    fc.integer({ min: 1, max: 3 }).map((k) => space.correlation(k) as AnySpace),
  )
