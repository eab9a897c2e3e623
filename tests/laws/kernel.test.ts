import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matrix } from '../../src/dsl/kernels/matrix.js'
import { binary, category, oneHot } from '../../src/dsl/space.js'
import { finiteKernel } from '../../src/testing/arbitraries/finiteKernel.js'
import * as laws from '../../src/testing/laws/kernel.js'
import { runs } from './runs.js'

// The draws are exact in float64 but for the rounding of sums of a few dozen products <= 1.
const equal = laws.within(1e-14)

const f = finiteKernel({ x: 2 }, { y: 2, z: 2 })
const g = finiteKernel({ y: 2, z: 2 }, { w: 3 })
const h = finiteKernel({ w: 3 }, { u: 2 })
const aside = finiteKernel({ a: 2 }, { b: 2 })
const after = finiteKernel({ b: 2 }, { c: 2 })

describe('composition', () => {
  it('is associative', () => {
    fc.assert(fc.property(f, g, h, laws.associativity(equal)), runs())
  })
  it('has identities', () => {
    fc.assert(fc.property(f, laws.identityLaw(equal)), runs())
  })
  it('multiplies matrices', () => {
    fc.assert(fc.property(f, g, laws.functoriality(equal)), runs())
  })
})

describe('product', () => {
  it('multiplies independent masses', () => {
    fc.assert(fc.property(f, aside, laws.independence(equal)), runs())
  })
  it('does not depend on the order of the draws (Fubini)', () => {
    fc.assert(fc.property(f, aside, laws.fubini(equal)), runs())
  })
  it('interchanges with composition', () => {
    fc.assert(fc.property(f, aside, g, after, laws.interchange(equal)), runs())
  })
})

describe.each([
  ['Category(3)', category(3)],
  ['Category(2)[2]', category(2, 2)],
  ['Binary[3]', binary(3)],
  ['OneHot[4]', oneHot(4)],
])('copy of %s', (_, space) => {
  it('is coassociative', () => expect(laws.coassociativity(equal)(space)).toBe(true))
  it('is cocommutative', () => expect(laws.cocommutativity(equal)(space)).toBe(true))
  it('has discard as its counit', () => expect(laws.counit(equal)(space)).toBe(true))
})

describe('discard', () => {
  it('is natural: rows sum to 1', () => {
    fc.assert(fc.property(f, laws.discardIsNatural(equal)), runs())
  })
})

describe('marginal', () => {
  it('sums columns', () => {
    const names = fc.subarray(['y', 'z'])
    fc.assert(fc.property(f, names, laws.marginalSums(equal)), runs())
  })
})

describe('equality of matrices', () => {
  it('tells entries and shapes apart', () => {
    expect(equal([[1, 0]], [[1, 0]])).toBe(true)
    expect(equal([[1, 0]], [[0, 1]])).toBe(false)
    expect(equal([[1]], [[1], [1]])).toBe(false)
    expect(equal([[1]], [[1, 0]])).toBe(false)
  })

  it('tells random kernels apart', () => {
    const kernels = fc.sample(f, { numRuns: 5, seed: 1 }).map((kernel) => matrix(kernel))
    const same = kernels.flatMap((a, i) => kernels.slice(i + 1).filter((b) => equal(a, b)))
    expect(same).toEqual([])
  })
})
