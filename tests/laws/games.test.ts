/**
 * Laws of games without training, on random finite measures, where every expectation is a finite sum. Oracles in float64:
 * p/(p + q), 2 JSD − log 4, and the linear program of the optimal transport. Those of the other f-divergences:
 * fDivergences.test.ts.
 */
import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import type { Category, Real } from '../../src/dsl/domains/marks.js'
import { minimax } from '../../src/dsl/game.js'
import { payoff } from '../../src/dsl/games/player.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { bind, Do, letTo } from '../../src/dsl/notation.js'
import { minus, plus, scale } from '../../src/dsl/objective.js'
import { abs, neg, square, sub } from '../../src/dsl/operations/arithmetic.js'
import { logSigmoid, relu } from '../../src/dsl/operations/functions.js'
import { gather } from '../../src/dsl/operations/picking.js'
import { matMul } from '../../src/dsl/operations/products.js'
import { real, simplex, value } from '../../src/dsl/space.js'
import type { Value } from '../../src/dsl/value.js'
import { expect as expectation } from '../../src/inference/expect.js'
import { fDivergence } from '../../src/inference/fDivergence.js'
import { fDivergences } from '../../src/inference/fDivergences/fDivergences.js'
import { fDivergenceExact, optimalCritic } from '../../src/inference/fDivergences/finite.js'
import { orThrow, fit as train } from '../../src/inference/fit.js'
import { adam, sgd } from '../../src/inference/optimizers/optimizers.js'
import { cosineSchedule } from '../../src/inference/optimizers/schedule.js'
import { transport } from '../../src/inference/transport.js'
import { wasserstein } from '../../src/inference/wasserstein.js'
import type { AnyParams } from '../../src/testing/arbitraries/boundCase.js'
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
import { gradientAt } from '../inference/gradients.js'
import { evaluateOnce } from './evaluation.js'
import {
  boundOf,
  forSize,
  measureP,
  measureQ,
  type Pair,
  pairs,
  paramsAt,
  paramsOf,
  sizeOf,
  table,
  ulps,
  verdict,
  within,
} from './finiteMeasures.js'
import { runs } from './runs.js'

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v))
const logits = ({ p, q }: Pair) => p.map((x, i) => Math.log(x / (q[i] as number)))

/** What the rows of parameters of a fit hold, by net. */
const numbersOf = (params: unknown, net: string, path = 'value'): readonly number[] =>
  Array.from((params as AnyParams)[net]?.[path]?.data ?? [])

const fitted = async (target: unknown, options: object): Promise<unknown> =>
  (await orThrow(train(target as never, { seed: 1, ...options } as never))).params

/** E_p[log σ(V)] + E_q[log(1 − σ(V))], written out. */
const ganValue = forSize((n) => {
  const V = table(n)
  return plus(
    expectation(measureP(n), { V }, ({ c, V }) => logSigmoid(gather(V(), c))),
    expectation(measureQ(n), { V }, ({ c, V }) => logSigmoid(neg(gather(V(), c)))),
  )
})
const ganAt = (pair: Pair, v: readonly number[]) => evaluateOnce(ganValue(v.length), paramsAt(pair, v), {})

describe('the best discriminator', () => {
  it('is p/(p + q)', () => {
    fc.assert(
      fc.property(pairs, ({ p, q }) => {
        const d = optimalCritic(fDivergences.gan, p, q).map(sigmoid)
        verdict(isBestDiscriminator(exactly(1e-12))({ d, p, q }))
      }),
      runs(),
    )
  })

  it('is where the gradient of V vanishes', () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const { gradients } = gradientAt(ganValue(pair.p.length), paramsAt(pair, logits(pair)), {})
        // ∂V/∂D_i = p_i σ(−D_i) − q_i σ(D_i), two equal numbers of at most 1/4, each a product of rounded factors
        verdict(isStationary(within(1e-6))(gradients['V/value'] as Float32Array))
      }),
      runs(),
    )
  })

  it('is better than any other', () => {
    fc.assert(
      fc.property(pairs, (x) => {
        const size = sizeOf(fDivergences.gan, x, x.v) + sizeOf(fDivergences.gan, x, logits(x))
        verdict(boundsDivergence(ulps(size))({ bound: ganAt(x, x.v), divergence: ganAt(x, logits(x)) }))
      }),
      runs(),
    )
  })

  it('gives V = 2 JSD − log 4', () => {
    fc.assert(
      fc.property(pairs, (x) => {
        const jensenShannon = fDivergenceExact(fDivergences.jensenShannon, x.p, x.q)
        const agree = ulps(sizeOf(fDivergences.gan, x, logits(x)))
        verdict(hasMinimaxValue(agree)({ value: ganAt(x, logits(x)), jensenShannon }))
      }),
      runs(),
    )
  })
})

