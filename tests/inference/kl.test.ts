import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exponential } from '../../src/dsl/distributions/exponential.js'
import { geometric } from '../../src/dsl/distributions/geometric.js'
import { mixture } from '../../src/dsl/distributions/mixture.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { poisson } from '../../src/dsl/distributions/poisson.js'
import { push } from '../../src/dsl/distributions/push.js'
import { klExact } from '../../src/dsl/kl.js'
import { real, simplex, value } from '../../src/dsl/space.js'
import { toTypedArray } from '../../src/dsl/value.js'
import { type Divergence, kl } from '../../src/inference/kl.js'

const numberOf = (d: Divergence) => toTypedArray(d.value)[0] as number
const errorOf = (d: Divergence) => toTypedArray(d.standardError)[0] as number

describe('kl', () => {
  it('takes the closed form where there is one, and says so', () => {
    const [q, p] = [normal({ loc: 1, scale: 2 }), normal({ loc: 0, scale: 1 })]
    const d = kl(q, p)
    expect(d.method).toBe('closed form')
    expect(numberOf(d)).toBe(toTypedArray(klExact(q, p))[0])
    expect(errorOf(d)).toBe(0)
  })

  it('samples otherwise, within its error bar of the closed form', () => {
    const parameters = fc.record({
      m: fc.double({ min: -2, max: 2, noNaN: true }),
      s: fc.double({ min: 0.3, max: 2, noNaN: true }),
    })
    fc.assert(
      fc.property(parameters, fc.integer({ min: 0, max: 1000 }), ({ m, s }, seed) => {
        const [q, p] = [normal({ loc: m, scale: s }), normal({ loc: 0.5, scale: 1.5 })]
        const sampled = kl(q, p, { klTable: {}, particles: 4000, seed })
        expect(sampled.method).toBe('Monte Carlo')
        expect(Math.abs(numberOf(sampled) - numberOf(kl(q, p)))).toBeLessThan(5 * errorOf(sampled) + 1e-6)
      }),
      { numRuns: 60, seed: 1 },
    )
  })

  it('agrees with enumeration where no closed form exists', () => {
    const q = poisson({ rate: 2.5 })
    const p = geometric({ probs: 0.25 })
    // k = arange(200); q, p = poisson(2.5), geom(.25, loc=-1); sum(q.pmf(k) * (q.logpmf(k) - p.logpmf(k)))
    const d = kl(q, p, { particles: 200000, seed: 3 })
    expect(d.method).toBe('Monte Carlo')
    expect(Math.abs(numberOf(d) - 0.2747729343223712)).toBeLessThan(4 * errorOf(d))
    expect(errorOf(d)).toBeLessThan(0.003)
  })

  it('keeps the axes of the parameters, one divergence for each datum', () => {
    const q = normal({
      loc: value(real(2), [
        [0, 0],
        [1, 2],
        [8, 8],
      ]),
      scale: 1,
    })
    const p = mixture({ probs: value(simplex(2), [0.5, 0.5]) }, [
      standardNormal(2),
      normal({ loc: value(real(2), [8, 8]), scale: 1 }),
    ])
    const d = kl(q, p)
    expect(d.value.axes).toEqual([{ name: 'datum', size: 3 }])
    expect(d.standardError.axes).toEqual(d.value.axes)
    // At a component far from the other the divergence is log 2.
    expect(Math.abs((toTypedArray(d.value)[2] as number) - Math.LN2)).toBeLessThan(1e-5)
  })

  it('has one result for one seed', () => {
    const [q, p] = [poisson({ rate: 2.5 }), geometric({ probs: 0.25 })]
    expect(numberOf(kl(q, p, { seed: 5 }))).toBe(numberOf(kl(q, p, { seed: 5 })))
    expect(numberOf(kl(q, p, { seed: 5 }))).not.toBe(numberOf(kl(q, p, { seed: 6 })))
  })

  it('refuses what has no density and what is not absolutely continuous, at compile time and run time', () => {
    const n = normal({ loc: 0, scale: 1 })
    // @ts-expect-error: push has no density
    expect(() => kl(push(value(real(), 0)), n)).toThrow('KL(q ‖ p) needs densities, but push has none')
    // @ts-expect-error: the support of q
    expect(() => kl(n, exponential({ rate: 1 }))).toThrow(
      'KL(q ‖ p) needs the support of q within that of p, but q lives on Real and p on Positive',
    )
    // @ts-expect-error: the measure
    expect(() => kl(poisson({ rate: 1 }), n)).toThrow('but q lives on Count and p on Real')
    // @ts-expect-error: the shape
    expect(() => kl(n, standardNormal(2))).toThrow('but q lives on Real and p on Real[2]')
    expect(kl(exponential({ rate: 1 }), n).method).toBe('closed form')
    expect(() => kl(n, n, { klTable: {}, particles: 1 })).toThrow(
      'particles must be a whole number >= 2, but 1 was given',
    )
  })
})
