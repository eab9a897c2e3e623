/**
 * Domains: which numbers a value may hold, as a lattice of structural marks.
 *
 *   Positive ⊂ NonNegative ⊂ Real      Binary ⊂ Unit ⊂ NonNegative      Binary ⊂ Count ⊂ NonNegative
 *   OneHot ⊂ Simplex ⊂ Unit            Category(k) ⊂ Count              Interval, Ordered, Cholesky,
 *                                                                       Correlation, Circle ⊂ Real
 *
 * A domain is the set of its marks; A ⊂ B exactly when A has every mark of B. At compile time that is TypeScript's
 * structural subtyping (so `Positive` is accepted where `Real` is asked for), and at run time the same test on
 * `Domain.marks`. A domain also names the reference measure of densities on it; absolute continuity
 * (`absolutelyContinuous`) asks for the same measure and an included support. Tested in tests/dsl/domain.test.ts.
 */
import { fail } from './error.js'

/** All real numbers. */
export interface Real {
  readonly Real: true
}
/** Numbers x >= 0. */
export interface NonNegative extends Real {
  readonly NonNegative: true
}
/** Numbers x > 0. */
export interface Positive extends NonNegative {
  readonly Positive: true
}
/** Numbers 0 <= x <= 1. */
export interface Unit extends NonNegative {
  readonly Unit: true
}
/** Whole numbers 0, 1, 2, … */
export interface Count extends NonNegative {
  readonly Count: true
}
/** The numbers 0 and 1. */
export interface Binary extends Unit, Count {
  readonly Binary: true
}
/** The whole numbers 0 … K − 1, as labels. */
export interface Category<K extends number = number> extends Count {
  readonly Category: K
}
/** Vectors of numbers >= 0 that sum to 1 (along the last event axis). */
export interface Simplex extends Unit {
  readonly Simplex: true
}
/** Vectors with one 1 and otherwise 0 (along the last event axis). */
export interface OneHot extends Simplex, Binary {
  readonly OneHot: true
}
/** A bounded interval whose ends the type does not know. */
export interface Interval extends Real {
  readonly Interval: true
}
/** Vectors x_1 <= x_2 <= … (along the last event axis). */
export interface Ordered extends Real {
  readonly Ordered: true
}
/** Lower triangular matrices with a positive diagonal. */
export interface Cholesky extends Real {
  readonly Cholesky: true
}
/** Symmetric positive definite matrices with unit diagonal. */
export interface Correlation extends Real {
  readonly Correlation: true
}
/** Angles −π <= x <= π, where the ends are one point. */
export interface Circle extends Real {
  readonly Circle: true
}

/** The name of a domain, as the compiler's sentences print it. */
export type DomainName<D> = [D] extends [OneHot]
  ? 'OneHot'
  : [D] extends [Binary]
    ? 'Binary'
    : [D] extends [Category<infer K>]
      ? `Category(${K})`
      : [D] extends [Simplex]
        ? 'Simplex'
        : [D] extends [Count]
          ? 'Count'
          : [D] extends [Unit]
            ? 'Unit'
            : [D] extends [Positive]
              ? 'Positive'
              : [D] extends [NonNegative]
                ? 'NonNegative'
                : [D] extends [Interval]
                  ? 'Interval'
                  : [D] extends [Ordered]
                    ? 'Ordered'
                    : [D] extends [Cholesky]
                      ? 'Cholesky'
                      : [D] extends [Correlation]
                        ? 'Correlation'
                        : [D] extends [Circle]
                          ? 'Circle'
                          : 'Real'

/** The reference measure of densities on a domain. */
export type Measure<D> = [D] extends [Count]
  ? 'counting'
  : [D] extends [Simplex]
    ? 'simplex'
    : [D] extends [Circle]
      ? 'circle'
      : [D] extends [Cholesky]
        ? 'cholesky'
        : [D] extends [Correlation]
          ? 'correlation'
          : 'Lebesgue'

/** A failure of membership: the flat index within the event, and the reason. */
export interface OutsideDomain {
  readonly index: number
  readonly reason: string
  readonly remedy: string
}

/** A domain at run time: its marks, its name, its measure, and its membership test. */
export interface Domain<out D> {
  readonly name: string
  readonly marks: D
  readonly measure: string
  /** A member of the domain, for an event of this shape; used to run a model once at construction. */
  readonly example: (shape: readonly number[]) => Float32Array
  /** The first entry of `data`, events of `shape` one after the other, that lies outside; undefined if none does. */
  readonly outside: (data: ArrayLike<number>, shape: readonly number[]) => OutsideDomain | undefined
}

/** A domain of any marks. */
export type AnyDomain = Domain<unknown>

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
const filled =
  (x: number) =>
  (shape: readonly number[]): Float32Array =>
    new Float32Array(size(shape)).fill(x)

