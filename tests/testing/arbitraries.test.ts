/** The random models: they fit, they vary, they repeat by seed; their numbers have the moments asked for. */
import fc from 'fast-check'
import * as testing from 'giry/testing'
import { describe, expect, it } from 'vitest'
import { conv2d } from '../../src/dsl/nets/conv2d.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { fitFaults } from '../../src/dsl/rules.js'
import { real } from '../../src/dsl/space.js'
import { init } from '../../src/inference/init.js'
import { streamOf } from '../../src/testing/arbitraries/stream.js'
import { hasMean } from '../../src/testing/laws/distribution.js'

const arbitraries = {
  finiteModels: testing.finiteModels(),
  gaussianMixtures: testing.gaussianMixtures(),
  pcas: testing.pcas(),
  factorAnalyses: testing.factorAnalyses(),
  conjugatePairs: testing.conjugatePairs(),
  conjugateCounts: testing.conjugateCounts(),
  nonlinearModels: testing.nonlinearModels(),
} as const

describe.each(Object.entries(arbitraries))('%s', (_, models) => {
  const all = fc.sample(models as fc.Arbitrary<testing.BoundCase>, { numRuns: 12, seed: 1 })

  it('propose a q and a posterior that fit p', () => {
    for (const c of all) {
      expect(fitFaults(c.p, c.q)).toEqual([])
      if (c.posterior !== undefined) expect(fitFaults(c.p, c.posterior)).toEqual([])
    }
  })

  it('have parameters for every net, and data for every input', () => {
    for (const c of all) {
      expect(Object.keys(c.params).sort()).toEqual(Object.keys({ ...c.p.nets, ...c.q.nets }).sort())
      expect(Object.keys(c.data).sort()).toEqual(Object.keys(c.q.given).sort())
    }
  })

  it('vary', () => {
    expect(new Set(all.map((c) => JSON.stringify(c.facts))).size).toBeGreaterThan(8)
  })
})

describe('a case', () => {
  it('repeats by seed', () => {
    expect(testing.finiteCase(5).facts).toEqual(testing.finiteCase(5).facts)
    expect(testing.nonlinearCase(5).data).toEqual(testing.nonlinearCase(5).data)
  })
})

describe('streamOf', () => {
  it('gives normals, uniforms and integers in float32', () => {
    const s = streamOf(1)
    const xs = s.normals(4000, 2)
    expect(hasMean(xs, 0).holds).toBe(true)
    expect(
      hasMean(
        xs.map((x) => x * x),
        4,
      ).holds,
    ).toBe(true)
    expect(xs.every((x) => Math.fround(x) === x)).toBe(true)
    const whole = Array.from({ length: 300 }, () => s.integer(1, 3))
    expect([...new Set(whole)].sort()).toEqual([1, 2, 3])
    const u = Array.from({ length: 300 }, () => s.uniform(2, 4))
    expect(u.every((x) => x >= 2 && x <= 4)).toBe(true)
  })
})

describe('randomParams', () => {
  it('moves what init gives, and repeats by seed', () => {
    const c = testing.pcaCase(1)
    const of = (seed: number) => testing.randomParams({ nets: c.p.nets }, seed, 0.5) as testing.AnyParams
    expect(of(1)).toEqual(of(1))
    expect(of(1)).not.toEqual(of(2))
    expect(Array.from(of(1).decode?.bias?.data ?? []).every((x) => x !== 0)).toBe(true)
  })

  it('scales with the fan-in of kernels, and not for biases and free parameters', () => {
    const of = {
      nets: {
        wide: dense(real(900), real(40)),
        conv: conv2d(real(6, 6, 4), real(4, 4, 8), { kernel: 3, padding: 'valid' }),
        free: parameter(real(30, 30)),
      },
    }
    const start = init(of, 5) as testing.AnyParams
    const moved = testing.randomParams(of, 5, 0.3) as testing.AnyParams
    const rms = (net: string, path: string) => {
      const a = start[net]?.[path]?.data ?? new Float32Array(0)
      const b = moved[net]?.[path]?.data ?? new Float32Array(0)
      return Math.sqrt(b.reduce((sum, x, i) => sum + (x - (a[i] as number)) ** 2, 0) / b.length)
    }
    // the relative standard error of the root mean square of n normals is 1 / √(2n)
    const near = (actual: number, expected: number, n: number) =>
      expect(Math.abs(actual / expected - 1)).toBeLessThan(4 / Math.sqrt(2 * n))
    near(rms('wide', 'kernel'), 0.3 / Math.sqrt(900), 900 * 40)
    near(rms('wide', 'bias'), 0.3, 40)
    near(rms('conv', 'kernel'), 0.3 / Math.sqrt(3 * 3 * 4), 3 * 3 * 4 * 8)
    near(rms('free', 'value'), 0.3, 900)
  })
})
