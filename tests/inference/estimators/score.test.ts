/** Baselines of the score function: unbiased, less variance, and each is what it says. Oracle: enumeration. */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { GradientMethod } from '../../../src/dsl/gradientMethods.js'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import type { AnyParams } from '../../../src/testing/arbitraries/boundCase.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf } from '../gradients.js'
import { at, bound, gradient, value, x } from './coins.js'
import { momentsOf, perDraw } from './perDraw.js'

const data = { x: new Array(128).fill(x) }
const b = g.mlp(g.real(), [3], g.real())
const learned = g.score({
  baseline: g.learned(g.given({ x: g.real(), c: g.binary() }), { b }, ({ x, c, b }) => b(g.add(x, c))),
})
const params = (baseline: number): AnyParams => ({
  ...scalarsOf({ ...at, z_baseline: baseline }),
  ...(g.init({ nets: { b } } as never, 3) as AnyParams),
})
const ofBound = (found: ReturnType<typeof gradientsOver>) => ({
  ...found,
  entries: found.entries.filter((e) => !/^(b|z_baseline)\//.test(e.path)),
})

describe('every baseline is unbiased', () => {
  it.each([
    ['none', g.score({ baseline: 'none' }), 1],
    ['none', g.score({ baseline: 'none' }), 2],
    ['leave-one-out', g.score(), 3],
    ['a moving average', g.score({ baseline: g.movingAverage(0.9) }), 1],
    ['a moving average', g.score({ baseline: g.movingAverage(0.9) }), 2],
    ['learned', learned, 1],
    ['learned', learned, 2],
  ] as readonly (readonly [string, GradientMethod, number])[])('%s, %#', (_, z, particles) => {
    for (const c of ['enumerate', 'score'] as const) {
      const o = bound({ c, z, y: 'pathwise' }, { particles })
      const found = ofBound(gradientsOver(o, params(-1.5), data, 14))
      expectUnbiased(found, gradient, c)
      expect(Math.abs(found.value.value - value)).toBeLessThan(5 * found.value.standardError + 1e-4)
    }
  })
})

describe('a baseline by data in a plate', () => {
  // s ~ B(0.3), three x_k ~ N(2 s, 1);  q: s ~ B(a)
  const plates = { k: 3 }
  const p = g.pipe(
    g.Do,
    g.bind('s', () => g.bernoulli({ logits: 0.3 })),
    g.bind('x', ({ s }) => g.normal({ loc: g.mul(2, s), scale: 1 }), { plates }),
  )
  const q = g.pipe(
    g.given({ x: g.real() }),
    g.nets({ a: g.parameter(g.real()) }),
    g.bind('s', ({ a }) => g.bernoulli({ logits: a() })),
  )
  const w = g.parameter(g.real())
  const by = (f: (x: g.Value<[], g.Real>) => g.Value<[], g.Real>) =>
    g.score({
      baseline: g.learned(g.given({ x: g.real() }), { w }, ({ x, w }) => g.mul(w(), f(x))),
    })
  const of = (s: GradientMethod) => g.elbo(p, q, { particles: 1, sites: { s } as never }) as AnyObjective
  const many = { x: new Array(256).fill([1, 2, -0.5]) }

  it('is refused for a site outside of it, which would count once for each element', () => {
    expect(() => gradientAt(of(by((x) => x)), scalarsOf({ a: 0.5, w: 0.3 }), many)).toThrow(
      "site 's': the baseline has a number for each element of the plate k, but 's' is drawn once for all of them",
    )
  })

  it('is refused where it reads a site that is summed out for each element of the plate', () => {
    const coins = g.pipe(
      g.Do,
      g.bind('e', () => g.bernoulli({ logits: 0.3 }), { plates }),
      g.bind('s', () => g.bernoulli({ logits: 0.3 })),
      g.bind('x', ({ e, s }) => g.normal({ loc: g.add(e, s), scale: 1 }), { plates }),
    )
    const tossed = g.pipe(
      g.given({ x: g.real() }),
      g.bind('e', ({ x }) => g.bernoulli({ logits: x }), { plates }),
      g.bind('s', () => g.bernoulli({ logits: 0.1 })),
    )
    const baseline = g.learned(g.given({ e: g.binary() }), { w }, ({ e, w }) =>
      g.mul(w(), g.meanOverPlate(e, 'k')),
    )
    const o = g.elbo(coins, tossed, { sites: { e: 'enumerate', s: g.score({ baseline }) } }) as AnyObjective
    expect(() => gradientAt(o, scalarsOf({ w: 0.3 }), many)).toThrow(
      "site 's': the baseline has a number for each element of the plate k, but 's' is drawn once for all of them",
    )
  })

  it('is one where the plate is reduced', () => {
    const exact = gradientAt(of('enumerate'), scalarsOf({ a: 0.5 }), many).gradients['a/value']?.[0] as number
    const found = gradientsOver(
      of(by((x) => g.meanOverPlate(x, 'k'))),
      scalarsOf({ a: 0.5, w: 0.3 }),
      many,
      24,
    )
    const entries = found.entries.filter((e) => e.path.startsWith('a/'))
    expectUnbiased({ ...found, entries }, { 'a/value[0]': exact })
  })
})

describe('baselines with parameters', () => {
  it('are fitted by least squares: the gradient of b is the mean of signal − b, and nobody else’s changes', () => {
    const o = (z: GradientMethod) => bound({ c: 'enumerate', z, y: 'pathwise' }, { particles: 1 })
    const average = g.score({ baseline: g.movingAverage(0.9), raoBlackwell: false })
    const [low, high] = [-2, 1].map((level) => gradientAt(o(average), params(level), data))
    const slope = (found: typeof low) => found?.gradients['z_baseline/value']?.[0] as number
    expect(slope(low) - slope(high)).toBeCloseTo(3, 4)
    // c is enumerated, and the signal is all of the bound: its mean is the value.
    expect(slope(low)).toBeCloseTo((low?.value as number) + 2, 4)
    const plain = gradientAt(o(g.score({ baseline: 'none', raoBlackwell: false })), params(0), data)
    for (const path of ['w/value', 'a/value', 'e/value'])
      expect(high?.gradients[path]?.[0]).toBeCloseTo(plain.gradients[path]?.[0] as number, 4)
  })

  it('a moving average in a plate follows the mean of the signals of its elements', () => {
    // z_k ~ B(0.3), x_k ~ N(z_k, 1): each element has its part of the bound as its signal.
    const plates = { k: 3 }
    const p = g.pipe(
      g.Do,
      g.bind('z', () => g.bernoulli({ logits: 0.3 }), { plates }),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 }), { plates }),
    )
    const q = g.pipe(
      g.given({ x: g.real() }),
      g.bind('z', ({ x }) => g.bernoulli({ logits: x }), { plates }),
    )
    const z = g.score({ baseline: g.movingAverage(0.9) })
    const o = g.elbo(p, q, { particles: 1, kl: 'sampled', sites: { z } }) as AnyObjective
    const found = gradientAt(o, scalarsOf({ z_baseline: -1 }), { x: new Array(64).fill([1.5, -1, 0.5]) })
    expect(found.gradients['z_baseline/value']?.[0]).toBeCloseTo(found.value / 3 + 1, 4)
  })

  it('a moving average is one, whatever the optimizer: of the values of the bound, which are its signals', async () => {
    const average = g.score({ baseline: g.movingAverage(0.8), raoBlackwell: false })
    const o = bound({ c: 'enumerate', z: average, y: 'pathwise' }, { particles: 1 })
    for (const optimizer of [g.adam(0.05), g.optimizer(g.clipByGlobalNorm(0.01), g.sgd(0.1))])
      for (const runtime of ['cpu', 'onnx-node'] as const) {
        const options = { data, optimizer, steps: 6, batch: 16, seed: 1, runtime, params: params(0) }
        const fit = (await g.orThrow(g.fit(o as never, options as never))) as g.Fit
        const values = fit.history.map((h) => h.values.objective as number)
        const expected = values.reduce((b, v) => 0.8 * b + 0.2 * v, 0)
        const found = (fit.params as AnyParams).z_baseline?.value?.data[0] as number
        expect(values.length).toBe(6)
        expect(found).toBeCloseTo(expected, 4)
      }
  })

  it('a learned baseline takes away the variance that its inputs explain', () => {
    // z ~ B(a), f = z + 10 s: a constant 10 s that varies between data is all noise to the score function.
    const model = g.pipe(
      g.given({ a: g.real(), s: g.real() }),
      g.bind('z', ({ a }) => g.bernoulli({ logits: a })),
    )
    const net = g.dense(g.real(), g.real())
    const of = (baseline: g.Baseline) =>
      g.expect(model, ({ z, s }) => g.add(z, g.mul(10, s)), {
        sites: { z: g.score({ baseline }) },
      } as never) as unknown as AnyObjective
    const exact = { net: { kernel: arrayOf([1, 1], 10), bias: arrayOf([1], 0.5) } }
    const sees = g.learned(g.given({ s: g.real() }), { net }, ({ s, net }) => net(s))
    const variance = (baseline: g.Baseline, p: AnyParams = {}) =>
      momentsOf(perDraw(of(baseline), { a: 0.3, s: 1.5 }, 4000, p).draws.a as Float32Array).variance
    expect(variance(sees, exact)).toBeLessThan(0.01 * variance('none'))
  })
})

const arrayOf = (shape: readonly number[], x: number) => ({ shape, data: Float32Array.of(x) })
