import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyDistribution } from '../../src/dsl/distribution.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { beta } from '../../src/dsl/distributions/beta.js'
import { binomial } from '../../src/dsl/distributions/binomial.js'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { delta } from '../../src/dsl/distributions/delta.js'
import { dirichlet } from '../../src/dsl/distributions/dirichlet.js'
import { exponential } from '../../src/dsl/distributions/exponential.js'
import { gamma } from '../../src/dsl/distributions/gamma.js'
import { geometric } from '../../src/dsl/distributions/geometric.js'
import { iid } from '../../src/dsl/distributions/iid.js'
import { independent } from '../../src/dsl/distributions/independent.js'
import { inverseGamma } from '../../src/dsl/distributions/inverseGamma.js'
import { laplace } from '../../src/dsl/distributions/laplace.js'
import { logNormal } from '../../src/dsl/distributions/logNormal.js'
import { mixture } from '../../src/dsl/distributions/mixture.js'
import { multinomial } from '../../src/dsl/distributions/multinomial.js'
import { multivariateNormal } from '../../src/dsl/distributions/multivariateNormal.js'
import { negativeBinomial } from '../../src/dsl/distributions/negativeBinomial.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { oneHotCategorical } from '../../src/dsl/distributions/oneHotCategorical.js'
import { poisson } from '../../src/dsl/distributions/poisson.js'
import { push } from '../../src/dsl/distributions/push.js'
import { relaxedBernoulli } from '../../src/dsl/distributions/relaxedBernoulli.js'
import { studentT } from '../../src/dsl/distributions/studentT.js'
import { truncatedNormal } from '../../src/dsl/distributions/truncatedNormal.js'
import { standardUniform, uniform } from '../../src/dsl/distributions/uniform.js'
import { vonMises } from '../../src/dsl/distributions/vonMises.js'
import { count, positive, real } from '../../src/dsl/domain.js'
import type { Positive, Real } from '../../src/dsl/domains/marks.js'
import { hasClosedForm } from '../../src/dsl/families.js'
import { type KlThunk, klExact, klRule, klTable } from '../../src/dsl/kl.js'
import * as space from '../../src/dsl/space.js'
import { value } from '../../src/dsl/space.js'
import { makeValue, type Value } from '../../src/dsl/value.js'
import { noiseFromSeed } from '../../src/runtime/noise.js'
import { hasGradient, hasMean, integral } from '../../src/testing/laws/distribution.js'
import { expectClose, expectLaw, logProbAt, number, numbers, scalars } from './distributions/laws.js'

const R2 = space.real(2)
const R3 = space.real(3)
const P2 = space.positive(2)
const S3 = space.simplex(3)
const U2 = space.unit(2)
const B2 = space.binary(2)
const C2 = space.cholesky(2)

const rule = (q: AnyDistribution, p: AnyDistribution): number => {
  const closed = klRule(q, p)
  if (closed === undefined) throw new Error(`no row for ${q.family}|${p.family}`)
  return number(closed())
}

const a = normal({ loc: value(R2, [0.5, -1]), scale: value(P2, [0.5, 2]) })
const b = normal({ loc: value(R2, [-0.5, 0]), scale: value(P2, [1.5, 1]) })
const tall = multivariateNormal({
  loc: value(R2, [0.5, -1]),
  scaleTril: value(C2, [
    [1.5, 0],
    [-0.75, 0.5],
  ]),
})
const wide = multivariateNormal({
  loc: value(R2, [0, 1]),
  scaleTril: value(C2, [
    [1, 0],
    [0.5, 2],
  ]),
})

