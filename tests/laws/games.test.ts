/**
 * Laws of games without training, on random finite measures, where every expectation is a finite sum. Oracles in float64:
 * p/(p + q), 2 JSD − log 4, the divergence itself, and the linear program of the optimal transport.
 *
 * Tolerances: float32 rounds each summand to 2^−24 of itself a few times (masses go through their logarithm), so the error of
 * a sum is at most K · 2^−24 · Σ |summand|, K = 40. An optimal critic rounded to float32 changes the bound to second order only.
 */
import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { minimax, payoff } from '../../src/dsl/game.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { bind, Do, letTo, nets } from '../../src/dsl/notation.js'
import { minus, plus, scale } from '../../src/dsl/objective.js'
import { abs, mul, neg, square, sub } from '../../src/dsl/operations/arithmetic.js'
import { logSigmoid, relu } from '../../src/dsl/operations/functions.js'
import { lift } from '../../src/dsl/operations/lift.js'
import { gather } from '../../src/dsl/operations/picking.js'
import { category, real, simplex, value } from '../../src/dsl/space.js'
import { expect as expectation } from '../../src/inference/expect.js'
import { fDivergence } from '../../src/inference/fDivergence.js'
import { activationOnto } from '../../src/inference/fDivergences/activation.js'
import { fDivergences } from '../../src/inference/fDivergences/fDivergences.js'
import { fDivergenceExact, optimalCritic } from '../../src/inference/fDivergences/finite.js'
import type { FDivergence } from '../../src/inference/fDivergences/table.js'
import { fit, orThrow } from '../../src/inference/fit.js'
import type { Fit } from '../../src/inference/fitted.js'
import { adam, sgd } from '../../src/inference/optimizers/optimizers.js'
import { cosineSchedule } from '../../src/inference/optimizers/schedule.js'
import { transport } from '../../src/inference/transport.js'
import { wasserstein } from '../../src/inference/wasserstein.js'
import type { Agreement } from '../../src/testing/laws/agreement.js'
import { exactly } from '../../src/testing/laws/agreement.js'
import {
  boundsDivergence,
  hasMinimaxValue,
  isBestDiscriminator,
  isStationary,
  isZeroSum,
  obeysLipschitzBound,
  touchesDivergence,
} from '../../src/testing/laws/game.js'
import { rows } from '../inference/fDivergences/rows.js'
import { gradientAt } from '../inference/gradients.js'
import { evaluateOnce } from './evaluation.js'
import { boundOf, criticized, labels, type Pair, pairs, paramsOf, table } from './finiteMeasures.js'

const runs = { numRuns: 200 }
const verdict = (v: { readonly holds: boolean; readonly found: number; readonly bound: number }): void => {
  expect(v.holds, `${v.found} exceeds ${v.bound}`).toBe(true)
}
const within =
  (tolerance: number): Agreement =>
  (found, expected) => {
    const error = Math.abs(found - expected)
    return { holds: error <= tolerance, found: error, bound: tolerance }
  }
const sigmoid = (v: number) => 1 / (1 + Math.exp(-v))

/** K · 2^−24 · Σ |summand| of the bound at a critic. */
const rounding = (row: FDivergence, { p, q }: Pair, v: readonly number[]): number => {
  const g = activationOnto(row.finiteOn)
  const end = Number.isFinite(row.finiteOn.high) ? Math.abs(row.finiteOn.high) : 0
  const size = v.reduce((s, x, i) => {
    const t = g.onNumber(x)
    const conjugate = row.conjugate(Math.min(t, row.finiteOn.high * (1 - 1e-12)))
    return s + (p[i] as number) * (Math.abs(t) + end) + (q[i] as number) * (1 + Math.abs(conjugate))
  }, 0)
  return 40 * 2 ** -24 * size
}

/** E_p[log σ(D)] + E_q[log(1 − σ(D))], written out. */
const ganValue = ({ p, q }: Pair) => {
  const D = table(p.length)
  return plus(
    expectation(labels(p), { D }, ({ c, D }) => logSigmoid(gather(D(), c))),
    expectation(labels(q), { D }, ({ c, D }) => logSigmoid(neg(gather(D(), c)))),
  )
}
const logits = ({ p, q }: Pair) => p.map((x, i) => Math.log(x / (q[i] as number)))

