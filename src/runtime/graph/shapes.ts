/**
 * Shape arithmetic of the kernels.
 *
 *   broadcast: sizes aligned at the end are equal, or one of them is 1      reduce: axes dropped, or kept with size 1
 */

/** The shape to which all shapes broadcast; throws where they do not. */
export const broadcastShapes = (...shapes: readonly (readonly number[])[]): readonly number[] => {
  const rank = Math.max(0, ...shapes.map((s) => s.length))
  return Array.from({ length: rank }, (_, i) =>
    shapes.reduce((size, s) => joined(size, s[s.length - rank + i] ?? 1, shapes), 1),
  )
}

const joined = (a: number, b: number, shapes: readonly (readonly number[])[]): number => {
  if (a !== b && a !== 1 && b !== 1)
    throw new RangeError(
      `the shapes ${shapes.map((s) => `[${s.join(', ')}]`).join(' and ')} do not broadcast`,
    )
  return a === 1 ? b : a
}

/** The shape without the axes, or with size 1 there. */
export const reducedShape = (
  shape: readonly number[],
  axes: readonly number[],
  keepDims: boolean,
): readonly number[] =>
  keepDims ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i))

/** Axes as non-negative numbers, ascending; undefined means all. */
export const normalAxes = (
  axes: number | readonly number[] | null | undefined,
  rank: number,
): readonly number[] => {
  const all = axes === undefined || axes === null ? Array.from({ length: rank }, (_, i) => i) : [axes].flat()
  return all.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b)
}

/** One axis as a non-negative number. */
export const normalAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

/** The shape with another size at one axis. */
export const withSize = (shape: readonly number[], axis: number, size: number): readonly number[] =>
  shape.map((n, i) => (i === axis ? size : n))

/** The axes in another order. */
export const permuted = <A>(xs: readonly A[], perm: readonly number[]): readonly A[] =>
  perm.map((i) => xs[i] as A)

/** Number of places of a window of `size`, dilated, that moves by `stride` over `length` with zeros around. */
export const windowPlaces = (
  length: number,
  around: number,
  size: number,
  stride: number,
  dilation: number,
): number => Math.floor((length + around - ((size - 1) * dilation + 1)) / stride) + 1
