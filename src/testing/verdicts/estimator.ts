/**
 * laws.estimator(objective, data, options): the gradient that an objective estimates is that of its expectation.
 *
 *   E[g(θ; ε)] · v = d E[J(θ + t v; ε)] / dt        one random direction v for each array of parameters
 *
 * Both sides are averaged over the same noises, the right one by fourth-order differences, and the mean of their
 * difference is held within its standard error: paired, a pathwise gradient is held to rounding, and a score function to
 * what its noise allows. With `exact`, a function of the parameters whose value is E[J], the right side has no noise.
 * The sentence tells the variance of one estimate. Tested in tests/testing/verdicts/estimator.test.ts.
 */
import { type ParameterTensors, unflattenParams } from '../../dsl/params.js'
import { meanAndError } from '../../inference/estimate.js'
import { evaluateAt } from '../../inference/step.js'
import type { AnyParams } from '../arbitraries/boundCase.js'
import {
  batchOf,
  directionOf,
  evaluated,
  type ObjectiveLawOptions,
  rowsOf,
  type Setting,
  settingOf,
  shifted,
  withTensors,
} from './setting.js'
import { tidily } from './tidily.js'
import { agreementOf, inErrors, judged, type LawVerdict, shown, withError } from './verdict.js'

/** Options of the law of an estimator. */
export interface EstimatorLawOptions extends ObjectiveLawOptions {
  /** Noises that both sides are averaged over; 200 if left out. */
  readonly estimates?: number
  /** The expectation as a function of the parameters, where it is known. */
  readonly exact?: (params: AnyParams) => number
}

const step = 0.02
const copies = 16

/** (8 (f(h) − f(−h)) − (f(2h) − f(−2h))) / 12h. */
const difference = (f: (t: number) => number): number =>
  (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step)

const valueAt =
  (s: Setting, tensors: ParameterTensors, path: string, v: Float32Array, k: number) => (t: number) => {
    const there = shifted(tensors, path, v, t)
    const value = evaluateAt(s.o, there, batchOf(s, k, rowsOf(s, copies)))
    there[path]?.dispose()
    return value
  }

const exactAt =
  (s: Setting, path: string, v: Float32Array, exact: (params: AnyParams) => number) => (t: number) => {
    const array = s.arrays[path] as Setting['arrays'][string]
    const data = array.data.map((x, i) => x + t * (v[i] as number))
    return exact(unflattenParams({ ...s.arrays, [path]: { ...array, data } }))
  }

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)

const lawFor = (
  s: Setting,
  options: EstimatorLawOptions,
  path: string,
  gradients: readonly Float32Array[],
  tensors: ParameterTensors,
): LawVerdict => {
  const v = directionOf(s, path)
  const estimates = gradients.map((g) => dot(g, v))
  const truth =
    options.exact === undefined
      ? gradients.map((_, k) => difference(valueAt(s, tensors, path, v, k)))
      : [difference(exactAt(s, path, v, options.exact))]
  const at = (k: number) => (truth.length === 1 ? truth[0] : truth[k]) as number
  const gap = meanAndError(estimates.map((g, k) => g - at(k)))
  const [found, expected] = [meanAndError(estimates), meanAndError(truth)]
  const { found: off, bound } = agreementOf(options)(gap.standardError)(found.value, expected.value)
  const variance = found.standardError ** 2 * found.n
  const side = options.exact === undefined ? 'differences of the value' : 'differences of the exact value'
  return judged(
    {
      subject: s.name,
      law: `the gradient by ${path} is unbiased`,
      remedy: 'a term of the gradient is missing or counted twice: look at stopGradient, baselines and log q',
    },
    off,
    bound,
    `along a random direction of ${path} the mean of ${found.n} gradients is ${withError(found.value, found.standardError)} (variance of one ${shown(variance)}), and ${side} give ${withError(expected.value, expected.standardError || 0)}: off by ${shown(off)}${inErrors(off, gap.standardError)}, where ${shown(bound)} is allowed`,
  )
}

/** Whether the gradient estimates of an objective are unbiased, for each array of parameters. */
export const estimatorLaws = (
  objective: unknown,
  data: unknown,
  options: EstimatorLawOptions = {},
): readonly LawVerdict[] => {
  const s = settingOf(objective, data, options)
  const paths = Object.keys(s.arrays)
  return withTensors(s, (tensors) => {
    const all = Array.from({ length: options.estimates ?? 200 }, (_, k) =>
      evaluated(s.o, tensors, paths, batchOf(s, k, rowsOf(s, copies))),
    )
    return tidily(() =>
      paths.map((path) =>
        lawFor(
          s,
          options,
          path,
          all.map((e) => e.gradients[path] as Float32Array),
          tensors,
        ),
      ),
    )
  })
}