/** The remedy where a datum is not a number at all. */
const notFinite = 'remove or impute it; giry takes finite numbers only'

/**
 * A membership test for domains that are products of one set of numbers, low <= x <= high, whole ones if asked for.
 * Facts rather than a predicate: one loop without calls checks 47 million pixels in a fraction of a second.
 */
const each =
  (low: number, high: number, whole: boolean, reason: (x: number) => string, remedy: string) =>
  (data: ArrayLike<number>): OutsideDomain | undefined => {
    for (let i = 0; i < data.length; i++) {
      const x = data[i] as number
      if (!(x >= low && x <= high && (!whole || Math.floor(x) === x)))
        return Number.isFinite(x)
          ? { index: i, reason: reason(x), remedy }
          : { index: i, reason: `${x} is not a finite number`, remedy: notFinite }
    }
    return undefined
  }

const LARGEST = Number.MAX_VALUE
const SMALLEST = Number.MIN_VALUE

/** A membership test on the vectors along the last axis. */
const eachVector =
  (member: (xs: readonly number[]) => string | undefined, remedy: string) =>
  (data: ArrayLike<number>, shape: readonly number[]): OutsideDomain | undefined => {
    const n = shape[shape.length - 1] ?? 1
    const finite = real.outside(data, shape)
    if (finite) return finite
    const xs = new Array<number>(n)
    for (let i = 0; i + n <= data.length; i += n) {
      for (let j = 0; j < n; j++) xs[j] = data[i + j] as number
      const reason = member(xs)
      if (reason !== undefined) return { index: i, reason, remedy }
    }
    return undefined
  }

/** A membership test on the matrices along the last two axes. */
const eachMatrix =
  (member: (a: (i: number, j: number) => number, n: number) => string | undefined, remedy: string) =>
  (data: ArrayLike<number>, shape: readonly number[]): OutsideDomain | undefined => {
    const n = shape[shape.length - 1] ?? 1
    const finite = real.outside(data, shape)
    if (finite) return finite
    for (let o = 0; o + n * n <= data.length; o += n * n) {
      const reason = member((i, j) => data[o + i * n + j] as number, n)
      if (reason !== undefined) return { index: o, reason, remedy }
    }
    return undefined
  }

const identityMatrices = (shape: readonly number[]): Float32Array => {
  const n = shape[shape.length - 1] ?? 1
  return filled(0)(shape).map((_, i) => (Math.floor(i / n) % n === i % n ? 1 : 0))
}

const marksOf = <D>(marks: readonly string[]): D => Object.fromEntries(marks.map((m) => [m, true])) as D

/** The real line. */
export const real: Domain<Real> = {
  name: 'Real',
  marks: marksOf(['Real']),
  measure: 'Lebesgue',
  example: filled(0.5),
  outside: each(-LARGEST, LARGEST, false, (x) => `${x} is not a real number`, notFinite),
}

/** x >= 0. */
export const nonNegative: Domain<NonNegative> = {
  name: 'NonNegative',
  marks: marksOf(['Real', 'NonNegative']),
  measure: 'Lebesgue',
  example: filled(0.5),
  outside: each(0, LARGEST, false, (x) => `${x} is negative`, 'use real(…) for data of either sign'),
}

/** x > 0. */
export const positive: Domain<Positive> = {
  name: 'Positive',
  marks: marksOf(['Real', 'NonNegative', 'Positive']),
  measure: 'Lebesgue',
  example: filled(0.5),
  outside: each(
    SMALLEST,
    LARGEST,
    false,
    (x) => `${x} is not positive`,
    'use real(…) for data of either sign, or map it with exp or softplus',
  ),
}

/** 0 <= x <= 1. */
export const unit: Domain<Unit> = {
  name: 'Unit',
  marks: marksOf(['Real', 'NonNegative', 'Unit']),
  measure: 'Lebesgue',
  example: filled(0.5),
  outside: each(
    0,
    1,
    false,
    (x) => `${x} lies outside [0, 1]`,
    'divide grey values 0 … 255 by 255, or use real(…)',
  ),
}

/** 0, 1, 2, … */
export const count: Domain<Count> = {
  name: 'Count',
  marks: marksOf(['Real', 'NonNegative', 'Count']),
  measure: 'counting',
  example: filled(1),
  outside: each(
    0,
    LARGEST,
    true,
    (x) => `${x} is not a whole number >= 0`,
    'round the data, or use nonNegative(…)',
  ),
}

