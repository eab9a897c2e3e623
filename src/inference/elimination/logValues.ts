/**
 * Factors as values: log densities with named axes, on the tape, so that gradients flow through the elimination.
 *
 *   product = Σ     sumOut = logSumExp     productOver = Σ along the plate
 *
 * The gradient of log Σ_z Π f_i by log f_i is the posterior marginal of its variables: the backward pass of automatic
 * differentiation is the backward pass of forward–backward. Tested in tests/inference/elimination/eliminate.test.ts.
 */
import { logSumExpOver, sumOver } from '../../dsl/value.js'
import { type Scalar, total } from '../estimators/draws.js'
import type { Algebra } from './eliminate.js'

/** The algebra of log densities. */
export const logValues: Algebra<Scalar> = {
  axes: (f) => f.axes,
  product: total,
  sumOut: (f, variable) => logSumExpOver(f, [variable]),
  productOver: (f, plates) => sumOver(f, plates),
}
