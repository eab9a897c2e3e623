import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as D from '../../src/dsl/domain.js'
import * as A from '../../src/dsl/domains/arithmetic.js'
import type * as M from '../../src/dsl/domains/marks.js'

const three = D.category(3)
const four = D.category(4)

const domains: readonly M.AnyDomain[] = [
  D.real,
  D.nonNegative,
  D.positive,
  D.unit,
  D.count,
  D.binary,
  three,
  four,
  D.simplex,
  D.oneHot,
  D.interval,
  D.ordered,
  D.cholesky,
  D.correlation,
  D.circle,
]
const domain = fc.constantFrom(...domains)
const named = (d: M.AnyDomain) => d.name

/** The compiler's answer to A ⊂ B, which the test compares with the answer at run time. */
type Within<A, B> = [A] extends [B] ? true : false
const within = <A, B>(a: M.Domain<A>, b: M.Domain<B>, answer: Within<A, B>) => [a, b, answer] as const

describe('the lattice of domains', () => {
  it('is a partial order', () => {
    fc.assert(
      fc.property(domain, domain, domain, (a, b, c) => {
        expect(D.isWithin(a, a)).toBe(true)
        if (D.isWithin(a, b) && D.isWithin(b, a)) expect(a.name).toBe(b.name)
        if (D.isWithin(a, b) && D.isWithin(b, c)) expect(D.isWithin(a, c)).toBe(true)
        expect(D.isWithin(a, D.real)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('has join as an upper bound: commutative, idempotent, and the larger of two comparable ones', () => {
    fc.assert(
      fc.property(domain, domain, (a, b) => {
        const j = D.join(a, b)
        expect(D.isWithin(a, j) && D.isWithin(b, j)).toBe(true)
        expect(j.name).toBe(D.join(b, a).name)
        expect(D.join(a, a).name).toBe(a.name)
        if (D.isWithin(a, b)) expect(j.name).toBe(b.name)
      }),
      { numRuns: 1000 },
    )
  })

  it('has join as the least upper bound among the domains here', () => {
    fc.assert(
      fc.property(domain, domain, domain, (a, b, c) => {
        if (D.isWithin(a, c) && D.isWithin(b, c))
          expect([c.name, D.isWithin(D.join(a, b), c)]).toEqual([c.name, true])
      }),
      { numRuns: 2000 },
    )
  })

  it('is that of the compiler', () => {
    for (const [a, b, answer] of [
      within(D.positive, D.nonNegative, true),
      within(D.positive, D.real, true),
      within(D.nonNegative, D.positive, false),
      within(D.real, D.positive, false),
      within(D.unit, D.nonNegative, true),
      within(D.unit, D.positive, false),
      within(D.binary, D.unit, true),
      within(D.binary, D.count, true),
      within(D.count, D.binary, false),
      within(three, D.count, true),
      within(three, four, false),
      within(three, D.unit, false),
      within(D.binary, three, false),
      within(D.oneHot, D.simplex, true),
      within(D.oneHot, D.binary, true),
      within(D.simplex, D.oneHot, false),
      within(D.simplex, D.unit, true),
      within(D.interval, D.real, true),
      within(D.interval, D.unit, false),
      within(D.ordered, D.real, true),
      within(D.cholesky, D.real, true),
      within(D.correlation, D.cholesky, false),
      within(D.circle, D.interval, false),
    ])
      expect([a.name, b.name, D.isWithin(a, b)]).toEqual([a.name, b.name, answer])
  })

  it('allows densities to be compared under one reference measure only', () => {
    fc.assert(
      fc.property(domain, domain, (a, b) => {
        expect(D.absolutelyContinuous(a, b)).toBe(a.measure === b.measure && D.isWithin(a, b))
      }),
    )
    expect(D.absolutelyContinuous(D.positive, D.real)).toBe(true)
    expect(D.absolutelyContinuous(D.real, D.positive)).toBe(false)
    expect(D.absolutelyContinuous(D.binary, D.real)).toBe(false)
    expect(D.absolutelyContinuous(D.oneHot, D.simplex)).toBe(false)
    expect(D.absolutelyContinuous(three, D.count)).toBe(true)
  })
})

describe('arithmetic of domains', () => {
  const numbers: Readonly<Record<string, readonly number[]>> = {
    Real: [-2, -0.5, 0, 0.5, 3],
    NonNegative: [0, 0.5, 3],
    Positive: [0.5, 3],
    Unit: [0, 0.25, 1],
    Count: [0, 1, 7],
    Binary: [0, 1],
    'Category(3)': [0, 1, 2],
  }
  const scalars = domains.filter((d) => d.name in numbers)
  it('is sound: sums, products and quotients of members are members', () => {
    for (const a of scalars)
      for (const b of scalars)
        for (const x of numbers[a.name] as readonly number[])
          for (const y of numbers[b.name] as readonly number[]) {
            const where = `${a.name} ${x}, ${b.name} ${y}`
            expect(A.addDomain(a, b).outside([x + y], []), `${where} +`).toBeUndefined()
            expect(A.mulDomain(a, b).outside([x * y], []), `${where} ·`).toBeUndefined()
            if (y !== 0) expect(A.divDomain(a, b).outside([x / y], []), `${where} /`).toBeUndefined()
            expect(A.mixedDomain(a, b).outside([x, y], []), `${where} mixed`).toBeUndefined()
          }
  })
  it('is symmetric where the operation is', () => {
    fc.assert(
      fc.property(domain, domain, (a, b) => {
        expect(named(A.addDomain(a, b))).toBe(named(A.addDomain(b, a)))
        expect(named(A.mulDomain(a, b))).toBe(named(A.mulDomain(b, a)))
        expect(named(A.mixedDomain(a, b))).toBe(named(A.mixedDomain(b, a)))
      }),
    )
  })
  it('of constants', () => {
    expect([2, 0, -1, 0.5, -0, Number.NaN].map((x) => A.domainOfNumber(x).name)).toEqual([
      'Positive',
      'NonNegative',
      'Real',
      'Positive',
      'NonNegative',
      'Real',
    ])
  })
  it('of entries of vectors and matrices', () => {
    const entry = (d: M.AnyDomain) => A.entriesDomain(d).name
    expect([D.simplex, D.oneHot, D.ordered, D.cholesky, D.correlation, D.positive, three].map(entry)).toEqual(
      ['Unit', 'Binary', 'Real', 'Real', 'Real', 'Positive', 'Category(3)'],
    )
  })
})

type Case = {
  readonly d: M.AnyDomain
  readonly shape: readonly number[]
  readonly good: readonly (readonly number[])[]
  readonly bad: readonly (readonly [readonly number[], number, string])[]
}

const cases: readonly Case[] = [
  { d: D.real, shape: [], good: [[-1e30, 0, 1e30]], bad: [] },
  {
    d: D.nonNegative,
    shape: [],
    good: [[0, 0.5, 1e30], [-0]],
    bad: [[[1, -1e-30], 1, '-1e-30 is negative']],
  },
  {
    d: D.positive,
    shape: [],
    good: [[1e-30, 5]],
    bad: [
      [[5, 0], 1, '0 is not positive'],
      [[-2], 0, '-2 is not positive'],
    ],
  },
  {
    d: D.unit,
    shape: [],
    good: [[0, 0.5, 1]],
    bad: [
      [[0, 255], 1, '255 lies outside [0, 1]'],
      [[-0.1], 0, '-0.1 lies outside [0, 1]'],
    ],
  },
  {
    d: D.count,
    shape: [],
    good: [[0, 1, 1000]],
    bad: [
      [[1, 1.5], 1, '1.5 is not a whole number >= 0'],
      [[-1], 0, '-1 is not a whole number >= 0'],
    ],
  },
  {
    d: D.binary,
    shape: [],
    good: [[0, 1]],
    bad: [
      [[0, 1, 0.5], 2, '0.5 is neither 0 nor 1'],
      [[2], 0, '2 is neither 0 nor 1'],
    ],
  },
  {
    d: three,
    shape: [],
    good: [[0, 1, 2]],
    bad: [
      [[3], 0, '3 is not one of the labels 0 … 2'],
      [[0, 0.5], 1, '0.5 is not one of the labels 0 … 2'],
      [[-1], 0, '-1 is not one of the labels 0 … 2'],
    ],
  },
  {
    d: D.simplex,
    shape: [2],
    good: [[0.5, 0.5, 0, 1]],
    bad: [
      [[0.5, 0.5, 0.5, 0.6], 2, 'the entries sum to 1.1, not to 1'],
      [[1.5, -0.5], 0, '-0.5 is negative'],
    ],
  },
  {
    d: D.oneHot,
    shape: [3],
    good: [[0, 1, 0, 0, 0, 1]],
    bad: [
      [[0, 1, 1], 0, '[0, 1, 1] is not one-hot'],
      [[0, 0, 0], 0, '[0, 0, 0] is not one-hot'],
      [[1, 0, 0, 0.5, 0.5, 0], 3, '[0.5, 0.5, 0] is not one-hot'],
    ],
  },
  { d: D.interval, shape: [], good: [[-3, 3]], bad: [] },
  {
    d: D.ordered,
    shape: [3],
    good: [[1, 2, 2, -1, 0, 5]],
    bad: [[[1, 2, 3, 3, 2, 1], 3, '[3, 2, 1] is not increasing']],
  },
  {
    d: D.cholesky,
    shape: [2, 2],
    good: [[1, 0, -3, 2]],
    bad: [
      [[1, 0, 1, 1, 1, 2, 0, 1], 4, 'the entry 2 above the diagonal is not 0'],
      [[1, 0, 1, 0], 0, 'the diagonal entry 0 is not positive'],
    ],
  },
  {
    d: D.correlation,
    shape: [2, 2],
    good: [[1, 0.5, 0.5, 1]],
    bad: [
      [[1, 0.5, 0.4, 1], 0, 'the matrix is not symmetric'],
      [[1, 0.5, 0.5, 2], 0, 'the diagonal entry 2 is not 1'],
    ],
  },
  {
    d: D.circle,
    shape: [],
    good: [[-Math.PI, Math.PI, 0]],
    bad: [[[0, 3.2], 1, '3.2 lies outside [-π, π]']],
  },
]

describe('membership', () => {
  for (const { d, shape, good, bad } of cases)
    it(d.name, () => {
      for (const data of good) expect(d.outside(data, shape)).toBeUndefined()
      for (const [data, index, reason] of bad) expect(d.outside(data, shape)).toMatchObject({ index, reason })
      for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const data = [...(good[0] ?? [])]
        data[0] = wrong
        expect(d.outside(data, shape)).toMatchObject({ index: 0, reason: `${wrong} is not a finite number` })
        expect(d.outside(data, shape)?.remedy).toContain('finite numbers only')
      }
      for (const [data] of bad) expect(d.outside(data, shape)?.remedy).not.toBe('')
    })

  it('holds for the example of each domain', () => {
    for (const d of domains)
      for (const shape of [[3], [2, 3], [3, 3], [2, 3, 3]]) {
        const matrix = d === D.cholesky || d === D.correlation
        if (matrix && shape.at(-1) !== shape.at(-2)) continue
        const example = d.example(shape)
        expect(example).toHaveLength(shape.reduce((a, b) => a * b, 1))
        expect([d.name, shape, d.outside(example, shape)]).toEqual([d.name, shape, undefined])
      }
  })

  it('says how to get into a domain', () => {
    expect(D.domainRemedy(D.positive)).toBe('map it with exp or softplus')
    expect(D.domainRemedy(D.oneHot)).toBe('pass a value of domain OneHot')
    expect(() => D.requireWithin(D.real, D.positive, 'scale')).toThrow(
      'scale must be Positive, but the value given is Real\n  → map it with exp or softplus',
    )
    expect(() => D.requireWithin(D.positive, D.real, 'loc')).not.toThrow()
  })
})
