/**
 * Every row of the table of divergences, on 1,000 random pairs, one along an axis each:
 *
 *   KL(q ‖ p) >= 0      KL(q ‖ q) = 0      KL(q₁ × q₂ ‖ p₁ × p₂) = KL(q₁ ‖ p₁) + KL(q₂ ‖ p₂)      KL(q³ ‖ p³) = 3 KL(q ‖ p)
 *   the integral of q (log q − log p), on 100 pairs, where q is finite, a count, or on a line, a plane or a triangle (integration.ts)
 *   the mean of log q − log p over draws of q: over all pairs at once, within 5 standard errors
 *
 * At chosen parameters: tests/dsl/kl.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnyDistribution } from '../../src/dsl/distribution.js'
import { iid } from '../../src/dsl/distributions/iid.js'
import { independent } from '../../src/dsl/distributions/independent.js'
import { klRule, klTable } from '../../src/dsl/kl.js'
import { type AnyValue, expandTo } from '../../src/dsl/value.js'
import { noiseFromSeed } from '../../src/runtime/noise.js'
import { logProbAt } from '../dsl/distributions/laws.js'
import { batched, pairAxis } from './batched.js'
import { integrals, logsAt, ruleOf } from './integration.js'
import { pool } from './pool.js'
import { runs } from './runs.js'

const n = runs().numRuns
const draws = 4
const rows = Object.keys(klTable).map((row, i) => ({ row, seed: 1000 * runs().seed + i }))

const closed = (q: AnyDistribution, p: AnyDistribution, size = n): number[] | undefined => {
  const rule = klRule(q, p)
  return rule === undefined ? undefined : spread(rule(), size)
}

/** One number for each pair. */
const spread = (v: AnyValue, size: number): number[] =>
  Array.from(expandTo(v, [{ name: pairAxis, size }]).dataSync())

const expectEqual = (
  found: readonly number[],
  expected: readonly number[],
  what: string,
  tolerance = 1e-4,
): void => {
  for (const [i, x] of expected.entries())
    if (!(Math.abs((found[i] as number) - x) < tolerance * Math.max(1, Math.abs(x))))
      expect.fail(`${what}, pair ${i}: ${found[i]} should be ${x}`)
}

describe.each(rows)('KL($row), on 1,000 random pairs', ({ row, seed }) => {
  beforeAll(() => void tf.engine().startScope())
  afterAll(() => void tf.engine().endScope())

  it('is 0 on the diagonal, >= 0, additive, and the mean of log q − log p', () => {
    const [first, second] = [batched(row, n, 2 * seed), batched(row, n, 2 * seed + 1)]
    const kl = closed(...first) as number[]
    const other = closed(...second) as number[]
    expect(Math.min(...kl)).toBeGreaterThanOrEqual(-1e-5)

    for (const d of first) {
      const zero = closed(d, d)
      if (zero !== undefined)
        expectEqual(
          zero,
          zero.map(() => 0),
          `KL(${d.family} ‖ itself)`,
        )
    }

    const product = closed(
      independent([first[0], second[0]] as never),
      independent([first[1], second[1]] as never),
    )
    if (product !== undefined)
      expectEqual(
        product,
        kl.map((x, i) => x + (other[i] as number)),
        'a product',
      )
    const thrice = closed(iid(3, first[0]), iid(3, first[1]))
    if (thrice !== undefined)
      expectEqual(
        thrice,
        kl.map((x) => 3 * x),
        'three draws',
      )

    const axes = [
      { name: 'draw', size: draws },
      { name: pairAxis, size: n },
    ]
    const x = first[0].sample(noiseFromSeed(seed), axes)
    const logs = first.map((d) => expandTo(logProbAt(d, x), axes).dataSync())
    const all = pool()
    for (const [i, expected] of kl.entries()) {
      let sum = 0
      for (let k = 0; k < draws; k++)
        sum += (logs[0]?.[k * n + i] as number) - (logs[1]?.[k * n + i] as number)
      all.add(sum / draws, expected)
    }
    all.expectUnbiased(`the mean of log q − log p of ${row}`)
  })

  // A kink of log p is no matter for the trapezoidal rule in the plane, or where its points are far apart.
  if (row.endsWith('|laplace') && row !== 'normal|laplace') return
  it('is the integral of q (log q − log p), on 100 pairs', () => {
    const few = Math.ceil(n / 10)
    const pair = batched(row, few, 2 * seed + 1_000_001)
    const rule = ruleOf(pair[0], few)
    if (rule === undefined) return
    const [logQ, logP] = pair.map((d) => logsAt(d, rule, few)) as [ArrayLike<number>, ArrayLike<number>]
    const sums = integrals(rule, logQ, few, (i) => (logQ[i] as number) - (logP[i] as number))
    expectEqual(sums, closed(...pair, few) as number[], 'the integral of q (log q − log p)', 1e-3)
  })
})
