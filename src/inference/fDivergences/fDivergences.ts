/**
 * fDivergences: the table as one record, for users: fDivergences.gan, fDivergences.alpha(0.5).
 *
 * A row of your own is a record with the same fields (`FDivergence`); nothing is registered. Tested in
 * tests/inference/fDivergences/table.test.ts.
 */
import { alphaDivergence } from './alpha.js'
import {
  type FDivergence,
  gan,
  jensenShannon,
  kl,
  neyman,
  pearson,
  reverseKl,
  squaredHellinger,
  totalVariation,
} from './table.js'

/** Every f-divergence that giry knows, by name. */
export const fDivergences: {
  readonly [K in
    | 'kl'
    | 'reverseKl'
    | 'jensenShannon'
    | 'gan'
    | 'pearson'
    | 'neyman'
    | 'squaredHellinger'
    | 'totalVariation']: FDivergence
} & { readonly alpha: (alpha: number) => FDivergence } = {
  kl,
  reverseKl,
  jensenShannon,
  gan,
  pearson,
  neyman,
  squaredHellinger,
  totalVariation,
  alpha: alphaDivergence,
}