describe('payoffs', () => {
  it('of minimax add up to 0', () => {
    const gameOf = forSize((n) => boundOf(fDivergences.gan, n))
    fc.assert(
      fc.property(pairs, (x) => {
        const game = minimax(gameOf(x.p.length), { max: ['V', 'P'] as string[], min: ['Q'] as string[] })
        const payoffs = game.players.map((p) => evaluateOnce(payoff(p), paramsAt(x, x.v), {}))
        verdict(isZeroSum(within(0))(payoffs))
      }),
      runs(),
    )
  })
})

/** c ~ Categorical(masses), which nobody moves. */
const fixed = (masses: readonly number[]) =>
  pipe(
    Do,
    bind('c', () => categorical({ probs: value(simplex(masses.length), masses) })),
  )

/** The first n random cases whose measures differ, by more than 0.2 in total variation. */
const differing = <A extends Pair>(cases: fc.Arbitrary<A>, n: number, seed: number): readonly A[] =>
  fc
    .sample(cases, { numRuns: 20 * n, seed: seed + 10 * runs().seed })
    .filter(({ p, q }) => fDivergenceExact(fDivergences.totalVariation, p, q) > 0.2)
    .slice(0, n)

describe('gradient play', () => {
  const critic = (n: number) => ({
    nets: { V: table(n) },
    score: ({ c, V }: { readonly c: Value<[], Category>; readonly V: () => Value<[number], Real> }) =>
      gather(V(), c),
  })
  const play = (target: unknown, params: AnyParams) =>
    fitted(target, { params, steps: 30, optimizer: sgd(0.5), runtime: 'cpu' })
  const farthest = (a: readonly number[], b: readonly number[]): number =>
    Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number))))
  /** 30 steps of 0.5 times a gradient of at most 1e-6. */
  const still = 1.5e-5

  it('moves no further from the best discriminator', async () => {
    for (const { p, q } of differing(pairs, 6, 4)) {
      const best = p.map((x, i) => Math.log(x / (q[i] as number)))
      const V = fDivergence(fDivergences.gan, fixed(p), fixed(q), critic(p.length))
      expect(farthest(numbersOf(await play(V, paramsOf({ V: best })), 'V'), best)).toBeLessThan(still)
    }
  })

  it('of both players moves no further from p = q, D = ½', async () => {
    for (const { p } of differing(pairs, 4, 5)) {
      const V = fDivergence(fDivergences.gan, fixed(p), measureQ(p.length), critic(p.length))
      const start = { V: p.map(() => 0), Q: p.map(Math.log) }
      const found = await play(minimax(V, { max: ['V'], min: ['Q'] }), paramsOf(start))
      expect(farthest(numbersOf(found, 'V'), start.V)).toBeLessThan(still)
      expect(farthest(numbersOf(found, 'Q'), start.Q)).toBeLessThan(still)
    }
  })
})

describe('N(0, 1) against N(m, 1)', () => {
  /** Both laws on one grid: their logit is −m x + m²/2 there too, up to the mass that the grid leaves out, below 1e-10. */
  const onGrid = (m: number) => {
    const xs = Array.from({ length: 81 }, (_, i) => -7 + (i * (14 + m)) / 80)
    const density = (mean: number) => {
      const w = xs.map((x) => Math.exp(-0.5 * (x - mean) ** 2))
      const total = w.reduce((a, b) => a + b, 0)
      return w.map((a) => a / total)
    }
    return { xs, p: density(0), q: density(m) }
  }
  const at = (xs: readonly number[], probs: readonly number[]) =>
    pipe(
      Do,
      bind('c', () => categorical({ probs: value(simplex(81), probs) })),
      letTo('x', ({ c }) => gather(value(real(81), xs), c)),
    )

  it.each([0.5, 1, 2])(
    'has the optimal logit −m x + m²/2, and gradient ascent on V finds it, m = %d',
    async (m) => {
      const { xs, p, q } = onGrid(m)
      xs.forEach((x, i) => {
        expect(Math.abs(Math.log((p[i] as number) / (q[i] as number)) - (m ** 2 / 2 - m * x))).toBeLessThan(
          1e-9,
        )
      })
      const V = fDivergence(fDivergences.gan, at(xs, p), at(xs, q), {
        nets: { D: dense(real(), real()) },
        score: ({ x, D }) => D(x),
      })
      const params = await fitted(V, { steps: 1500, optimizer: sgd(1) })
      // The gradient is rounded at 1e-6, and the curvature of V at the optimum is above 0.02 for m <= 2.
      expect(Math.abs((numbersOf(params, 'D', 'kernel')[0] as number) + m)).toBeLessThan(1e-4)
      expect(Math.abs((numbersOf(params, 'D', 'bias')[0] as number) - m ** 2 / 2)).toBeLessThan(1e-4)
    },
  )
})

