/** Oracles: the formulas in float64, and eigenvalues (ml-matrix) for positive semidefiniteness. */
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { real } from '../../../src/dsl/domain.js'
import { makeValue, toArray } from '../../../src/dsl/value.js'
import { type Similarity, similarities } from '../../../src/inference/similarities/table.js'

const { gaussian, laplace, rationalQuadratic, polynomial, sum } = similarities
type Points = readonly (readonly number[])[]
const squared = (x: readonly number[], y: readonly number[]) =>
  x.reduce((s, a, i) => s + (a - (y[i] as number)) ** 2, 0)
const dot = (x: readonly number[], y: readonly number[]) => x.reduce((s, a, i) => s + a * (y[i] as number), 0)

const oracles: readonly (readonly [
  string,
  Similarity,
  (x: readonly number[], y: readonly number[]) => number,
])[] = [
  ['gaussian', gaussian({ bandwidth: 0.7 }), (x, y) => Math.exp(-squared(x, y) / (2 * 0.49))],
  [
    'laplace',
    laplace({ bandwidth: 2 }),
    (x, y) => Math.exp(-x.reduce((s, a, i) => s + Math.abs(a - (y[i] as number)), 0) / 2),
  ],
  [
    'rationalQuadratic',
    rationalQuadratic({ alpha: 0.5, bandwidth: 1.5 }),
    (x, y) => (1 + squared(x, y) / 2.25) ** -0.5,
  ],
  ['polynomial', polynomial({ degree: 3, scale: 2 }), (x, y) => (dot(x, y) / 2 + 1) ** 3],
  [
    'sum',
    sum(gaussian({ bandwidth: 1 }), gaussian({ bandwidth: 3 })),
    (x, y) => Math.exp(-squared(x, y) / 2) + Math.exp(-squared(x, y) / 18),
  ],
]

const points: fc.Arbitrary<Points> = fc.integer({ min: 1, max: 4 }).chain((d) =>
  fc.array(
    fc.array(fc.double({ min: -2, max: 2, noNaN: true }).map(Math.fround), { minLength: d, maxLength: d }),
    {
      minLength: 2,
      maxLength: 8,
    },
  ),
)
const along = (x: Points, name: string) =>
  makeValue(
    tf.tensor2d(x as number[][], [x.length, x[0]?.length as number]),
    [x[0]?.length as number],
    real,
    [{ name, size: x.length }],
  )
const gram = (k: Similarity, x: Points, y: Points = x) =>
  toArray(k(along(x, 'datum'), along(y, 'other'))) as number[][]

describe.each(oracles)('%s', (_, k, oracle) => {
  it('is its formula at every pair, and symmetric', () => {
    fc.assert(
      fc.property(points, (x) => {
        const found = gram(k, x)
        const errors = x.flatMap((a, i) =>
          x.map((b, j) => {
            const expected = oracle(a, b)
            const [one, other] = [found[i]?.[j] as number, found[j]?.[i] as number]
            return Math.max(Math.abs(one - expected), Math.abs(one - other)) / Math.max(1, expected)
          }),
        )
        expect(Math.max(...errors)).toBeLessThan(2e-5)
      }),
      { numRuns: 200 },
    )
  })

  it('is positive semidefinite, up to rounding', () => {
    fc.assert(
      fc.property(points, (x) => {
        const exact = new Matrix(x.map((a) => x.map((b) => oracle(a, b))))
        const { realEigenvalues } = new EigenvalueDecomposition(exact, { assumeSymmetric: true })
        expect(Math.min(...realEigenvalues)).toBeGreaterThan(-1e-10 * exact.norm())
      }),
      { numRuns: 100 },
    )
  })

  it('compares datum with datum where both values have the axis', () => {
    const x = [
      [1, 0.5],
      [-1, 2],
    ]
    const y = [
      [0.2, 0.1],
      [0.3, -0.4],
    ]
    const found = toArray(k(along(x, 'datum'), along(y, 'datum'))) as number[]
    found.forEach((s, i) => {
      expect(s).toBeCloseTo(oracle(x[i] as number[], y[i] as number[]), 4)
    })
  })
})

describe('options', () => {
  it('are refused with a sentence', () => {
    expect(() => gaussian({ bandwidth: 0 })).toThrow('bandwidth must be a positive number, but 0 was given')
    expect(() => polynomial({ degree: 1.5, offset: -1 })).toThrow(
      /degree must be a whole number >= 1, but 1.5 was given[\s\S]*offset must be >= 0, but -1 was given/,
    )
  })
})
