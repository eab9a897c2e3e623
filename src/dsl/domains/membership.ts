/**
 * Membership tests: which entry of some data lies outside a domain, why, and what to do about it.
 *
 *   each        products of one set of numbers, low <= x <= high        eachVector   vectors along the last axis
 *   eachMatrix  square matrices along the last two axes
 */
import type { OutsideDomain } from './marks.js'

/** Number of entries of an event. */
export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
/** An event of one number. */
export const filled =
  (x: number) =>
  (shape: readonly number[]): Float32Array =>
    new Float32Array(size(shape)).fill(x)

/** The remedy where a datum is not a number at all. */
export const notFinite = 'remove or impute it; giry takes finite numbers only'

/**
 * A membership test for domains that are products of one set of numbers, low <= x <= high, whole ones if asked for.
 * Facts rather than a predicate: one loop without calls checks 47 million pixels in a fraction of a second.
 */
export const each =
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

/** The largest finite number. */
export const LARGEST = Number.MAX_VALUE
/** The smallest positive number. */
export const SMALLEST = Number.MIN_VALUE

const finiteOnly = each(-LARGEST, LARGEST, false, (x) => `${x} is not a real number`, notFinite)

/** A membership test on the vectors along the last axis. */
export const eachVector =
  (member: (xs: readonly number[]) => string | undefined, remedy: string) =>
  (data: ArrayLike<number>, shape: readonly number[]): OutsideDomain | undefined => {
    const n = shape[shape.length - 1] ?? 1
    const finite = finiteOnly(data)
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
export const eachMatrix =
  (member: (a: (i: number, j: number) => number, n: number) => string | undefined, remedy: string) =>
  (data: ArrayLike<number>, shape: readonly number[]): OutsideDomain | undefined => {
    const n = shape[shape.length - 1] ?? 1
    const finite = finiteOnly(data)
    if (finite) return finite
    for (let o = 0; o + n * n <= data.length; o += n * n) {
      const reason = member((i, j) => data[o + i * n + j] as number, n)
      if (reason !== undefined) return { index: o, reason, remedy }
    }
    return undefined
  }

/** Identity matrices along the last two axes. */
export const identityMatrices = (shape: readonly number[]): Float32Array => {
  const n = shape[shape.length - 1] ?? 1
  return filled(0)(shape).map((_, i) => (Math.floor(i / n) % n === i % n ? 1 : 0))
}
