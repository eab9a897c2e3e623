/**
 * The names of the ways to play; play.ts says what they do.
 */

/** The ways to play, the default first. */
export const playNames = ['alternating', 'simultaneous', 'extragradient'] as const

/** Name of a way to play. */
export type Play = (typeof playNames)[number]