/** Every row of the table and products of rows, with a different pair of parameters. */
const pairs: readonly (readonly [AnyDistribution, AnyDistribution])[] = [
  [normal({ loc: 0.5, scale: 0.5 }), normal({ loc: -1, scale: 2 })],
  [a, b],
  [a, standardNormal(2)],
  [laplace({ loc: 0.5, scale: 0.5 }), laplace({ loc: -1, scale: 2 })],
  [laplace({ loc: 0.5, scale: 0.5 }), normal({ loc: -1, scale: 2 })],
  [logNormal({ loc: 0.5, scale: 0.5 }), logNormal({ loc: -1, scale: 2 })],
  [logNormal({ loc: 0.25, scale: 0.25 }), normal({ loc: -1, scale: 2 })],
  [exponential({ rate: 2 }), exponential({ rate: 0.5 })],
  [exponential({ rate: 2 }), normal({ loc: 0.5, scale: 1.5 })],
  [uniform({ low: -0.5, high: 1 }), uniform({ low: -1, high: 2 })],
  [uniform({ low: -0.5, high: 1 }), normal({ loc: 0, scale: 1 })],
  [poisson({ rate: 4 }), poisson({ logRate: 1 })],
  [bernoulli({ logits: value(R2, [0.5, -3]) }), bernoulli({ probs: value(U2, [0.25, 0.5]) })],
  [bernoulli({ probs: value(U2, [0, 1]) }), bernoulli({ logits: value(R2, [0.5, -3]) })],
  [categorical({ logits: value(R3, [0, 1, -1]) }), categorical({ probs: value(S3, [0.25, 0.25, 0.5]) })],
  [categorical({ probs: value(S3, [0, 0.5, 0.5]) }), categorical({ logits: value(R3, [0, 1, -1]) })],
  [
    oneHotCategorical({ logits: value(R3, [0, 1, -1]) }),
    oneHotCategorical({ probs: value(S3, [0.25, 0.25, 0.5]) }),
  ],
  [tall, wide],
  [tall, b],
  [a, wide],
  [delta(value(B2, [1, 0])), bernoulli({ logits: value(R2, [0.5, -3]) })],
  [delta(value(B2, [1, 0])), delta(value(B2, [1, 0]))],
  [delta(value(space.category(3), 1)), categorical({ logits: value(R3, [0, 1, -1]) })],
  [delta(value(space.oneHot(3), [0, 1, 0])), oneHotCategorical({ logits: value(R3, [0, 1, -1]) })],
  [delta(value(space.count(), 3)), poisson({ rate: 2 })],
  [
    binomial({ trials: 9, logits: value(R2, [0.5, -3]) }),
    binomial({ trials: 9, probs: value(U2, [0.25, 0.5]) }),
  ],
  [geometric({ logits: value(R2, [0.5, -1]) }), geometric({ probs: value(U2, [0.25, 0.5]) })],
  [negativeBinomial({ failures: 2.5, logits: 0.5 }), negativeBinomial({ failures: 2.5, probs: 0.75 })],
  [
    multinomial({ trials: 7, logits: value(R3, [0, 1, -1]) }),
    multinomial({ trials: 7, probs: value(S3, [0.25, 0.25, 0.5]) }),
  ],
  [bernoulli({ logits: value(R2, [0.5, -3]) }), binomial({ trials: 4, probs: value(U2, [0.25, 0.5]) })],
  [bernoulli({ logits: value(R2, [0.5, -3]) }), geometric({ probs: value(U2, [0.25, 0.5]) })],
  [
    bernoulli({ probs: value(U2, [0.25, 1]) }),
    negativeBinomial({ failures: 3, probs: value(U2, [0.25, 0.5]) }),
  ],
  [bernoulli({ logits: value(R2, [0.5, -3]) }), poisson({ rate: value(P2, [1, 2.5]) })],
  [categorical({ logits: value(R3, [0, 1, -1]) }), binomial({ trials: 2, probs: 0.25 })],
  [categorical({ probs: value(S3, [0, 0.5, 0.5]) }), geometric({ probs: 0.25 })],
  [categorical({ logits: value(R3, [0, 1, -1]) }), negativeBinomial({ failures: 0.5, logits: 1 })],
  [categorical({ logits: value(R3, [0, 1, -1]) }), poisson({ rate: 1.5 })],
  [oneHotCategorical({ logits: value(R3, [0, 1, -1]) }), bernoulli({ logits: value(R3, [0.5, -1, 0]) })],
  [
    oneHotCategorical({ logits: value(R3, [0, 1, -1]) }),
    binomial({ trials: 3, logits: value(R3, [0.5, -1, 0]) }),
  ],
  [oneHotCategorical({ logits: value(R3, [0, 1, -1]) }), geometric({ logits: value(R3, [0.5, -1, 0]) })],
  [
    oneHotCategorical({ logits: value(R3, [0, 1, -1]) }),
    multinomial({ trials: 1, logits: value(R3, [0.5, -1, 0]) }),
  ],
  [
    oneHotCategorical({ logits: value(R3, [0, 1, -1]) }),
    negativeBinomial({ failures: 2, logits: value(R3, [0.5, -1, 0]) }),
  ],
  [oneHotCategorical({ logits: value(R3, [0, 1, -1]) }), poisson({ logRate: value(R3, [0.5, -1, 0]) })],
  [delta(value(space.count(), 3)), binomial({ trials: 5, probs: 0.25 })],
  [delta(value(space.count(), 3)), geometric({ probs: 0.25 })],
  [delta(value(space.count(), 3)), negativeBinomial({ failures: 2, probs: 0.25 })],
  [delta(value(space.count(3), [2, 0, 1])), multinomial({ trials: 3, logits: value(R3, [0, 1, -1]) })],
  [
    relaxedBernoulli({ temperature: 0.5, logits: value(R2, [0.5, -3]) }),
    relaxedBernoulli({ temperature: 0.5, probs: value(U2, [0.25, 0.5]) }),
  ],
  [truncatedNormal({ loc: 0, scale: 1, low: -0.5, high: 1 }), normal({ loc: 1, scale: 2 })],
  [
    truncatedNormal({ loc: 0, scale: 1, low: -0.5, high: 1 }),
    truncatedNormal({ loc: 2, scale: 0.5, low: -1, high: 1.5 }),
  ],
  [uniform({ low: -0.5, high: 1 }), truncatedNormal({ loc: -2, scale: 0.75, low: -1, high: 1.5 })],
  [truncatedNormal({ loc: 3, scale: 0.5, low: -0.5, high: 1 }), uniform({ low: -1, high: 1.5 })],
  [logNormal({ loc: 0.25, scale: 0.5 }), exponential({ rate: 0.5 })],
  [exponential({ rate: 0.5 }), logNormal({ loc: 0.25, scale: 1.25 })],
  [normal({ loc: 0.5, scale: 0.75 }), laplace({ loc: 1, scale: 2 })],
  [tall, laplace({ loc: value(R2, [0.5, 0]), scale: value(P2, [0.5, 2]) })],
  [uniform({ low: -0.5, high: 1 }), laplace({ loc: 0.25, scale: 0.5 })],
  [exponential({ rate: 2 }), laplace({ loc: 0.75, scale: 0.5 })],
  [logNormal({ loc: 0.25, scale: 0.5 }), laplace({ loc: 1, scale: 0.5 })],
  [truncatedNormal({ loc: 0, scale: 1, low: -0.5, high: 1 }), laplace({ loc: 0.25, scale: 0.5 })],
  [gamma({ concentration: value(P2, [2, 0.75]), rate: 1.5 }), laplace({ loc: value(R2, [1, -1]), scale: 2 })],
  [
    inverseGamma({ concentration: value(P2, [6, 9]), scale: 1.5 }),
    laplace({ loc: value(R2, [0.5, 0.25]), scale: 2 }),
  ],
  [beta({ alpha: value(P2, [2, 0.75]), beta: 1.5 }), laplace({ loc: value(R2, [0.5, 2]), scale: 2 })],
  [
    studentT({ degrees: value(P2, [6, 9]), loc: 0.5, scale: 0.75 }),
    laplace({ loc: value(R2, [-1, 2]), scale: 2 }),
  ],
  [studentT({ degrees: value(P2, [6, 9]), loc: 0.5, scale: 0.75 }), tall],
  [laplace({ loc: value(R2, [0.5, -1]), scale: value(P2, [0.5, 2]) }), tall],
  [exponential({ rate: value(P2, [0.5, 2]) }), tall],
  [logNormal({ loc: value(R2, [0.5, -1]), scale: 0.5 }), tall],
  [uniform({ low: value(R2, [0.5, -1]), high: 2 }), tall],
  [truncatedNormal({ loc: value(R2, [0.5, -1]), scale: 1, low: 0, high: 2 }), tall],
  [gamma({ concentration: value(P2, [2, 0.75]), rate: 1.5 }), tall],
  [inverseGamma({ concentration: value(P2, [6, 9]), scale: 1.5 }), tall],
  [beta({ alpha: value(P2, [2, 0.75]), beta: 1.5 }), tall],
  [iid(2, normal({ loc: 1, scale: 2 })), tall],
  [tall, iid(2, normal({ loc: 1, scale: 2 }))],
  [iid(3, a), iid(3, b)],
  [iid(2, iid(2, a)), iid(2, iid(2, standardNormal(2)))],
  [iid(2, normal({ loc: 1, scale: 2 })), a],
  [a, iid(2, normal({ loc: 1, scale: 2 }))],
  [independent([a, b]), independent([b, standardNormal(2)])],
  [
    independent([a, iid(2, laplace({ loc: 0, scale: 1 }))]),
    independent([b, iid(2, laplace({ loc: 1, scale: 2 }))]),
  ],
]

