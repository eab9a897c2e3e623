/**
 * Laws of the bounds of f-divergences on random finite measures, where every expectation is a finite sum. Oracle: the divergence
 * itself, in float64. A best critic rounded to float32 changes the bound to second order only.
 */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { fDivergenceExact, optimalCritic } from '../../src/inference/fDivergences/finite.js'
import { boundsDivergence, touchesDivergence } from '../../src/testing/laws/game.js'
import { rows } from '../inference/fDivergences/rows.js'
import { evaluateOnce } from './evaluation.js'
import { boundOf, forSize, type Pair, pairs, paramsAt, sizeOf, ulps, verdict } from './finiteMeasures.js'
import { runs } from './runs.js'

describe.each(rows.map((row) => [row.name, row] as const))('the bound of %s', (_, row) => {
  const of = forSize((n) => boundOf(row, n))
  const at = (x: Pair, v: readonly number[]) => evaluateOnce(of(v.length), paramsAt(x, v), {})

  it('lies below the divergence for every critic', () => {
    fc.assert(
      fc.property(pairs, (x) => {
        const divergence = fDivergenceExact(row, x.p, x.q)
        verdict(boundsDivergence(ulps(sizeOf(row, x, x.v)))({ bound: at(x, x.v), divergence }))
      }),
      runs(),
    )
  })

  it('touches it at the optimal critic', () => {
    fc.assert(
      fc.property(pairs, (x) => {
        // The best critic of the total variation is ±∞, and its tanh is 1 in float32 from 10 on.
        const best = optimalCritic(row, x.p, x.q)
        const v = row.name === 'totalVariation' ? best.map((b) => Math.sign(b) * 100) : best
        const divergence = fDivergenceExact(row, x.p, x.q)
        verdict(touchesDivergence(ulps(sizeOf(row, x, v)))({ bound: at(x, v), divergence }))
      }),
      runs(),
    )
  })
})
