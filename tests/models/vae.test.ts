/**
 * The oracles are the closed form, KL = ½ Σ (exp σ − (1 + σ) + m²) for scale² = exp σ, and the entropy of the data:
 * the mean of log P(x) over data whose four patterns are equally frequent is at most −log 4, whatever the model.
 */
import * as g from 'giry'
import { vae, vaeFamily } from 'giry/models'
import { describe, expect, it } from 'vitest'
import { toDot } from '../../src/dsl/dot.js'
import { estimate } from '../../src/inference/estimate.js'
import { evaluate } from '../../src/inference/evaluate.js'
import { planBound } from '../../src/inference/plan.js'
import { decoded, sentences } from './codec.js'
import { once } from './once.js'

const patterns = [
  [1, 1, 1, 0, 0, 0],
  [0, 0, 0, 1, 1, 1],
  [1, 0, 1, 0, 1, 0],
  [0, 1, 0, 0, 0, 1],
]
const data = { x: Array.from({ length: 64 }, (_, i) => patterns[i % 4] as number[]) }
const { p, q, objective } = vae({ size: 6, latent: 2, hidden: [32] })
const entropyBound = -Math.log(4)

const trained = once(() =>
  g.orThrow(
    g.fit(objective, {
      data,
      heldOut: data,
      optimizer: g.adam(g.cosineSchedule(0.05, 300)),
      batch: 64,
      steps: 300,
      seed: 1,
    }),
  ),
)

describe('vae', () => {
  it('builds, with this graph', () => {
    expect(g.graphLine(p)).toBe('z ~ Normal on Real[2] → x ~ Bernoulli on Binary[6]   (nets: decode)')
    expect(g.graphLine(q)).toBe('given x on Binary[6] → z ~ Normal on Real[2]   (nets: encode)')
    expect(toDot(p)).toContain('"z" -> "x"')
    expect(Object.keys(objective.nets).sort()).toEqual(['decode', 'encode'])
  })

  it('has hidden layers in reverse in the decoder', () => {
    const deep = vae({ size: 6, latent: 2, hidden: [8, 5] })
    const shapes = (net: object | undefined) =>
      Object.values((net ?? {}) as g.NetParams).flatMap((a) => (a.shape.length === 2 ? [a.shape] : []))
    const params = g.init(deep.objective, 1)
    expect(shapes(params.encode)).toEqual([
      [6, 8],
      [8, 5],
      [5, 4],
    ])
    expect(shapes(params.decode)).toEqual([
      [2, 5],
      [5, 8],
      [8, 6],
    ])
  })

  it('takes the divergence in closed form', () => {
    expect(planBound(p, q)).toMatchObject({
      latents: [{ name: 'z', kl: 'closed form', gradient: 'pathwise' }],
      particles: 1,
    })
  })

  it('has the seed penalty: with idle weights L_b = −n log 2 − ½ Σ (exp σ − (1 + σ) + m²)', async () => {
    const [m, sigma] = [
      [0.7, -1.5],
      [0.4, -2],
    ]
    const start = g.init(objective, 1)
    const zero = (net: g.NetParams) =>
      Object.fromEntries(
        Object.entries(net).map(([path, a]) => [path, { ...a, data: new Float32Array(a.data.length) }]),
      )
    const heads = { shape: [4], data: Float32Array.of(...m, ...sigma) }
    const params = { decode: zero(start.decode), encode: { ...zero(start.encode), '1/bias': heads } }
    const penalty =
      0.5 *
      m.reduce((sum, mi, i) => {
        const s = sigma[i] as number
        return sum + Math.exp(s) - (1 + s) + mi * mi
      }, 0)
    const bound = await g.orThrow(evaluate(objective, { params, data }))
    expect(bound).toBeCloseTo(-6 * Math.log(2) - penalty, 5)
  })

  it('has a bound that grows with training', async () => {
    const { history, diagnostics } = await trained()
    const first = history.find((h) => h.heldOut !== undefined)?.heldOut as number
    expect(diagnostics.heldOut).toBeGreaterThan(first + 1)
  })

  it('stays below minus the entropy of the data, and comes within 0.7 nats', async () => {
    const { params } = await trained()
    const bound = await g.orThrow(estimate(objective, { params, data, n: 100, seed: 2 }))
    expect(bound.value).toBeLessThan(entropyBound + 4 * bound.standardError)
    expect(bound.value).toBeGreaterThan(entropyBound - 0.7)
  })
})

describe('options of vae', () => {
  it('take the defaults', () => {
    expect(decoded(vaeFamily, {})).toEqual({ latent: 20, hidden: [400] })
    expect(decoded(vaeFamily, { latent: 2 })).toEqual({ latent: 2, hidden: [400] })
    expect(decoded(vaeFamily, { hidden: 50 })).toEqual({ latent: 20, hidden: [50] })
    expect(decoded(vaeFamily, { hidden: undefined })).toEqual({ latent: 20, hidden: [400] })
  })

  it('refuse wrong and unknown ones, each with its sentence', () => {
    expect(sentences(vaeFamily, { latent: -1, hidden: 'many', layers: 3 })).toEqual([
      'latent must be a whole number >= 1, but -1 was given',
      'hidden must be a whole number >= 1, or a list of them, but "many" was given',
      "vae has no option 'layers'; it has latent, hidden",
    ])
  })

  it('build a model of the size of the data', () => {
    const built = vaeFamily.build({ size: 9, domain: 'Binary' }, { latent: 3, hidden: [4] })
    expect(built.latent).toBe(3)
    expect(g.graphLine(built.p)).toBe('z ~ Normal on Real[3] → x ~ Bernoulli on Binary[9]   (nets: decode)')
  })
})
