import { describe, expect, it } from 'vitest'
import { type HistoryPoint, lossCurve } from '../../../src/cli/plots/lossCurve.js'
import { renderSvg } from '../../../src/cli/plots/render.js'
import { texts } from './texts.js'

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
