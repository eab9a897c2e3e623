/**
 * Finite spaces and their points, in lexicographic order.
 *
 *   Binary[n]: 2^n points      Category(k)[n]: k^n      OneHot[n, k]: k^n, ordered by label
 *
 * A point is a word of digits: point number i has digit_j(i) = ⌊i / base^(n−1−j)⌋ mod base. The points of a record of
 * spaces are those of the product, its first name being the most significant. Tested in tests/dsl/kernels/finite.test.ts.
 */
import type { Binary, Category, OneHot } from '../domains/marks.js'
import { fail } from '../error.js'
import type { Givens } from '../model.js'
import type { Keys } from '../records.js'
import { sizeOf } from '../shape.js'
import type { ShowSpace } from '../space.js'
import { showSpaceOf } from '../value.js'

/** Whether a space is finite; a domain that the compiler does not know waits for run time. */
type IsFinite<X> = X extends { readonly domain: { readonly marks: infer D } }
  ? unknown extends D
    ? true
    : [D] extends [Binary | Category | OneHot]
      ? true
      : false
  : false

/** The sentences for the spaces of a record that are not finite. */
export type InfiniteFault<G, Role extends 'input' | 'output'> = string extends keyof G
  ? never
  : {
      [K in Keys<G>]: IsFinite<G[K]> extends true
        ? never
        : `${Role} '${K}' is ${ShowSpace<G[K]>}, which is not finite`
    }[Keys<G>]

/** A finite space as words: `length` digits below `base`. */
interface Words {
  readonly base: number
  readonly length: number
  readonly oneHot: boolean
}

/** Beyond this many points nothing is listed. */
const limit = 2 ** 16

const wordsOf = (space: Givens[string]): Words | undefined => {
  const marks = space.domain.marks as Readonly<Record<string, unknown>>
  const size = sizeOf(space.shape)
  const last = space.shape[space.shape.length - 1] ?? 1
  if ('OneHot' in marks) return { base: last, length: size / last, oneHot: true }
  if ('Binary' in marks) return { base: 2, length: size, oneHot: false }
  return typeof marks.Category === 'number'
    ? { base: marks.Category, length: size, oneHot: false }
    : undefined
}

/** The sentences for the spaces of a record that are not finite, at run time. */
export const infiniteFaults = (spaces: Givens, role: 'input' | 'output'): readonly string[] =>
  Object.entries(spaces).flatMap(([name, space]) =>
    wordsOf(space) === undefined ? [`${role} '${name}' is ${showSpaceOf(space)}, which is not finite`] : [],
  )

const countOf = (space: Givens[string]): number => {
  const words = wordsOf(space)
  return words === undefined ? Number.POSITIVE_INFINITY : words.base ** words.length
}

/** Number of points of a record of finite spaces. */
export const pointCount = (spaces: Givens): number => {
  const count = Object.values(spaces).reduce((n, space) => n * countOf(space), 1)
  return count <= limit
    ? count
    : fail(
        'exact',
        Object.keys(spaces).join(', '),
        `${Object.keys(spaces).join(', ')} have ${count} points together, more than ${limit}`,
        'keep fewer of them with marginal',
      )
}

/** The numbers of point `index` of one finite space. */
const eventAt = (words: Words, index: number): readonly number[] => {
  const digits = Array.from(
    { length: words.length },
    (_, j) => Math.floor(index / words.base ** (words.length - 1 - j)) % words.base,
  )
  return words.oneHot
    ? digits.flatMap((d) => Array.from({ length: words.base }, (_, k) => (k === d ? 1 : 0)))
    : digits
}

/** Every point of a record of finite spaces, in order: the numbers of each name. */
export const pointsOf = (spaces: Givens): readonly Readonly<Record<string, readonly number[]>>[] => {
  pointCount(spaces)
  return Object.entries(spaces).reduce<readonly Readonly<Record<string, readonly number[]>>[]>(
    (points, [name, space]) => {
      const words = wordsOf(space) as Words
      const events = Array.from({ length: countOf(space) }, (_, i) => eventAt(words, i))
      return points.flatMap((point) => events.map((event) => ({ ...point, [name]: event })))
    },
    [{}],
  )
}

/** The number of a point: the inverse of `pointsOf`. `at` reads entry `i` of the event of a name. */
export const indexOfPoint = (spaces: Givens, at: (name: string, i: number) => number): number =>
  Object.entries(spaces).reduce((index, [name, space]) => {
    const { base, length, oneHot } = wordsOf(space) as Words
    const digit = (j: number) => (oneHot ? labelOf(base, (k) => at(name, j * base + k)) : at(name, j))
    return Array.from({ length }, (_, j) => j).reduce((n, j) => n * base + digit(j), index)
  }, 0)

const labelOf = (base: number, at: (k: number) => number): number =>
  Array.from({ length: base }, (_, k) => at(k)).indexOf(1)