describe('the best discriminator', () => {
  it('is p/(p + q)', () => {
    fc.assert(
      fc.property(pairs, ({ p, q }) =>
        verdict(
          isBestDiscriminator(exactly(1e-12))({
            d: optimalCritic(fDivergences.gan, p, q).map(sigmoid),
            p,
            q,
          }),
        ),
      ),
      runs,
    )
  })

  it('is where the gradient of V vanishes', () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const { gradients } = gradientAt(ganValue(pair) as never, paramsOf(logits(pair), 'D'), {})
        // |∂V/∂D_i| = |p_i σ(−D_i) − q_i σ(D_i)|, of two equal numbers below 1/4, each a product of rounded factors
        verdict(isStationary(within(1e-6))(gradients['D/value'] as Float32Array))
      }),
      runs,
    )
  })

  it('is better than any other', () => {
    fc.assert(
      fc.property(criticized, (x) => {
        const at = (d: readonly number[]) => evaluateOnce(ganValue(x) as never, paramsOf(d, 'D'), {})
        verdict(boundsDivergence(within(2e-5))({ bound: at(x.v), divergence: at(logits(x)) }))
      }),
      runs,
    )
  })

  it('gives V = 2 JSD − log 4', () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const found = evaluateOnce(ganValue(pair) as never, paramsOf(logits(pair), 'D'), {})
        const jensenShannon = fDivergenceExact(fDivergences.jensenShannon, pair.p, pair.q)
        verdict(
          hasMinimaxValue(within(rounding(fDivergences.gan, pair, logits(pair))))({
            value: found,
            jensenShannon,
          }),
        )
      }),
      runs,
    )
  })
})

describe('payoffs', () => {
  it('of minimax add up to 0', () => {
    fc.assert(
      fc.property(criticized, (x) => {
        const generator = pipe(
          Do,
          nets({ G: table(x.q.length) }),
          bind('c', ({ G }) => categorical({ logits: G() })),
        )
        const V = fDivergence(fDivergences.gan, labels(x.p), generator, {
          nets: { D: table(x.p.length) },
          score: ({ c, D }) => gather(D(), c),
        })
        const game = minimax(V, { max: ['D'], min: ['G'] })
        const params = { ...paramsOf(x.v, 'D'), ...paramsOf(x.q.map(Math.log), 'G') }
        verdict(isZeroSum(within(0))(game.players.map((p) => evaluateOnce(payoff(p), params, {}))))
      }),
      runs,
    )
  })
})

describe('gradient play', () => {
  const play = (target: unknown, params: unknown, steps: number): Promise<Fit> =>
    orThrow(
      (fit as unknown as (t: unknown, o: unknown) => ReturnType<typeof fit>)(target, {
        params,
        steps,
        optimizer: sgd(0.5),
        seed: 1,
        runtime: 'cpu',
      }),
    ) as Promise<Fit>
  const numbersOf = (f: Fit, net: string): readonly number[] => [
    ...((f.params as Record<string, Record<string, { data: Float32Array }>>)[net]?.value?.data ?? []),
  ]
  const farthest = (a: readonly number[], b: readonly number[]): number =>
    Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number))))

  it('moves no further from the best discriminator', async () => {
    for (const pair of fc.sample(pairs, { numRuns: 8, seed: 4 })) {
      const f = await play(ganValue(pair), paramsOf(logits(pair), 'D'), 30)
      // 30 steps of 0.5 times a gradient of at most 1e-6.
      expect(farthest(numbersOf(f, 'D'), logits(pair))).toBeLessThan(1.5e-5)
    }
  })

  it('of both players moves no further from p = q, D = ½', async () => {
    for (const { p } of fc.sample(pairs, { numRuns: 4, seed: 5 })) {
      const generator = pipe(
        Do,
        nets({ G: table(p.length) }),
        bind('c', ({ G }) => categorical({ logits: G() })),
      )
      const V = fDivergence(fDivergences.gan, labels(p), generator, {
        nets: { D: table(p.length) },
        score: ({ c, D }) => gather(D(), c),
      })
      const start = { D: p.map(() => 0), G: p.map(Math.log) }
      const params = { ...paramsOf(start.D, 'D'), ...paramsOf(start.G, 'G') }
      const f = await play(minimax(V, { max: ['D'], min: ['G'] }), params, 30)
      expect(farthest(numbersOf(f, 'D'), start.D)).toBeLessThan(1.5e-5)
      expect(farthest(numbersOf(f, 'G'), start.G)).toBeLessThan(1.5e-5)
    }
  })
})

