/**
 * evidenceBound: of propose(p, q) it is iwae, number by number; through resampling its expectation lies below log Z; compiled = eager.
 *
 * Oracles: iwae with the same noise; the Kalman filter in float64.
 */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../../src/dsl/dataset.js'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { flattenParams } from '../../../src/dsl/params.js'
import { batchAt } from '../../../src/inference/batches.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import { randomParams } from '../../../src/testing/randomParams.js'
import { evaluateMany } from '../../laws/evaluation.js'
import { compare } from '../compiled/agree.js'
import { gradientAt } from '../gradients.js'

const X = g.binary(5)
const Z = g.real(2)
const p = g.pipe(
  g.Do,
  g.nets({ decode: g.dense(Z, g.real(5)) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
)
const q = g.pipe(
  g.given({ x: X }),
  g.nets({ encode: g.gaussian(X, [3], Z) }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)
const target = g.primitive(p, { observed: ['x'] })
const rows = {
  x: [
    [1, 0, 0, 1, 1],
    [0, 0, 1, 0, 1],
  ],
}
const params = randomParams({ nets: { ...p.nets, ...q.nets } }, 1)
const loose = (o: unknown) => o as AnyObjective

describe('of propose(p, q)', () => {
  it.each([1, 7])('is iwae with K = %d: same noise, same value and gradient', (particles) => {
    const a = loose(g.evidenceBound(g.propose(target, q), { particles }))
    const b = loose(g.iwae(p, q, { particles }))
    for (let seed = 0; seed < 3; seed++) {
      const [found, expected] = [gradientAt(a, params, rows, { seed }), gradientAt(b, params, rows, { seed })]
      expect(Math.abs(found.value - expected.value)).toBeLessThan(1e-5 * Math.abs(expected.value))
      for (const [path, slope] of Object.entries(expected.gradients))
        slope.forEach((x, i) => {
          expect(Math.abs(x - (found.gradients[path]?.[i] as number))).toBeLessThan(1e-5)
        })
    }
  })
})

const T = 3
const first = g.factor(
  g.pipe(
    g.given({ xs: g.real(T) }),
    g.bind('z', () => g.standardNormal()),
  ),
  ({ z, xs }) => g.normal({ loc: z, scale: 0.7 }).logProb(g.at(xs, 0)),
)
const net = g.dense(g.real(2), g.real(), {})
const move = g.parameter(g.real(), { start: 0.9 } as never)
const step = (t: number) =>
  g.factor(
    g.pipe(
      g.given({ z: g.real(), xs: g.real(T) }),
      g.nets({ move }),
      g.bind('next', ({ z, move }) => g.normal({ loc: g.mul(move(), z), scale: 0.5 })),
    ),
    ({ next, xs }) => g.normal({ loc: next, scale: 0.7 }).logProb(g.at(xs, t)),
  )
const guide = (t: number) =>
  g.pipe(
    g.given({ z: g.real(), xs: g.real(T) }),
    g.nets({ net }),
    g.bind('next', ({ z, xs, net }) =>
      g.normal({ loc: net(g.stack([z, g.at(xs, t)] as never) as never), scale: 0.6 }),
    ),
  )
const filter = [1, 2].reduce<g.AnyProgram>(
  (before, t) =>
    g.rename(g.marginal(g.compose(g.resample(before), g.propose(step(t), guide(t))), ['next']), {
      z: 'next',
    }),
  first,
)
const series = { xs: [[0.3, -0.2, 0.8]] }
const filterParams = {
  move: { value: { shape: [], data: Float32Array.of(0.9) } },
  net: {
    kernel: { shape: [2, 1], data: Float32Array.of(0.5, 0.4) },
    bias: { shape: [1], data: Float32Array.of(0.1) },
  },
}

/** log P(xs) by the Kalman filter. */
const kalman = (xs: readonly number[]): number => {
  let [m, v, logZ] = [0, 1, 0]
  xs.forEach((x, t) => {
    if (t > 0) [m, v] = [0.9 * m, 0.81 * v + 0.25]
    const total = v + 0.49
    logZ -= 0.5 * (Math.log(2 * Math.PI * total) + (x - m) ** 2 / total)
    const gain = v / total
    ;[m, v] = [m + gain * (x - m), v * (1 - gain)]
  })
  return logZ
}

describe('of a particle filter', () => {
  it('lies below log P(x), and approaches it with more particles', () => {
    const bounds = [2, 8, 24].map((particles) =>
      evaluateMany(loose(g.evidenceBound(filter, { particles })), filterParams, series, 60),
    )
    const exact = kalman(series.xs[0] as number[])
    for (const b of bounds) expect(b.value).toBeLessThan(exact + 5 * b.standardError)
    const [few, some, many] = bounds as [(typeof bounds)[0], (typeof bounds)[0], (typeof bounds)[0]]
    expect(some.value - few.value).toBeGreaterThan(-5 * few.standardError)
    expect(exact - many.value).toBeLessThan(0.05 + 5 * many.standardError)
  })

  it('is the same compiled and eagerly, resampling and all', async () => {
    const many = { xs: Array.from({ length: 6 }, (_, i) => [Math.sin(i), Math.cos(2 * i), Math.sin(3 * i)]) }
    for (const method of ['forward', 'reverse', 'bound'] as const) {
      const o = loose(
        method === 'bound'
          ? g.evidenceBound(filter, { particles: 8 })
          : g.stepwise(filter, { particles: 8, divergence: method }),
      )
      const batch = batchAt(
        dataset(o.data, many as never),
        Int32Array.from({ length: 6 }, (_, i) => i),
        keyFromSeed(3),
      )
      const { difference, bound } = await compare(o, flattenParams(filterParams as never), batch)
      expect(difference).toBeLessThanOrEqual(bound)
    }
  })

  it('trains its proposals', async () => {
    const data = { xs: Array.from({ length: 16 }, (_, i) => [Math.sin(i), Math.cos(2 * i), Math.sin(3 * i)]) }
    const found = await g.orThrow(
      g.fit(loose(g.evidenceBound(filter, { particles: 4 })) as never, {
        data: data as never,
        optimizer: g.adam(2e-2),
        steps: 60,
        batch: 16,
        seed: 1,
        params: filterParams as never,
        threads: 1,
      }),
    )
    const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length
    const values = found.history.map((h) => Object.values(h.values)[0] as number)
    expect(mean(values.slice(-10))).toBeGreaterThan(mean(values.slice(0, 10)))
  })
})