/** 0 or 1. */
export const binary: Domain<Binary> = {
  name: 'Binary',
  marks: marksOf(['Real', 'NonNegative', 'Unit', 'Count', 'Binary']),
  measure: 'counting',
  example: filled(1),
  outside: each(
    0,
    1,
    true,
    (x) => `${x} is neither 0 nor 1`,
    'grey values need binarizing: load the data set with { binarize: true } (mnist) or { binarize: { x: true } } (dataset), or model them with unit(…)',
  ),
}

/** 0 … k − 1. */
export const category = <K extends number>(k: K): Domain<Category<K>> => ({
  name: `Category(${k})`,
  marks: { ...marksOf<Count>(['Real', 'NonNegative', 'Count']), Category: k },
  measure: 'counting',
  example: filled(0),
  outside: each(
    0,
    k - 1,
    true,
    (x) => `${x} is not one of the labels 0 … ${k - 1}`,
    `number the labels from 0, or declare more of them than ${k}`,
  ),
})

const sumsToOne = (xs: readonly number[]): string | undefined => {
  const sum = xs.reduce((a, b) => a + b, 0)
  if (xs.some((x) => x < 0)) return `${xs.find((x) => x < 0)} is negative`
  return Math.abs(sum - 1) > 1e-4 ? `the entries sum to ${sum}, not to 1` : undefined
}

/** Probability vectors. */
export const simplex: Domain<Simplex> = {
  name: 'Simplex',
  marks: marksOf(['Real', 'NonNegative', 'Unit', 'Simplex']),
  measure: 'simplex',
  example: (shape) => filled(1 / (shape[shape.length - 1] ?? 1))(shape),
  outside: eachVector(sumsToOne, 'divide each vector by its sum'),
}

/** One-hot vectors. */
export const oneHot: Domain<OneHot> = {
  name: 'OneHot',
  marks: marksOf(['Real', 'NonNegative', 'Unit', 'Simplex', 'Count', 'Binary', 'OneHot']),
  measure: 'counting',
  example: (shape) => filled(0)(shape).map((_, i) => (i % (shape[shape.length - 1] ?? 1) === 0 ? 1 : 0)),
  outside: eachVector(
    (xs) =>
      xs.every((x) => x === 0 || x === 1) && xs.filter((x) => x === 1).length === 1
        ? undefined
        : `[${xs.join(', ')}] is not one-hot`,
    'use category(k) for labels written as numbers',
  ),
}

/** A bounded interval. */
export const interval: Domain<Interval> = {
  ...real,
  name: 'Interval',
  marks: marksOf(['Real', 'Interval']),
}

/** Increasing vectors. */
export const ordered: Domain<Ordered> = {
  name: 'Ordered',
  marks: marksOf(['Real', 'Ordered']),
  measure: 'Lebesgue',
  example: (shape) => filled(0)(shape).map((_, i) => i % (shape[shape.length - 1] ?? 1)),
  outside: eachVector(
    (xs) =>
      xs.every((x, i) => i === 0 || x >= (xs[i - 1] as number))
        ? undefined
        : `[${xs.join(', ')}] is not increasing`,
    'sort each vector',
  ),
}

/** Cholesky factors. */
export const cholesky: Domain<Cholesky> = {
  name: 'Cholesky',
  marks: marksOf(['Real', 'Cholesky']),
  measure: 'cholesky',
  example: identityMatrices,
  outside: eachMatrix((a, n) => {
    for (let i = 0; i < n; i++) {
      if (a(i, i) <= 0) return `the diagonal entry ${a(i, i)} is not positive`
      for (let j = i + 1; j < n; j++)
        if (a(i, j) !== 0) return `the entry ${a(i, j)} above the diagonal is not 0`
    }
    return undefined
  }, 'pass the lower Cholesky factor of the covariance matrix'),
}

/** Correlation matrices (symmetry and unit diagonal are checked here, definiteness where it is used). */
export const correlation: Domain<Correlation> = {
  name: 'Correlation',
  marks: marksOf(['Real', 'Correlation']),
  measure: 'correlation',
  example: identityMatrices,
  outside: eachMatrix((a, n) => {
    for (let i = 0; i < n; i++) {
      if (Math.abs(a(i, i) - 1) > 1e-5) return `the diagonal entry ${a(i, i)} is not 1`
      for (let j = 0; j < i; j++) if (Math.abs(a(i, j) - a(j, i)) > 1e-5) return 'the matrix is not symmetric'
    }
    return undefined
  }, 'divide a covariance matrix by the outer product of its standard deviations'),
}

/** π rounded up to float32. */
const PI = 3.1415927410125732

/** Angles. */
export const circle: Domain<Circle> = {
  name: 'Circle',
  marks: marksOf(['Real', 'Circle']),
  measure: 'circle',
  example: filled(0.5),
  outside: each(-PI, PI, false, (x) => `${x} lies outside [-π, π]`, 'wrap angles to (-π, π]'),
}