describe.each(rows.map((row) => [row.name, row] as const))('the bound of %s', (_, row) => {
  it('lies below the divergence for every critic', () => {
    fc.assert(
      fc.property(criticized, (x) => {
        const bound = evaluateOnce(boundOf(row, x) as never, paramsOf(x.v), {})
        const divergence = fDivergenceExact(row, x.p, x.q)
        verdict(boundsDivergence(within(rounding(row, x, x.v)))({ bound, divergence }))
      }),
      runs,
    )
  })

  it('touches it at the optimal critic', () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const v = optimalCritic(row, pair.p, pair.q).map((x) => Math.max(-100, Math.min(100, x)))
        const clipped = row.name === 'totalVariation' ? v : optimalCritic(row, pair.p, pair.q)
        const bound = evaluateOnce(boundOf(row, pair) as never, paramsOf(clipped), {})
        const divergence = fDivergenceExact(row, pair.p, pair.q)
        verdict(touchesDivergence(within(rounding(row, pair, clipped)))({ bound, divergence }))
      }),
      runs,
    )
  })
})

describe('N(0, 1) against N(m, 1)', () => {
  /** Both laws on one grid: their logit is −m x + m²/2 there too, up to the masses that the grid leaves out, below 1e-10. */
  const onGrid = (m: number) => {
    const xs = Array.from({ length: 81 }, (_, i) => Math.fround(-7 + (i * (14 + m)) / 80))
    const density = (mean: number) => {
      const w = xs.map((x) => Math.exp(-0.5 * (x - mean) ** 2))
      const total = w.reduce((a, b) => a + b, 0)
      return w.map((a) => a / total)
    }
    const at = (probs: readonly number[]) =>
      pipe(
        labels(probs),
        letTo('x', ({ c }) => gather(value(real(81), xs), c as never)),
      )
    return { xs, p: density(0), q: density(m), at }
  }

  it.each([0.5, 1, 2])(
    'has the optimal logit −m x + m²/2, and gradient ascent on V finds it, m = %d',
    async (m) => {
      const { xs, p, q, at } = onGrid(m)
      xs.forEach((x, i) => {
        expect(Math.abs(Math.log((p[i] as number) / (q[i] as number)) - (m ** 2 / 2 - m * x))).toBeLessThan(
          1e-9,
        )
      })
      const V = fDivergence(fDivergences.gan, at(p), at(q), {
        nets: { D: dense(real(), real()) },
        score: ({ x, D }) => D(x as never),
      })
      const run = fit(V as never, { steps: 1500, optimizer: sgd(1), seed: 1 } as never)
      const { params } = (await orThrow(run)) as {
        params: Record<string, Record<string, { data: Float32Array }>>
      }
      // The gradient is rounded at 1e-6 and the curvature is at least 0.02 for m <= 2.
      expect(Math.abs((params.D?.kernel?.data[0] as number) + m)).toBeLessThan(1e-4)
      expect(Math.abs((params.D?.bias?.data[0] as number) - m ** 2 / 2)).toBeLessThan(1e-4)
    },
  )
})

