/** expect: values and gradients of expectations, pathwise through a generator, enumerated, and by the score function. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { poisson } from '../../src/dsl/distributions/poisson.js'
import { push } from '../../src/dsl/distributions/push.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, empirical, given, nets } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { afterTraining, minus, scale } from '../../src/dsl/objective.js'
import { add, mul, square } from '../../src/dsl/operations/arithmetic.js'
import { exp } from '../../src/dsl/operations/functions.js'
import { sumOverPlate } from '../../src/dsl/operations/plates.js'
import { sum } from '../../src/dsl/operations/reductions.js'
import { flattenParams } from '../../src/dsl/params.js'
import { positive, real } from '../../src/dsl/space.js'
import { noiseOnly } from '../../src/inference/batches.js'
import { meanAndError } from '../../src/inference/estimate.js'
import { expect as expectation } from '../../src/inference/expect.js'
import { evaluateWithGradients, uploadAll } from '../../src/inference/step.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import { noiseOf } from '../../src/runtime/noise.js'
import type { AnyParams } from '../../src/testing/arbitraries/boundCase.js'
import { evaluateOnce } from '../laws/evaluation.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf } from './gradients.js'

/** Value and one gradient, over seeds, of an objective without data. */
const over = (o: unknown, params: AnyParams, path: string, n = 30, batch = 200) => {
  const tensors = uploadAll(flattenParams(params))
  const all = Array.from({ length: n }, (_, seed) =>
    evaluateWithGradients(
      o as AnyObjective,
      tensors,
      Object.keys(tensors),
      noiseOnly(batch, keyFromSeed(seed)).at(0),
    ),
  )
  for (const t of Object.values(tensors)) t.dispose()
  return {
    value: meanAndError(all.map((e) => e.value)),
    gradient: meanAndError(all.map((e) => e.gradients[path]?.[0] as number)),
  }
}

const near = (found: { readonly value: number; readonly standardError: number }, expected: number) =>
  expect(
    Math.abs(found.value - expected),
    `${found.value} ± ${found.standardError} should be ${expected}`,
  ).toBeLessThan(5 * found.standardError + 1e-4)

describe('expect', () => {
  it('is the mean over the data for an empirical model', () => {
    const o = expectation(empirical({ x: real() }), ({ x }) => square(x))
    expect(evaluateOnce(o as never, {}, { x: [1, 2, 3] })).toBeCloseTo(14 / 3, 5)
  })

  it('goes pathwise through a generator: E (w z + b)² = w² + b², ∂/∂w = 2 w', () => {
    const generator = pipe(
      Do,
      nets({ G: dense(real(), real()) }),
      bind('z', () => standardNormal()),
      bind('x', ({ z, G }) => push(G(z))),
    )
    const o = expectation(generator, ({ x }) => square(x))
    const params = {
      G: {
        kernel: { shape: [1, 1], data: Float32Array.of(1.5) },
        bias: { shape: [1], data: Float32Array.of(0.5) },
      },
    }
    const { value, gradient } = over(o, params, 'G/kernel')
    near(value, 2.5)
    near(gradient, 3)
    near(over(o, params, 'G/bias').gradient, 1)
  })

  it('takes a method for each site: E z² = p for a coin, ∂/∂a = p (1 − p), by each method', () => {
    const coin = pipe(
      Do,
      nets({ a: parameter(real()) }),
      bind('z', ({ a }) => bernoulli({ logits: a() })),
    )
    const p = 1 / (1 + Math.exp(-0.4))
    for (const z of ['score', 'rebar', 'measureValued', 'enumerate'] as const) {
      const o = expectation(coin, ({ z }) => square(z), { sites: { z } })
      const { value, gradient } = over(o, scalarsOf({ a: 0.4 }), 'a/value')
      near(value, p)
      near(gradient, p * (1 - p))
    }
    const b = dense(real(), real())
    const weighed = expectation(coin, { b }, ({ z, b }) => b(z), { sites: { z: 'rebar' } })
    expect(Object.keys(weighed.nets)).toEqual(['a', 'b'])
  })

  it('frozen critics enter through nets of their own', () => {
    const D = dense(real(), real())
    const o = expectation(empirical({ x: real() }), { D }, ({ x, D }) => D(x))
    const params = {
      D: {
        kernel: { shape: [1, 1], data: Float32Array.of(2) },
        bias: { shape: [1], data: Float32Array.of(1) },
      },
    }
    const found = gradientAt(o as never, params, { x: [1, 2, 6] })
    expect(found.value).toBeCloseTo(7, 5)
    expect(found.gradients['D/kernel']?.[0]).toBeCloseTo(3, 5)
  })

  it('enumerates finite sites without noise', () => {
    const coin = pipe(
      Do,
      nets({ a: parameter(real()) }),
      bind('z', ({ a }) => bernoulli({ logits: a() })),
    )
    const o = expectation(coin, ({ z }) => add(mul(3, z), 1))
    const { value, gradient } = over(o, scalarsOf({ a: 0.4 }), 'a/value', 2)
    const s = 1 / (1 + Math.exp(-0.4))
    expect(value.value).toBeCloseTo(1 + 3 * s, 5)
    expect(gradient.value).toBeCloseTo(3 * s * (1 - s), 5)
  })

  it('takes the score function where nothing else applies: E z² = r + r² for z ~ Poisson(r)', () => {
    const counts = pipe(
      Do,
      nets({ r: parameter(real()) }),
      bind('z', ({ r }) => poisson({ rate: exp(r()) })),
    )
    const o = expectation(counts, ({ z }) => square(z))
    const { value, gradient } = over(o, scalarsOf({ r: Math.log(1.5) }), 'r/value')
    near(value, 1.5 + 2.25)
    // d/d log r (r + r²) = r + 2 r²
    near(gradient, 1.5 + 4.5)
  })

  it('is linear: E f − 2 E g', () => {
    const z = pipe(
      Do,
      bind('z', () => normal({ loc: 1, scale: 2 })),
    )
    const o = minus(
      expectation(z, ({ z }) => square(z)),
      scale(
        2,
        expectation(z, ({ z }) => z),
      ),
    )
    near(meanAndError(Array.from({ length: 30 }, (_, seed) => evaluateNoise(o, seed))), 5 - 2)
  })

  it('refuses an integrand that is no scalar, and two nets of one name', () => {
    const z = pipe(
      Do,
      bind('z', () => standardNormal(2)),
    )
    // @ts-expect-error the integrand must be a scalar
    const vector = expectation(z, ({ z }) => z)
    expect(() => evaluateNoise(vector, 0)).toThrow('expect takes a scalar function, but it returned Real[2]')
    const named = pipe(
      Do,
      nets({ D: parameter(positive()) }),
      bind('z', () => standardNormal(2)),
    )
    expect(() =>
      expectation(named, { D: dense(real(2), real()) } as never, (({ z }: { z: never }) => sum(z)) as never),
    ).toThrow("two nets are called 'D'")
  })
})

