import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { bandColors, bandOf, dotColors } from '../../../src/cli/plots/bands.js'
import { planeFrame } from '../../../src/cli/plots/planeFrame.js'

const colorsOf = (png: Uint8Array) => {
  const { width, height, data, palette } = decode(png)
  return { width, height, at: (x: number, y: number) => palette?.[data[y * width + x] as number] }
}

describe('planeFrame', () => {
  const surface = {
    window: { x: [0, 20], y: [0, 20] } as const,
    size: 2,
    values: Float32Array.of(1, 0.5, 0, Number.NaN),
  }

  it('paints surface, points and the time that has passed', () => {
    const { width, height, at } = colorsOf(
      planeFrame({
        surface,
        real: Float32Array.of(5.5, 14.5),
        fake: Float32Array.of(14.5, 5.5, -3, 99, Number.NaN, 1),
        progress: 0.5,
        side: 20,
      }),
    )
    expect([width, height]).toEqual([20, 26])
    expect([at(0, 0), at(19, 0), at(0, 19), at(19, 19)]).toEqual(
      [1, 0.5, 0, 0.5].map((v) => bandColors[bandOf(v)]),
    )
    // (5.5, 14.5) lies in column 5 and row 5 from the top; its square is 3 x 3.
    expect([at(4, 4), at(6, 6)]).toEqual([dotColors.real, dotColors.real])
    expect(at(7, 5)).toEqual(bandColors[bandOf(1)])
    expect(at(14, 14)).toEqual(dotColors.fake)
    expect(at(0, 22)).not.toEqual(at(19, 22))
    expect([at(9, 22), at(10, 22)]).toEqual([at(0, 22), at(19, 22)])
  })
})
