/**
 * resample(program, method): particles drawn anew in proportion to their weights; each then weighs the mean.
 *
 *   a_i ~ w_k / Σ_j w_j          τ'_i = τ_{a_i}          w'_i = (1/K) Σ_k w_k
 *
 * E[(1/K) Σ_i w'_i f(τ'_i)] = E[(1/K) Σ_k w_k f(τ_k)]: heavy particles multiply, light ones die, the law stays. Data are resampled each for
 * itself. Ancestors are no differentiable choice, and their gradient is left out (as in Maddison et al., 2017): an objective with
 * resampling has the gradient of what happens between resamplings only. With one particle nothing happens.
 * Errors: tag `option`, method. Tested in tests/inference/combinators/sequence.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { giryError, throwAll } from '../../dsl/error.js'
import { datumAxis } from '../../dsl/model.js'
import { greater, where } from '../../dsl/operations/comparisons.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { sizeOf } from '../../dsl/shape.js'
import { type AnyValue, type Axis, expandAxes, expandTo, makeValue } from '../../dsl/value.js'
import { particleAxis } from '../estimators/draws.js'
import { ancestorsOf, type Resampling, resamplings } from './ancestors.js'
import { programOf } from './primitive.js'
import type {
  AnyProgram,
  Program,
  Scalar,
  Source,
  SourceInputs,
  SourceKind,
  SourceNets,
  SourceObserved,
  SourceSites,
  Weighing,
  Weighted,
} from './program.js'
import { logMean, NOTHING, shares } from './weights.js'

/** The same traces, drawn anew. */
export type Resampled<Q> = Program<
  SourceNets<Q>,
  SourceInputs<Q>,
  SourceObserved<Q>,
  SourceSites<Q>,
  never,
  SourceKind<Q> extends 'marginal' ? 'marginal' : 'inference'
>

/** Particles drawn anew in proportion to their weights. */
export const resample = <Q extends Source>(source: Q, method: Resampling = 'systematic'): Resampled<Q> => {
  throwAll(
    resamplings.includes(method)
      ? []
      : [
          giryError(
            'option',
            'method',
            `resample knows ${resamplings.join(' and ')}, but '${String(method)}' was given`,
            'use systematic',
          ),
        ],
  )
  const q = programOf(source as Source)
  const { score: _, ...rest } = q
  return {
    ...rest,
    kind: q.kind === 'marginal' ? 'marginal' : 'inference',
    auxiliary: [],
    normalized: false,
    sample: (env: Weighing) => {
      const drawn = q.sample({ ...env, noise: env.noise.child(':resampled') })
      return env.particles === 1 ? drawn : resampled(drawn, method, env)
    },
  } as AnyProgram as never
}

const resampled = (
  { sites, logTarget, logWeight }: Weighted,
  method: Resampling,
  env: Weighing,
): Weighted => {
  const particles: Axis = { name: particleAxis, size: env.particles }
  const axes = [{ name: datumAxis, size: env.batch }, particles]
  const weights = expandTo(shares(logWeight), axes)
  const chosen = ancestorsOf(weights, method, env.noise.child(':ancestors'))
  return {
    sites: Object.fromEntries(Object.entries(sites).map(([name, v]) => [name, descended(v, axes, chosen)])),
    logTarget: chosenLog(logTarget, axes, chosen),
    logWeight: expandAxes(logMean(expandAxes(logWeight, axes)), axes),
  }
}

/** Each particle replaced by its ancestor: a product with zeros and ones. Values are finite, so 0 · v = 0. */
const descended = (v: AnyValue, [data, particles]: readonly Axis[], chosen: tf.Tensor): AnyValue => {
  const [n, k] = chosen.shape as [number, number, number]
  const others = v.axes.filter((a) => a.name !== particleAxis && a.name !== datumAxis)
  const target = [data as Axis, particles as Axis, ...others]
  const inner = sizeOf([...others.map((a) => a.size), ...v.shape])
  const rows = tf.reshape(expandTo(v, target), [n, k, inner])
  const sizes = [...target.map((a) => a.size), ...v.shape]
  return makeValue(tf.reshape(tf.matMul(chosen, rows), sizes), v.shape, v.domain, target, v.origins)
}

/** The same for log densities, which may be −∞. */
const chosenLog = (v: Scalar, axes: readonly Axis[], chosen: tf.Tensor): Scalar => {
  const all = expandAxes(v, axes)
  const alive = greater(all, NOTHING)
  const finite = descended(where(alive, all, 0), axes, chosen) as Scalar
  const found = descended(stopGradient(alive), axes, chosen) as typeof alive
  return where(found, finite, Number.NEGATIVE_INFINITY) as Scalar
}
