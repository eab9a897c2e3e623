/**
 * One frame of an animation: points of both kinds over the surface of the discriminator, painted pixel by pixel.
 *
 *   pixel (row, column) shows the cell of the surface that it lies in; a point covers 3 x 3 pixels; a bar below grows with time
 *
 * It has the colors of `surfacePlot` and no words, so that a frame takes milliseconds and few bytes (its palette has 17
 * colors). Shapes: side x (side + bar) pixels. Tested in tests/cli/plots/planeFrame.test.ts.
 */
import { encode } from 'fast-png'
import { BANDS, bandColors, bandOf, dotColors, type Rgb } from './bands.js'
import type { Surface } from './surface.js'

/** What a frame shows. */
export interface PlaneFrame {
  readonly surface: Surface
  readonly real: Float32Array
  readonly fake: Float32Array
  /** How much of the time has passed, 0 … 1. */
  readonly progress: number
  /** Pixels of each side; 384 unless told. */
  readonly side?: number
}

const BAR = 6
const REST: Rgb = [232, 235, 240]
const PASSED: Rgb = [59, 66, 82]
const palette: readonly Rgb[] = [...bandColors, dotColors.real, dotColors.fake, REST, PASSED]
const [REAL_DOT, FAKE_DOT, REST_BAR, PASSED_BAR] = [BANDS, BANDS + 1, BANDS + 2, BANDS + 3] as const

const paintSurface = (pixels: Uint8Array, side: number, { size, values }: Surface): void => {
  const cell = Uint32Array.from({ length: side }, (_, i) => Math.floor((i * size) / side))
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      pixels[row * side + column] = bandOf(
        values[(cell[row] as number) * size + (cell[column] as number)] as number,
      )
}

const paintDots = (
  pixels: Uint8Array,
  side: number,
  { window: { x, y } }: Surface,
  points: Float32Array,
  color: number,
): void => {
  for (let i = 0; i < points.length; i += 2) {
    const column = Math.floor((((points[i] as number) - x[0]) / (x[1] - x[0])) * side)
    const row = Math.floor(((y[1] - (points[i + 1] as number)) / (y[1] - y[0])) * side)
    // A point is drawn where all of it is on the frame; NaN is nowhere.
    if (!(row >= 1 && row < side - 1 && column >= 1 && column < side - 1)) continue
    for (let r = row - 1; r <= row + 1; r++) pixels.fill(color, r * side + column - 1, r * side + column + 2)
  }
}

const paintBar = (pixels: Uint8Array, side: number, progress: number): void => {
  const passed = Math.round(Math.min(1, Math.max(0, progress)) * side)
  for (let row = side; row < side + BAR; row++) {
    pixels.fill(PASSED_BAR, row * side, row * side + passed)
    pixels.fill(REST_BAR, row * side + passed, (row + 1) * side)
  }
}

/** The PNG bytes of a frame. */
export const planeFrame = ({ surface, real, fake, progress, side = 384 }: PlaneFrame): Uint8Array => {
  const height = side + BAR
  const pixels = new Uint8Array(side * height)
  paintSurface(pixels, side, surface)
  paintDots(pixels, side, surface, real, REAL_DOT)
  paintDots(pixels, side, surface, fake, FAKE_DOT)
  paintBar(pixels, side, progress)
  return encode(
    { width: side, height, data: pixels, depth: 8, channels: 1, palette: palette.map((color) => [...color]) },
    { zlib: { level: 6 } },
  )
}
