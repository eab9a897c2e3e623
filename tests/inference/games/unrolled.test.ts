/**
 * Unrolling on V(a, b) = −½ b² + a b, which b maximizes and a minimizes: after k moves of rate r, b_k = a + (1 − r)^k (b − a).
 */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'

const scalar = () => g.parameter(g.real(), { start: { kind: 'constant', value: 0 } })
const [A, B] = [scalar(), scalar()]
const V = g.expect(g.Do, { A, B }, ({ A, B }) => {
  const [a, b] = [A(), B()]
  return g.sub(g.mul(a, b), g.mul(0.5, g.square(b))) as g.Value<[], g.Real>
})
const game = g.game({ b: { owns: ['B'], maximize: V }, a: { owns: ['A'], minimize: V } })

const array = (x: number) => ({ value: { shape: [], data: Float32Array.of(x) } })

/** One simultaneous step of rate 1: the gradients that the players followed. */
const stepFrom = async (of: typeof game, a: number, b: number, runtime: g.RuntimeName) => {
  const fit = await g.orThrow(
    g.fit(of, {
      params: { A: array(a), B: array(b) } as never,
      optimizer: g.sgd(1),
      play: 'simultaneous',
      steps: 1,
      runtime,
    }),
  )
  const at = (net: 'A' | 'B') => (fit.params[net].value?.data[0] as number) - { A: a, B: b }[net]
  return { a: at('A'), b: at('B'), value: fit.history[0]?.values.a as number }
}

describe('unrolled', () => {
  it.each([
    [1, 0.3],
    [4, 0.1],
    [10, 0.5],
  ])('differentiates through %s moves of rate %s', async (steps, rate) => {
    const ahead = g.unrolled(game, 'a', { over: 'b', steps, rate })
    for (const runtime of ['cpu', 'onnx-node'] as const) {
      const [a, b] = [0.7, -0.4]
      const moved = await stepFrom(ahead, a, b, runtime)
      const decay = (1 - rate) ** steps
      const bk = a + decay * (b - a)
      const slope = bk + (a - bk) * (1 - decay) // d/da [a b_k − ½ b_k²], b_k' = 1 − decay
      expect(moved.value).toBeCloseTo(a * bk - 0.5 * bk * bk, 5)
      expect(moved.a).toBeCloseTo(-slope, 5)
      expect(moved.b).toBeCloseTo(a - b, 5)
    }
  })

  it('leaves the game as it is without moves to come: the opponent at its best answer', async () => {
    const ahead = g.unrolled(game, 'a', { over: 'b', steps: 3, rate: 0.2 })
    const moved = await stepFrom(ahead, 0.5, 0.5, 'cpu')
    expect(moved.value).toBeCloseTo(0.125, 6)
  })

  it('names every fault', () => {
    const sentences = (build: () => unknown) => {
      try {
        build()
      } catch (e) {
        return (e as g.GiryException).errors.map((x) => x.message)
      }
      return []
    }
    expect(sentences(() => g.unrolled(game, 'c', { over: 'd', steps: 0, rate: -1 }))).toEqual([
      "'c' is no player of this game",
      "'d' is no player of this game",
      "steps of 'd' must be a whole number >= 1, but 0 was given",
      'the rate of the foreseen moves must be a number > 0, but -1 was given',
    ])
    expect(sentences(() => g.unrolled(game, 'a', { over: 'a', steps: 1, rate: 1 }))).toEqual([
      "player 'a' cannot look ahead of itself",
    ])
  })
})
