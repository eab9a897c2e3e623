/** wakeTheta and wakePhi: against enumeration and quadrature, who moves, DReG against the plain form, sentences. */
import { describe, expect, it } from 'vitest'
import { iwae } from '../../src/inference/iwae.js'
import { wakePhi, wakeTheta } from '../../src/inference/wake.js'
import { finiteCase } from '../../src/testing/arbitraries/finite.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf, slopes } from './gradients.js'
import { copies, finitePower, first, jointOf, tableSlopes } from './importance/finiteOracle.js'
import { at, datum, expectedOf, p, pairPower, q } from './importance/gaussian.js'
import { sentences, untyped } from './importance/untyped.js'

const [theta, phi] = [untyped(wakeTheta), untyped(wakePhi)]
const data = (n: number) => ({ x: new Array(n).fill(datum) })

describe('wakeTheta', () => {
  it('moves p as iwae does, and q not at all: quadrature', () => {
    const found = gradientsOver(theta(p, q, { particles: 2 }), scalarsOf(at), data(512), 20)
    const { 'slope/value[0]': slope } = slopes((x) => pairPower(x, 1), at)
    expectUnbiased(found, { 'slope/value[0]': slope as number, 'gain/value[0]': 0, 'spread/value[0]': 0 })
    const ofQ = found.entries.filter((e) => !e.path.startsWith('slope'))
    for (const e of ofQ) expect([e.value, e.standardError]).toEqual([0, 0])
  })

  it('has the value of iwae', () => {
    const [a, b] = [theta, untyped(iwae)].map((f) =>
      gradientAt(f(p, q, { particles: 4 }), scalarsOf(at), data(3)),
    )
    expect(Math.abs((a?.value as number) - (b?.value as number))).toBeLessThan(1e-6)
  })

  it('with discrete latents, drawn and summed out: enumeration', () => {
    const c = finiteCase(1, 2)
    const x = first(c.data)
    for (const z2 of ['score', 'enumerate'] as const) {
      const o = theta(c.p, c.q, { particles: 2, sites: { z1: 'score', z2 } })
      const exact = tableSlopes(
        c.facts,
        (f) => finitePower(f, x, 1, 2, (name) => name === 'z2' && z2 === 'enumerate'),
        ['p'],
      )
      expectUnbiased(gradientsOver(o, c.params, copies(c.data, 128), 16), exact, z2)
    }
  })
})

describe('wakePhi', () => {
  it('of finite models, summed out, is E_P(z|x)[log q] exactly, and only q moves', () => {
    for (let seed = 0; seed < 6; seed++) {
      const c = finiteCase(seed)
      const x = first(c.data)
      const posterior = jointOf(c.facts, x)
      const evidence = posterior.reduce((s, o) => s + Math.exp(o.logP), 0)
      const exact = (f: typeof c.facts) =>
        jointOf(f, x).reduce(
          (s, o, i) => s + (Math.exp((posterior[i] as (typeof posterior)[number]).logP) / evidence) * o.logQ,
          0,
        )
      const found = gradientAt(phi(c.p, c.q, { particles: 1 }), c.params, copies(c.data, 1))
      expect(Math.abs(found.value - exact(c.facts))).toBeLessThan(3e-5)
      const expected = tableSlopes(c.facts, exact, ['q'])
      for (const [path, g] of Object.entries(found.gradients))
        g.forEach((y, i) => {
          expect(Math.abs(y - (expected[`${path}[${i}]`] as number)), path).toBeLessThan(2e-4)
        })
    }
  })

  /** E[Σ_k W_k ∂ log q(z_k)] of two draws, in the gain of q, by quadrature over both. */
  it.each(['score', 'doublyReparameterized'] as const)(
    '%s is Σ W ∂ log q: quadrature over both draws',
    (z) => {
      const scale = Math.exp(at.spread)
      const step = 0.1
      const points = Array.from({ length: 161 }, (_, i) => {
        const e = -8 + step * i
        const y = at.gain * datum + scale * e
        return {
          probability: (Math.exp(-0.5 * e * e) / Math.sqrt(2 * Math.PI)) * step,
          w: Math.exp(-0.5 * y * y - 2 * (datum - at.slope * y) ** 2 + 0.5 * e * e),
          gain: (e / scale) * datum,
          spread: e * e - 1,
        }
      })
      const pairs = (f: (o: (typeof points)[number]) => number) =>
        points.reduce(
          (s, a) =>
            s +
            a.probability *
              points.reduce((t, b) => t + (b.probability * (a.w * f(a) + b.w * f(b))) / (a.w + b.w), 0),
          0,
        )
      const o = phi(p, q, { particles: 2, sites: { z } })
      expectUnbiased(gradientsOver(o, scalarsOf(at), data(512), 20), {
        'slope/value[0]': 0,
        'gain/value[0]': pairs((o_) => o_.gain),
        'spread/value[0]': pairs((o_) => o_.spread),
      })
    },
  )

  it('goes to E_P(z|x)[log q] as K grows; the doubly reparameterized form has less variance, and the same value', () => {
    const evidence = Math.log(expectedOf(at, Math.exp))
    const exact = expectedOf(at, (w, _, logQ) => Math.exp(w - evidence) * logQ)
    const of = (z: string) =>
      gradientsOver(phi(p, q, { particles: 256, sites: { z } }), scalarsOf(at), data(64), 16)
    const [plain, doubly] = [of('score'), of('doublyReparameterized')]
    // Self-normalization is biased by about Cov(w, w log q) / K.
    expect(Math.abs(plain.value.value - exact)).toBeLessThan(5 * plain.value.standardError + 0.01)
    expect(Math.abs(plain.value.value - doubly.value.value)).toBeLessThan(1e-6)
    expect(doubly.variance).toBeLessThan(plain.variance)
  })

  it('doubly reparameterized beside a site that is summed out agrees with the plain form', () => {
    const c = finiteCase(1, 2)
    expect(sentences(() => phi(c.p, c.q, { particles: 2, sites: { z1: 'doublyReparameterized' } }))).toEqual([
      `site 'z1': the gradient method 'doublyReparameterized' needs the capability 'pathwise', which ${c.q.entries.z1 && 'family' in c.q.entries.z1 ? c.q.entries.z1.family : ''} lacks`,
    ])
  })
})

describe('sentences', () => {
  it('for methods that the phases lack', () => {
    expect(sentences(() => theta(p, q, { particles: 2, sites: { z: 'pathwise' } }))).toEqual([
      "site 'z': wakeTheta has no gradient method 'pathwise'",
    ])
    expect(sentences(() => phi(p, q, { particles: 0, sites: { z: 'vimco' } }))).toEqual([
      'particles must be a whole number >= 1, but 0 was given',
      "site 'z': wakePhi has no gradient method 'vimco'",
    ])
  })
})