const P3 = space.positive(3)
const g1 = gamma({ concentration: 3, rate: 2 })
const g2 = gamma({ concentration: 1.5, rate: 0.75 })
const i1 = inverseGamma({ concentration: 5, scale: 4 })
const i2 = inverseGamma({ concentration: 3.5, scale: 2 })
const l1 = logNormal({ loc: 0.25, scale: 0.5 })
const e1 = exponential({ rate: 0.75 })
const b1 = beta({ alpha: 2.5, beta: 1.5 })

/** The rows of positive, unit, simplex and circle families, each with an interval that holds the mass of q (if it is scalar). */
const concentrated: readonly (readonly [AnyDistribution, AnyDistribution, (readonly [number, number])?])[] = [
  [g1, g2, [1e-4, 16]],
  [g1, e1, [1e-4, 16]],
  [e1, gamma({ concentration: 2, rate: 1.5 }), [1e-6, 24]],
  [g1, i2, [1e-3, 16]],
  [g1, l1, [1e-4, 16]],
  [g1, normal({ loc: 1, scale: 2 }), [1e-4, 16]],
  [i1, i2, [0.05, 40]],
  [i1, g2, [0.05, 40]],
  [i1, e1, [0.05, 40]],
  [i1, l1, [0.05, 40]],
  [i1, normal({ loc: 1, scale: 2 }), [0.05, 60]],
  [l1, g2, [1e-2, 24]],
  [l1, e1, [1e-2, 24]],
  [l1, i2, [1e-2, 24]],
  [e1, l1, [1e-6, 24]],
  [b1, beta({ alpha: 0.75, beta: 3 }), [1e-6, 1 - 1e-6]],
  [b1, normal({ loc: 1, scale: 2 }), [1e-6, 1 - 1e-6]],
  [b1, standardUniform(), [1e-6, 1 - 1e-6]],
  [standardUniform(), b1, [1e-6, 1 - 1e-6]],
  [
    dirichlet({ concentration: value(P3, [0.75, 2, 4]) }),
    dirichlet({ concentration: value(P3, [1, 1.5, 0.5]) }),
  ],
  [studentT({ degrees: 8, loc: 0.5, scale: 0.75 }), normal({ loc: -1, scale: 2 }), [-40, 41]],
  [vonMises({ loc: 0.5, concentration: 4 }), vonMises({ loc: -1, concentration: 0.75 }), [-Math.PI, Math.PI]],
  [
    gamma({ concentration: value(P2, [2, 900]), rate: value(P2, [1, 800]) }),
    gamma({ concentration: value(P2, [1.5, 1000]), rate: value(P2, [0.5, 950]) }),
  ],
]

