/**
 * Functions on a line that are known by their logarithm f_p(t), asked for many problems p and points t at once.
 *
 *   ask(f, lists, problems)[i] = f at every point of lists[i], for problems[i]
 *
 * Where t is far outside of the mass, f may overflow to NaN, which counts as −∞; next to mass it is a fault.
 * Tested in tests/inference/evidence/integrate.test.ts.
 */

/** Where a problem lives: most of its mass is expected within some spreads of the center. */
export interface Start {
  readonly center: number
  readonly spread: number
  readonly low: number
  readonly high: number
  /** Set where the domain goes on beyond the ends, which are those of float32. */
  readonly cut?: boolean
}

/** f_p(t) of pairs of a problem and a point. */
export type LogFunction = (problems: Int32Array, t: Float64Array) => ArrayLike<number>

/** Asks f for lists of points of several problems at once, and hands each its own back. */
export const ask = (
  f: LogFunction,
  lists: readonly (readonly number[])[],
  problems: readonly number[],
): Float64Array[] => {
  const n = lists.reduce((sum, l) => sum + l.length, 0)
  const index = new Int32Array(n)
  const t = new Float64Array(n)
  let at = 0
  lists.forEach((list, i) => {
    for (const x of list) {
      index[at] = problems[i] as number
      t[at++] = x
    }
  })
  const values = n === 0 ? [] : f(index, t)
  at = 0
  return lists.map((list) => {
    const own = new Float64Array(list.length)
    for (let i = 0; i < own.length; i++) own[i] = values[at++] as number
    return own
  })
}

/** NaN as −Infinity: far outside of the mass it is an overflow. */
export const withoutNaN = (v: Float64Array): Float64Array =>
  v.map((x) => (Number.isNaN(x) ? Number.NEGATIVE_INFINITY : x))

/** Whether NaN borders on mass: a hole that no halving would fill. */
export const isBroken = (v: Float64Array, top: number): boolean => {
  const isMass = (i: number) => (v[i] ?? Number.NaN) > top - 30
  return (
    v.every((x) => Number.isNaN(x)) || v.some((x, i) => Number.isNaN(x) && (isMass(i - 1) || isMass(i + 1)))
  )
}
