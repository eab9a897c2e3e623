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
 * (`absolutelyContinuous`) asks for the same measure and an included support. The marks as types are in domains/marks.ts. Tested in tests/dsl/domain.test.ts.
 */
import type {
  AnyDomain,
  Binary,
  Category,
  Cholesky,
  Circle,
  Correlation,
  Count,
  Domain,
  Interval,
  NonNegative,
  OneHot,
  Ordered,
  Positive,
  Real,
  Simplex,
  Unit,
} from './domains/marks.js'
import {
  each,
  eachMatrix,
  eachVector,
  filled,
  identityMatrices,
  LARGEST,
  notFinite,
  SMALLEST,
} from './domains/membership.js'
import { fail } from './error.js'

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
    Real: 'give a finite number',
  })[target.name] ?? `pass a value of domain ${target.name}`
