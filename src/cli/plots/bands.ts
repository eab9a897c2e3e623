/**
 * The colors of what a discriminator says: bands from fake, orange, over white to real, blue.
 *
 *   band of v = floor(v K), 0 … K − 1, for v in [0, 1]; NaN lies in the middle
 *
 * Tested in tests/cli/plots/surface.test.ts and tests/cli/plots/planeFrame.test.ts.
 */

/** A color as red, green and blue, 0 … 255. */
export type Rgb = readonly [number, number, number]

/** The color of points that are real, and of those that are not. */
export const dotColors: { readonly real: Rgb; readonly fake: Rgb } = {
  real: [30, 58, 138],
  fake: [194, 65, 12],
}

/** How many bands there are: an odd number, so that one is white. */
export const BANDS = 13

const REAL: Rgb = [37, 99, 235]
const FAKE: Rgb = [217, 72, 15]
const DEEPEST = 0.45

/** The band of a value in [0, 1]; what lies outside belongs to the last one. */
export const bandOf = (value: number): number =>
  Number.isNaN(value) ? (BANDS - 1) / 2 : Math.max(0, Math.min(BANDS - 1, Math.floor(value * BANDS)))

/** The color of each band. */
export const bandColors: readonly Rgb[] = Array.from({ length: BANDS }, (_, band) => {
  const from = (2 * band) / (BANDS - 1) - 1
  const [r, g, b] = from > 0 ? REAL : FAKE
  const tint = (c: number) => Math.round(255 + (c - 255) * DEEPEST * Math.abs(from))
  return [tint(r), tint(g), tint(b)]
})

/** A color as CSS writes it. */
export const css = ([r, g, b]: Rgb): string => `rgb(${r}, ${g}, ${b})`
