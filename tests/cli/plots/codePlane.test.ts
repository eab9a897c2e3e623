import { describe, expect, it } from 'vitest'
import { codePlaneScatter } from '../../../src/cli/plots/codePlane.js'
import { renderSvg } from '../../../src/cli/plots/render.js'
import { texts } from './texts.js'

describe('codePlaneScatter', () => {
  const codes = [10, 9, 1].map((label, i) => ({ x: i - 1, y: 2 * i, label }))

  it('draws a dot for each code, and a legend in the order of the classes', async () => {
    const svg = await renderSvg(codePlaneScatter([...codes, { x: Number.NaN, y: 0, label: 1 }]))
    expect(
      texts(svg)
        .filter((t) => ['1', '9', '10'].includes(t))
        .slice(-3),
    ).toEqual(['1', '9', '10'])
    expect(texts(svg)).toContain('first coordinate of the code')
    expect(svg.match(/aria-roledescription="circle"/g)).toHaveLength(3)
    expect(svg).not.toContain('NaN')
  })

  it('gives both axes one scale', () => {
    const { encoding } = JSON.parse(JSON.stringify(codePlaneScatter(codes)))
    expect(encoding.x.scale).toEqual(encoding.y.scale)
    expect(encoding.x.scale.domain).toEqual([-4, 4])
  })
})
