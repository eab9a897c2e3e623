/** Oracles: the sums in float64, finite differences, and the population MMD of finite measures and of normals. */
import { pipe } from 'fp-ts/lib/function.js'
import { qnorm } from 'lib-r-math.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, empirical, letTo, nets } from '../../src/dsl/notation.js'
import { type AnyObjective, scale } from '../../src/dsl/objective.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { real, value } from '../../src/dsl/space.js'
import { noiseOnly } from '../../src/inference/batches.js'
import { meanAndError } from '../../src/inference/estimate.js'
import { orThrow, fit as train } from '../../src/inference/fit.js'
import { maximumMeanDiscrepancy } from '../../src/inference/mmd.js'
import { adam } from '../../src/inference/optimizers/optimizers.js'
import { similarities } from '../../src/inference/similarities/table.js'
import { evaluateAt } from '../../src/inference/step.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import type { AnyParams } from '../../src/testing/arbitraries/boundCase.js'
import { evaluateOnce } from '../laws/evaluation.js'
import { gradientAt, scalarsOf, slopes } from './gradients.js'

const kernel = similarities.gaussian({ bandwidth: 0.8 })
const k = (a: number, b: number) => Math.exp(-((a - b) ** 2) / (2 * 0.64))

/** The unbiased estimate, in float64. */
const estimate = (x: readonly number[], y: readonly number[]): number => {
  const within = (z: readonly number[]) =>
    z.reduce((s, a, i) => s + z.reduce((t, b, j) => (i === j ? t : t + k(a, b)), 0), 0) /
    (z.length * (z.length - 1))
  const between = x.reduce((s, a) => s + y.reduce((t, b) => t + k(a, b), 0), 0) / (x.length * y.length)
  return within(x) + within(y) - 2 * between
}

const data = { x: [0.3, -1.2, 2, 0.7, 0.1], y: [1, 0.4, -0.6, 1.7, 2.2] }
/** Points a y + b of data: no noise. */
const moved = pipe(
  empirical({ y: real() }),
  nets({ a: parameter(real()), b: parameter(real()) }),
  letTo('x', ({ y, a, b }) => add(mul(a(), y), b())),
)
const fixed = maximumMeanDiscrepancy(empirical({ x: real() }), moved, { kernel, at: ({ x }) => x })

