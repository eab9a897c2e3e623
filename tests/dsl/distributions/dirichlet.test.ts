import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { beta } from '../../../src/dsl/distributions/beta.js'
import { dirichlet } from '../../../src/dsl/distributions/dirichlet.js'
import { positive } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsCdf, hasGradient, hasMean } from '../../../src/testing/laws/distribution.js'
import { dirichletReference } from './concentrationReference.js'
import { expectClose, expectLaw, logProbAt, number, numbers, scalars } from './laws.js'

const of = (concentration: readonly number[]) =>
  dirichlet({ concentration: value(space.positive(concentration.length), [...concentration]) })

const DRAWS = 3000
const axis = [{ name: 'draw', size: DRAWS }]

/** Draws, each from concentrations of its own. */
const draws = (t: tf.Tensor, seed: number) => {
  const [n, k] = t.shape as [number, number]
  const along = [{ name: 'draw', size: n }]
  return dirichlet({ concentration: makeValue(t, [k] as [number], positive, along) }).sample(
    noiseFromSeed(seed),
    along,
  ).tensor
}

describe('dirichlet', () => {
  it('agrees with SciPy on log densities, moments and entropy', () => {
    for (const r of dirichletReference) {
      const d = of(r.concentration)
      expectClose(number(logProbAt(d, value(space.simplex(r.x.length), [...r.x]))), r.logProb)
      numbers(d.mean()).forEach((m, i) => {
        expectClose(m / (r.mean[i] as number), 1)
      })
      numbers(d.variance()).forEach((v, i) => {
        expectClose(v / (r.variance[i] as number), 1)
      })
      expectClose(number(d.entropy()), r.entropy)
    }
  })

  it('has marginals that follow beta cdfs, and an entropy that is −E log p', () => {
    const a = [0.5, 1.5, 3]
    const d = of(a)
    const x = d.sample(noiseFromSeed(3), axis)
    const flat = numbers(x)
    a.forEach((alpha, i) => {
      const marginal = beta({ alpha, beta: 5 - alpha })
      const own = flat.filter((_, j) => j % 3 === i)
      expectLaw(followsCdf(own, (xs) => numbers(marginal.cdf(scalars(marginal.space.domain, xs)))))
    })
    expectLaw(
      hasMean(
        numbers(logProbAt(d, x)).map((l) => -l),
        number(d.entropy()),
      ),
    )
  })

  it('has pathwise gradients that average to the gradient of E f', () => {
    // E x_0² = a_0 (a_0 + 1) / (n (n + 1)) and E x_0 x_1 = a_0 a_1 / (n (n + 1)), by hand.
    const a = [0.75, 1.5, 3]
    const expected = (at: readonly number[]) => {
      const [p, q, r] = at as [number, number, number]
      const n = p + q + r
      return (p * (p + 1) + 2 * p * q) / (n * (n + 1))
    }
    const f = (x: tf.Tensor) => {
      const [u, v] = tf.unstack(x, 1) as [tf.Tensor, tf.Tensor]
      return tf.mul(u, tf.add(u, tf.mul(2, v)))
    }
    const all = tf.tile(tf.tensor2d([a]), [DRAWS, 1])
    expectLaw(hasMean(f(draws(all, 5)).dataSync(), expected(a)))
    const each = tf.unstack(tf.grad((t) => tf.sum(f(draws(t, 5))))(all), 1)
    each.forEach((g, i) => {
      const h = 1e-5
      const moved = (s: number) => expected(a.map((x, j) => (j === i ? x + s : x)))
      expectLaw(hasMean(g.dataSync(), (moved(h) - moved(-h)) / (2 * h)), `a_${i}`)
    })
  })

  it('of two entries has the gradients of a beta', () => {
    const t = tf.tensor2d([[2.5, 1.75]])
    const [g] = tf.grads((s) => tf.sum(tf.slice(draws(s, 8), [0, 0], [1, 1])))([t])
    const x = draws(t, 8).dataSync()[0] as number
    const h = 1e-3
    const cdf = (a: number, b: number) => {
      const d = beta({ alpha: a, beta: b })
      return number(d.cdf(scalars(d.space.domain, [x])))
    }
    const density = Math.exp(
      number(logProbAt(beta({ alpha: 2.5, beta: 1.75 }), scalars(space.unit().domain, [x]))),
    )
    expectClose(
      (g as tf.Tensor).dataSync()[0] as number,
      -(cdf(2.5 + h, 1.75) - cdf(2.5 - h, 1.75)) / (2 * h * density),
      2e-3,
    )
  })

  it('has a log density that is differentiable twice', () => {
    const x = value(space.simplex(3), [0.25, 0.25, 0.5])
    const f = (t: tf.Tensor) =>
      logProbAt(dirichlet({ concentration: makeValue(t, [3] as [number], positive) }), x).tensor
    const g = (t: tf.Tensor) => tf.sum(tf.mul(tf.grad(f)(t), tf.tensor1d([1, 2, 3])))
    const at = [0.5, 2, 4]
    for (const h of [f, g])
      expectLaw(
        hasGradient(
          (xs) => h(tf.tensor1d([...xs])).dataSync()[0] as number,
          tf.grad(h)(tf.tensor1d(at)).dataSync(),
          at,
        ),
      )
  })

  it('is finite at extreme concentrations and on the faces', () => {
    for (const a of [
      [0.01, 0.01, 0.01],
      [1e-3, 1e3, 1],
      [1e5, 1e5, 1e5],
    ]) {
      const all = tf.tile(tf.tensor2d([a]), [200, 1])
      const x = draws(all, 4)
      const gradient = tf.grad((t) => tf.sum(tf.square(draws(t, 4))))(all)
      const density = logProbAt(of(a), makeValue(x, [3], of(a).space.domain, [{ name: 'draw', size: 200 }]))
      for (const t of [x, gradient, density.tensor]) expect(tf.all(tf.isFinite(t)).dataSync()[0]).toBe(1)
      expectClose(tf.max(tf.sum(x, 1)).dataSync()[0] as number, 1)
    }
    const face = value(space.simplex(3), [0, 0.5, 0.5])
    expect(Number.isFinite(number(logProbAt(of([0.5, 1, 2]), face)))).toBe(true)
  })

  it('refuses what is no Positive vector', () => {
    expect(() => dirichlet({ concentration: value(space.real(2), [1, 1]) as never })).toThrow(
      'concentration of dirichlet must be Positive, but Real[2] was given',
    )
    expect(() => dirichlet({ concentration: value(space.positive(), 1) as never })).toThrow(
      'concentration of dirichlet must be a vector, but Positive was given',
    )
  })
})
