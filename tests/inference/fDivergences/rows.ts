/** Every row of the table, several α among them. */
import { alphaDivergence } from '../../../src/inference/fDivergences/alpha.js'
import * as table from '../../../src/inference/fDivergences/table.js'

export const alphas = [-1.5, -0.5, 0.3, 0.5, 0.8, 1.5, 2, 3]

export const rows: readonly table.FDivergence[] = [
  table.kl,
  table.reverseKl,
  table.jensenShannon,
  table.gan,
  table.pearson,
  table.neyman,
  table.squaredHellinger,
  table.totalVariation,
  ...alphas.map(alphaDivergence),
]
