/** reweightedWakeSleep: a game of p and q whose nets they own; it finds the posterior and the evidence; sentences. */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { reweightedWakeSleep } from '../../src/inference/reweightedWakeSleep.js'
import { p, q } from './importance/gaussian.js'
import { sentences } from './importance/untyped.js'

describe('the game', () => {
  it('has the players p and q, each with its own nets and its own objective', () => {
    const names = (phi: 'wake' | 'sleep' | 'both') =>
      reweightedWakeSleep(p, q, { particles: 5, phi }).players.map((x) => [
        x.name,
        x.sense,
        x.owns.join(),
        x.objective.description,
      ])
    expect(names('wake')).toEqual([
      ['p', 'max', 'slope', 'L_5 for p'],
      ['q', 'max', 'gain,spread', 'E_P(z|x)[log q(z|x)], 5 particles'],
    ])
    expect(names('sleep')[1]?.[3]).toBe('E_p(x,z)[log q(z|x)]')
    expect(names('both')[1]?.[3]).toBe('0.5 · (E_P(z|x)[log q(z|x)], 5 particles + E_p(x,z)[log q(z|x)])')
    expect(Object.keys(reweightedWakeSleep(p, q, { particles: 5 }).data)).toEqual(['x'])
  })

  it('of a p without nets has one player', () => {
    const fixed = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: 0.5 })),
    )
    expect(reweightedWakeSleep(fixed, q, { particles: 2 }).players.map((x) => x.name)).toEqual(['q'])
  })
})

describe('fit', () => {
  it.each(['wake', 'sleep', 'both'] as const)(
    '%s: p finds the variance of the data, and q the posterior',
    async (phi) => {
      // x ~ N(0, slope² + ¼); data of second moment 1.25: slope = 1, gain = 1/1.25, spread = ½ log 0.2.
      const x = Array.from({ length: 64 }, (_, i) => Math.sqrt(2.5) * Math.sin((2 * Math.PI * i) / 64))
      const fit = await g.orThrow(
        g.fit(reweightedWakeSleep(p, q, { particles: 10, phi }), {
          data: { x },
          optimizer: g.ema(0.98, g.adam(3e-2)),
          steps: 450,
          seed: 1,
          runtime: 'cpu' as never,
        }),
      )
      const found = Object.fromEntries(
        Object.entries(
          (fit.averaged ?? fit.params) as unknown as Record<string, { value: { data: Float32Array } }>,
        ).map(([name, net]) => [name, net.value.data[0] as number]),
      )
      expect(Math.abs(Math.abs(found.slope as number) - 1)).toBeLessThan(0.06)
      expect(Math.abs(Math.abs(found.gain as number) - 0.8)).toBeLessThan(0.06)
      expect(Math.abs((found.spread as number) - 0.5 * Math.log(0.2))).toBeLessThan(0.08)
    },
    60_000,
  )
})

describe('runtimes', () => {
  it('compiled = eager after three steps: wake, sleep, both', async () => {
    const x = Array.from({ length: 8 }, (_, i) => i / 4 - 1)
    for (const phi of ['wake', 'sleep', 'both'] as const) {
      const after = async (runtime: 'cpu' | 'onnx') => {
        const target = reweightedWakeSleep(p, q, { particles: 3, phi })
        const optimizer = g.sgd(0.1)
        const fit = await g.orThrow(g.fit(target, { data: { x }, optimizer, steps: 3, seed: 2, runtime }))
        return Object.values(fit.params as unknown as Record<string, { value: g.NamedArray }>).map(
          (net) => net.value.data[0] as number,
        )
      }
      const [eager, compiled] = [await after('cpu'), await after('onnx')]
      eager.forEach((y, i) => {
        expect(Math.abs(y - (compiled[i] as number)), phi).toBeLessThan(1e-5)
      })
    }
  }, 60_000)
})

describe('sentences', () => {
  it('for a net of both, and a phase that is none', () => {
    const net = g.mlp(g.real(), [], g.real())
    const model = g.pipe(
      g.Do,
      g.nets({ net }),
      g.bind('z', () => g.standardNormal()),
      g.bind('x', ({ z, net }) => g.normal({ loc: net(z), scale: 1 })),
    )
    const family = g.pipe(
      g.given({ x: g.real() }),
      g.nets({ net }),
      g.bind('z', ({ x, net }) => g.normal({ loc: net(x), scale: 1 })),
    )
    const build = () =>
      // @ts-expect-error p and q share the net 'net', which two players would own
      reweightedWakeSleep(model, family, { particles: 2, phi: 'dream' as 'wake' })
    expect(sentences(build)).toEqual([
      "'dream' is not a phase of q",
      "p and q share the net 'net', which two players would own",
    ])
  })
})
