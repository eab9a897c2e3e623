import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import { minimax } from '../../src/dsl/game.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { bind, Do, empirical, nets } from '../../src/dsl/notation.js'
import { real } from '../../src/dsl/space.js'
import { wasserstein } from '../../src/inference/wasserstein.js'
import { evaluateOnce } from '../laws/evaluation.js'

const linear = (kernel: number, bias: number) => ({
  kernel: { shape: [1, 1], data: Float32Array.of(kernel) },
  bias: { shape: [1], data: Float32Array.of(bias) },
})
const [D, G] = [dense(real(), real()), dense(real(), real())]
const fake = pipe(
  Do,
  nets({ G }),
  bind('z', () => standardNormal()),
  bind('x', ({ z, G }) => push(G(z))),
)

describe('wasserstein', () => {
  it('is the difference of the critic’s means', () => {
    const data = empirical({ x: real() })
    const o = wasserstein(data, fake, { nets: { D }, score: ({ x, D }) => D(x) })
    // A generator of scale 0 puts all its mass on 0.5: 2 · (1 + 2 + 6)/3 − 2 · 0.5, and the bias cancels.
    const params = { D: linear(2, 3), G: linear(0, 0.5) }
    expect(evaluateOnce(o as never, params, { x: [1, 2, 6] })).toBeCloseTo(5, 5)
    expect(minimax(o, { max: ['D'], min: ['G'] }).players.map((p) => p.owns)).toEqual([['D'], ['G']])
  })
})
