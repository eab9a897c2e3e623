import { describe, expect, it } from 'vitest'
import { type GamePoint, playerCurves } from '../../../src/cli/plots/players.js'
import { renderSvg } from '../../../src/cli/plots/render.js'
import { texts } from './texts.js'

const game = (steps: number): readonly GamePoint[] =>
  Array.from({ length: steps }, (_, i) => ({
    step: i + 1,
    values: { D: -1.4 + Math.exp(-i / 50), G: -0.7 - Math.exp(-i / 50) },
    gradientNorms: { D: 0.5, G: 0.02 },
    ...(i % 10 === 9 ? { accuracy: 0.6 } : {}),
  }))

const panels = (history: readonly GamePoint[]): readonly unknown[] =>
  (playerCurves(history) as unknown as { readonly vconcat: readonly unknown[] }).vconcat

describe('playerCurves', () => {
  it('shows the objective and the gradient norm of each player, and the accuracy of the critic', async () => {
    const drawn = texts(await renderSvg(playerCurves(game(200))))
    expect(drawn).toEqual(
      expect.arrayContaining([
        'objective',
        'gradient norm',
        'accuracy of the critic',
        'training step',
        'D',
        'G',
      ]),
    )
    expect(drawn.filter((t) => t === 'training step')).toHaveLength(1)
  })

  it('leaves out what was not measured', () => {
    expect(panels(game(20))).toHaveLength(3)
    expect(panels(game(5))).toHaveLength(2)
    expect(panels(game(5).map(({ step, values }) => ({ step, values })))).toHaveLength(1)
  })

  it('draws what little there is, and does not stumble over NaN', async () => {
    for (const history of [
      [],
      game(1),
      [
        {
          step: 1,
          values: { D: Number.NaN, G: Number.POSITIVE_INFINITY },
          gradientNorms: { D: 0, G: Number.NaN },
        },
      ],
    ]) {
      const svg = await renderSvg(playerCurves(history))
      expect(svg).toMatch(/^<svg /)
      expect(svg).not.toContain('NaN')
    }
  })

  it('is not flattened by a few outliers', () => {
    const wild = game(1000).map((p) => (p.step === 500 ? { ...p, values: { D: -1e6, G: 1e6 } } : p))
    const { encoding } = panels(wild)[0] as {
      readonly encoding: { readonly y: { readonly scale: { readonly domain: readonly number[] } } }
    }
    expect(Math.max(...encoding.y.scale.domain.map(Math.abs))).toBeLessThan(3)
  })

  it('stays small for a long run, and is plain data', async () => {
    const spec = playerCurves(game(20_000))
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec)
    expect((await renderSvg(spec)).length).toBeLessThan(120_000)
  })
})
