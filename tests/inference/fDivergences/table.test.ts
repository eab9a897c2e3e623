/** The laws of each row: convex, f(1), Fenchel and Young, f* = the supremum, f* after the activation, published values. */
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { real } from '../../../src/dsl/domain.js'
import { makeValue, toTypedArray } from '../../../src/dsl/value.js'
import { activationOnto } from '../../../src/inference/fDivergences/activation.js'
import { fDivergences } from '../../../src/inference/fDivergences/fDivergences.js'
import type { FDivergence } from '../../../src/inference/fDivergences/table.js'
import { exactly } from '../../../src/testing/laws/agreement.js'
import { isConvexConjugate } from '../../../src/testing/laws/game.js'
import { rows } from './rows.js'

const positive = fc.double({ min: -6, max: 6, noNaN: true }).map(Math.exp)
const critic = fc.double({ min: -12, max: 12, noNaN: true })
const size = (...xs: readonly number[]): number => Math.max(1, ...xs.map(Math.abs))

/** The largest of ut − f(u) over a fine grid of log u, and at u = 0; the grid's error is second order in its step. */
const supremum = (row: FDivergence, t: number): number => {
  const from = row.name === 'pearson' ? Array.from({ length: 20001 }, (_, i) => (i - 10000) / 100) : []
  const us = [0, ...Array.from({ length: 32501 }, (_, i) => Math.exp((i - 10000) / 500)), ...from]
  return us.reduce((best, u) => Math.max(best, u * t - (u < 0 ? (u - 1) ** 2 : row.f(u))), -Infinity)
}

