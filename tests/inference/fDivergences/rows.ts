/** Every row of the table, several α among them. */
import { fDivergences } from '../../../src/inference/fDivergences/fDivergences.js'
import type { FDivergence } from '../../../src/inference/fDivergences/table.js'

const { alpha, ...named } = fDivergences

export const rows: readonly FDivergence[] = [
  ...Object.values(named),
  ...[-1.5, -0.5, 0.3, 0.5, 0.8, 1.5, 2, 3].map(alpha),
]
