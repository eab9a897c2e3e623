/**
 * Relaxations: biased, by as much as quadrature says; less as the temperature falls; straight through has the hard value.
 *
 * One coin z ~ B(σ(a)), f(z) = (z − 0.45)²: ∇ E f = (f(1) − f(0)) σ'(a); the gradient of the relaxation is that of
 * ∫ f(σ((a + l) / τ)) dl over the logistic l, by quadrature and central differences.
 */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { evaluateOnce } from '../../laws/evaluation.js'
import { gradientsOver, scalarsOf, slopes } from '../gradients.js'
import { at, bound, gradient, x } from './coins.js'
import { momentsOf, perDraw } from './perDraw.js'

const sigmoid = (t: number) => 1 / (1 + Math.exp(-t))
const model = g.pipe(
  g.given({ a: g.real() }),
  g.bind('z', ({ a }) => g.bernoulli({ logits: a })),
)
const objective = (method: g.GradientMethod) =>
  g.expect(model, ({ z }) => g.square(g.sub(z, 0.45)), {
    sites: { z: method },
  } as never) as unknown as AnyObjective
const gradients = (method: g.GradientMethod) =>
  momentsOf(perDraw(objective(method), { a: 0.6 }, 40_000).draws.a as Float32Array)
const truth = (0.55 ** 2 - 0.45 ** 2) * sigmoid(0.6) * sigmoid(-0.6)

const points = Array.from({ length: 8000 }, (_, i) => (i + 0.5) / 8000).map((u) => Math.log(u / (1 - u)))
const relaxedSlope = (temperature: number) => {
  const of = ({ a }: Readonly<Record<string, number>>) =>
    points.reduce((s, l) => s + (sigmoid(((a as number) + l) / temperature) - 0.45) ** 2, 0) / points.length
  return slopes(of, { a: 0.6 })['a/value[0]'] as number
}

describe('gumbelSoftmax', () => {
  it('has the gradient of the relaxed function, which is another', () => {
    for (const temperature of [1, 0.5]) {
      const { mean, standardError } = gradients({ method: 'gumbelSoftmax', temperature } as never)
      expect(Math.abs(mean - relaxedSlope(temperature))).toBeLessThan(5 * standardError + 1e-5)
      expect(Math.abs(mean - truth)).toBeGreaterThan(10 * standardError)
    }
  })

  it('its bias goes with the temperature, and its variance grows', () => {
    const bias = (t: number) => Math.abs(relaxedSlope(t) - truth)
    expect(bias(0.1)).toBeLessThan(0.4 * bias(0.5))
    const variance = (temperature: number) =>
      gradients({ method: 'gumbelSoftmax', temperature } as never).variance
    expect(variance(0.2)).toBeGreaterThan(variance(1))
  })

  it('takes 0.5 as temperature by its name alone', () => {
    expect(gradients('gumbelSoftmax').mean).toBe(
      gradients({ method: 'gumbelSoftmax', temperature: 0.5 } as never).mean,
    )
  })
})

describe('a schedule', () => {
  it('anneals the temperature: outside of a fit it is at its end', () => {
    const annealed = (step: number) => (step === Infinity ? 0.3 : 1)
    expect(gradients({ method: 'gumbelSoftmax', temperature: annealed } as never).mean).toBe(
      gradients({ method: 'gumbelSoftmax', temperature: 0.3 } as never).mean,
    )
  })
})

describe('straightThrough', () => {
  it('is biased, with the value of the hard draw', () => {
    const { mean, standardError } = gradients('straightThrough')
    expect(Math.abs(mean - truth)).toBeGreaterThan(10 * standardError)
    for (let seed = 0; seed < 20; seed++) {
      const hard = evaluateOnce(objective('straightThrough'), {}, { a: [0.6] }, seed)
      expect([0.45 ** 2, 0.55 ** 2].some((f) => Math.abs(hard - f) < 1e-6)).toBe(true)
    }
  })
})

describe('in a bound', () => {
  it.each(['gumbelSoftmax', 'straightThrough'] as const)(
    '%s: closed form and sampled, finite and near',
    (z) => {
      for (const kl of ['closed form', 'sampled'] as const) {
        const o = bound({ c: 'enumerate', z, y: 'pathwise' }, { kl })
        const found = gradientsOver(o, scalarsOf(at), { x: new Array(128).fill(x) }, 10)
        // The gradient of what only enters through the site is off by less than its own size, at temperature 0.5.
        for (const { path, value } of found.entries)
          expect(Math.abs(value - (gradient[path] as number)), path).toBeLessThan(0.6)
      }
    },
  )

  it('a one-hot site: the relaxation sums to 1, the hard value is one-hot', () => {
    const three = g.pipe(
      g.given({ a: g.real() }),
      g.bind('z', ({ a }) => g.oneHotCategorical({ logits: g.stack([a, g.mul(-1, a), g.mul(0.5, a)]) })),
    )
    const sum = (method: g.GradientMethod, f: (z: g.Value<[3], g.Real>) => g.Value<[], g.Real>) =>
      evaluateOnce(
        g.expect(three, ({ z }) => f(z), { sites: { z: method } } as never) as unknown as AnyObjective,
        {},
        { a: new Array(50).fill(0.4) },
      )
    expect(sum('gumbelSoftmax', (z) => g.sum(z))).toBeCloseTo(1, 5)
    expect(sum('straightThrough', (z) => g.sum(g.square(z)))).toBeCloseTo(1, 5)
    expect(sum('gumbelSoftmax', (z) => g.sum(g.square(z)))).toBeLessThan(0.95)
  })
})
