/**
 * Subject: a distribution as the laws see it, with a way to move its parameters where it was given as a function of them.
 *
 *   θ(t) = θ + t v,  v a random direction that stays in the domain of θ
 *
 * A positive number moves relative to itself, a Simplex along its plane, a Cholesky factor below its diagonal. Counts,
 * labels and other numbers that have no derivative stay where they are.
 */
import * as tf from '@tensorflow/tfjs'
import type {
  AnyDistribution,
  Cdf,
  Distribution,
  Entropy,
  EventSpace,
  Moments,
  Quantile,
} from '../../../dsl/distribution.js'
import { isWithin, positive, simplex, unit } from '../../../dsl/domain.js'
import type { AnyDomain } from '../../../dsl/domains/marks.js'
import { fail } from '../../../dsl/error.js'
import { asValue } from '../../../dsl/operations/argument.js'
import type { Shape } from '../../../dsl/shape.js'
import { type AnyValue, isValue, makeValue, toArray, withDomain } from '../../../dsl/value.js'
import { fold, type Key, keyFromSeed, normals } from '../../../runtime/keys.js'
import { shown } from '../verdict.js'

/** A distribution with whatever extras it has. */
export type Testable = AnyDistribution &
  Partial<Moments<Shape>> &
  Partial<Entropy> &
  Partial<Cdf<Shape>> &
  Partial<Quantile<Shape>>

/** A constructor of distributions, from its parameters. */
export type Make = (parameters: never) => AnyDistribution

/** A parameter that can be moved. */
export interface Movable {
  readonly name: string
  readonly value: AnyValue
  /** Direction of the move: one number for each entry. */
  readonly direction: Float32Array
}

/** What laws are held against. */
export interface Subject {
  readonly name: string
  readonly d: Testable
  readonly movable: readonly Movable[]
  /** The distribution with another value for one parameter. */
  readonly with: (name: string, value: AnyValue) => Testable
}

type Numbers = Readonly<Record<string, unknown>>

const showNumber = (x: unknown): unknown =>
  Array.isArray(x) ? `[${x.map(showNumber).join(', ')}]` : typeof x === 'number' ? shown(x) : x

const showParameter = (x: unknown): string => String(showNumber(isValue(x) ? toArray(x) : x))

/** `normal({ loc: 0, scale: 1 })`, shortened. */
const nameOf = (family: string, at: Numbers): string => {
  const inside = Object.entries(at)
    .map(([name, x]) => `${name}: ${showParameter(x)}`)
    .join(', ')
  return `${family}({ ${inside.length > 120 ? `${inside.slice(0, 117)}…` : inside} })`
}

const offDiagonal = (v: Float32Array, n: number): Float32Array =>
  v.map((x, i) => (Math.floor(i / n) % n < i % n ? 0 : x))

/** A direction that stays within a domain to first order. */
export const tangent = (
  z: Float32Array,
  at: ArrayLike<number>,
  domain: AnyDomain,
  shape: Shape,
): Float32Array => {
  const x = (i: number) => at[i] as number
  if (isWithin(domain, simplex)) {
    const k = shape[shape.length - 1] ?? 1
    const mean = (i: number) => {
      const from = i - (i % k)
      return Array.from({ length: k }, (_, j) => x(from + j) * (z[from + j] as number)).reduce(
        (a, b) => a + b,
        0,
      )
    }
    return z.map((zi, i) => x(i) * (zi - mean(i)))
  }
  if (isWithin(domain, unit)) return z.map((zi, i) => x(i) * (1 - x(i)) * zi)
  if (isWithin(domain, positive)) return z.map((zi, i) => x(i) * zi)
  return domain.name === 'Cholesky' ? offDiagonal(z, shape[shape.length - 1] ?? 1) : z
}

const movableOf = (name: string, value: AnyValue, key: Key): Movable => {
  const numbers = value.tensor.dataSync()
  const z = normals(fold(key, name), numbers.length)
  return { name, value, direction: tangent(z, numbers, value.domain, value.shape) }
}

/** A parameter as a value that can be differentiated, if it can. */
const asMovable = (given: unknown, held: AnyValue | undefined): AnyValue | undefined => {
  const domain = held?.domain ?? (isValue(given) ? given.domain : undefined)
  if (domain === undefined || domain.measure === 'counting') return undefined
  if (isValue(given)) return given.axes.length === 0 ? given : undefined
  return typeof given === 'number' ? withDomain(asValue(given), domain) : undefined
}

/** A distribution that cannot be moved. */
const fixedSubject = (d: AnyDistribution): Subject => ({
  name: d.family,
  d: d as Testable,
  movable: [],
  with: () => d as Testable,
})

/** The subject of laws: a distribution, or a constructor with its parameters. */
export const subjectOf = (d: AnyDistribution | Make, at: Numbers | undefined, seed: number): Subject => {
  if (typeof d !== 'function') return fixedSubject(d)
  const make = d as (parameters: Numbers | undefined) => AnyDistribution
  if (at === undefined) return fixedSubject(make(undefined))
  if (typeof at !== 'object' || at === null)
    return fail('option', 'laws', 'the parameters must be a record', 'pass { loc: 0, scale: 1 }')
  const made = make(at) as Testable
  const key = fold(keyFromSeed(seed), 'directions')
  const movable = Object.entries(at).flatMap(([name, given]) => {
    const value = asMovable(given, made.parameters[name])
    return value === undefined ? [] : [movableOf(name, value, key)]
  })
  return {
    name: nameOf(made.family, at),
    d: made,
    movable,
    with: (name, value) => make({ ...at, [name]: value }) as Testable,
  }
}

/** θ + t v. */
export const moved = ({ value, direction }: Movable, t: number): AnyValue => {
  const step = tf.tensor(direction, [...value.shape])
  return { ...value, tensor: tf.add(value.tensor, tf.mul(step, t)) }
}

/** The parameter n times along an axis: a gradient by it is one gradient for each element. */
export const tiled = (value: AnyValue, axis: string, n: number): AnyValue =>
  makeValue(
    tf.tile(tf.expandDims(value.tensor, 0), [n, ...value.shape.map(() => 1)]),
    value.shape,
    value.domain,
    [{ name: axis, size: n }],
  )

/** Rows of n × size numbers, each times the direction: the derivative along it, element by element. */
export const along = (
  gradient: ArrayLike<number>,
  direction: (row: number, entry: number) => number,
  n: number,
): number[] => {
  const size = gradient.length / n
  return Array.from({ length: n }, (_, i) => {
    let sum = 0
    for (let j = 0; j < size; j++) sum += (gradient[i * size + j] as number) * direction(i, j)
    return sum
  })
}

/** log p(x), one number for each element of the axes of x. */
export const logDensities = (d: AnyDistribution, x: AnyValue): AnyValue =>
  (d as Distribution<EventSpace<Shape, unknown>, 'density'>).logProb(x)
