/** mpmath: log(L*a*x**(-L-1)*(1-x)**(-L-1) / (a*x**-L + (1-x)**-L)**2), a = exp(logit), L = temperature. */

import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { relaxedBernoulli } from '../../../src/dsl/distributions/relaxedBernoulli.js'
import { positive, real, unit } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import {
  followsCdf,
  followsMasses,
  grid,
  hasGradient,
  integral,
} from '../../../src/testing/laws/distribution.js'
import { expectClose, expectLaw, logProbAt, number, numbers, scalar, scalars } from './laws.js'

/** Temperature, logit, x, log density. */
const references: readonly (readonly [number, number, number, number])[] = [
  [0.5, 0, 0.5, -Math.LN2],
  [0.5, 1.5, 0.25, -1.310830114175465],
  [2, -1, 0.9375, -2.889093347365009],
  [0.125, 3, 0.0078125, -0.8787126496684172],
  [1, 20, 0.5, -18.61370564300242],
  [0.25, -2, 9.094947017729282e-13, 21.39374112520603],
]

describe('relaxedBernoulli', () => {
  it.each(references)(
    'at temperature %d, logit %d and x = %d has its log density',
    (t, logits, x, expected) => {
      const at = relaxedBernoulli({ temperature: t as 1, logits })
      expectClose(number(logProbAt(at, scalar(unit, x))), expected)
      // From probs, the logit is as accurate as 1 − probs is.
      const probs = 1 / (1 + Math.exp(-logits))
      const byProbs = relaxedBernoulli({ temperature: t as 1, probs })
      if (logits <= 3) expectClose(number(logProbAt(byProbs, scalar(unit, x))), expected)
    },
  )

  it('integrates to 1', () => {
    const d = relaxedBernoulli({ temperature: 1.5, logits: 0.75 })
    const density = (xs: readonly number[]) => numbers(logProbAt(d, scalars(unit, xs))).map(Math.exp)
    expectClose(integral(density, 1e-6, 1 - 1e-6, 4000), 1, 1e-4)
  })

  it.each([
    [0.25, -0.5],
    [1, 0],
    [2.5, 1.5],
  ])('at temperature %d and logit %d is sampled by its cdf, and is a coin above ½', (temperature, logits) => {
    const d = relaxedBernoulli({ temperature: temperature as 1, logits })
    const xs = numbers(d.sample(noiseFromSeed(8), [{ name: 'draw', size: 4000 }]))
    expectLaw(followsCdf(xs, (x) => numbers(d.cdf(scalars(real, x)))))
    const p = 1 / (1 + Math.exp(-logits))
    const heads = xs.filter((x) => x > 0.5).length
    expectLaw(followsMasses([4000 - heads, heads], [1 - p, p]))
  })

  it('has log density −Infinity outside', () =>
    expect(
      numbers(logProbAt(relaxedBernoulli({ temperature: 1, logits: 0 }), scalars(real, [-0.5, 1.5]))),
    ).toEqual([-Infinity, -Infinity]))

  it('has a quantile that inverts the cdf', () => {
    const d = relaxedBernoulli({ temperature: 0.75, logits: -0.5 })
    const us = grid(0.01, 0.99, 20)
    numbers(d.cdf(d.quantile(scalars(real, us)))).forEach((u, i) => {
      expectClose(u, us[i] as number)
    })
  })

  it('stays inside the open interval, and finite, at a low temperature', () => {
    const d = relaxedBernoulli({ temperature: 0.05, logits: value(space.real(2), [3, -3]) })
    const x = d.sample(noiseFromSeed(2), [{ name: 'draw', size: 500 }])
    expect(numbers(x).every((v) => v > 0 && v < 1)).toBe(true)
    expect(numbers(d.logProb(x)).every(Number.isFinite)).toBe(true)
    expect(
      Number.isFinite(number(logProbAt(relaxedBernoulli({ temperature: 1, logits: 0 }), scalar(unit, 1)))),
    ).toBe(true)
  })

  it('has a log density and draws that are differentiable twice in their parameters', () => {
    const of = (...[t, l]: tf.Tensor[]) =>
      relaxedBernoulli({
        temperature: makeValue(t as tf.Tensor, [] as [], positive),
        logits: makeValue(l as tf.Tensor, [] as [], real),
      })
    const density = (...ts: tf.Tensor[]) =>
      tf.mean(logProbAt(of(...ts), scalars(unit, [0.125, 0.5, 0.75])).tensor)
    const draws = (...ts: tf.Tensor[]) =>
      tf.mean(tf.sin(of(...ts).sample(noiseFromSeed(1), [{ name: 'draw', size: 20 }]).tensor))
    const derivative =
      (f: typeof draws) =>
      (...ts: tf.Tensor[]) =>
        tf.addN(
          tf
            .grads(f)(ts)
            .map((g, i) => tf.mul(g, 1 / (i + 1))),
        )
    const at = [0.75, -0.5]
    for (const f of [density, draws, derivative(density), derivative(draws)])
      expectLaw(
        hasGradient(
          (xs) => f(...xs.map((x) => tf.scalar(x))).dataSync()[0] as number,
          tf
            .grads(f)(at.map((x) => tf.scalar(x)))
            .map((g) => g.dataSync()[0] as number),
          at,
        ),
      )
  })

  it('refuses other parameters, in the words of the compiler', () => {
    expect(() => relaxedBernoulli({ temperature: 0 as never, logits: 1 })).toThrow(
      'temperature of relaxedBernoulli must be Positive, but 0 was given',
    )
    expect(() => relaxedBernoulli({ temperature: 1 } as never)).toThrow(
      'relaxedBernoulli takes either logits or probs',
    )
  })
})