/** A ⊂ B: A has every mark of B. */
export const isWithin = (a: AnyDomain, b: AnyDomain): boolean => {
  const marks = a.marks as Record<string, unknown>
  return Object.entries(b.marks as Record<string, unknown>).every(([mark, value]) => marks[mark] === value)
}

/** Densities on `a` may be compared with densities on `b`: same reference measure, support of a within that of b. */
export const absolutelyContinuous = (a: AnyDomain, b: AnyDomain): boolean =>
  a.measure === b.measure && isWithin(a, b)

/** The smallest domain known here that contains both. */
export const join = (a: AnyDomain, b: AnyDomain): AnyDomain => {
  if (isWithin(a, b)) return b
  if (isWithin(b, a)) return a
  return [count, unit, nonNegative].find((d) => isWithin(a, d) && isWithin(b, d)) ?? real
}

/** Fails unless `a` lies within `b`. */
export const requireWithin = (a: AnyDomain, b: AnyDomain, where: string): void => {
  if (!isWithin(a, b))
    fail('domain', where, `${where} must be ${b.name}, but the value given is ${a.name}`, domainRemedy(b))
}

/** How to get into a domain. */
export const domainRemedy = (target: AnyDomain): string =>
  ({
    Positive: 'map it with exp or softplus',
    NonNegative: 'map it with exp, softplus, square or relu',
    Unit: 'map it with sigmoid',
    Simplex: 'map it with softmax',
    Real: '',
  })[target.name] ?? `pass a value of domain ${target.name}`

/** The domain of a constant. */
export const domainOfNumber = (x: number): AnyDomain => (x > 0 ? positive : x === 0 ? nonNegative : real)

/** The domain of a constant, where its literal is known to the compiler. */
export type DomainOfNumber<N extends number> = number extends N
  ? Real
  : `${N}` extends `-${string}`
    ? Real
    : N extends 0
      ? NonNegative
      : Positive

/** Domain of x + y. */
export type AddDomain<A, B> = [A, B] extends [Count, Count]
  ? Count
  : [A, B] extends [NonNegative, NonNegative]
    ? [A] extends [Positive]
      ? Positive
      : [B] extends [Positive]
        ? Positive
        : NonNegative
    : Real

/** Domain of x + y, at run time. */
export const addDomain = (a: AnyDomain, b: AnyDomain): AnyDomain => {
  const both = (d: AnyDomain) => isWithin(a, d) && isWithin(b, d)
  if (both(count)) return count
  if (!both(nonNegative)) return real
  return isWithin(a, positive) || isWithin(b, positive) ? positive : nonNegative
}

/** Domain of x · y. */
export type MulDomain<A, B> = [A, B] extends [Binary, Binary]
  ? Binary
  : [A, B] extends [Count, Count]
    ? Count
    : [A, B] extends [Unit, Unit]
      ? Unit
      : [A, B] extends [Positive, Positive]
        ? Positive
        : [A, B] extends [NonNegative, NonNegative]
          ? NonNegative
          : Real

/** Domain of x · y, at run time. */
export const mulDomain = (a: AnyDomain, b: AnyDomain): AnyDomain =>
  [binary, count, unit, positive, nonNegative].find((d) => isWithin(a, d) && isWithin(b, d)) ?? real

/** Domain of x / y. */
export type DivDomain<A, B> = [A, B] extends [Positive, Positive]
  ? Positive
  : [A, B] extends [NonNegative, NonNegative]
    ? NonNegative
    : Real

/** Domain of entries that were cut out of their vector or matrix, or put into another: marks of the whole are lost. */
export type EntriesDomain<D> = [D] extends [OneHot]
  ? Binary
  : [D] extends [Simplex]
    ? Unit
    : [D] extends [Ordered | Cholesky | Correlation]
      ? Real
      : D

/** The same at run time. */
export const entriesDomain = (d: AnyDomain): AnyDomain => {
  if (isWithin(d, oneHot)) return binary
  if (isWithin(d, simplex)) return unit
  return [ordered, cholesky, correlation].some((whole) => isWithin(d, whole)) ? real : d
}

/** Domain of entries chosen one by one from x and y. */
export type MixedDomain<A, B> = EntriesDomain<A> | EntriesDomain<B>

/** The same at run time. */
export const mixedDomain = (a: AnyDomain, b: AnyDomain): AnyDomain => join(entriesDomain(a), entriesDomain(b))

/** Domain of x / y, at run time. */
export const divDomain = (a: AnyDomain, b: AnyDomain): AnyDomain =>
  [positive, nonNegative].find((d) => isWithin(a, d) && isWithin(b, d)) ?? real
