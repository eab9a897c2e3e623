/**
 * dirichlet({ concentration }): probabilities x of K labels, x ~ Dirichlet(a_1, …, a_K)
 *
 *   log p(x) = Σ_i (a_i − 1) log x_i − log B(a),   log B(a) = Σ_i log Γ(a_i) − log Γ(n),  n = Σ_i a_i       (nats)
 *   x = softmax(l),  l_i = log z_i,  z_i ~ Gamma(a_i, 1)  (standardGamma.ts)
 *   dl_i/da_i = d log odds(x_i) / da_i at a fixed value of the cdf of x_i ~ Beta(a_i, n − a_i), the others keeping their
 *   proportions  (betaSlopes; Jankowiak and Obermeyer 2018)                                   (pathwise, implicit)
 *   H = log B(a) + (n − K) ψ(n) − Σ_i (a_i − 1) ψ(a_i)
 *   E x_i = a_i / n      Var x_i = a_i (n − a_i) / (n² (n + 1))
 *
 * One vector on Simplex[K], with respect to the Lebesgue measure of its first K − 1 entries; a batch is `iid(n, …)`.
 * `concentration` is a Positive vector. An entry counts as at least 1.2e-38, so densities on the faces are finite.
 * Tested in tests/dsl/distributions/dirichlet.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
} from '../distribution.js'
import { positive, real, simplex } from '../domain.js'
import type { Positive, Real, Simplex } from '../domains/marks.js'
import { fail } from '../error.js'
import { linearized2 } from '../numerics/customGradient.js'
import { betaSlopes } from '../numerics/incompleteBeta.js'
import { log1mexp } from '../numerics/log1mexp.js'
import { logSoftmax, softmax } from '../numerics/logSumExp.js'
import type { Arg } from '../operations/argument.js'
import { add, div, mul, sub } from '../operations/arithmetic.js'
import { log } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { elementwise, expandTo, onEvent, showSpaceOf, type Value } from '../value.js'
import { concentrationKl, logPart, logTotal, partEntropy, totalEntropy } from './concentration.js'
import { parameter, type Within } from './parameter.js'
import type { CountOf, IsVector } from './probabilities.js'
import { constantLogGamma } from './standardGamma.js'

/** Probabilities of K labels. */
export type Dirichlet<K extends number> = Distribution<
  EventSpace<[K], Simplex>,
  'density' | 'pathwise',
  'dirichlet'
> &
  Moments<[K]> &
  Entropy & { readonly parameters: { readonly concentration: Value<[K], Positive> } }

/** Dirichlet(concentration). */
export const dirichlet = <const C extends Arg>(p: {
  readonly concentration: C &
    Within<C, Positive, 'concentration of dirichlet'> &
    IsVector<C, 'concentration of dirichlet'>
}): Dirichlet<CountOf<C>> => {
  const concentration = parameter('concentration of dirichlet', positive, p.concentration)
  if (concentration.shape.length !== 1)
    fail(
      'shape',
      'concentration of dirichlet',
      `concentration of dirichlet must be a vector, but ${showSpaceOf(concentration)} was given`,
      'give K numbers along one event axis',
    )
  return fromConcentration(
    concentration as Value<Shape, Positive> as Value<[number], Positive>,
  ) as Dirichlet<number> as Dirichlet<CountOf<C>>
}

/** The smallest probability that is told from 0. */
const LOWEST = 1.1754944e-38

const present = (x: Value<[number], Real>): Value<[number], Positive> =>
  elementwise('present', positive, (t) => tf.maximum(t as tf.Tensor, LOWEST), x)

/** The log odds of entries that have the logits l. */
const logOdds = (l: tf.Tensor): tf.Tensor => {
  const logX = tf.minimum(logSoftmax(l), -LOWEST)
  return tf.sub(logX, log1mexp(logX))
}

/** The logits as a function of the concentration a, each at a fixed value of the cdf of its entry. */
const along = linearized2(
  (_, l) => tf.clone(l),
  (dy, a, l) => {
    const others = tf.maximum(tf.sub(tf.sum(a, -1, true), a), LOWEST)
    const [byA] = betaSlopes(a, others, logOdds(along(a, l)))
    return [tf.mul(dy, byA), tf.zerosLike(dy)]
  },
)

const fromConcentration = (concentration: Value<[number], Positive>): Dirichlet<number> => {
  const [k] = concentration.shape
  const total = sum(concentration)
  const mean = () => div(concentration, total) as Value<[number], Positive>
  const logDensity = (x: Value<[number], Positive>) =>
    add(sum(sub(logPart(total, concentration, x), log(x))), logTotal(total)) as Value<[], Real>
  const measure = distribution({
    family: 'dirichlet',
    shape: [k] as [number],
    domain: simplex,
    capabilities: ['density', 'pathwise'],
    parameters: { concentration },
    sample: (noise, axes) =>
      onEvent<[number], Simplex>(constantLogGamma(noise, axes, concentration), [k], simplex, (l) =>
        tf.maximum(softmax(along(expandTo(concentration, axes), l)), LOWEST),
      ),
    logProb: (x) => logDensity(present(x)),
  })
  return {
    ...measure,
    parameters: { concentration },
    mean,
    variance: () =>
      elementwise<[number], Real>(
        'variance',
        real,
        (m, n) => tf.div(tf.mul(m as tf.Tensor, tf.sub(1, m as tf.Tensor)), tf.add(n as tf.Tensor, 1)),
        mean(),
        total,
      ),
    entropy: () => sub(sum(partEntropy(concentration)), totalEntropy(total, k)) as Value<[], Real>,
  }
}

/**
 * KL(Dirichlet(a) ‖ Dirichlet(b)), N = Σ a_i and M = Σ b_i: what its gammas differ by less what their totals do,
 * Σ_i KL(Gamma(a_i, N) ‖ Gamma(b_i, M)) − KL(Gamma(N, N) ‖ Gamma(M, M)).
 */
export const klDirichlet = (q: Dirichlet<number>, p: Dirichlet<number>): Value<[], Real> => {
  const [a, b] = [q.parameters.concentration, p.parameters.concentration]
  const [n, m] = [sum(a), sum(b)]
  const parts = concentrationKl(a, b, scaled(a, m), scaled(b, n))
  return sub(sum(parts), concentrationKl(n, m, n, n)) as Value<[], Real>
}

const scaled = (a: Value<[number], Positive>, by: Value<[], Positive>): Value<[number], Positive> =>
  mul(a, by) as Value<[number], Positive>
