import * as tf from '@tensorflow/tfjs'
import { pbeta, pgamma } from 'lib-r-math.js'
import { describe, expect, it } from 'vitest'
import { positive, real } from '../../../src/dsl/domain.js'
import { digamma, trigamma } from '../../../src/dsl/operations/functions.js'
import { betainc, betaincc, igamma, igammac } from '../../../src/dsl/operations/incomplete.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue, toArray } from '../../../src/dsl/value.js'

const two = [{ name: 'datum', size: 2 }]

// Oracle: R's pgamma and pbeta.
describe('igamma and betainc', () => {
  it('take values and numbers, aligned by name', () => {
    const a = makeValue(tf.tensor1d([0.5, 2]), [] as [], positive, two)
    const x = value(space.nonNegative(3), [0, 1, 2.5])
    const found = igamma(a, x)
    expect([found.axes, found.shape, found.domain.name]).toEqual([two, [3], 'Unit'])
    const rows = [0.5, 2].map((s) => [0, 1, 2.5].map((t) => pgamma(t, s, 1)))
    ;(toArray(found) as number[][]).forEach((row, i) => {
      row.forEach((y, j) => {
        expect(y).toBeCloseTo(rows[i]?.[j] as number, 6)
      })
    })
    expect(toArray(igammac(2, 3))).toBeCloseTo(1 - pgamma(3, 2, 1), 6)
    expect(toArray(betainc(2, 0.5, 0.25))).toBeCloseTo(pbeta(0.25, 2, 0.5), 6)
    expect(toArray(betaincc(2, 0.5, 0.25))).toBeCloseTo(1 - pbeta(0.25, 2, 0.5), 6)
  })

  it('refuse what lies outside their domains', () => {
    const r = makeValue(tf.scalar(1), [] as [], real)
    expect(() => igamma(r as never, 1)).toThrow('igamma takes Positive and was given Real')
    expect(() => igamma(1, -1)).toThrow('igamma takes NonNegative and was given -1')
    expect(() => betainc(1, 1, 2)).toThrow('betainc takes Unit and was given 2')
  })

  it('digamma and trigamma take Positive', () => {
    // −Euler's constant, π²/6
    expect(toArray(digamma(value(space.positive(), 1)))).toBeCloseTo(-0.5772156649, 6)
    expect(toArray(trigamma(value(space.positive(), 1)))).toBeCloseTo(Math.PI ** 2 / 6, 5)
  })
})
