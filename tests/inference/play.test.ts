/** Ways to play, on the Dirac-GAN: the rates that theory gives, measured from `fit`. */
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { diracGan, playedFrom, spectralRadius } from './diracGan.js'

/** One step is computed in float32 at a distance of 2^-10, where the payoff deviates from its linear part by 1e-7. */
const PRECISION = 2e-6

const games = [
  { name: 'non-saturating', payoff: g.payoffs.nonSaturating, c: 0.5 },
  { name: 'minimax', payoff: g.payoffs.minimax, c: 0.5 },
  { name: 'Wasserstein', payoff: g.payoffs.wasserstein, c: 1 },
] as const

describe.each(games)('the Dirac-GAN, $name', ({ payoff, c }) => {
  const game = diracGan(payoff)

  it.each([0.1, 0.5, 1])('simultaneous play spirals out by √(1 + (h c)²), h = %s', async (h) => {
    const radius = await spectralRadius(game, { play: 'simultaneous', optimizer: g.sgd(h) })
    expect(radius).toBeGreaterThan(1)
    expect(Math.abs(radius - Math.hypot(1, h * c))).toBeLessThan(PRECISION)
  })

  it.each([0.1, 0.5, 1])('alternating play stays on its circle, h = %s', async (h) => {
    const radius = await spectralRadius(game, { play: 'alternating', optimizer: g.sgd(h) })
    expect(Math.abs(radius - 1)).toBeLessThan(PRECISION)
  })

  it.each([0.1, 0.5, 0.9])('extragradient play spirals in by |1 − (h c)² + i h c|, h = %s', async (h) => {
    const radius = await spectralRadius(game, { play: 'extragradient', optimizer: g.sgd(h) })
    expect(radius).toBeLessThan(1)
    expect(Math.abs(radius - Math.hypot(1 - (h * c) ** 2, h * c))).toBeLessThan(PRECISION)
  })

  // Eigenvalues of [[0, −c], [c, −γ]] are −γ/2 ± √(γ²/4 − c²).
  it.each([0.2, 0.5, 3])('with R1 of weight %s it converges', async (gamma) => {
    const h = 0.1
    const radius = await spectralRadius(diracGan(payoff, gamma), {
      play: 'simultaneous',
      optimizer: g.sgd(h),
    })
    const inside = gamma ** 2 / 4 - c ** 2
    const theory =
      inside < 0
        ? Math.hypot(1 - (h * gamma) / 2, h * Math.sqrt(-inside))
        : 1 + h * (-gamma / 2 + Math.sqrt(inside))
    expect(radius).toBeLessThan(1)
    expect(Math.abs(radius - theory)).toBeLessThan(PRECISION)
  })

  // v' − γ v'ᵀ v' has the eigenvalues −γ c² ± i c.
  it.each([0.5, 2])('with consensus of weight %s it converges', async (gamma) => {
    const h = 0.1
    const radius = await spectralRadius(g.consensus(game, gamma) as never, {
      play: 'simultaneous',
      optimizer: g.sgd(h),
    })
    expect(Math.abs(radius - Math.hypot(1 - h * gamma * c * c, h * c))).toBeLessThan(PRECISION)
  })
})

describe('many steps', () => {
  it('keep the rates of one', async () => {
    const game = diracGan(g.payoffs.wasserstein)
    const h = 0.2
    const from = [0.01, 0] as const
    const distance = async (play: g.Play) =>
      Math.hypot(...(await playedFrom(game, from, { play, optimizer: g.sgd(h), steps: 50 }))) / 0.01
    expect(await distance('simultaneous')).toBeCloseTo(Math.hypot(1, h) ** 50, 3)
    expect(await distance('extragradient')).toBeCloseTo(Math.hypot(1 - h * h, h) ** 50, 3)
  })

  // x(t+1) = x(t) + 2 h v(t) − h v(t−1) on v = ±i x: λ² = (1 + 2 i h) λ − i h, whose larger root is < 1 for h < 1/√3.
  it('optimism spirals in at the rate of its recursion', async () => {
    const game = diracGan(g.payoffs.wasserstein)
    const h = 0.3
    const at = (steps: number) =>
      playedFrom(game, [0.5, 0.5], {
        play: 'simultaneous',
        optimizer: g.optimizer(g.sgd(h), g.optimistic()),
        steps,
      })
    // λ = ((1 + 2ih) ± √(1 − 4h²)) / 2, for the root of 1 + 4ih − 4h² − 4ih = 1 − 4h² is real.
    const rate = Math.hypot((1 + Math.sqrt(1 - 4 * h * h)) / 2, h)
    const [a, b] = [await at(60), await at(100)]
    expect(Math.hypot(...b) / Math.hypot(...a)).toBeCloseTo(rate ** 40, 3)
  })
})

describe('both runtimes', () => {
  it.each(['alternating', 'simultaneous', 'extragradient'] as const)('agree in %s play', async (play) => {
    const game = diracGan(g.payoffs.nonSaturating, 0.3)
    const options = { play, optimizer: g.adam(0.05), steps: 20 } as const
    const eager = await playedFrom(game, [0.4, -0.2], { ...options, runtime: 'cpu' })
    const compiled = await playedFrom(game, [0.4, -0.2], { ...options, runtime: 'onnx-node' })
    for (const i of [0, 1] as const) expect(Math.abs(eager[i] - compiled[i])).toBeLessThan(1e-5)
  })
})

describe('play', () => {
  const fitted = (game: unknown, options: object) =>
    g.fit(game as never, { optimizer: g.sgd(0.1), steps: 1, batch: 1, runtime: 'cpu', ...options } as never)()
  const sentences = (r: E.Either<readonly g.GiryError[], unknown>) =>
    E.isLeft(r) ? r.left.map((e) => `${e.message}\n${e.remedy}`) : []

  it('refuses a name that is no way to play', async () => {
    const r = await fitted(diracGan(g.payoffs.hinge), { play: 'together' })
    expect(sentences(r)).toEqual([
      "play must be one of alternating, simultaneous, extragradient, but 'together' was given\nleave it out for 'alternating'",
    ])
  })

  it('refuses several steps of one player where all move at once', async () => {
    const { critic, generator } = g.adversarial((await import('./diracGan.js')).duel, g.payoffs.hinge)
    const game = g.game({
      D: { owns: ['psi'], maximize: critic, steps: 5 },
      G: { owns: ['theta'], maximize: generator },
    })
    expect(sentences(await fitted(game, { play: 'extragradient' }))).toEqual([
      "player 'D' makes 5 steps in a row, but in extragradient play all move at once\nuse { play: 'alternating' }, or one step each with learning rates of their own",
    ])
  })

  it('keeps frozen players where they are', async () => {
    const game = g.freeze(diracGan(g.payoffs.wasserstein), ['critic'])
    const optimizer = { generator: g.sgd(1) } as never
    const [theta, psi] = await playedFrom(game as never, [0.5, 0.25], { optimizer, steps: 3 })
    expect([theta, psi]).toEqual([0.5 + 3 * 0.25, 0.25])
  })
})
