import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { normal } from '../../../src/dsl/distributions/normal.js'
import { klStudentTNormal, studentT } from '../../../src/dsl/distributions/studentT.js'
import { positive, real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { studentTLogProbs, studentTSummaries } from './concentrationReference.js'
import { implicitLaws } from './implicitLaws.js'
import { expectClose, number, numbers, scalars } from './laws.js'

implicitLaws('studentT', {
  make: (p) => studentT(p as never),
  domains: { degrees: positive, loc: real, scale: positive },
  at: { degrees: 3.5, loc: 0.5, scale: 1.25 },
  support: [-100, 100],
  points: [-2, -0.5, 0.25, 0.75, 1.5, 4],
  logProbs: studentTLogProbs,
  summaries: studentTSummaries,
  // E 1/(1 + x^2): mpmath.quad and mpmath.diff of it
  f: (x) => tf.reciprocal(tf.add(1, tf.square(x))),
  expectation: 0.5159674165,
  gradient: [0.01229323582, -0.09053167551, -0.2055507733],
  extremes: [
    { degrees: 0.05, loc: 0, scale: 1 },
    { degrees: 1e6, loc: 0, scale: 1 },
    { degrees: 2, loc: 1e3, scale: 1e-3 },
  ],
})

describe('studentT', () => {
  it('has a cdf with an accurate lower tail', () => {
    // scipy.stats.t(4.5).cdf([-30, -3, 0, 2]), scipy.stats.t(1).cdf(-1000)
    const found = numbers(studentT({ degrees: 4.5, loc: 0, scale: 1 }).cdf(scalars(real, [-30, -3, 0, 2])))
    const exactly = [1.17198714939426e-6, 0.01719043394437981, 0.5, 0.9458710464094375]
    exactly.forEach((exact, i) => {
      expectClose((found[i] as number) / exact, 1, 1e-5)
    })
    const far = number(studentT({ degrees: 1, loc: 0, scale: 1 }).cdf(scalars(real, [-1000])))
    expectClose(far / 0.0003183097800805589, 1, 1e-5)
  })

  it('has a mean beyond 1 degree only, and a variance beyond 2; NaN is what does not exist', () => {
    const at = (degrees: number) => studentT({ degrees, loc: 3, scale: 1 })
    expect([0.5, 1, 1.5, 2, 4].map((d) => number(at(d).mean()))).toEqual([Number.NaN, Number.NaN, 3, 3, 3])
    const variances = [Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 2]
    expect([0.5, 1, 1.5, 2, 4].map((d) => number(at(d).variance()))).toEqual(variances)
    expect(number(klStudentTNormal(at(1), normal({ loc: 0, scale: 1 })))).toBe(Number.POSITIVE_INFINITY)
  })

  it('refuses degrees that are not positive', () =>
    expect(() => studentT({ degrees: value(space.real(), 1) as never, loc: 0, scale: 1 })).toThrow(
      'degrees of studentT must be Positive, but Real was given',
    ))
})
