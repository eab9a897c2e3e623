/**
 * Baselines of the score function: b does not depend on the draw that it is subtracted for, so E[b ∇ log q] = 0.
 *
 *   none           f
 *   leaveOneOut    f_k − mean of f over the other particles
 *   movingAverage  f − b,   b ← decay · b + (1 − decay) · f at each update
 *   learned        f − b(context),   b fitted by least squares: maximize −½ (f − b)²
 *
 * A baseline with parameters brings its own objective along, added with value 0: its gradient reaches the parameters of b
 * alone. A moving average is updated by its own rule (src/dsl/nets/average.ts). A learned one is trained by the optimizer of
 * the objective, which must be maximized: where it is minimized, b would be driven away.
 * Mnih and Gregor, 2014 (learned); Kool, van Hoof and Welling, 2019 (leave-one-out).
 * Tested in tests/inference/estimators/score.test.ts.
 */
import { isOwnAxis } from '../../dsl/axes.js'
import { averageName, type Baseline, type ScoreMethod } from '../../dsl/methods.js'
import { add, mul, square, sub } from '../../dsl/operations/arithmetic.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { meanOver, sumOver } from '../../dsl/value.js'
import { type Drawn, particleAxis, type Scalar } from './draws.js'
import type { At } from './estimator.js'
import { sightedAt } from './sighted.js'

/** f_k minus the mean of the others, along the particles. */
export const leaveOneOut = (f: Scalar): Scalar => {
  const k = f.axes.find((a) => a.name === particleAxis)?.size ?? 1
  if (k < 2) return f
  const mean = meanOver(f, [particleAxis])
  return mul(k / (k - 1), sub(f, mean))
}

/** The baseline of a site that is drawn by the score function. */
export const baselineOf = (s: Drawn): Baseline =>
  (typeof s.asked === 'string' ? undefined : (s.asked as Partial<ScoreMethod>).baseline) ?? 'leaveOneOut'

/** The value of a baseline with parameters; undefined for the others. */
const parametric = (s: Drawn, at: At): Scalar | undefined => {
  const baseline = baselineOf(s)
  if (typeof baseline === 'string') return undefined
  return baseline.kind === 'learned'
    ? sightedAt(s, 'the baseline', baseline, at)
    : (at.env.functions[averageName(s.name)] as () => Scalar)()
}

/** x − stop(x): value 0, the gradient of x. */
export const gradientOnly = (x: Scalar): Scalar => sub(x, stopGradient(x)) as Scalar

/** Elements of the plates that a number differs along. */
const elementsOf = (f: Scalar): number => f.axes.reduce((n, a) => (isOwnAxis(a.name) ? n : n * a.size), 1)

/** Squared errors of a learned baseline add up over plates; a moving average follows the mean of its signals. */
const overPlates = (s: Drawn, fit: Scalar, plates: readonly string[]): Scalar => {
  const baseline = baselineOf(s)
  if (typeof baseline === 'string' || baseline.kind === 'learned') return sumOver(fit, plates)
  // Plates are summed over in the end.
  return mul(1 / elementsOf(fit), fit) as Scalar
}

/** The signal less its baseline, and what trains the baseline. */
export const centered = (
  s: Drawn,
  signal: Scalar,
  at: At,
): { readonly signal: Scalar; readonly training?: Scalar } => {
  const b = parametric(s, at)
  if (b === undefined) return { signal: baselineOf(s) === 'none' ? signal : leaveOneOut(signal) }
  const fit = mul(-0.5, square(sub(stopGradient(signal), b))) as Scalar
  return { signal: sub(signal, b) as Scalar, training: gradientOnly(overPlates(s, fit, at.plates)) }
}

/** The sum of what there is. */
export const withTraining = (estimate: Scalar, training: Scalar | undefined): Scalar =>
  training === undefined ? estimate : (add(estimate, training) as Scalar)
