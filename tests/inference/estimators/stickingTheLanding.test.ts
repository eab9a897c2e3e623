/** Sticking the landing: unbiased (quadrature), no variance at the posterior (closed form), mixtures with other methods. */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf, slopes } from '../gradients.js'
import { at, bound, gradient, value, x } from './coins.js'

const any = (o: unknown): AnyObjective => o as AnyObjective

describe('between other sites', () => {
  const data = { x: new Array(128).fill(x) }
  it.each([
    [{ c: 'enumerate', z: 'enumerate', y: 'stickingTheLanding' }, {}],
    [{ c: 'score', z: 'rebar', y: 'stickingTheLanding' }, { particles: 2 }],
    [{ c: 'enumerate', z: 'measureValued', y: 'stickingTheLanding' }, { kl: 'sampled' }],
  ] as const)('%o is unbiased', (sites, options) => {
    const found = gradientsOver(bound(sites as never, options), scalarsOf(at), data, 14)
    expectUnbiased(found, gradient)
    expect(Math.abs(found.value.value - value)).toBeLessThan(5 * found.value.standardError + 1e-4)
  })
})

// z1 ~ N(0, 1), z2 | z1 ~ N(z1, 1), x ~ N(z2, 1): z2 | x ~ N(2x/3, 2/3), z1 | z2 ~ N(z2/2, 1/2)
const p = g.pipe(
  g.Do,
  g.bind('z1', () => g.standardNormal()),
  g.bind('z2', ({ z1 }) => g.normal({ loc: z1, scale: 1 })),
  g.bind('x', ({ z2 }) => g.normal({ loc: z2, scale: 1 })),
)
const free = {
  m: g.parameter(g.real()),
  s: g.parameter(g.real()),
  d: g.parameter(g.real()),
  t: g.parameter(g.real()),
}
const q = g.pipe(
  g.given({ x: g.real() }),
  g.nets(free),
  g.bind('z2', ({ m, s }) => g.normal({ loc: m(), scale: g.exp(s()) })),
  g.bind('z1', ({ z2, d, t }) => g.normal({ loc: g.mul(d(), z2), scale: g.exp(t()) })),
)
const xs = 1.4
const posterior = { m: (2 * xs) / 3, s: 0.5 * Math.log(2 / 3), d: 0.5, t: 0.5 * Math.log(0.5) }

/** L_b in closed form: every term is quadratic in the draws. */
const exact = ({ m, s, d, t }: Readonly<Record<string, number>>): number => {
  const [M, S2, D, T2] = [m as number, Math.exp(2 * (s as number)), d as number, Math.exp(2 * (t as number))]
  const z2 = M * M + S2
  const z1 = D * D * z2 + T2
  const log2pi = Math.log(2 * Math.PI)
  const logP = -1.5 * log2pi - 0.5 * z1 - 0.5 * (z2 - 2 * D * z2 + z1) - 0.5 * (xs * xs - 2 * xs * M + z2)
  return logP + 1 + log2pi + (s as number) + (t as number)
}

describe('a chain of two normals', () => {
  const methods = { z1: 'stickingTheLanding', z2: 'stickingTheLanding' } as const

  it('is unbiased away from the posterior', () => {
    const away = { m: 0.2, s: -0.6, d: 0.8, t: 0.1 }
    const o = any(g.elbo(p, q, { sites: methods }))
    expectUnbiased(gradientsOver(o, scalarsOf(away), { x: new Array(256).fill(xs) }, 20), slopes(exact, away))
  })

  it('has no variance at the posterior, for every single draw; pathwise has', () => {
    const norms = (sites: object, kl: 'closed form' | 'sampled') =>
      Array.from({ length: 20 }, (_, seed) => {
        const o = any(g.elbo(p, q, { sites, kl } as never))
        const { gradients } = gradientAt(o, scalarsOf(posterior), { x: [xs] }, { seed })
        return Math.max(...Object.values(gradients).map((v) => Math.abs(v[0] as number)))
      })
    expect(Math.max(...norms(methods, 'closed form'))).toBeLessThan(1e-5)
    expect(Math.max(...norms({}, 'sampled'))).toBeGreaterThan(0.5)
  })

  it('its divergence is sampled, and derive says so', () => {
    const text = g.derive(p, q, { sites: methods }).toText().replace(/\s+/g, ' ')
    expect(text).toContain('pathwise gradient without the score of q through z2')
    expect(text).toContain('sampled, with log q at constant parameters')
  })
})
