import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { codePlaneScatter, type HistoryPoint, lossCurve, renderPng, renderSvg } from '../../src/cli/plots.js'

/** A run of `steps` steps that climbs from -540 towards -100, evaluated at the end of two epochs. */
const climb = (steps: number): readonly HistoryPoint[] =>
  Array.from({ length: steps }, (_, i) => {
    const step = i + 1
    const trainElbo = -100 - 440 * Math.exp(-step / (0.02 * steps)) - 40 * Math.exp(-step / (0.3 * steps))
    const epoch = Math.ceil((2 * step) / steps)
    return step === steps / 2 || step === steps
      ? { step, epoch, trainElbo, heldOutElbo: trainElbo - 3 }
      : { step, epoch, trainElbo }
  })

const texts = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, t]) => t ?? '')

/** The numbers on the axes, as drawn. */
const ticks = (svg: string): number[] =>
  texts(svg)
    .filter((t) => /^[−\d,.]+$/.test(t))
    .map((t) => Number(t.replace('−', '-').replace(',', '')))

describe('lossCurve', () => {
  it('titles its axes with their units and labels what it draws', async () => {
    const svg = await renderSvg(lossCurve(climb(100)))
    const drawn = texts(svg)
    expect(drawn).toContain('training step')
    expect(drawn).toContain('evidence lower bound (nats per datum)')
    expect(drawn).toContain('training')
    // -100 - 40 exp(-1 / 0.3) - 3 = -104.43, and at the half -100 - 40 exp(-0.5 / 0.3) - 3 = -110.56
    expect(drawn).toContain('held-out −104.4')
    expect(drawn).toContain('−110.6')
    expect(svg).toContain('width="720" height="360"')
  })

  it('does not let the first steps flatten the rest', async () => {
    const lowest = Math.min(...ticks(await renderSvg(lossCurve(climb(400)))))
    expect(lowest).toBeGreaterThanOrEqual(-190)
    expect(lowest).toBeLessThanOrEqual(-130)
  })

  it('stays small for a long run', async () => {
    expect((await renderSvg(lossCurve(climb(50_000)))).length).toBeLessThan(60_000)
  })

  it('draws what little there is: nothing, one step, only held-out bounds, gaps of NaN', async () => {
    for (const history of [
      [],
      [{ step: 1, epoch: 1, trainElbo: -540 }],
      [{ step: 469, epoch: 1, heldOutElbo: -120 }],
      [
        { step: 1, epoch: 1, trainElbo: Number.NaN },
        { step: 2, epoch: 1, trainElbo: Number.NEGATIVE_INFINITY },
        { step: 3, epoch: 1, trainElbo: -5 },
      ],
    ]) {
      const svg = await renderSvg(lossCurve(history))
      expect(svg).toMatch(/^<svg /)
      expect(svg).not.toContain('NaN')
    }
  })

  it('is plain data', () => {
    const spec = lossCurve(climb(20))
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec)
  })
})

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
