/**
 * A stream of plain numbers from a seed: what the random models are made of.
 *
 * Numbers are rounded to float32, so that an oracle in float64 and the library compute with the same ones.
 * Tested in tests/testing/arbitraries.test.ts.
 */
import { fold, type Key, keyFromSeed, normals, uniforms } from '../../runtime/keys.js'

/** Numbers, one after the other. */
export interface Stream {
  /** A number in (low, high). */
  readonly uniform: (low?: number, high?: number) => number
  /** A whole number from low to high, both included. */
  readonly integer: (low: number, high: number) => number
  /** n numbers N(0, scale²). */
  readonly normals: (n: number, scale?: number) => number[]
  /** Each of the things with probability one half. */
  readonly some: <A>(of: readonly A[]) => A[]
  /** One of the things. */
  readonly one: <A>(of: readonly A[]) => A
}

/** The stream of a seed. */
export const streamOf = (seed: number): Stream => {
  const root = fold(keyFromSeed(seed), 'testing')
  let next = 0
  const key = (): Key => fold(root, next++)
  const uniform = (low = 0, high = 1) => Math.fround(low + (high - low) * (uniforms(key(), 1)[0] as number))
  const integer = (low: number, high: number) => Math.min(high, Math.floor(uniform(low, high + 1)))
  return {
    uniform,
    integer,
    normals: (n, scale = 1) => Array.from(normals(key(), n), (x) => Math.fround(scale * x)),
    some: (of) => of.filter(() => uniform() < 0.5),
    one: <A>(of: readonly A[]) => of[integer(0, of.length - 1)] as A,
  }
}
