/**
 * A million gradients of an estimator, by each of its inputs: their mean, its standard error, and their variance.
 *
 * Parameters of its own (a baseline) are held, or move between batches by what was drawn before: each draw less the truth is then a
 * martingale difference, and the standard error of the mean of differences that are uncorrelated is that of independent ones.
 */
import { expect } from 'vitest'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import type { AnyParams } from '../../../src/testing/arbitraries/boundCase.js'
import { momentsOf, perDraw } from './perDraw.js'

/** A point with two parameters, or what there is by each of them. */
export type Point = Readonly<Record<string, number>>

type Moments = ReturnType<typeof momentsOf>

/** Moments of the gradient by each parameter. */
export interface Found {
  readonly moments: Readonly<Record<string, Moments>>
  /** Of one gradient, summed over the parameters. */
  readonly variance: number
  /** At most so large is the standard error of it, however the parameters are correlated. */
  readonly varianceError: number
}

/** How often, and at what parameters of its own. */
export interface Often {
  /** Batches of n gradients; ten of 100,000 unless said otherwise. */
  readonly batches?: number
  readonly n?: number
  readonly params?: AnyParams
  /** The parameters of the next batch, by those of this one and the gradient of the mean by them. */
  readonly next?: (params: AnyParams, gradients: Readonly<Record<string, Float32Array>>) => AnyParams
}

/** The gradients of o by the parameters `at`, which are inputs of its model like `given`. */
export const gradients = (o: AnyObjective, at: Point, given: Point, often: Often = {}): Found => {
  const { batches = 10, n = 100_000, next = (p) => p } = often
  const all = Object.keys(at).map((name) => [name, new Float32Array(batches * n)] as const)
  let params = often.params ?? {}
  for (let seed = 0; seed < batches; seed++) {
    const { draws, nets } = perDraw(o, { ...at, ...given }, n, params, seed)
    for (const [name, xs] of all) xs.set(draws[name] as Float32Array, seed * n)
    params = next(params, nets)
  }
  const moments = Object.fromEntries(all.map(([name, xs]) => [name, momentsOf(xs)]))
  const total = (of: (m: Moments) => number) => Object.values(moments).reduce((sum, m) => sum + of(m), 0)
  return { moments, variance: total((m) => m.variance), varianceError: total((m) => m.varianceError) }
}

/** The same, where an estimate takes several draws: the variance that one draw would have. */
export const ofOneDraw = (found: Found, particles: number): Found => ({
  ...found,
  variance: particles * found.variance,
  varianceError: particles * found.varianceError,
})

/** Within 5 standard errors of the exact gradient; a mean of float32 numbers adds a rounding of its own. */
export const expectUnbiased = ({ moments }: Found, truth: Point, what: string): void => {
  for (const [name, { mean, standardError }] of Object.entries(moments)) {
    const exact = truth[name] as number
    expect(
      Math.abs(mean - exact),
      `${what}, by ${name}: ${mean} ± ${standardError}, not ${exact}`,
    ).toBeLessThan(5 * standardError + 2e-5)
  }
}

/** How many standard errors the parameter that is furthest off lies from its exact gradient. */
export const errorsOff = ({ moments }: Found, truth: Point): number =>
  Math.max(
    ...Object.entries(moments).map(
      ([name, m]) => Math.abs(m.mean - (truth[name] as number)) / m.standardError,
    ),
  )

/** The gradient of f, by central differences of fourth order. */
export const gradientOf = (f: (at: Point) => number, at: Point, h = 1e-3): Point =>
  Object.fromEntries(
    Object.keys(at).map((name) => {
      const moved = (d: number) => f({ ...at, [name]: (at[name] as number) + d })
      return [name, (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)]
    }),
  )

/** Strictly falling. */
export const expectFalling = (variances: Readonly<Record<string, number>>): void => {
  const found = Object.entries(variances)
  expect(found, JSON.stringify(variances)).toEqual([...found].sort(([, a], [, b]) => b - a))
  expect(new Set(Object.values(variances)).size, JSON.stringify(variances)).toBe(found.length)
}
