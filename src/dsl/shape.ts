/**
 * Event shapes: tuples of sizes, known to the compiler where they are literals and checked at run time where not.
 *
 *   [] is a scalar, [784] a vector, [28, 28, 1] an image.
 */

/** An event shape. */
export type Shape = readonly number[]

type Join<S extends Shape> = S extends readonly []
  ? ''
  : S extends readonly [infer A extends number]
    ? `${A}`
    : S extends readonly [infer A extends number, ...infer R extends Shape]
      ? `${A}, ${Join<R>}`
      : '…'

/** How a shape is printed in the compiler's sentences: `[2]`, `[28, 28, 1]`, nothing for a scalar. */
export type ShapeName<S extends Shape> = S extends readonly [] ? '' : `[${Join<S>}]`

/** How a shape is printed at run time; the same words as `ShapeName`. */
export const showShape = (shape: Shape): string => (shape.length === 0 ? '' : `[${shape.join(', ')}]`)

/** Number of entries of an event. */
export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

/** Whether two shapes are equal. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i])

/** Whether two shapes agree for the compiler; a size that is only `number` agrees with every size. */
export type SameShape<A extends Shape, B extends Shape> = [A, B] extends [B, A]
  ? true
  : number extends A['length']
    ? true
    : number extends B['length']
      ? true
      : A['length'] extends B['length']
        ? SameEntries<A, B>
        : false

type SameEntries<A extends Shape, B extends Shape> = A extends readonly [
  infer X extends number,
  ...infer RA extends Shape,
]
  ? B extends readonly [infer Y extends number, ...infer RB extends Shape]
    ? number extends X
      ? SameEntries<RA, RB>
      : number extends Y
        ? SameEntries<RA, RB>
        : [X, Y] extends [Y, X]
          ? SameEntries<RA, RB>
          : false
    : false
  : true

/** Shape of an operation on two values: equal shapes, or a scalar with anything. */
export type Broadcast<A extends Shape, B extends Shape> = A extends readonly []
  ? B
  : B extends readonly []
    ? A
    : number extends A[number]
      ? B
      : A

/** Drops the last axis. */
export type Init<S extends Shape> = S extends readonly [...infer I extends Shape, number] ? I : Shape

/** The last size. */
export type Last<S extends Shape> = S extends readonly [...Shape, infer L extends number] ? L : number

/** Drops axis `I`, counted from the front (or from the back when negative). */
export type RemoveAxis<S extends Shape, I extends number> = I extends -1
  ? Init<S>
  : number extends I
    ? Shape
    : S extends readonly [infer A extends number, ...infer R extends Shape]
      ? RemoveAt<R, I, [], [A]>
      : Shape

type RemoveAt<
  R extends Shape,
  I extends number,
  Before extends Shape,
  Current extends readonly [number],
> = Before['length'] extends I
  ? [...Before, ...R]
  : R extends readonly [infer A extends number, ...infer Rest extends Shape]
    ? RemoveAt<Rest, I, [...Before, Current[0]], [A]>
    : Shape
