/**
 * stepwise: the reverse level is elbo with sampled divergences, number by number; the forward gradient is that of −KL(π̌ ‖ π̂).
 *
 * Oracles: elbo with the same noise; closed forms for a bit and for normals. Self-normalization leaves a bias of order 1/K, which is allowed
 * for beside 5 standard errors.
 */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { randomParams } from '../../../src/testing/randomParams.js'
import { gradientAt, gradientsOver, scalarsOf } from '../gradients.js'

const loose = (o: unknown) => o as AnyObjective

describe('reverse', () => {
  it('of one level is elbo with every divergence sampled', () => {
    const X = g.binary(4)
    const Z = g.real(2)
    const p = g.pipe(
      g.Do,
      g.nets({ decode: g.dense(Z, g.real(4)) }),
      g.bind('z', () => g.standardNormal(2)),
      g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
    )
    const q = g.pipe(
      g.given({ x: X }),
      g.nets({ encode: g.gaussian(X, [3], Z) }),
      g.bind('z', ({ x, encode }) => g.normal(encode(x))),
    )
    const params = randomParams({ nets: { ...p.nets, ...q.nets } }, 2)
    const rows = {
      x: [
        [1, 0, 0, 1],
        [0, 1, 1, 1],
      ],
    }
    const program = g.propose(g.primitive(p, { observed: ['x'] }), q)
    const a = loose(g.stepwise(program, { particles: 5, divergence: 'reverse' }))
    const b = loose(g.elbo(p, q, { particles: 5, kl: 'sampled' }))
    const [found, expected] = [gradientAt(a, params, rows), gradientAt(b, params, rows)]
    expect(Math.abs(found.value - expected.value)).toBeLessThan(1e-5 * Math.abs(expected.value))
    for (const [path, slope] of Object.entries(expected.gradients))
      slope.forEach((x, i) => {
        expect(Math.abs(x - (found.gradients[path]?.[i] as number))).toBeLessThan(1e-5)
      })
  })
})

/** n equal data: so many independent populations in one evaluation. */
const copies = (n: number, x: number) => ({ x: Array.from({ length: n }, () => x) })

describe('forward', () => {
  // z ~ Bernoulli(0.3), x | z ~ N(2 z − 1, 1): π = P(z = 1 | x); −KL(π ‖ q) = −Σ π log π / q, q(1) = σ(θ); slope π − σ(θ).
  const p = g.pipe(
    g.Do,
    g.bind('z', () => g.bernoulli({ probs: 0.3 })),
    g.bind('x', ({ z }) => g.normal({ loc: g.sub(g.mul(2, z), 1), scale: 1 })),
  )
  const q = g.pipe(
    g.Do,
    g.nets({ theta: g.parameter(g.real()) }),
    g.bind('z', ({ theta }) => g.bernoulli({ logits: theta() })),
  )
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  const x = 0.4
  const posterior = sigmoid(Math.log(0.3 / 0.7) + 2 * x)

  it('has the gradient and the value of −KL(π ‖ q) where q is discrete', () => {
    const particles = 200
    const program = g.propose(g.primitive(p, { observed: ['x'] }), q)
    const o = loose(g.stepwise(program, { particles, divergence: 'forward' }))
    for (const theta of [-1, 0.5]) {
      const { entries, value } = gradientsOver(o, scalarsOf({ theta }), copies(80, x), 6)
      const slope = posterior - sigmoid(theta)
      const [entry] = entries as [(typeof entries)[0]]
      expect(Math.abs(entry.value - slope)).toBeLessThan(5 * entry.standardError + 2 / particles)
      const q1 = sigmoid(theta)
      const kl = posterior * Math.log(posterior / q1) + (1 - posterior) * Math.log((1 - posterior) / (1 - q1))
      expect(Math.abs(value.value + kl)).toBeLessThan(5 * value.standardError + 2 / particles)
    }
  })

  // Two levels: q1 proposes z for p at power 1/2, a kernel proposes next from z for p at power 1 with a reverse kernel.
  const normals = g.pipe(
    g.Do,
    g.bind('z', () => g.standardNormal()),
    g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
  )
  const start = g.pipe(
    g.Do,
    g.nets({ loc: g.parameter(g.real()) }),
    g.bind('z', ({ loc }) => g.normal({ loc: loc(), scale: 1 })),
  )
  const kernel = g.pipe(
    g.given({ z: g.real() }),
    g.nets({ shift: g.parameter(g.real()) }),
    g.bind('next', ({ z, shift }) => g.normal({ loc: g.add(g.mul(0.5, z), shift()), scale: 0.7 })),
  )
  const back = g.pipe(
    g.given({ next: g.real() }),
    g.bind('z', ({ next }) => g.normal({ loc: g.mul(0.5, next), scale: 1 })),
  )
  const half = g.primitive(normals, { observed: ['x'], power: 0.5 })
  const full = g.rename(g.primitive(normals, { observed: ['x'] }), { next: 'z' })
  const nested = g.propose(g.extend(full, back), g.compose(g.propose(half, start), kernel))

  it('trains every level on its own', () => {
    // Level 1: π̌ = N(x/3, 2/3), slope of loc: E_π̌[z] − loc. Level 2: π̌(next) = N(x/2, 1/2), z | next ~ N(next/2, 1): the slope of shift is
    // E_π̌[next − z/2 − shift] / 0.49 = (x/2 − x/8 − shift) / 0.49; for loc it is a constant.
    const particles = 200
    const at = { loc: 0.3, shift: -0.2 }
    const datum = 0.9
    const expected: Readonly<Record<string, number>> = {
      'loc/value[0]': datum / 3 - at.loc,
      'shift/value[0]': ((3 / 8) * datum - at.shift) / 0.49,
    }
    const o = loose(g.stepwise(nested, { particles, divergence: 'forward' }))
    const { entries } = gradientsOver(o, scalarsOf(at), copies(60, datum), 8)
    for (const { path, value, standardError } of entries)
      expect(Math.abs(value - (expected[path] as number)), path).toBeLessThan(
        5 * standardError + 5 / particles,
      )
  })

  it('is Σ log v on average in reverse, with levels apart', () => {
    // Level 1, reverse: slope of loc is that of −KL(N(loc, 1) ‖ N(x/3, 2/3)) = −(loc − x/3) · 3/2.
    // Level 2: E[∂ log v / ∂ shift] with z ~ N(x/3, 2/3), next = z/2 + shift + 0.7 ε, log v = log γ(next) + log N(z; next/2, 1) − …:
    // ∂ = −next + (x − next) + (z − next/2)/2, at means z = x/3, next = x/6 + shift.
    const particles = 200
    const at = { loc: 0.3, shift: -0.2 }
    const datum = 0.9
    const next = datum / 6 + at.shift
    const expected: Readonly<Record<string, number>> = {
      'loc/value[0]': -(at.loc - datum / 3) * 1.5,
      'shift/value[0]': datum - 2 * next + (datum / 3 - next / 2) / 2,
    }
    const o = loose(g.stepwise(nested, { particles, divergence: 'reverse' }))
    const { entries } = gradientsOver(o, scalarsOf(at), copies(60, datum), 8)
    for (const { path, value, standardError } of entries)
      expect(Math.abs(value - (expected[path] as number)), path).toBeLessThan(
        5 * standardError + 5 / particles,
      )
  })
})
