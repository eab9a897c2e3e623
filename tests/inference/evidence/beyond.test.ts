/**
 * Beyond the ends of a cut line: shares of integrals in closed form, and evidence of beta and gamma priors with a power at an end, against
 * the closed form of the conjugate pair (src/inference/evidence/conjugate.ts).
 */
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { integrate } from '../../../src/inference/evidence/integrate.js'
import type { Start } from '../../../src/inference/evidence/logFunction.js'

const line: Start = { center: 0, spread: 1.5, low: -85, high: 16, cut: true }
const of = (f: (t: number) => number, start: Start = line) => {
  const [result] = integrate([start], (_, t) => t.map(f))
  if (result === undefined) throw new Error('no result')
  return result
}
/** log of e^(a t) below 0 and of e^(−b t) above. */
const powers = (a: number, b: number) => (t: number) => (t < 0 ? a * t : -b * t)

describe('the share beyond', () => {
  it.each([
    [1, 0.7],
    [1, 0.2],
    [0.05, 1],
    [0.05, 0.3],
  ])('of powers %f and %f at the ends is that of the closed form', (a, b) => {
    const within = (1 - Math.exp(-85 * a)) / a + (1 - Math.exp(-16 * b)) / b
    const without = Math.exp(-85 * a) / a + Math.exp(-16 * b) / b
    expect(of(powers(a, b)).beyond).toBeCloseTo(without / within, 8)
  })

  it('is nothing where the domain ends, or where no mass comes near', () => {
    expect(of(powers(1, 0.2), { ...line, cut: false }).beyond).toBe(0)
    expect(of((t) => -0.5 * t * t).beyond).toBe(0)
  })

  it('is much where f does not fall', () => {
    expect(of(() => 0).beyond).toBeGreaterThan(1)
  })
})

const coin = (beta: number) =>
  g.pipe(
    g.Do,
    g.bind('c', () => g.beta({ alpha: 2, beta })),
    g.bind('heads', ({ c }) => g.binomial({ trials: 5, probs: c })),
  )
const refusal = async (model: ReturnType<typeof coin>, heads: number) => {
  const found = await g.evidence(model, { heads: [heads] }, { method: 'quadrature' })()
  return E.isLeft(found) ? found.left.map((e) => e.message) : []
}

describe('evidence', () => {
  it('of a beta with mass at 1 has an error that covers what is left out', async () => {
    for (const [beta, least] of [
      [0.7, 3e-5],
      [0.55, 1e-4],
      [1.5, 0],
    ] as const) {
      const data = { heads: [2, 5] }
      const exact = await g.orThrow(g.evidence(coin(beta), data, { method: 'conjugate' }))
      const found = await g.orThrow(g.evidence(coin(beta), data, { method: 'quadrature' }))
      found.value.forEach((x, i) => {
        const off = Math.abs(x - (exact.value[i] as number))
        expect(off, `beta ${beta}, datum ${i}`).toBeLessThan(found.standardError[i] as number)
      })
      const last = (exact.value[1] as number) - (found.value[1] as number)
      expect(last).toBeGreaterThan(least - 1e-6)
    }
  })

  it('of two betas counts what both leave out', async () => {
    const two = g.pipe(
      g.Do,
      g.bind('c', () => g.beta({ alpha: 2, beta: 0.7 })),
      g.bind('d', () => g.beta({ alpha: 2, beta: 0.6 })),
      g.bind('h', ({ c }) => g.binomial({ trials: 5, probs: c })),
      g.bind('k', ({ d }) => g.binomial({ trials: 5, probs: d })),
    )
    const data = { h: [5], k: [5] }
    const exact = await g.orThrow(g.evidence(two, data, { method: 'conjugate' }))
    const found = await g.orThrow(g.evidence(two, data, { method: 'quadrature' }))
    const off = (exact.value[0] as number) - (found.value[0] as number)
    expect(off).toBeGreaterThan(1e-4)
    expect(off).toBeLessThan(found.standardError[0] as number)
  })

  it('is refused where too much is left out', async () => {
    expect(await refusal(coin(0.3), 5)).toEqual([
      "the method 'quadrature' does not apply to this model: 1.5 % of the mass of datum 0 lies so close to an end of a domain that float32 cannot tell its points apart",
    ])
    expect(await refusal(coin(0.3), 2)).toEqual([])
  })
})
