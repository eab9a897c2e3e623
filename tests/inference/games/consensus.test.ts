/**
 * Consensus against finite differences: the gradient of payoff − γ ½ ‖v‖² of a small GAN, v by `fit` itself. (Its rates on the
 * Dirac-GAN are in tests/inference/play.test.ts.)
 */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'

// V = a² b − ½ b² + a:  v_b = a² − b (max), v_a = 2 a b + 1 (min);  ½ ‖v‖² = ½ (a² − b)² + ½ (2 a b + 1)²
const scalar = () => g.parameter(g.real(), { start: { kind: 'constant', value: 0 } })
const [A, B] = [scalar(), scalar()]
const V = g.expect(g.Do, { A, B }, ({ A, B }) => {
  const [a, b] = [A(), B()]
  const curved = g.sub(g.mul(g.square(a), b), g.mul(0.5, g.square(b)))
  return g.add(curved, a) as g.Value<[], g.Real>
})
const game = g.game({ b: { owns: ['B'], maximize: V }, a: { owns: ['A'], minimize: V } })
const array = (x: number) => ({ value: { shape: [], data: Float32Array.of(x) } })

describe('consensus', () => {
  it.each(['cpu', 'onnx-node'] as const)('has the gradient of its formula, on %s', async (runtime) => {
    const [a, b, gamma] = [0.6, -0.3, 0.7]
    const fit = await g.orThrow(
      g.fit(g.consensus(game, gamma), {
        params: { A: array(a), B: array(b) } as never,
        optimizer: g.sgd(1),
        play: 'simultaneous',
        steps: 1,
        runtime,
      }),
    )
    const [vb, va] = [a * a - b, 2 * a * b + 1]
    const restA = vb * 2 * a + va * 2 * b
    const restB = -vb + va * 2 * a
    expect((fit.params.A.value?.data[0] as number) - a).toBeCloseTo(-(va + gamma * restA), 5)
    expect((fit.params.B.value?.data[0] as number) - b).toBeCloseTo(vb - gamma * restB, 5)
  })

  it('refuses a gradient that is estimated by a score function: its derivative is not', async () => {
    const q = g.pipe(
      g.Do,
      g.nets({ A }),
      g.bind('k', ({ A }) => g.poisson({ rate: g.exp(A()) })),
    )
    const counted = g.expect(q, ({ k }) => g.mul(1 as number, k) as g.Value<[], g.Real>)
    const options = { optimizer: g.sgd(1), steps: 1, runtime: 'cpu' } as const
    const r = await g.fit(g.consensus(g.maximize(counted), 1), options)()
    expect(r).toMatchObject({ left: [{ tag: 'model', where: 'k' }] })
    expect(JSON.stringify(r)).toContain("site 'k': consensus and unrolled differentiate a gradient")
    expect(await g.fit(g.maximize(counted), options)()).toMatchObject({ _tag: 'Right' })
  })

  it('refuses a weight below zero', () => {
    expect(() => g.consensus(game, -1)).toThrow('gamma of consensus must be a number >= 0, but -1 was given')
  })
})
