import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { renderPng } from '../../../src/cli/plots/render.js'

describe('renderPng', () => {
  it('draws an SVG at twice its size, on white', () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><rect width="1" height="1" fill="#f00"/></svg>'
    const { width, height, channels, data } = decode(renderPng(svg))
    const pixel = (x: number, y: number) => [...data.subarray((y * width + x) * channels)].slice(0, 3)
    expect([width, height]).toEqual([8, 6])
    expect(pixel(0, 0)).toEqual([255, 0, 0])
    expect(pixel(7, 5)).toEqual([255, 255, 255])
  })
})