describe.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => {
  const g = activationOnto(row.finiteOn)

  it('is convex, and f(1) is the least divergence', () => {
    expect(Math.abs(row.f(1) - (row.name === 'gan' ? -Math.log(4) : 0))).toBeLessThan(1e-15)
    fc.assert(
      fc.property(positive, positive, fc.double({ min: 0, max: 1, noNaN: true }), (u, v, w) => {
        const [a, b] = [row.f(u), row.f(v)]
        const inside = row.f(w * u + (1 - w) * v)
        expect(inside).toBeLessThanOrEqual(w * a + (1 - w) * b + 1e-12 * size(a, b, u, v))
      }),
      { numRuns: 300 },
    )
  })

  it('has the derivative that central differences find', () => {
    fc.assert(
      fc.property(positive, (u) => {
        const h = 1e-5 * u
        if (Math.abs(u - 1) <= h) return
        const slope = (row.f(u + h) - row.f(u - h)) / (2 * h)
        // Rounding of f over h, and the third derivative times h².
        const error = 1e-6 * size(row.derivative(u)) + (4e-16 * size(row.f(u), u)) / h
        expect(Math.abs(slope - row.derivative(u))).toBeLessThan(error)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps Fenchel’s and Young’s inequality: f(u) + f*(t) >= u t, equal at t = f’(u)', () => {
    fc.assert(
      fc.property(positive, critic, (u, v) => {
        const verdict = isConvexConjugate(exactly(1e-10))(row, u, g.onNumber(v))
        expect(verdict.holds, `${verdict.found} exceeds ${verdict.bound}`).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('has the supremum of u t − f(u) for its conjugate', () => {
    for (const v of [-3, -1, -0.2, 0, 0.4, 1, 2, 3]) {
      const t = g.onNumber(v)
      const expected = supremum(row, t)
      expect(Math.abs(row.conjugate(t) - expected)).toBeLessThan(2e-5 * size(expected))
    }
  })

  it('is infinite beyond the interval, and only there', () => {
    const { high } = row.finiteOn
    if (high === Infinity) return
    expect(row.conjugate(high + 1e-9)).toBe(Infinity)
    expect(row.conjugate(high - 1e-9)).toBeLessThan(Infinity)
    // The upper end is the slope of f at infinity.
    expect(Math.abs(row.f(1e14) / 1e14 - high)).toBeLessThan(1e-2)
  })

  it('computes f* after the activation in one formula, right at ±100 in float32', () => {
    const vs = [-100, -40, -17, -5, -1, -1e-3, 0, 1e-3, 0.5, 1, 5, 10, 16.9, 17.1, 40, 80, 100]
    const v = makeValue(tf.tensor1d(vs), [], real, [{ name: 'datum', size: vs.length }])
    const found = toTypedArray(row.ofCritic(v as never))
    vs.forEach((x, i) => {
      const expected = precise(row, x)
      if (Math.abs(expected) > 3.4e38) {
        expect(found[i]).toBe(Math.fround(expected))
        return
      }
      // exp of a float32 number of size s is right to s · 2^−23 relative.
      const error = 1e-6 * size(x) * size(expected)
      expect(
        Math.abs((found[i] as number) - expected),
        `${row.name}(${x}) ${found[i]} ${expected}`,
      ).toBeLessThan(error)
    })
  })

  it('has a gradient that is never NaN, and that of f* after the activation', () => {
    const vs = [-100, -20, -1.3, 0, 0.3, 1, 5, 16.9, 17.1, 30, 80]
    const slopes = tf
      .grad(summed(row) as never)(tf.tensor1d(vs))
      .dataSync()
    vs.forEach((x, i) => {
      const h = 1e-4
      const expected = (precise(row, x + h) - precise(row, x - h)) / (2 * h)
      expect(Number.isNaN(slopes[i] as number)).toBe(false)
      if (Math.abs(expected) > 1e37) return
      const rounding = (1e-15 * size(precise(row, x))) / h
      expect(
        Math.abs((slopes[i] as number) - expected),
        `${row.name}'(${x}) ${slopes[i]} ${expected}`,
      ).toBeLessThan(1e-5 * size(x, expected) * size(expected) + rounding)
    })
  })
})

/** Sums f*(g(v)) over many v. */
const summed = (row: FDivergence) => (t: tf.Tensor) =>
  tf.sum(row.ofCritic(makeValue(t, [], real, [{ name: 'datum', size: t.size }])).tensor) as tf.Scalar

it.each(rows.map((row) => [row.name, row] as const))('%s is differentiable twice', (_, row) => {
  const vs = [-20, -3, -0.4, 0, 0.3, 2, 5, 12]
  const slope = tf.grad(summed(row) as never)
  const second = tf
    .grad(((t: tf.Tensor) => tf.sum(slope(t))) as never)(tf.tensor1d(vs))
    .dataSync()
  vs.forEach((v, i) => {
    const h = 1e-3
    const expected = (precise(row, v + h) - 2 * precise(row, v) + precise(row, v - h)) / h ** 2
    const rounding = (1e-15 * size(precise(row, v))) / h ** 2
    expect(Math.abs((second[i] as number) - expected), `${v}: ${second[i]} ${expected}`).toBeLessThan(
      1e-4 * size(v) * size(expected) + rounding,
    )
  })
})

/** f*(g(v)) in float64; near the end of the interval through the distance to it, e^−v. */
const precise = (row: FDivergence, v: number): number => {
  const gap = Math.max(-v, 0) + Math.log1p(Math.exp(-Math.abs(v)))
  switch (row.name) {
    case 'reverseKl':
      return -1 - Math.log(gap)
    case 'gan':
      return Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)))
    case 'jensenShannon':
      return -0.5 * (Math.LN2 + Math.log(-Math.expm1(-2 * gap)))
    case 'neyman':
      return 2 - 2 * Math.sqrt(gap)
    case 'squaredHellinger':
      return 1 / gap - 1
    default: {
      const alpha = /alphaDivergence\((.*)\)/.exec(row.name)?.[1]
      if (alpha === undefined || Number(alpha) > 1)
        return row.conjugate(activationOnto(row.finiteOn).onNumber(v))
      const a = Number(alpha)
      return Math.expm1((a / (a - 1)) * Math.log((1 - a) * gap)) / a
    }
  }
}

describe('the published table (Nowozin, Cseke & Tomioka, 2016, tables 5 and 6)', () => {
  it('agrees in the conjugates and in f’(1), the threshold of the critic', () => {
    const softplus = (v: number) => Math.log1p(Math.exp(v))
    const at = [-2, -0.7, -0.3]
    const published = {
      kl: [(t: number) => Math.exp(t - 1), 1],
      reverseKl: [(t: number) => -1 - Math.log(-t), -1],
      pearson: [(t: number) => t ** 2 / 4 + t, 0],
      neyman: [(t: number) => 2 - 2 * Math.sqrt(1 - t), 0],
      squaredHellinger: [(t: number) => t / (1 - t), 0],
      gan: [(t: number) => -Math.log(1 - Math.exp(t)), -Math.log(2)],
      totalVariation: [(t: number) => Math.max(t, -0.5), 0],
    } as const
    for (const [name, [conjugate, threshold]] of Object.entries(published)) {
      const row = fDivergences[name as keyof typeof published]
      for (const t of at) expect(row.conjugate(t)).toBeCloseTo(conjugate(t), 12)
      expect(row.derivative(1)).toBeCloseTo(threshold, 12)
    }
    // The row "Jensen-Shannon" is twice the divergence: f*(t) = −log(2 − e^t), threshold 0.
    for (const t of at)
      expect(2 * fDivergences.jensenShannon.conjugate(t / 2)).toBeCloseTo(-Math.log(2 - Math.exp(t)), 12)
    expect(fDivergences.jensenShannon.derivative(1)).toBeCloseTo(0, 15)
    // The activations that the table lists and the domain gives as well.
    const g = (row: FDivergence) => activationOnto(row.finiteOn).onNumber
    for (const v of [-3, 0, 0.5, 4]) {
      expect(g(fDivergences.kl)(v)).toBe(v)
      expect(g(fDivergences.pearson)(v)).toBe(v)
      expect(g(fDivergences.gan)(v)).toBeCloseTo(-softplus(-v), 12)
      expect(g(fDivergences.totalVariation)(v)).toBeCloseTo(0.5 * Math.tanh(v), 12)
    }
  })
})
