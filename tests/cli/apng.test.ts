import { decode, decodeApng, encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { apng } from '../../src/cli/apng.js'
import { imageGrid } from '../../src/cli/pictures.js'

/** A picture of 3 x 2 gray levels. */
const gray = (...data: number[]): Uint8Array =>
  encode({ width: 3, height: 2, data: Uint8Array.from(data), depth: 8, channels: 1 })

const pictures = [gray(0, 1, 2, 3, 4, 5), gray(9, 9, 9, 0, 0, 0), gray(255, 0, 255, 0, 255, 0)]

describe('apng', () => {
  it('holds every frame as it was, in order, with its delay', () => {
    const { frames, ...rest } = decodeApng(apng(pictures, { delay: 80, hold: 1500 }), { checkCrc: true })
    expect(rest).toMatchObject({
      width: 3,
      height: 2,
      depth: 8,
      channels: 1,
      numberOfFrames: 3,
      numberOfPlays: 0,
    })
    expect(frames.map(({ data }) => [...data])).toEqual(pictures.map((p) => [...decode(p).data]))
    expect(frames.map((f) => f.delayNumber / f.delayDenominator)).toEqual([0.08, 0.08, 1.5])
    // One number for the control of the first frame, then two for each other: its control and its data.
    expect(frames.map((f) => f.sequenceNumber)).toEqual([0, 1, 3])
  })

  it('is an ordinary PNG of its first frame to a reader that knows no more', () => {
    const { data, width, height } = decode(apng(pictures, { delay: 1, plays: 2 }), { checkCrc: true })
    expect([width, height, ...data]).toEqual([3, 2, 0, 1, 2, 3, 4, 5])
  })

  it('keeps a palette', () => {
    const palette = [
      [255, 0, 0],
      [0, 0, 255],
    ]
    const indexed = (...data: number[]) =>
      encode({ width: 2, height: 1, data: Uint8Array.from(data), depth: 8, channels: 1, palette })
    const { frames, palette: read } = decodeApng(apng([indexed(0, 1), indexed(1, 1)], { delay: 10 }))
    expect(read).toEqual(palette)
    expect(frames.map(({ data }) => [...data])).toEqual([
      [0, 1],
      [1, 1],
    ])
  })

  it('animates grids of images', () => {
    const grid = (level: number) =>
      imageGrid(new Float32Array(40 * 784).fill(level), { width: 28, height: 28, columns: 8 })
    const { frames, numberOfFrames } = decodeApng(apng([0, 0.5, 1].map(grid), { delay: 100 }))
    expect(numberOfFrames).toBe(3)
    expect(frames.map(({ data }) => data[2 * 466 + 2])).toEqual([0, 128, 255])
  })

  it('says what cannot be animated', () => {
    const other = encode({ width: 2, height: 3, data: new Uint8Array(6), depth: 8, channels: 1 })
    expect(() => apng([], { delay: 1 })).toThrow('an animation needs at least one frame')
    expect(() => apng([gray(0, 0, 0, 0, 0, 0), other], { delay: 1 })).toThrow(
      'frame 1 has another size, depth or palette than frame 0',
    )
    expect(() => apng([new Uint8Array(20)], { delay: 1 })).toThrow('frame 0 is not a PNG file')
  })
})
