/** RELAX is unbiased for every control variate, which learns to make the variance small. Oracle: enumeration. */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { flattenParams, type NetParams } from '../../../src/dsl/params.js'
import type { AnyParams } from '../../../src/testing/arbitraries/boundCase.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf } from '../gradients.js'
import { at, bound, gradient, value, x } from './coins.js'
import { momentsOf, perDraw } from './perDraw.js'

const Z = g.real(2)
const control = g.mlp(Z, [4], g.real())
const seeing = g.given({ z: Z, c: g.binary(), x: g.real() })
const relaxed = g.relax(seeing, { control }, ({ z, c, x, control }) => g.mul(g.add(c, x), control(z)))
const paramsOf = (seed: number): AnyParams => ({
  ...scalarsOf(at),
  ...(g.init({ nets: { control } } as never, seed) as AnyParams),
})
const data = { x: new Array(128).fill(x) }

/** The parameters of the bound alone. */
const ofBound = (found: ReturnType<typeof gradientsOver>) => ({
  ...found,
  entries: found.entries.filter((e) => !e.path.startsWith('control/')),
})

describe('relax', () => {
  it.each([
    [{ c: 'enumerate', z: relaxed, y: 'pathwise' }, {}],
    [
      { c: 'score', z: relaxed, y: 'score' },
      { particles: 2, kl: 'sampled' },
    ],
  ] as const)('is unbiased, %#', (sites, options) => {
    const found = ofBound(gradientsOver(bound(sites as never, options), paramsOf(1), data, 14))
    expectUnbiased(found, gradient)
    expect(Math.abs(found.value.value - value)).toBeLessThan(5 * found.value.standardError + 1e-4)
  })

  it('in a plate each element has a control variate of its own; one that combines elements is refused', () => {
    const plates = { k: 3 }
    const p = g.pipe(
      g.Do,
      g.bind('s', () => g.bernoulli({ logits: 0.3 }), { plates }),
      g.bind('x', ({ s }) => g.normal({ loc: s, scale: 1 }), { plates }),
    )
    const q = g.pipe(
      g.given({ x: g.real() }),
      g.nets({ a: g.parameter(g.real()) }),
      g.bind('s', ({ a, x }) => g.bernoulli({ logits: g.mul(a(), x) }), { plates }),
    )
    const c = g.parameter(g.real())
    const of = (f: (s: g.Value<[], g.Real>, x: g.Value<[], g.Real>) => g.Value<[], g.Real>) =>
      g.elbo(p, q, {
        particles: 1,
        sites: {
          s: g.relax(g.given({ s: g.real(), x: g.real() }), { c }, ({ s, x, c }) => g.mul(c(), f(s, x))),
        } as never,
      }) as unknown as AnyObjective
    const many = { x: new Array(200).fill([1.5, -1, 0.5]) }
    const numbers = { a: 0.5, c: 2 }
    const exact = gradientAt(
      g.elbo(p, q, { sites: { s: 'enumerate' } }) as never,
      scalarsOf({ a: 0.5 }),
      many,
    )
    for (const f of [
      (s: g.Value<[], g.Real>) => g.tanh(s),
      (s: g.Value<[], g.Real>, x: g.Value<[], g.Real>) => g.mul(g.tanh(s), g.meanOverPlate(x, 'k')),
    ]) {
      const found = gradientsOver(of(f), scalarsOf(numbers), many, 24)
      const entries = found.entries.filter((e) => e.path.startsWith('a/'))
      expectUnbiased({ ...found, entries }, { 'a/value[0]': exact.gradients['a/value']?.[0] as number })
    }
    for (const f of [
      (s: g.Value<[], g.Real>) => g.meanOverPlate(g.tanh(s), 'k'),
      (s: g.Value<[], g.Real>) => g.mul(s, g.sumOverPlate(s, 'k')),
    ])
      expect(() => gradientAt(of(f), scalarsOf(numbers), many)).toThrow(
        "site 's': the control variate combines elements of the plate k, but each has one of its own",
      )
  })

  it('a control variate along a plate that the site does not lie in is refused: it would count once for each element', () => {
    const p = g.pipe(
      g.Do,
      g.bind('s', () => g.bernoulli({ logits: 0.3 })),
      g.bind('x', ({ s }) => g.normal({ loc: s, scale: 1 }), { plates: { k: 3 } }),
    )
    const q = g.pipe(
      g.given({ x: g.real() }),
      g.bind('s', () => g.bernoulli({ logits: 0.2 })),
    )
    const c = g.dense(g.real(), g.real())
    const s = g.relax(g.given({ s: g.real(), x: g.real() }), { c }, ({ s, x, c }) => c(g.mul(s, x)))
    expect(() =>
      gradientAt(
        g.elbo(p, q, { sites: { s } as never }) as never,
        g.init({ nets: { c } } as never, 1) as never,
        {
          x: [[1, 2, 3]],
        },
      ),
    ).toThrow(
      "site 's': the control variate has a number for each element of the plate k, but 's' is drawn once for all of them",
    )
  })

  it('its control variate is trained by half the negative second moment, −½ E g²', () => {
    // One coin z ~ B(a), f = 3 z: g is the gradient by a, and c(z) = tanh(k z + b). The gradient that c gets, against
    // central differences of −½ mean g² over the same 4,000 draws.
    const c = g.dense(g.real(), g.real())
    const model = g.bind('z', ({ a }: { a: g.Value<[], g.Real> }) => g.bernoulli({ logits: a }))(
      g.given({ a: g.real() }) as never,
    ) as never
    const method = g.relax(g.given({ z: g.real() }), { c }, ({ z, c }) => g.tanh(c(z)))
    const o = (g.expect as never as (...all: unknown[]) => AnyObjective)(
      model,
      ({ z }: { z: g.Value<[], g.Binary> }) => g.mul(3, z),
      { sites: { z: method } },
    )
    const draws = (k: number, b: number) =>
      perDraw(o, { a: 0.4 }, 4000, {
        c: {
          kernel: { shape: [1, 1], data: Float32Array.of(k) },
          bias: { shape: [1], data: Float32Array.of(b) },
        },
      })
    const half = (k: number, b: number) => {
      const { mean, variance } = momentsOf(draws(k, b).draws.a as Float32Array)
      return -0.5 * (variance + mean ** 2)
    }
    const h = 0.02
    const { nets } = draws(0.7, 0.2)
    const byKernel = (half(0.7 + h, 0.2) - half(0.7 - h, 0.2)) / (2 * h)
    const byBias = (half(0.7, 0.2 + h) - half(0.7, 0.2 - h)) / (2 * h)
    expect(Math.abs((nets['c/kernel']?.[0] as number) - byKernel)).toBeLessThan(1e-3)
    expect(Math.abs((nets['c/bias']?.[0] as number) - byBias)).toBeLessThan(1e-3)
  })

  it('a parameter that all draws share trains it as one for each draw does', () => {
    const c = g.dense(g.real(), g.real())
    const method = g.relax(g.given({ z: g.real() }), { c }, ({ z, c }) => g.tanh(c(z)))
    const of = (model: unknown) =>
      (g.expect as never as (...all: unknown[]) => AnyObjective)(
        model,
        ({ z, y }: { z: g.Value<[], g.Binary>; y: g.Value<[], g.Real> }) => g.mul(g.add(y, 3), z),
        { sites: { z: method } },
      )
    const own = g.pipe(
      g.given({ y: g.real(), l: g.real() }),
      g.bind('z', ({ l }) => g.bernoulli({ logits: l })),
    )
    const common = g.pipe(
      g.given({ y: g.real() }),
      g.nets({ a: g.parameter(g.real()) }),
      g.bind('z', ({ a }) => g.bernoulli({ logits: a() })),
    )
    const nets = {
      c: {
        kernel: { shape: [1, 1], data: Float32Array.of(0.7) },
        bias: { shape: [1], data: Float32Array.of(0.2) },
      },
    }
    const y = Array.from({ length: 50 }, (_, i) => i / 10)
    const each = gradientAt(of(own), nets, { y, l: y.map(() => 0.4) }).gradients
    const shared = gradientAt(of(common), { ...nets, ...scalarsOf({ a: 0.4 }) }, { y }).gradients
    for (const path of ['c/kernel', 'c/bias'])
      expect(shared[path]?.[0]).toBeCloseTo(each[path]?.[0] as number, 4)
  })

  it('training it lowers the variance of the gradient', async () => {
    const o = bound({ c: 'enumerate', z: relaxed, y: 'pathwise' } as never)
    const variance = (params: AnyParams) => {
      const { entries } = gradientsOver(o, params, data, 24)
      return entries.filter((e) => /^[md]\//.test(e.path)).reduce((v, e) => v + e.standardError ** 2, 0)
    }
    const start = paramsOf(1)
    const fit = await g.orThrow(
      g.fit(
        g.game({
          // The bound stands still: only the control variate moves.
          control: { owns: ['control'], maximize: o },
          rest: { owns: ['w', 'a', 'm', 'd', 'e'], maximize: o },
        } as never) as never,
        {
          data,
          optimizer: { control: g.adam(0.02), rest: g.sgd(1e-30) },
          steps: 120,
          batch: 32,
          seed: 1,
          params: start,
        } as never,
      ) as never,
    )
    const after = (fit as { readonly params: AnyParams }).params
    expect(flattenParams(after as Readonly<Record<string, NetParams>>)['w/value']?.data[0]).toBeCloseTo(
      at.w,
      5,
    )
    expect(variance(after)).toBeLessThan(0.8 * variance(start))
  }, 60_000)
})
