/**
 * range(begin, end) = begin, begin + 1, …, end − 1: the rows of a chunk.
 */

/** The whole numbers `begin … end − 1`. */
export const range = (begin: number, end: number): number[] =>
  Array.from({ length: end - begin }, (_, i) => begin + i)
