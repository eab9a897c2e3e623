import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'

/** Real data 0.5 and −1, the fake datum 2, and a critic whose score is x: every payoff in closed form. */
const identity = g.dense(g.real(), g.real())
const params = {
  D: { kernel: { shape: [1, 1], data: Float32Array.of(1) }, bias: { shape: [1], data: Float32Array.of(0) } },
}
const duel = g.contest({
  real: g.empirical({ x: g.real() }),
  fake: g.pipe(
    g.Do,
    g.bind('x', () => g.push(2 as number)),
  ),
  nets: { D: identity },
  score: ({ x, D }) => D(x),
})
const data = { x: [0.5, -1] }

const measured = (o: unknown, given: unknown = data): Promise<number> =>
  g.orThrow(g.evaluate(o as never, { params, data: given, runtime: 'cpu' } as never))

const log1pExp = (x: number) => Math.log1p(Math.exp(x))
const mean = (f: (x: number) => number) => (f(0.5) + f(-1)) / 2

const expected: Readonly<
  Record<g.PayoffName, readonly [critic: number, generator: number, accuracy: number]>
> = {
  minimax: [mean((s) => -log1pExp(-s)) - log1pExp(2), log1pExp(2), 0.25],
  nonSaturating: [mean((s) => -log1pExp(-s)) - log1pExp(2), -log1pExp(-2), 0.25],
  // The real datum 0.5 is where this critic is undecided, so it counts half.
  leastSquares: [mean((s) => -0.5 * (s - 1) ** 2) - 0.5 * 4, -0.5, 0.125],
  hinge: [mean((s) => -Math.max(0, 1 - s)) - 3, 2, 0.25],
  // The midpoint of the mean scores −0.25 and 2 is 0.875: no real datum is above it, no fake one below.
  wasserstein: [mean((s) => s) - 2, 2, 0],
}

describe('adversarial', () => {
  it.each(Object.entries(g.payoffs))('%s has its published values', async (name, payoff) => {
    const { critic, generator, accuracy } = g.adversarial(duel, payoff)
    const [c, e, a] = expected[name as g.PayoffName]
    expect(await measured(critic)).toBeCloseTo(c, 5)
    expect(await measured(generator, undefined)).toBeCloseTo(e, 5)
    expect(await measured(accuracy)).toBeCloseTo(a, 6)
  })

  it('is zero-sum for minimax: what the generator gains on fakes, the critic loses', async () => {
    const { critic, generator } = g.adversarial(duel, g.payoffs.minimax)
    const onReal = g.expect(duel.real, { D: identity }, ({ x, D }) => g.logSigmoid(D(x)))
    expect((await measured(critic)) - (await measured(onReal))).toBeCloseTo(
      -(await measured(generator, undefined)),
      5,
    )
  })

  it.each(Object.entries(g.payoffs))('%s stays finite at scores of ±100', async (_, payoff) => {
    for (const s of [100, -100])
      for (const f of [payoff.real, payoff.fake, payoff.generator]) {
        const [value, slope] = tf.tidy(() => {
          const score = g.value(g.real(), s)
          return [f(score), g.gradient(f, score)].map((v) => g.toTypedArray(v)[0]) as never
        }) as unknown as [number, number]
        expect(Number.isFinite(value)).toBe(true)
        expect(Number.isFinite(slope)).toBe(true)
      }
  })

  it.each(Object.entries(g.payoffs))(
    '%s: a critic that returns one number for all is at chance',
    async (_, payoff) => {
      const flat = { D: { ...params.D, kernel: { shape: [1, 1], data: Float32Array.of(0) } } }
      const { accuracy } = g.adversarial(duel, payoff)
      expect(
        await g.orThrow(
          g.evaluate(accuracy as never, { params: flat, data, runtime: 'cpu' } as never) as never,
        ),
      ).toBeCloseTo(0.5, 6)
    },
  )

  it('refuses a payoff that is none', () => {
    expect(() => g.adversarial(duel, { real: (s: never) => s, fake: (s: never) => s } as never)).toThrow(
      'a payoff is three functions of a score, but generator is missing',
    )
    expect(() => g.adversarial(duel, g.payoffs['relativistic' as never])).toThrow(
      'a payoff is three functions of a score, but real and fake and generator are missing',
    )
  })

  it('gives the generator no data', () => {
    const { critic, generator } = g.adversarial(duel, g.payoffs.hinge)
    expect(Object.keys(critic.data)).toEqual(['x'])
    expect(Object.keys(generator.data)).toEqual([])
  })
})
