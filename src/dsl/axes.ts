/**
 * Axes that giry names itself: the data, the particles, independent draws, and the support of an enumerated site.
 *
 *   datum   particle   draw   enum:<site>        every other named axis is a plate
 *
 * Tested in tests/dsl/model.test.ts.
 */

/** The axes that no plate may be named after, besides `enum:…`. */
export const ownAxes: readonly string[] = ['datum', 'particle', 'draw']

/** How the axis of an enumerated site begins. */
export const enumPrefix = 'enum:'

/** How an origin begins that says: the elements of a plate were combined (`over:k`), or may have been (`lift:k`). */
export const overPrefix = 'over:'

/** See `overPrefix`. */
export const liftPrefix = 'lift:'

/** Whether giry names an axis so itself. */
export const isOwnAxis = (name: string): boolean => ownAxes.includes(name) || name.startsWith(enumPrefix)

/** The axis of the one datum on which models are examined at construction; told apart by identity. */
export const exampleAxis = { name: 'datum', size: 1 } as const
