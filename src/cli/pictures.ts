/**
 * Grids of gray images as PNG files.
 *
 *   cell (row, column) has its corner at gap + row * (scale * height + gap), and so across
 *   pixel = round(255 * value), value clamped to [0, 1]: 0 is black, NaN is black too
 *
 * Shapes: images is [n, height, width], flat and row-major. Units: pixels.
 * Errors: RangeError where the numbers do not make whole images, or a layout is not in whole pixels.
 * Tested in tests/cli/pictures.test.ts by decoding the PNG.
 */
import { encode } from 'fast-png'

/** How images lie in a grid: `gap` and `scale` are in pixels of the picture. */
export type GridLayout = {
  readonly width: number
  readonly height: number
  readonly columns: number
  /** Light lines between and around the images; 2 unless told. */
  readonly gap?: number
  /** The side of the square that shows one pixel of an image; 2 unless told. */
  readonly scale?: number
}

/** A cell without an image keeps the gray of the gap lines. */
type Cell = Float32Array | undefined

const GAP_GRAY = 232

const requireWhole = (name: string, value: number, least: number): void => {
  if (Number.isInteger(value) && value >= least) return
  throw new RangeError(`the ${name} of an image grid is ${value}, but must be a whole number from ${least}`)
}

const complete = ({ width, height, columns, gap = 2, scale = 2 }: GridLayout): Required<GridLayout> => {
  const layout = { width, height, columns, gap, scale }
  for (const [name, value] of Object.entries(layout)) requireWhole(name, value, name === 'gap' ? 0 : 1)
  return layout
}

const split = (images: Float32Array, { width, height }: GridLayout): readonly Float32Array[] => {
  const size = width * height
  if (images.length === 0 || images.length % size !== 0) {
    throw new RangeError(
      `${images.length} numbers do not make images of ${height} x ${width} = ${size} pixels`,
    )
  }
  return Array.from({ length: images.length / size }, (_, i) => images.subarray(i * size, (i + 1) * size))
}

const pngOf = (cells: readonly Cell[], layout: Required<GridLayout>): Uint8Array => {
  const { width, height, columns, gap, scale } = layout
  const stepX = scale * width + gap
  const stepY = scale * height + gap
  const across = gap + Math.min(columns, cells.length) * stepX
  const down = gap + Math.ceil(cells.length / columns) * stepY
  const pixels = new Uint8ClampedArray(across * down).fill(GAP_GRAY)
  cells.forEach((image, i) => {
    if (image === undefined) return
    const corner = (gap + Math.floor(i / columns) * stepY) * across + gap + (i % columns) * stepX
    for (let y = 0; y < scale * height; y++) {
      const from = Math.floor(y / scale) * width
      for (let x = 0; x < scale * width; x++) {
        pixels[corner + y * across + x] = 255 * (image[from + Math.floor(x / scale)] as number)
      }
    }
  })
  return encode({ width: across, height: down, data: new Uint8Array(pixels.buffer), depth: 8, channels: 1 })
}

/** The PNG bytes of a grid of images, row after row; cells left over in the last row stay empty. */
export const imageGrid = (images: Float32Array, layout: GridLayout): Uint8Array =>
  pngOf(split(images, layout), complete(layout))

/** `columns` of one list, then as many of the other below them, and so on. */
const interleave = (above: readonly Cell[], below: readonly Cell[], columns: number): readonly Cell[] => {
  const rows = Math.ceil(above.length / columns)
  const row = (cells: readonly Cell[], r: number): readonly Cell[] =>
    Array.from({ length: Math.min(columns, above.length) }, (_, c) => cells[r * columns + c])
  return Array.from({ length: rows }, (_, r) => [...row(above, r), ...row(below, r)]).flat()
}

/** The PNG bytes of rows of originals, each above the row of their reconstructions. */
export const reconstructionGrid = (
  originals: Float32Array,
  reconstructions: Float32Array,
  layout: GridLayout,
): Uint8Array => {
  if (originals.length !== reconstructions.length) {
    throw new RangeError(
      `${originals.length} numbers of originals, but ${reconstructions.length} of reconstructions`,
    )
  }
  const whole = complete(layout)
  const [above, below] = [split(originals, layout), split(reconstructions, layout)]
  const columns = Math.min(whole.columns, above.length)
  return pngOf(interleave(above, below, columns), { ...whole, columns })
}

/** Two images of one height beside each other. */
const beside = (left: Float32Array, right: Float32Array, width: number, height: number): Float32Array => {
  const out = new Float32Array(2 * width * height)
  for (let y = 0; y < height; y++) {
    out.set(left.subarray(y * width, (y + 1) * width), 2 * y * width)
    out.set(right.subarray(y * width, (y + 1) * width), (2 * y + 1) * width)
  }
  return out
}

/** The PNG bytes of pairs, row after row: each image with its partner on the right. */
export const pairGrid = (images: Float32Array, partners: Float32Array, layout: GridLayout): Uint8Array => {
  if (images.length !== partners.length) {
    throw new RangeError(`${images.length} numbers of images, but ${partners.length} of their partners`)
  }
  const { width, height } = layout
  const others = split(partners, layout)
  const pairs = split(images, layout).map((image, i) =>
    beside(image, others[i] as Float32Array, width, height),
  )
  return pngOf(pairs, complete({ ...layout, width: 2 * width }))
}