const named = [...pairs, ...concentrated].map(([q, p]) => ({ name: `${q.family} ‖ ${p.family}`, q, p }))

describe('closed forms of KL(q ‖ p)', () => {
  it.each(named)('$name: is what sampling finds, and >= 0', ({ q, p }) => {
    const exact = rule(q, p)
    expect(exact).toBeGreaterThanOrEqual(0)
    const x = q.sample(noiseFromSeed(21), [{ name: 'draw', size: 4000 }])
    const [log_q, log_p] = [numbers(logProbAt(q, x)), numbers(logProbAt(p, x))]
    expectLaw(
      hasMean(
        log_q.map((l, i) => l - (log_p[i] as number)),
        exact,
      ),
    )
  })

  it.each(named.filter(({ q, p }) => q.family === p.family))('$name: is 0 on the diagonal', ({ q, p }) => {
    expect(Math.abs(rule(q, q))).toBeLessThan(1e-6)
    expect(Math.abs(rule(p, p))).toBeLessThan(1e-6)
  })

  it('covers every row of the table', () => {
    const rows = new Set(named.map(({ q, p }) => `${q.family}|${p.family}`))
    for (const row of Object.keys(klTable)) expect(rows).toContain(row)
  })

  it.each(
    named.flatMap(({ name, q, p }, i) => {
      const supports: readonly (readonly [number, number] | undefined)[] = [
        [-4, 5],
        undefined,
        undefined,
        [-8, 9],
        [-8, 9],
        [1e-4, 25],
        [1e-3, 8],
        [0, 12],
        [0, 12],
        [-0.5, 1],
        [-0.5, 1],
      ]
      const support = supports[i]
      return support === undefined ? [] : [{ name, q, p, from: support[0], to: support[1] }]
    }),
  )('$name: is the integral of q (log q − log p)', ({ q, p, from, to }) => {
    const integrand = (xs: readonly number[]) => {
      const x = scalars(q.space.domain, xs)
      const log_p = numbers(logProbAt(p, x))
      return numbers(logProbAt(q, x)).map((l, i) => Math.exp(l) * (l - (log_p[i] as number)))
    }
    expectClose(integral(integrand, from, to, 20000), rule(q, p), 2e-4)
  })

  it.each([
    [truncatedNormal({ loc: 0, scale: 1, low: -0.5, high: 1 }), normal({ loc: 1, scale: 2 }), -0.5, 1],
    [
      truncatedNormal({ loc: 0, scale: 1, low: 6, high: 9 }),
      truncatedNormal({ loc: 2, scale: 0.5, low: 5, high: 10 }),
      6,
      9,
    ],
    [uniform({ low: -0.5, high: 1 }), truncatedNormal({ loc: -2, scale: 0.75, low: -1, high: 1.5 }), -0.5, 1],
    [truncatedNormal({ loc: 3, scale: 0.5, low: -0.5, high: 1 }), uniform({ low: -1, high: 1.5 }), -0.5, 1],
    [logNormal({ loc: 0.25, scale: 0.5 }), exponential({ rate: 0.5 }), 1e-4, 25],
    [normal({ loc: 0.5, scale: 0.75 }), laplace({ loc: 1, scale: 2 }), -5, 6],
    [uniform({ low: -0.5, high: 1 }), laplace({ loc: 0.25, scale: 0.5 }), -0.5, 1],
    [uniform({ low: -0.5, high: 1 }), laplace({ loc: 3, scale: 0.5 }), -0.5, 1],
    [exponential({ rate: 2 }), laplace({ loc: 0.75, scale: 0.5 }), 0, 12],
    [exponential({ rate: 2 }), laplace({ loc: -0.75, scale: 0.5 }), 0, 12],
    [logNormal({ loc: 0.25, scale: 0.5 }), laplace({ loc: 1, scale: 0.5 }), 1e-4, 25],
    [logNormal({ loc: 0.25, scale: 0.5 }), laplace({ loc: -1, scale: 0.5 }), 1e-4, 25],
    [gamma({ concentration: 2.5, rate: 1.5 }), laplace({ loc: 1, scale: 0.5 }), 1e-6, 25],
    [gamma({ concentration: 2.5, rate: 1.5 }), laplace({ loc: 12, scale: 0.5 }), 1e-6, 25],
    [gamma({ concentration: 2.5, rate: 1.5 }), laplace({ loc: -2, scale: 0.5 }), 1e-6, 25],
    [beta({ alpha: 2.5, beta: 3.5 }), laplace({ loc: 0.25, scale: 0.5 }), 1e-6, 1 - 1e-6],
    [beta({ alpha: 2.5, beta: 3.5 }), laplace({ loc: 3, scale: 0.5 }), 1e-6, 1 - 1e-6],
    [beta({ alpha: 2.5, beta: 3.5 }), laplace({ loc: -1, scale: 0.5 }), 1e-6, 1 - 1e-6],
    [inverseGamma({ concentration: 6, scale: 4 }), laplace({ loc: 0.75, scale: 0.5 }), 0.02, 60],
    [inverseGamma({ concentration: 6, scale: 4 }), laplace({ loc: -0.75, scale: 0.5 }), 0.02, 60],
    [studentT({ degrees: 7, loc: 0.5, scale: 0.75 }), laplace({ loc: 1, scale: 0.5 }), -60, 60],
    [studentT({ degrees: 7, loc: 0.5, scale: 0.75 }), laplace({ loc: -9, scale: 0.5 }), -60, 60],
    [truncatedNormal({ loc: 0, scale: 1, low: -0.5, high: 1 }), laplace({ loc: 0.25, scale: 0.5 }), -0.5, 1],
    [truncatedNormal({ loc: 0, scale: 1, low: -0.5, high: 1 }), laplace({ loc: -2, scale: 0.5 }), -0.5, 1],
    [
      relaxedBernoulli({ temperature: 1.5, logits: 0.5 }),
      relaxedBernoulli({ temperature: 1.5, logits: 0.25 }),
      1e-5,
      1 - 1e-5,
    ],
    [
      relaxedBernoulli({ temperature: 1.5, logits: 0.5 }),
      relaxedBernoulli({ temperature: 1.5, logits: -2 }),
      1e-5,
      1 - 1e-5,
    ],
  ] as readonly (readonly [AnyDistribution, AnyDistribution, number, number])[])(
    'is the integral of q (log q − log p): %# of the rows by moments and deviations',
    (q, p, from, to) => {
      const integrand = (xs: readonly number[]) => {
        const x = scalars(q.space.domain, xs)
        const log_p = numbers(logProbAt(p, x))
        return numbers(logProbAt(q, x)).map((l, i) => Math.exp(l) * (l - (log_p[i] as number)))
      }
      expectClose(integral(integrand, from, to, 20000), rule(q, p), 2e-4)
    },
  )

  it('is the integral over log x from an exponential to a log-normal', () => {
    const [q, p] = [exponential({ rate: 0.5 }), logNormal({ loc: 0.25, scale: 1.25 })]
    const integrand = (ys: readonly number[]) => {
      const x = scalars(positive, ys.map(Math.exp))
      const log_p = numbers(logProbAt(p, x))
      return numbers(logProbAt(q, x)).map(
        (l, i) => Math.exp(l + (ys[i] as number)) * (l - (log_p[i] as number)),
      )
    }
    expectClose(integral(integrand, -20, 5), rule(q, p), 2e-4)
  })

  it('is the sum of q (log q − log p) over counts', () => {
    const counts: readonly (readonly [AnyDistribution, AnyDistribution])[] = [
      [binomial({ trials: 9, logits: 0.5 }), binomial({ trials: 9, probs: 0.25 })],
      [geometric({ logits: -0.5 }), geometric({ probs: 0.5 })],
      [negativeBinomial({ failures: 2.5, logits: 0.5 }), negativeBinomial({ failures: 2.5, probs: 0.75 })],
      [bernoulli({ logits: 0.5 }), binomial({ trials: 4, probs: 0.25 })],
      [bernoulli({ logits: 0.5 }), geometric({ probs: 0.25 })],
      [bernoulli({ logits: 0.5 }), negativeBinomial({ failures: 3, probs: 0.25 })],
      [bernoulli({ logits: 0.5 }), poisson({ rate: 2.5 })],
      [categorical({ logits: value(R3, [0, 1, -1]) }), poisson({ rate: 1.5 })],
    ]
    for (const [q, p] of counts) {
      const x = scalars(
        count,
        Array.from({ length: 120 }, (_, k) => k),
      )
      const log_p = numbers(logProbAt(p, x))
      const terms = numbers(logProbAt(q, x)).map((l, i) =>
        l < -90 ? 0 : Math.exp(l) * (l - (log_p[i] as number)),
      )
      expectClose(
        terms.reduce((s, t) => s + t, 0),
        rule(q, p),
        2e-5,
        `${q.family}|${p.family}`,
      )
    }
  })

  it('has a row for some parameters only: one number of trials, of failures, one temperature', () => {
    const half = (trials: number) => binomial({ trials, probs: 0.5 })
    expect(klRule(half(3), half(4))).toBeUndefined()
    expect(() => klExact(half(3), half(4))).toThrow(
      'no closed form for KL(binomial ‖ binomial) is in the table for these parameters\n  → use kl, which samples',
    )
    const trials = value(space.count(), [3, 4])
    const of = (probs: number) => binomial({ trials, probs: probs as 1 })
    expect(
      numbers(klExact(of(0.5), of(0.25))).map(
        (x) => x / number(klExact(half(1), binomial({ trials: 1, probs: 0.25 }))),
      ),
    ).toEqual([expect.closeTo(3, 4), expect.closeTo(4, 4)])
    expect(klRule(of(0.5), half(3))).toBeUndefined()
    const soft = (temperature: number) => relaxedBernoulli({ temperature: temperature as 1, logits: 0 })
    expect(klRule(soft(1), soft(2))).toBeUndefined()
    expect(klRule(soft(2), soft(2))).toBeDefined()
  })

  it('keeps its digits between close chances of many trials', () => {
    // n * (q*log(q/p) + (1-q)*log((1-q)/(1-p))) in mpmath, q = 0.25, p = 0.25048828125, n = 1048576
    expectClose(
      rule(binomial({ trials: 1048576, probs: 0.25 }), binomial({ trials: 1048576, probs: 0.25048828125 })),
      0.666088950489262,
      1e-5,
    )
  })

  it.each(
    concentrated.flatMap(([q, p, range]) =>
      range === undefined ? [] : [{ name: `${q.family} ‖ ${p.family}`, q, p, range }],
    ),
  )('$name: is the integral of q (log q − log p)', ({ q, p, range }) => {
    const onPositive = q.space.domain.name === 'Positive'
    const integrand = (ts: readonly number[]) => {
      // In t = log x on the positive numbers, since log p has a singularity at 0.
      const x = scalars(q.space.domain, onPositive ? ts.map(Math.exp) : ts)
      const log_p = numbers(logProbAt(p, x))
      return numbers(logProbAt(q, x)).map(
        (l, i) => Math.exp(l + (onPositive ? (ts[i] as number) : 0)) * (l - (log_p[i] as number)),
      )
    }
    const [from, to] = onPositive ? range.map(Math.log) : range
    expectClose(
      integral(integrand, from as number, to as number, onPositive ? 4000 : 20000),
      rule(q, p),
      2e-4,
    )
  })

  it('keeps its digits at large concentrations, and knows where a moment is infinite', () => {
    // mpmath, 40 digits, by the textbook formulas: (a-b)psi(a) - loggamma(a) + loggamma(b) + b log(r/s) + a(s/r - 1), …
    const ga = (concentration: number, rate: number) => gamma({ concentration, rate })
    const relative = (found: number, exact: number) => expectClose(found / exact, 1, 1e-5)
    relative(rule(ga(1000, 1000), ga(1001, 1002)), 0.000499417997596)
    relative(rule(ga(0.01, 1), ga(0.02, 3)), 0.304961246902)
    relative(rule(beta({ alpha: 1000, beta: 500 }), beta({ alpha: 1010, beta: 500 })), 0.0165884349077)
    relative(
      rule(vonMises({ loc: 0.125, concentration: 1000 }), vonMises({ loc: 0.0625, concentration: 900 })),
      1.75904317873,
    )
    const infinite = Number.POSITIVE_INFINITY
    expect(rule(ga(0.5, 1), i1)).toBe(infinite)
    expect(rule(inverseGamma({ concentration: 0.5, scale: 1 }), e1)).toBe(infinite)
    expect(rule(studentT({ degrees: 1, loc: 0, scale: 1 }), standardNormal())).toBe(infinite)
    expect(rule(studentT({ degrees: 1, loc: 0, scale: 1 }), laplace({ loc: 1, scale: 1 }))).toBe(infinite)
    expect(rule(inverseGamma({ concentration: 1, scale: 1 }), laplace({ loc: 1, scale: 1 }))).toBe(infinite)
    const two = (concentration: number) =>
      inverseGamma({ concentration: value(P2, [3, concentration]), scale: 1.5 })
    expect(rule(two(2), tall)).toBe(infinite)
    expect(rule(two(2.5), tall)).toBeLessThan(infinite)
    expect(rule(studentT({ degrees: value(P2, [3, 1]), loc: 0, scale: 1 }), tall)).toBe(infinite)
    expect(rule(b1, uniform({ low: 0.25, high: 2 }))).toBe(infinite)
    expect(rule(uniform({ low: -0.25, high: 0.75 }), b1)).toBe(infinite)
  })

  it('adds up over iid and independent', () => {
    expectClose(rule(iid(3, a), iid(3, b)), 3 * rule(a, b))
    expectClose(rule(independent([a, b]), independent([b, a])), rule(a, b) + rule(b, a))
    expectClose(rule(iid(2, standardNormal(2)), iid(2, a)), 2 * rule(standardNormal(2), a))
  })

  it('agrees between a normal, its iid form and its multivariate form', () => {
    const one = normal({ loc: 1, scale: 2 })
    const two = normal({ loc: value(R2, [1, 1]), scale: 2 })
    const full = multivariateNormal({
      loc: value(R2, [1, 1]),
      scaleTril: value(C2, [
        [2, 0],
        [0, 2],
      ]),
    })
    const expected = rule(a, two)
    expectClose(rule(a, iid(2, one)), expected)
    expectClose(rule(a, full), expected)
    expectClose(rule(iid(2, one), a), rule(full, a))
  })

  it('is the penalty ½ Σ (exp σ − (1 + σ) + m²) of the seed, for every m and σ', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.double({ min: -8, max: 8, noNaN: true }), fc.double({ min: -12, max: 8, noNaN: true })),
          {
            minLength: 1,
            maxLength: 5,
          },
        ),
        (entries) => {
          const n = entries.length
          const loc = tf.tensor1d(entries.map(([m]) => m))
          const scale = tf.tensor1d(entries.map(([, s]) => Math.exp(s / 2)))
          const q = normal({ loc: makeValue(loc, [n], real), scale: makeValue(scale, [n], positive) })
          const penalty = entries.reduce((sum, [m, s]) => sum + 0.5 * (Math.exp(s) - (1 + s) + m * m), 0)
          expectClose(number(klExact(q, standardNormal(n))), penalty, 1e-5)
          expectClose(
            number(klExact(q, normal({ loc: makeValue(tf.zeros([n]), [n], real), scale: 1 }))),
            penalty,
            1e-5,
          )
        },
      ),
    )
  })

  it('is finite at saturated logits, infinite where p has no mass, 0 log 0 being 0', () => {
    const saturated = value(R2, [100, -100])
    expectClose(rule(bernoulli({ logits: saturated }), bernoulli({ logits: value(R2, [-100, 100]) })), 200)
    expect(rule(bernoulli({ logits: saturated }), bernoulli({ logits: saturated }))).toBe(0)
    expect(rule(bernoulli({ probs: 0.5 }), bernoulli({ probs: 1 }))).toBe(Number.POSITIVE_INFINITY)
    expect(rule(bernoulli({ probs: 1 }), bernoulli({ probs: 1 }))).toBe(0)
    expect(rule(uniform({ low: 0, high: 2 }), uniform({ low: 0, high: 1 }))).toBe(Number.POSITIVE_INFINITY)
    const [q, p] = [value(S3, [0.5, 0.5, 0]), value(S3, [1, 0, 0])]
    expect(rule(categorical({ probs: q }), categorical({ probs: p }))).toBe(Number.POSITIVE_INFINITY)
    expectClose(rule(categorical({ probs: p }), categorical({ probs: q })), Math.LN2)
    expect(rule(delta(value(B2, [1, 0])), delta(value(B2, [1, 1])))).toBe(Number.POSITIVE_INFINITY)
    expectClose(
      rule(poisson({ rate: 1000 }), poisson({ rate: 1001 })),
      1000 * Math.log(1000 / 1001) + 1,
      1e-6,
    )
  })

  it('has finite gradients that agree with differences', () => {
    const f = (t: tf.Tensor) =>
      tf.addN([
        klExact(
          bernoulli({ logits: makeValue(t, [2] as [2], real) }),
          bernoulli({ logits: value(R2, [0.5, -1]) }),
        ).tensor,
        klExact(normal({ loc: makeValue(t, [2] as [2], real), scale: 0.5 }), standardNormal(2)).tensor,
        klExact(
          categorical({ logits: makeValue(t, [2] as [2], real) }),
          categorical({ logits: value(R2, [0, 1]) }),
        ).tensor,
      ])
    const g = (t: tf.Tensor) => tf.sum(tf.mul(tf.grad(f)(t), tf.tensor([1, 2])))
    const at = [0.5, -1.5]
    for (const h of [f, g])
      expectLaw(
        hasGradient(
          (xs) => h(tf.tensor([...xs])).dataSync()[0] as number,
          tf.grad(h)(tf.tensor(at)).dataSync(),
          at,
        ),
      )
  })

  it.each([
    ['gamma', (a, b) => gamma({ concentration: a, rate: b })],
    ['inverseGamma', (a, b) => inverseGamma({ concentration: a, scale: b })],
    ['beta', (a, b) => beta({ alpha: a, beta: b })],
    ['studentT', (a, b) => studentT({ degrees: a, loc: 0.5, scale: b })],
  ] as readonly (readonly [string, (a: Value<[], Positive>, b: Value<[], Positive>) => AnyDistribution])[])(
    'has gradients that agree with differences in both parameters of a %s, and in loc of the laplace',
    (_, build) => {
      const f = (t: tf.Tensor) => {
        const [a, b, k] = tf.unstack(t) as [tf.Tensor, tf.Tensor, tf.Tensor]
        const q = build(makeValue(a, [], positive) as never, makeValue(b, [], positive) as never)
        const p = laplace({ loc: makeValue(k, [], real) as Value<[], Real>, scale: 0.75 })
        return (klRule(q, p) as KlThunk)().tensor
      }
      const at = [2.5, 1.5, 0.5]
      expectLaw(
        hasGradient(
          (xs) => f(tf.tensor([...xs])).dataSync()[0] as number,
          tf.grad(f)(tf.tensor(at)).dataSync(),
          at,
        ),
      )
    },
  )

  it('aligns the parameters of both by axis name', () => {
    const datum = [{ name: 'datum', size: 2 }]
    const q = normal({ loc: makeValue(tf.tensor([0, 1]), [] as [], real, datum), scale: 1 })
    const p = normal({
      loc: makeValue(tf.tensor([0, 1, 2]), [] as [], real, [{ name: 'particle', size: 3 }]),
      scale: 1,
    })
    const kl = klExact(q, p)
    expect(kl.axes.map((axis) => axis.name)).toEqual(['datum', 'particle'])
    expect(numbers(kl)).toEqual([0, 0.5, 2, 0.5, 0, 0.5])
  })

  it('knows at run time which pairs it has, as the compiler does', () => {
    for (const { q, p } of named)
      expect(hasClosedForm(q.family, p.family), `${q.family}|${p.family}`).toBe(true)
    const R = makeValue(tf.scalar(0), [] as [], real)
    const mixed = mixture({ logits: value(R2, [0, 1]) }, [standardNormal(), standardNormal()])
    expect(klRule(mixed, standardNormal())).toBeUndefined()
    expect(klRule(poisson({ rate: 1 }), geometric({ probs: 0.5 }))).toBeUndefined()
    expect(klRule(iid(2, standardNormal()), iid(3, standardNormal()))).toBeUndefined()
    expect(
      klRule(independent([a, mixture({ logits: value(R2, [0, 1]) }, [a, b])]), independent([a, b])),
    ).toBeUndefined()
    expect(klRule(delta(R), delta(R))).toBeUndefined()
    expect(klRule(push(R), standardNormal())).toBeUndefined()
    expect(hasClosedForm('independent(normal,mixture(normal,normal))', 'independent(normal,normal)')).toBe(
      false,
    )
  })

  it('refuses other pairs with a sentence, and takes a larger table', () => {
    const [q, p] = [poisson({ rate: 1 }), geometric({ probs: 0.5 })]
    expect(() => klExact(q, p as never)).toThrow(
      'no closed form for KL(poisson ‖ geometric) is in the table\n  → use kl, which samples, or pass a table with that row',
    )
    expect(() => klExact(standardNormal(2), standardNormal(3) as never)).toThrow(
      'KL(q ‖ p) needs one event shape, but q has Real[2] and p has Real[3]\n  → compare distributions on one space',
    )
    expect(() => klExact(iid(2, standardNormal()), iid(4, standardNormal()) as never)).toThrow(
      'KL(q ‖ p) needs one event shape, but q has Real[2] and p has Real[4]',
    )
    const larger = {
      ...klTable,
      'poisson|geometric': () => makeValue<[], never>(tf.scalar(7), [], real as never),
    }
    expect(number(klExact(q, p, larger))).toBe(7)
  })
})

describe('the slope of KL(q ‖ Laplace) by loc', () => {
  // No mass of q lies beyond the ends of its support: |x − loc| moves with loc there, by ± 1.
  it.each([
    ['gamma', gamma({ concentration: 0.5, rate: 1 }), [0, -1], -1],
    ['inverse gamma', inverseGamma({ concentration: 1.5, scale: 0.8 }), [0, -1], -1],
    ['beta, below', beta({ alpha: 0.4, beta: 0.3 }), [0, -0.5], -1],
    ['beta, above', beta({ alpha: 0.4, beta: 0.3 }), [1, 1.5], 1],
  ] as const)('%s, at the end of its support and beyond', (_, q, locs, slope) => {
    for (const loc of locs)
      tf.tidy(() => {
        const closed = (t: tf.Tensor) =>
          (klRule(q, laplace({ loc: makeValue<[], Real>(t, [], real), scale: 0.5 })) as () => Value)().tensor
        expectClose(tf.grad(closed)(tf.scalar(loc)).dataSync()[0] as number, slope / 0.5, 1e-5)
      })
  })
})
