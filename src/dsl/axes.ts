/**
 * Axes that giry names itself: the data, the particles, independent draws, the support of an enumerated site, and the
 * slices of a site that a gradient method evaluates at several values.
 *
 *   datum   particle   draw   enum:<site>   slice:<site>        every other named axis is a plate
 *
 * Tested in tests/dsl/model.test.ts.
 */

/** The axes that no plate may be named after, besides `enum:…` and `slice:…`. */
export const ownAxes: readonly string[] = ['datum', 'particle', 'draw']

/** How the axis of an enumerated site begins. */
export const enumPrefix = 'enum:'

/** How an origin begins that says: the elements of a plate were combined (`over:k`), or may have been (`lift:k`). */
export const overPrefix = 'over:'

/** See `overPrefix`. */
export const liftPrefix = 'lift:'

/** How the axis of a site begins whose first slice is the draw, and the others are values to compare with. */
export const slicePrefix = 'slice:'

/** Whether giry names an axis so itself. */
export const isOwnAxis = (name: string): boolean =>
  ownAxes.includes(name) || name.startsWith(enumPrefix) || name.startsWith(slicePrefix)

/** The axis of the one datum on which models are examined at construction; told apart by identity. */
export const exampleAxis = { name: 'datum', size: 1 } as const
