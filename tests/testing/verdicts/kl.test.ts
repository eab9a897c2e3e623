/** The laws of a divergence: every row of giry's table passes, and a formula without its square is caught. */
import * as g from 'giry'
import { check, laws } from 'giry/testing'
import { describe, expect, it } from 'vitest'
import { type Normal, normal } from '../../../src/dsl/distributions/normal.js'
import type { Shape } from '../../../src/dsl/shape.js'

const narrow = normal({ loc: 0.5, scale: 0.5 })
const wide = normal({ loc: -1, scale: 2 })

const pairs: Readonly<Record<string, () => readonly [g.AnyDistribution, g.AnyDistribution]>> = {
  normals: () => [narrow, wide],
  'normals of 2 entries': () => [
    g.normal({ loc: g.value(g.real(2), [0, 1]), scale: 0.7 }),
    g.standardNormal(2),
  ],
  'laplace against normal': () => [g.laplace({ loc: 0.5, scale: 0.5 }), wide],
  exponentials: () => [g.exponential({ rate: 2 }), g.exponential({ rate: 0.5 })],
  uniforms: () => [g.uniform({ low: -0.5, high: 1 }), g.uniform({ low: -1, high: 2 })],
  'poisson distributions': () => [g.poisson({ rate: 4 }), g.poisson({ logRate: 1 })],
  labels: () => [
    g.categorical({ logits: g.value(g.real(3), [0, 1, -1]) }),
    g.categorical({ probs: g.value(g.simplex(3), [0.2, 0.3, 0.5]) }),
  ],
  'full covariance against diagonal': () => [
    g.multivariateNormal({
      loc: g.value(g.real(2), [0.5, -1]),
      scaleTril: g.value(g.cholesky(2), [
        [1.5, 0],
        [-0.75, 0.5],
      ]),
    }),
    g.normal({ loc: g.value(g.real(2), [-0.5, 0]), scale: 1.5 }),
  ],
}

describe('the closed forms of giry', () => {
  it.each(Object.keys(pairs))('%s pass', (name) => {
    const [q, p] = (pairs[name] as (typeof pairs)[string])()
    expect(check(laws.kl(q, p)).length).toBeGreaterThanOrEqual(3)
  })
})

describe('a closed form that misses a square', () => {
  // ½ (r² + |d| − 1) − log r, where the square of d = (m − loc)/scale is missing
  const klWrong = (q: Normal<Shape>, p: Normal<Shape>) => {
    const [r, d] = [
      g.div(q.parameters.scale, p.parameters.scale),
      g.div(g.sub(q.parameters.loc, p.parameters.loc), p.parameters.scale),
    ]
    return g.sum(
      g.sub(g.mul(0.5, g.sub(g.add(g.square(r), g.abs(d)), 1)), g.log(r as never)) as never,
    ) as g.Value<[], g.Real>
  }
  const klTable = { ...g.klTable, 'normal|normal': klWrong }

  it('is caught by the integral and by draws, with both numbers', () => {
    const failed = laws.kl(narrow, wide, { klTable }).filter((v) => !v.holds)
    expect(failed.map((v) => v.law)).toEqual([
      'the closed form is the integral of q (log q − log p)',
      'the closed form is the mean of log q − log p',
    ])
    // d = 0.75: the square is 0.5625, so it is too large by ½ (0.75 − 0.5625) = 0.09375; KL = 1.1988
    expect(failed[0]?.sentence).toBe(
      'the closed form of KL(normal ‖ normal) is 1.293, and quadrature gives 1.199: off by 0.09375, where 0.001199 is allowed',
    )
  })

  it('is below 0 somewhere if a sign is wrong, and says by how much', () => {
    const negative = { ...g.klTable, 'normal|normal': () => g.sub(g.value(g.real(), 0), 0.5) as never }
    const failed = laws.kl(narrow, wide, { klTable: negative }).filter((v) => !v.holds)
    expect(failed.map((v) => v.sentence)).toContain(
      'KL(normal ‖ normal) is -0.5, below 0 by 0.5, where 0.001 is allowed',
    )
    expect(failed.map((v) => v.law)).toContain('KL = 0 on the diagonal')
    expect(failed.map((v) => v.law)).not.toContain('KL adds up over independent draws')
  })
})

describe('a pair without a row', () => {
  it('is refused with the row that is missing', () => {
    expect(() =>
      laws.kl(g.laplace({ loc: 0, scale: 1 }), g.studentT({ degrees: 3, loc: 0, scale: 1 })),
    ).toThrow(
      "no closed form for KL(laplace ‖ studentT) is in the table\n  → pass { klTable: { ...klTable, 'laplace|studentT': (q, p) => … } }",
    )
  })
})
