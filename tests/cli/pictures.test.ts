import fc from 'fast-check'
import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { imageGrid, pairGrid, reconstructionGrid } from '../../src/cli/pictures.js'

/** The rows of a PNG as arrays of gray levels. */
const rowsOf = (png: Uint8Array): number[][] => {
  const { width, height, channels, depth, data } = decode(png)
  expect([channels, depth]).toEqual([1, 8])
  return Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)])
}

const L = 232 // the gray of the gap lines

describe('imageGrid', () => {
  it('draws three 1 x 2 images in two columns, scaled twice, with lines between and around', () => {
    const images = Float32Array.of(0, 1, 0.2, 0.4, 0.6, 0.8)
    const top = [L, 0, 0, 255, 255, L, 51, 51, 102, 102, L]
    const bottom = [L, 153, 153, 204, 204, L, L, L, L, L, L]
    const line = Array(11).fill(L)
    expect(rowsOf(imageGrid(images, { width: 2, height: 1, columns: 2, gap: 1, scale: 2 }))).toEqual([
      line,
      top,
      top,
      line,
      bottom,
      bottom,
      line,
    ])
  })

  it('clamps to [0, 1], and shows NaN as black', () => {
    const images = Float32Array.of(-3, 7, Number.NaN, Number.POSITIVE_INFINITY)
    expect(rowsOf(imageGrid(images, { width: 2, height: 2, columns: 5, gap: 0, scale: 1 }))).toEqual([
      [0, 255],
      [0, 255],
    ])
  })

  it('puts every pixel of every image in its place', () => {
    const small = fc.integer({ min: 1, max: 4 })
    fc.assert(
      fc.property(
        small,
        small,
        small,
        small,
        small,
        fc.nat({ max: 3 }),
        (n, width, height, columns, scale, gap) => {
          const images = Float32Array.from({ length: n * width * height }, (_, i) => ((i * 37) % 230) / 255)
          const rows = rowsOf(imageGrid(images, { width, height, columns, gap, scale }))
          images.forEach((value, i) => {
            const [image, y, x] = [
              Math.floor(i / (width * height)),
              Math.floor(i / width) % height,
              i % width,
            ]
            const down = gap + Math.floor(image / columns) * (scale * height + gap) + y * scale
            const across = gap + (image % columns) * (scale * width + gap) + x * scale
            expect(rows[down]?.[across]).toBe(Math.round(value * 255))
            expect(rows[down + scale - 1]?.[across + scale - 1]).toBe(Math.round(value * 255))
          })
        },
      ),
    )
  })

  it('says what does not fit', () => {
    const images = new Float32Array(10)
    expect(() => imageGrid(images, { width: 2, height: 2, columns: 1 })).toThrow(
      '10 numbers do not make images of 2 x 2 = 4 pixels',
    )
    expect(() => imageGrid(images, { width: 5, height: 2, columns: 0 })).toThrow(
      'the columns of an image grid is 0, but must be a whole number from 1',
    )
    expect(() => imageGrid(images, { width: 5, height: 2, columns: 1, scale: 1.5 })).toThrow('scale')
  })
})

describe('reconstructionGrid', () => {
  const layout = { width: 1, height: 1, gap: 0, scale: 1 }
  const tenths = (...values: number[]) => Float32Array.from(values, (v) => v / 10)
  const gray = (v: number) => Math.round(25.5 * v)

  it('puts each row of originals above the row of their reconstructions', () => {
    const png = reconstructionGrid(tenths(1, 2, 3), tenths(4, 5, 6), { ...layout, columns: 2 })
    expect(rowsOf(png)).toEqual([
      [gray(1), gray(2)],
      [gray(4), gray(5)],
      [gray(3), L],
      [gray(6), L],
    ])
  })

  it('is no wider than its images', () => {
    const png = reconstructionGrid(tenths(1, 2), tenths(4, 5), { ...layout, columns: 9 })
    expect(rowsOf(png)).toEqual([
      [gray(1), gray(2)],
      [gray(4), gray(5)],
    ])
  })

  it('asks as many reconstructions as originals', () => {
    expect(() => reconstructionGrid(tenths(1, 2), tenths(1), { ...layout, columns: 1 })).toThrow(
      '2 numbers of originals, but 1 of reconstructions',
    )
  })
})

describe('pairGrid', () => {
  it('puts each image beside its partner', () => {
    const images = Float32Array.of(0, 0.2, 0.4, 0.6, 1, 1, 1, 1)
    const partners = Float32Array.of(1, 0.8, 0.6, 0.4, 0, 0, 0, 0)
    expect(rowsOf(pairGrid(images, partners, { width: 2, height: 2, columns: 1, gap: 0, scale: 1 }))).toEqual(
      [
        [0, 51, 255, 204],
        [102, 153, 153, 102],
        [255, 255, 0, 0],
        [255, 255, 0, 0],
      ],
    )
  })

  it('asks as many partners as images', () => {
    expect(() =>
      pairGrid(new Float32Array(8), new Float32Array(4), { width: 2, height: 2, columns: 1 }),
    ).toThrow('8 numbers of images, but 4 of their partners')
  })
})
