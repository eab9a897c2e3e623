/**
 * The joint log density of a problem, at chosen rows and points:
 *
 *   log p(x, z | g) = Σ_s log p_s(s | the sites before, g)       in nats, for one datum x and one point z;
 *                                                                a shared site, fixed by `condition`, counts 1/N
 *
 * Densities are evaluated by run.ts in float32; whatever is summed over points afterwards is summed in float64.
 * Tested in tests/inference/evidence/finite.test.ts, against plain loops.
 */
import * as tf from '@tensorflow/tfjs'
import type { AnyDistribution } from '../../dsl/distribution.js'
import type { Real } from '../../dsl/domains/marks.js'
import { datumAxis, type Site } from '../../dsl/model.js'
import { mul } from '../../dsl/operations/arithmetic.js'
import { run } from '../../dsl/run.js'
import { type AnyValue, type Axis, expandAxes, sumOver, type Value } from '../../dsl/value.js'
import { logDensity, total } from '../estimators/draws.js'
import { functionsAt } from '../inputs.js'
import { chunkOf, chunks } from './chunks.js'
import { numbersAlong } from './numbersAlong.js'
import type { Problem } from './problem.js'
import { latentValue, valuesAt } from './values.js'

/** Decides a latent site. */
export type ChooseLatent = (name: string, site: Site, d: AnyDistribution) => AnyValue

/** Runs the model on the known values of these rows, with `latent` deciding the rest; `visit` sees every site. */
export const runProblem = (
  problem: Problem,
  rows: ArrayLike<number>,
  latent: ChooseLatent,
  visit: (name: string, site: Site, d: AnyDistribution, x: AnyValue) => void = () => {},
): void => {
  const known = valuesAt(problem, rows)
  run(problem.model, {
    functions: functionsAt(problem.model.nets, problem.params),
    given: known,
    choose: (name, site, d) => {
      const x = known[name] ?? latent(name, site, d)
      visit(name, site, d, x)
      return x
    },
  })
}

/**
 * The log density of a site, summed over its plates. A shared site, which is fixed here, counts 1/N per datum, as in a
 * bound, so that the sum over the data counts it once.
 */
export const siteTerm = (problem: Problem, site: Site, d: AnyDistribution, x: AnyValue): Value<[], Real> => {
  const term = sumOver(
    expandAxes(logDensity(d, x), site.plates),
    site.plates.map((a) => a.name),
  )
  return site.scope === 'shared' ? mul(1 / problem.size, term) : term
}

/** log p(x, z) along `axes`, as plain numbers. */
export const logJoint = (
  problem: Problem,
  rows: ArrayLike<number>,
  axes: readonly Axis[],
  latent: ChooseLatent,
): Float32Array => {
  let numbers: Float32Array = new Float32Array(0)
  // Nothing is returned from the tidy: it would walk through every number in search of tensors.
  tf.tidy(() => {
    const terms: Value<[], Real>[] = []
    runProblem(problem, rows, latent, (_, site, d, x) => terms.push(siteTerm(problem, site, d, x)))
    numbers = numbersAlong(total(terms), axes)
  })
  return numbers
}

/** log p(x_r, z) for pairs of a row r and a point z (`dim` coordinates each), in chunks. */
export const logJointOfPairs = (problem: Problem, rows: Int32Array, points: Float64Array): Float64Array => {
  const out = new Float64Array(rows.length)
  for (const { begin, end } of chunks(rows.length, chunkOf(problem))) {
    const coordinates = points.subarray(begin * problem.dim, end * problem.dim)
    const axes = [{ name: datumAxis, size: end - begin }]
    const latent: ChooseLatent = (name) => latentValue(problem, name, coordinates, axes)
    out.set(logJoint(problem, rows.subarray(begin, end), axes, latent), begin)
  }
  return out
}