describe('maximumMeanDiscrepancy', () => {
  it('is the unbiased estimate, and its gradient that of finite differences', () => {
    const at = { a: 0.7, b: -0.3 }
    const oracle = ({ a, b }: Readonly<Record<string, number>>) =>
      estimate(
        data.x,
        data.y.map((y) => (a as number) * y + (b as number)),
      )
    const found = gradientAt(fixed as never, scalarsOf(at), data)
    expect(found.value).toBeCloseTo(oracle(at), 5)
    const expected = slopes(oracle, at)
    expect(found.gradients['a/value']?.[0]).toBeCloseTo(expected['a/value[0]'] as number, 4)
    expect(found.gradients['b/value']?.[0]).toBeCloseTo(expected['b/value[0]'] as number, 4)
  })

  it('has the mean E k(x, x’) + E k(y, y’) − 2 E k(x, y): N(0, 1) against N(m, s²), in closed form', () => {
    // E exp(−(x − y)²/(2 c²)) for x − y ~ N(d, v) is c/√(c² + v) · exp(−d²/(2 (c² + v)))
    const smooth = (d: number, v: number) =>
      (0.8 / Math.sqrt(0.64 + v)) * Math.exp(-(d ** 2) / (2 * (0.64 + v)))
    const [m, s] = [0.7, 1.5]
    const expected = smooth(0, 2) + smooth(0, 2 * s ** 2) - 2 * smooth(m, 1 + s ** 2)
    const p = pipe(
      Do,
      bind('x', () => standardNormal()),
    )
    const q = pipe(
      Do,
      bind('x', () => normal({ loc: m, scale: s })),
    )
    const at = ({ x }: { readonly x: never }) => x
    const o = maximumMeanDiscrepancy(p, q, { kernel, at: at as never })
    const found = average(o as never)
    expect(Math.abs(found.value - expected)).toBeLessThan(5 * found.standardError + 1e-5)
    expect(found.standardError).toBeLessThan(0.01)
    // Two models of one site name are drawn independently: their discrepancy is 0 in the mean.
    const same = average(maximumMeanDiscrepancy(p, p, { kernel, at: at as never }) as never)
    expect(Math.abs(same.value)).toBeLessThan(5 * same.standardError + 1e-6)
  })

  it('takes a name that both models have, and a kernel of the user’s own', () => {
    const params = scalarsOf({ a: 0.7, b: -0.3 })
    const byName = maximumMeanDiscrepancy(empirical({ x: real() }), moved, { kernel, at: 'x' })
    expect(evaluateOnce(byName as never, params, data)).toBe(evaluateOnce(fixed as never, params, data))
    // @ts-expect-error: only q has y
    expect(() => maximumMeanDiscrepancy(empirical({ x: real() }), moved, { kernel, at: 'y' })).toThrow(
      "one of the models does not have 'y', at which they are compared\n  → name one of x, or pass a function",
    )
    const plane = pipe(
      Do,
      bind('x', () => standardNormal(2)),
    )
    // @ts-expect-error: 'x' is a point of the line in one model, and of the plane in the other
    expect(() => maximumMeanDiscrepancy(empirical({ x: real() }), plane, { kernel, at: 'x' })).toThrow(
      "'x': the data have Real but the fakes have Real[2]",
    )
    // A kernel that sees nothing finds no difference.
    const constant = maximumMeanDiscrepancy(empirical({ x: real() }), moved, {
      kernel: () => value(real(), 2),
      at: 'x',
    })
    expect(evaluateOnce(constant as never, params, data)).toBeCloseTo(0, 6)
  })

  it('compares features of nets of their own', () => {
    const phi = dense(real(), real(2))
    const o = maximumMeanDiscrepancy(empirical({ x: real() }), moved, {
      kernel,
      nets: { phi },
      at: ({ x, phi }) => phi(x),
    })
    expect(Object.keys(o.nets).sort()).toEqual(['a', 'b', 'phi'])
    // Features (x, 0) compare as x does.
    const params: AnyParams = {
      ...scalarsOf({ a: 1, b: 0.5 }),
      phi: {
        kernel: { shape: [1, 2], data: Float32Array.of(1, 0) },
        bias: { shape: [2], data: new Float32Array(2) },
      },
    }
    const expected = evaluateOnce(fixed as never, scalarsOf({ a: 1, b: 0.5 }), data)
    expect(evaluateOnce(o as never, params, data)).toBeCloseTo(expected, 5)
  })

  it('is what a generator minimizes: it finds location and scale', async () => {
    const points = Array.from({ length: 400 }, (_, i) => 3 + 0.5 * qnorm((i + 0.5) / 400))
    const generator = pipe(
      Do,
      nets({ G: dense(real(), real()) }),
      bind('z', () => standardNormal()),
      bind('x', ({ z, G }) => push(G(z))),
    )
    const o = maximumMeanDiscrepancy(empirical({ x: real() }), generator, {
      kernel: similarities.sum(
        similarities.gaussian({ bandwidth: 0.5 }),
        similarities.gaussian({ bandwidth: 3 }),
      ),
      at: ({ x }) => x,
    })
    const options = { data: { x: points }, steps: 600, batch: 100, optimizer: adam(0.02), seed: 1 }
    const { params } = await orThrow(train(scale(-1, o), options as never))
    const G = (params as unknown as AnyParams).G
    expect(Math.abs((G?.bias?.data[0] as number) - 3)).toBeLessThan(0.15)
    expect(Math.abs(Math.abs(G?.kernel?.data[0] as number) - 0.5)).toBeLessThan(0.15)
  })

  it('is the same compiled and eager', async () => {
    const on = async (runtime: string) => {
      const options = { data, steps: 5, batch: 5, optimizer: adam(0.1), seed: 1, runtime }
      const { params } = await orThrow(train(scale(-1, fixed), options as never))
      return ['a', 'b'].map((net) => (params as unknown as AnyParams)[net]?.value?.data[0] as number)
    }
    const [eager, compiled] = [await on('cpu'), await on('onnx-node')]
    eager.forEach((x, i) => {
      expect(Math.abs(x - (compiled[i] as number))).toBeLessThan(1e-5)
    })
  })

  it('refuses what it cannot differentiate, single data, and two nets of one name', () => {
    const coin = pipe(
      Do,
      nets({ a: parameter(real()) }),
      bind('c', ({ a }) => bernoulli({ logits: a() })),
      bind('x', ({ c }) => push(mul(2, c))),
    )
    expect(() =>
      maximumMeanDiscrepancy(empirical({ x: real() }), coin, { kernel, at: ({ x }) => x }),
    ).toThrow("site 'c': the gradient of a discrepancy flows through samples, but bernoulli is not pathwise")
    expect(() => evaluateOnce(fixed as never, scalarsOf({ a: 1, b: 0 }), { x: [1], y: [2] })).toThrow(
      'a discrepancy compares pairs of data, but the points have the axes [datum (1)]',
    )
    expect(() =>
      maximumMeanDiscrepancy(empirical({ x: real() }), moved, {
        kernel,
        nets: { a: dense(real(), real()) },
        at: ({ x }) => x,
      }),
    ).toThrow("two nets are called 'a'")
  })
})

/** The mean over 100 minibatches of 40 draws. */
const average = (o: AnyObjective) => {
  const values = Array.from({ length: 100 }, (_, seed) => {
    const noise = noiseOnly(40, keyFromSeed(seed)).at(0)
    return evaluateAt(o, {}, noise)
  })
  return meanAndError(values)
}
