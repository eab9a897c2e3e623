import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { dualityGap } from '../../../src/inference/diagnostics/dualityGap.js'
import { refused } from './draws.js'

const scalar = () => g.parameter(g.real())
const [a, b] = [scalar(), scalar()]

/** V(a, b) = a b − ½ a² + ½ b²: the best a is b, the best b is −a, so DG = b² + a². */
const value = g.expect(g.Do, { a, b }, ({ a, b }) =>
  g.add(g.mul(a(), b()), g.mul(0.5, g.sub(g.square(b()), g.square(a())))),
)
const game = g.minimax(value, { max: ['a'], min: ['b'] })
const at = (x: number, y: number) => ({
  params: {
    a: { value: { shape: [], data: Float32Array.of(x) } },
    b: { value: { shape: [], data: Float32Array.of(y) } },
  },
})
const options = { steps: 200, optimizer: g.sgd(0.1), runtime: 'cpu' } as const

describe('dualityGap', () => {
  it('is the closed form of a quadratic game', async () => {
    const [x, y] = [0.7, -0.4]
    const report = await g.orThrow(dualityGap(game, at(x, y), options))
    // V(y, y) − V(x, y) and V(x, y) − V(x, −x).
    const played = x * y - 0.5 * x * x + 0.5 * y * y
    expect(report.played).toBeCloseTo(played, 6)
    expect(report.maxGain).toBeCloseTo(y * y - played, 5)
    expect(report.minGain).toBeCloseTo(played + x * x, 5)
    expect(report.value).toBeCloseTo(x * x + y * y, 5)
  })

  it('is 0 at the equilibrium, and a player that training makes worse stays as it was', async () => {
    expect((await g.orThrow(dualityGap(game, at(0, 0), options))).value).toBe(0)
    const wild = { ...options, steps: 3, optimizer: g.sgd(5) }
    expect((await g.orThrow(dualityGap(game, at(0.1, 0), wild))).maxGain).toBe(0)
  })

  it('finds what a critic at 0 could gain, between 0 and log 4, and that its generator gains nothing', async () => {
    // V = −log 4 for D = 0, whatever G does; max_D V = 2 JSD − log 4 lies between −log 4 and 0.
    const data = { x: Array.from({ length: 400 }, (_, i) => 2 * Math.sin(i)) }
    const D = g.dense(g.real(), g.real())
    const fake = g.pipe(
      g.Do,
      g.nets({ m: g.parameter(g.real()) }),
      g.bind('z', () => g.standardNormal()),
      g.bind('x', ({ z, m }) => g.push(g.add(z, m()))),
    )
    const v = g.plus(
      g.expect(g.empirical({ x: g.real() }), { D }, ({ x, D }) => g.logSigmoid(D(x))),
      g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(g.neg(D(x)))),
    )
    const duel = g.minimax(v, { max: ['D'], min: ['m'] })
    const zero = (shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((p, n) => p * n, 1)) })
    const params = {
      D: { kernel: zero([1, 1]), bias: zero([1]) },
      m: { value: { shape: [], data: Float32Array.of(3) } },
    }
    const report = await g.orThrow(
      dualityGap(duel, { params }, { data, steps: 300, optimizer: g.adam(0.03), seed: 1 }),
    )
    expect(report.played).toBeCloseTo(-Math.log(4), 5)
    expect(report.minGain).toBeCloseTo(0, 5)
    expect(report.maxGain).toBeGreaterThan(0.5)
    expect(report.maxGain).toBeLessThan(Math.log(4))
  })

  it('refuses games that are not zero-sum', async () => {
    const other = g.game({
      a: { owns: ['a'], maximize: value },
      b: { owns: ['b'], maximize: g.scale(-1, value) },
    })
    expect((await refused(dualityGap(other, at(0, 0), options))).map((e) => e.message)).toEqual([
      "a duality gap needs one value that one player maximizes and another minimizes, but the players are 'a', 'b' with objectives of their own",
    ])
  })
})