type Distances = readonly (readonly number[])[]

describe('W₁', () => {
  const jitter = fc.double({ min: -0.3, max: 0.3, noNaN: true })
  /** Two measures on points of the plane, each in a cell of its own: no two are closer than 0.4. */
  const clouds = pairs.chain((x) =>
    fc
      .array(fc.tuple(jitter, jitter), { minLength: x.p.length, maxLength: x.p.length })
      .map((points) => points.map(([a, b], i) => [a + (i % 3), b + Math.floor(i / 3)] as const))
      .map((points) => ({
        ...x,
        distance: points.map(([a, b]) => points.map(([c, d]) => Math.hypot(a - c, b - d))),
      })),
  )
  const dualOf = forSize((n) =>
    wasserstein(measureP(n), measureQ(n), { nets: { V: table(n) }, score: ({ c, V }) => gather(V(), c) }),
  )
  const dual = (x: Pair, v: readonly number[]) => evaluateOnce(dualOf(v.length), paramsAt(x, v), {})
  const lipschitz = (v: readonly number[], distance: Distances): number =>
    Math.max(
      ...distance.flatMap((row, i) =>
        row.flatMap((r, j) => (i === j ? [] : [Math.abs((v[i] as number) - (v[j] as number)) / r])),
      ),
    )
  /** The value of the linear program, and its potential D(x) = min_j (c(x, y_j) − v_j). */
  const program = (x: Pair, distance: Distances) => {
    const { potentials, value } = transport(x.p, x.q, distance)
    return {
      value,
      potential: distance.map((row) => Math.min(...row.map((r, j) => r - (potentials.q[j] as number)))),
    }
  }
  const largest = (v: readonly number[]) => 2 * (1 + Math.max(...v.map(Math.abs)))

  it('is not exceeded by a critic over its Lipschitz constant', () => {
    fc.assert(
      fc.property(clouds, ({ distance, ...x }) => {
        const found = { value: dual(x, x.v), lipschitz: lipschitz(x.v, distance) }
        verdict(obeysLipschitzBound(ulps(largest(x.v)))({ ...found, distance: program(x, distance).value }))
      }),
      runs(),
    )
  })

  it('is reached by the potential of the linear program, whose Lipschitz constant is 1', () => {
    fc.assert(
      fc.property(clouds, ({ distance, ...x }) => {
        const { value, potential } = program(x, distance)
        expect(lipschitz(potential, distance)).toBeLessThan(1 + 1e-9)
        verdict(touchesDivergence(ulps(largest(potential)))({ bound: dual(x, potential), divergence: value }))
      }),
      runs(),
    )
  })

  /** The mean over all pairs of points of (|D_i − D_j| / d_ij − 1)₊². */
  const slopePenalty = (distance: Distances, V: ReturnType<typeof table>) => {
    const all = distance.flatMap((row, i) => row.flatMap((r, j) => (i < j ? [{ i, j, r }] : [])))
    const [n, m] = [distance.length, all.length]
    const differences = all.map(({ i, j, r }) =>
      distance.map((_, k) => (Number(k === i) - Number(k === j)) / r),
    )
    return expectation(
      pipe(
        Do,
        bind('e', () =>
          categorical({
            probs: value(
              simplex(m),
              all.map(() => 1 / m),
            ),
          }),
        ),
      ),
      { V },
      ({ e, V }) =>
        square(relu(sub(abs(gather(matMul(value(real(m, n), differences), V()), e as never)), 1))),
    )
  }

  it('is what gradient ascent finds, within the Lipschitz constant that it reached', async () => {
    for (const { distance, ...x } of differing(clouds, 4, 8)) {
      const V = table(x.p.length)
      const value = wasserstein(fixed(x.p), fixed(x.q), { nets: { V }, score: ({ c, V }) => gather(V(), c) })
      const params = await fitted(minus(value, scale(20, slopePenalty(distance, V))), {
        params: paramsOf({ V: x.v.map(() => 0) }),
        steps: 3000,
        optimizer: adam(cosineSchedule(0.05, 3000)),
      })
      const v = numbersOf(params, 'V')
      const w1 = program(x, distance).value
      const reached = { value: dual(x, v), lipschitz: lipschitz(v, distance) }
      verdict(obeysLipschitzBound(ulps(largest(v)))({ ...reached, distance: w1 }))
      // Its objective is at least that of the potential, which pays no penalty.
      expect(reached.value).toBeGreaterThan(w1 - 1e-3)
      expect(reached.lipschitz).toBeLessThan(1.2)
    }
  })
})
