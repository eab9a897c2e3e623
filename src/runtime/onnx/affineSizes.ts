/**
 * Sizes that depend on the number n of rows, known from two recordings.
 *
 *   u at n_1 and v at n_2   ->   slope n + offset = u + (n - n_1) (v - u) / (n_2 - n_1)
 *
 * The two numbers of rows are primes larger than any offset, so that a product of two such sizes is not taken for a
 * size: n^2 through the same points has the offset -n_1 n_2. Tested in tests/runtime/onnx/freeBatch.test.ts.
 */

/** The numbers of rows of the two recordings; large, so that no other size of a model is taken for one of them. */
export const recordedRows = [8191, 8209] as const

/** slope n + offset. */
export interface Affine {
  readonly slope: number
  readonly offset: number
}

/** The size that is u and v in the two recordings; undefined where it is no affine function of the rows. */
export const affineThrough = (u: number, v: number): Affine | undefined => {
  const [first, second] = recordedRows
  const slope = (v - u) / (second - first)
  const offset = u - slope * first
  return Number.isInteger(slope) && Math.abs(offset) < first ? { slope, offset } : undefined
}

/** The sizes of two lists of one length; undefined where one of them is no affine function of the rows. */
export const affinesThrough = (
  us: readonly number[],
  vs: readonly number[],
): readonly Affine[] | undefined => {
  if (us.length !== vs.length) return undefined
  const found = us.map((u, i) => affineThrough(u, vs[i] as number))
  return found.every((a) => a !== undefined) ? (found as readonly Affine[]) : undefined
}

/** Whether the size depends on the rows. */
export const isFree = ({ slope }: Affine): boolean => slope !== 0

/** The size as ONNX names it: a number, `n`, or `20n`. */
export const showSize = ({ slope, offset }: Affine): number | string => {
  if (slope === 0) return offset
  const rows = slope === 1 ? 'n' : `${slope}n`
  return offset === 0 ? rows : offset > 0 ? `${rows}+${offset}` : `${rows}${offset}`
}
