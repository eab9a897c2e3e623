import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { bandColors, bandOf } from '../../../src/cli/plots/bands.js'
import { renderPng, renderSvg } from '../../../src/cli/plots/render.js'
import { cellsOf, surfacePlot, windowAround } from '../../../src/cli/plots/surface.js'
import { texts } from './texts.js'

const window = { x: [-2, 2], y: [0, 4] } as const

describe('windowAround', () => {
  it('is a square around the points, with a margin of three tenths', () => {
    const { x, y } = windowAround(Float32Array.of(0, 1, 2, 2))
    expect([...x, ...y].map((v) => Number(v.toFixed(6)))).toEqual([-0.6, 2.6, -0.1, 3.1])
  })

  it('has some size around a single point', () => {
    const { x } = windowAround(Float32Array.of(3, 3))
    expect(x[1]).toBeGreaterThan(x[0])
  })
})

describe('cellsOf', () => {
  it('lists the centers of the cells, row by row from the top', () => {
    expect([...cellsOf(window, 2)]).toEqual([-1, 3, 1, 3, -1, 1, 1, 1])
  })
})

describe('surfacePlot', () => {
  /** Real in the right half, fake in the left. */
  const surface = {
    window,
    size: 50,
    values: Float32Array.from({ length: 2500 }, (_, i) => (i % 50 < 25 ? 0 : 1)),
  }
  const plot = {
    surface,
    real: Float32Array.of(1, 3),
    fake: Float32Array.of(-1, 1, 50, 50),
    title: 'σ(D(x))',
  }

  it('names what the color is, and counts the points outside', async () => {
    const svg = await renderSvg(surfacePlot({ ...plot, heading: 'step 7' }))
    const drawn = texts(svg)
    expect(drawn).toContain('step 7')
    expect(svg).toContain('σ(D(x)), from 0.00 to 1.00')
    expect(svg).toContain('1 of 2 fake points lie outside')
    expect(drawn).toEqual(expect.arrayContaining(['real', 'fake']))
  })

  it('colors the half that D takes for real blue, the other orange, without a network', async () => {
    const svg = await renderSvg(surfacePlot({ ...plot, real: new Float32Array(0), side: 200 }))
    expect(svg).not.toMatch(/href="http/)
    const { channels, data } = decode(renderPng(svg))
    const count = ([r, g, b]: readonly number[]) => {
      let n = 0
      for (let i = 0; i < data.length; i += channels)
        if (data[i] === r && data[i + 1] === g && data[i + 2] === b) n++
      return n
    }
    // Each half is 200 x 400 pixels, of which the boundary takes a few.
    for (const color of [bandColors[bandOf(1)], bandColors[bandOf(0)]])
      expect(count(color as readonly number[])).toBeGreaterThan(0.9 * 200 * 400)
  })
})

describe('bandOf', () => {
  it('has a white middle, and takes values outside for the outermost', () => {
    expect(bandColors[bandOf(0.5)]).toEqual([255, 255, 255])
    expect(bandColors[bandOf(Number.NaN)]).toEqual([255, 255, 255])
    expect([bandOf(-1), bandOf(0), bandOf(1), bandOf(7)]).toEqual([0, 0, 12, 12])
  })
})
