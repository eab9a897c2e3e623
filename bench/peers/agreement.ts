/**
 * Do all peers train the same model? Equal weights and batches, only the noise differs: objectives must agree.
 *
 *   deviation = max over peers of |v - median| / |median|,   for the first step, steps 3 to 22 and steps 203 to 302
 *
 * The bounds are what two seeds of one peer differ by, rounded up. Two players are chaotic: after some 40 steps two
 * seeds of one peer differ by a third, so their late objective is not compared.
 */

import type { Row } from './measure.js'
import { median } from './median.js'
import type { Workload } from './protocol.js'

const stages = ['first', 'early', 'late'] as const

type Stage = (typeof stages)[number]

const bounds: { readonly [W in Workload]: { readonly [S in Stage]: number } } = {
  vae: { first: 0.01, early: 0.02, late: 0.03 },
  convvae: { first: 0.01, early: 0.02, late: 0.03 },
  iwae: { first: 0.01, early: 0.02, late: 0.03 },
  gan: { first: 0.02, early: 0.05, late: Number.POSITIVE_INFINITY },
}

export interface Agreement {
  readonly stage: Stage
  readonly median: number
  readonly deviation: number
  readonly bound: number
  /** Peers beyond the bound. */
  readonly astray: readonly string[]
}

/** Compares the objectives of the peers that reached each stage. */
export const agreement = (workload: Workload, rows: readonly Row[]): Agreement[] =>
  stages.flatMap((stage) => {
    const values = rows.flatMap((row) => {
      const value = row[stage]
      return value === undefined ? [] : [{ peer: row.peer, value }]
    })
    if (values.length < 2) return []
    const middle = median(values.map(({ value }) => value))
    const bound = bounds[workload][stage]
    const away = values.map(({ peer, value }) => ({ peer, by: Math.abs(value - middle) / Math.abs(middle) }))
    const astray = away.filter(({ by }) => !(by <= bound)).map(({ peer }) => peer)
    return [{ stage, median: middle, deviation: Math.max(...away.map(({ by }) => by)), bound, astray }]
  })