const evaluateNoise = (o: unknown, seed: number): number =>
  (o as AnyObjective)
    .evaluate({
      functions: {},
      parameters: {},
      data: {},
      batch: 500,
      dataSize: 500,
      step: afterTraining,
      noise: noiseOf(noiseOnly(500, keyFromSeed(seed)).at(0).noise),
    })
    .tensor.dataSync()[0] as number

describe('a site in a plate', () => {
  // Three fair coins: E Σ e = 3/2, E (Σ e)² = 3/4 + 9/4
  const coins = pipe(
    given({ y: real() }),
    nets({ a: parameter(real()) }),
    bind('e', ({ a }) => bernoulli({ logits: a() }), { plates: { k: 3 } }),
  )
  const at = scalarsOf({ a: 0 })
  const data = { y: new Array(4000).fill(0) }

  it('is enumerated where f takes each element for itself', () => {
    const found = gradientAt(expectation(coins, ({ e }) => e) as never, at, { y: [0, 1] })
    expect(found.value).toBeCloseTo(1.5, 5)
    expect(found.gradients['a/value']?.[0]).toBeCloseTo(0.75, 5)
  })

  it('is drawn where f combines the elements: summed out one by one, they would be one coin', () => {
    const all = [
      [sumOverPlate, 1.5, 0.75],
      // d/dp (3 p (1 − p) + 9 p²) p (1 − p) = 9/4 at p = 1/2
      [(e: never, k: string) => square(sumOverPlate(e, k)), 3, 2.25],
    ] as const
    for (const [f, value, slope] of all) {
      const o = expectation(coins, (({ e }: { e: never }) => f(e, 'k')) as never)
      const found = gradientsOver(o as never, at, data, 10)
      near(found.value, value)
      expectUnbiased(found, { 'a/value[0]': slope })
    }
  })

  it('is refused where it is to be enumerated nevertheless', () => {
    expect(() => expectation(coins, ({ e }) => sumOverPlate(e, 'k'), { sites: { e: 'enumerate' } })).toThrow(
      "site 'e' is summed out for each element of the plate k, but 'f' depends on several elements at once",
    )
  })
})