describe('W₁', () => {
  const coordinate = fc.double({ min: -2, max: 2, noNaN: true })
  /** Two measures on points of the plane, with their distances. */
  const clouds = criticized.chain((x) =>
    fc
      .array(fc.tuple(coordinate, coordinate), { minLength: x.p.length, maxLength: x.p.length })
      .map((points) => {
        const distance = points.map(([a, b]) => points.map(([c, d]) => Math.hypot(a - c, b - d)))
        return { ...x, distance }
      })
      .filter(({ distance }) => distance.every((row, i) => row.every((d, j) => i === j || d > 0.05))),
  )
  const dual = ({ p, q }: Pair) =>
    wasserstein(labels(p), labels(q), { nets: { D: table(p.length) }, score: ({ c, D }) => gather(D(), c) })
  const lipschitz = (d: readonly number[], distance: readonly (readonly number[])[]): number =>
    Math.max(
      ...distance.flatMap((row, i) =>
        row.flatMap((r, j) => (i === j ? [] : [Math.abs((d[i] as number) - (d[j] as number)) / r])),
      ),
    )
  /** D(x) = min_j (c(x, y_j) − v_j), a potential on all points. */
  const potential = (
    p: readonly number[],
    q: readonly number[],
    distance: readonly (readonly number[])[],
  ) => {
    const { potentials, value } = transport(p, q, distance)
    return {
      value,
      d: distance.map((row) => Math.min(...row.map((r, j) => r - (potentials.q[j] as number)))),
    }
  }

  it('is not exceeded by a critic over its Lipschitz constant', () => {
    fc.assert(
      fc.property(clouds, (x) => {
        const found = evaluateOnce(dual(x) as never, paramsOf(x.v, 'D'), {})
        const { value: distance } = potential(x.p, x.q, x.distance)
        verdict(
          obeysLipschitzBound(within(40 * 2 ** -24 * 12))({
            value: found,
            lipschitz: lipschitz(x.v, x.distance),
            distance,
          }),
        )
      }),
      runs,
    )
  })

  it('is reached by the potential of the linear program, whose Lipschitz constant is 1', () => {
    fc.assert(
      fc.property(clouds, (x) => {
        const { value: distance, d } = potential(x.p, x.q, x.distance)
        expect(lipschitz(d, x.distance)).toBeLessThan(1 + 1e-9)
        const found = evaluateOnce(dual(x) as never, paramsOf(d, 'D'), {})
        verdict(touchesDivergence(within(40 * 2 ** -24 * 12))({ bound: found, divergence: distance }))
      }),
      runs,
    )
  })

  it('is what gradient ascent finds, within the Lipschitz constant that it reached', async () => {
    for (const x of fc.sample(clouds, { numRuns: 3, seed: 8 })) {
      const n = x.p.length
      const flat = x.distance
        .flatMap((row, i) => row.map((r, j) => ({ i, j, r })))
        .filter(({ i, j }) => i < j)
      const pick = (f: (e: { i: number; j: number; r: number }) => number) =>
        value(real(flat.length), flat.map(f))
      const label = (f: (e: { i: number; j: number; r: number }) => number, c: never) =>
        lift(category(n), (t) => t)(gather(pick(f), c))
      const every = Array.from(flat, () => 1 / flat.length)
      const dualOf = dual(x)
      const { D } = dualOf.nets
      // The mean over pairs of (|D_i − D_j| / d_ij − 1)₊²
      const penalty = expectation(
        pipe(
          Do,
          bind('e', () => categorical({ probs: value(simplex(flat.length), every) })),
        ),
        { D },
        ({ e, D }) => {
          const gap = sub(
            gather(
              D(),
              label((p) => p.i, e as never),
            ),
            gather(
              D(),
              label((p) => p.j, e as never),
            ),
          )
          return square(
            relu(
              sub(
                mul(
                  abs(gap),
                  gather(
                    pick((p) => 1 / p.r),
                    e as never,
                  ),
                ),
                1,
              ),
            ),
          )
        },
      )
      const run = fit(
        minus(dualOf, scale(20, penalty)) as never,
        { steps: 3000, optimizer: adam(cosineSchedule(0.03, 3000)), seed: 1 } as never,
      )
      const { params } = (await orThrow(run)) as {
        params: Record<string, Record<string, { data: Float32Array }>>
      }
      const d = [...(params.D?.value?.data as Float32Array)]
      const { value: distance } = potential(x.p, x.q, x.distance)
      const reached = evaluateOnce(dualOf as never, paramsOf(d, 'D'), {})
      const constant = lipschitz(d, x.distance)
      verdict(obeysLipschitzBound(within(1e-5))({ value: reached, lipschitz: constant, distance }))
      // Its objective is at least that of the potential, which pays no penalty.
      expect(reached).toBeGreaterThan(distance - 1e-3)
      expect(constant).toBeLessThan(1.5)
    }
  })
})
