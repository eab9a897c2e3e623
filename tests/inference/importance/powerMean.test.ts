/** Power means of log weights: float64 sums, their order in s, weights of 0, sites that are summed out, excluded values. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { real } from '../../../src/dsl/domain.js'
import { makeValue, toArray } from '../../../src/dsl/value.js'
import type { Scalar } from '../../../src/inference/estimators/draws.js'
import {
  expectedOver,
  exponents,
  overParticles,
  particlesOf,
} from '../../../src/inference/importance/powerMean.js'
import { logSumExp } from '../../laws/oracle.js'

const along = (axis: string, xs: readonly number[]): Scalar =>
  makeValue(tf.tensor1d([...xs]), [], real, [{ name: axis, size: xs.length }]) as Scalar
const particles = (xs: readonly number[]) => along('particle', xs)
const numberOf = (x: Scalar) => toArray(x) as number

const logW = [-3, 0.5, 2, -90]
const powerMean = (s: number) =>
  s === 0
    ? logW.reduce((a, b) => a + b, 0) / logW.length
    : (logSumExp(logW.map((l) => s * l)) - Math.log(logW.length)) / s

describe('overParticles', () => {
  it('is (1/s) log (1/K) Σ w^s, and the mean of log w for s = 0', () => {
    for (const s of [-2, -0.5, 0, 0.3, 1, 2]) {
      const a = particles(logW.map((l) => (s === 0 ? l : s * l)))
      expect(Math.abs(numberOf(overParticles(a, s)) - powerMean(s)), `s = ${s}`).toBeLessThan(2e-5 * 90)
    }
    expect(particlesOf(particles(logW))).toBe(4)
  })

  it('does not decrease with s', () => {
    const values = [-2, -1, 0, 0.5, 1, 3].map((s) =>
      numberOf(overParticles(particles(logW.map((l) => (s === 0 ? l : s * l))), s)),
    )
    values.forEach((v, i) => {
      if (i > 0) expect(v).toBeGreaterThan(values[i - 1] as number)
    })
  })

  it('a weight of 0 counts nothing for s > 0', () => {
    const a = particles([Number.NEGATIVE_INFINITY, 1])
    expect(numberOf(overParticles(a, 1))).toBeCloseTo(1 - Math.log(2), 5)
  })
})

describe('values of sites that are summed out', () => {
  const enumerated = {
    weight: along('enum:z', [-1, -2]),
    mass: along('enum:z', [Math.log(0.25), Math.log(0.75)]),
  }
  const of = (w: object) =>
    ({ ...w, factors: { weight: [], mass: [] }, summed: new Map(), plates: [] }) as never

  it('count q(e) (w / q(e))^s', () => {
    for (const s of [0.5, 1, 2, -1]) {
      const found = toArray(exponents(of(enumerated), s)) as number[]
      ;[0.25, 0.75].forEach((q, i) => {
        expect(found[i]).toBeCloseTo(Math.log(q * (Math.exp(-1 - i) / q) ** s), 5)
      })
    }
    expect(toArray(exponents(of(enumerated), 0))).toEqual(toArray(enumerated.mass))
  })

  it('that q excludes count nothing, whatever their weight', () => {
    const excluded = {
      weight: along('enum:z', [5, -2]),
      mass: along('enum:z', [Number.NEGATIVE_INFINITY, 0]),
    }
    for (const s of [0.5, 2, -1])
      expect((toArray(exponents(of(excluded), s)) as number[])[0]).toBe(Number.NEGATIVE_INFINITY)
    const infinite = along('enum:z', [Number.POSITIVE_INFINITY, 3])
    expect(numberOf(expectedOver(infinite, excluded.mass))).toBe(3)
  })
})
