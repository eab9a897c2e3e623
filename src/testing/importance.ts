/**
 * L_K, a tighter lower bound of log P(x) than L_b, for models whose evidence has no exact method:
 *
 *   L_K = E log (1/K) Σ_k p(x, z_k) / q(z_k | x),  z_k ~ q        L_b <= L_K <= log P(x)
 *
 * A law that L_b <= log P(x) is then tested as L_b <= L_K, which holds in expectation without any exact number.
 * One evaluation has all rows and K draws of each; its cost is that of p and q at rows × K points, `repeats` times.
 * Burda, Grosse and Salakhutdinov, 2016.
 */
import * as tf from '@tensorflow/tfjs'
import type { Dataset } from '../dsl/dataset.js'
import { batchOf } from '../dsl/dataset.js'
import type { Real } from '../dsl/domains/marks.js'
import { type AnyModel, datumAxis } from '../dsl/model.js'
import { sub } from '../dsl/operations/arithmetic.js'
import { type AnyValue, expandAxes, logSumExpOver, sumOver, toTypedArray, type Value } from '../dsl/value.js'
import { type Estimate, meanAndError } from '../inference/estimate.js'
import { logProb } from '../inference/logProb.js'
import { drawAxis, sample } from '../inference/sample.js'
import type { AnyParams } from './arbitraries/boundCase.js'

type Values = Readonly<Record<string, AnyValue>>
interface Inputs {
  readonly params: AnyParams
  readonly given: Values
}

const drawFrom = sample as unknown as (
  m: AnyModel,
  o: Inputs & { readonly n: number; readonly seed: number },
) => Values
const density = logProb as unknown as (m: AnyModel, record: Values, o: Inputs) => Value<[], Real>

const pick = (from: Values, names: readonly string[]): Values =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])))

const siteNames = (m: AnyModel): readonly string[] =>
  m.statements.flatMap((s) => (s.kind === 'site' ? [s.name] : []))

/** What L_K is evaluated at. */
export interface ImportanceOptions {
  readonly params: AnyParams
  readonly data: Dataset
  readonly rows: ArrayLike<number>
  readonly draws: number
  /** Independent evaluations, which the standard errors are made of. */
  readonly repeats: number
  readonly seed: number
  /** Whether the rows are one evidence, as where latents are shared, or each has its own. */
  readonly together: boolean
}

/** log p − log q of each row, or of all together: shared sites count 1/N in each of the N rows. */
const logWeight = (p: AnyModel, q: AnyModel, o: ImportanceOptions, seed: number): Value<[], Real> => {
  const x = batchOf(o.data, o.rows, (_, n) => new Float32Array(n).fill(0.5))
  const inputs = (m: AnyModel) => ({ params: o.params, given: pick(x, Object.keys(m.given)) })
  const z = drawFrom(q, { ...inputs(q), n: o.draws, seed })
  const joint = density(p, pick({ ...x, ...z }, siteNames(p)), inputs(p))
  const ratio = sub(joint, density(q, z, inputs(q))) as Value<[], Real>
  const each = expandAxes(ratio, [{ name: datumAxis, size: o.rows.length }])
  return o.together ? sumOver(each, [datumAxis]) : each
}

/** One L_K for each row, or one for all, per datum. */
const once = (p: AnyModel, q: AnyModel, o: ImportanceOptions, seed: number): readonly number[] =>
  tf.tidy(() => {
    const totals = toTypedArray(logSumExpOver(logWeight(p, q, o, seed), [drawAxis]))
    return Array.from(totals, (total) => (total - Math.log(o.draws)) / (o.together ? o.rows.length : 1))
  })

/** L_K per datum with its standard error, for each row; one for all rows where they are `together`. */
export const importanceBound = (p: AnyModel, q: AnyModel, o: ImportanceOptions): readonly Estimate[] => {
  const all = Array.from({ length: o.repeats }, (_, k) => once(p, q, o, 1000 * o.seed + k))
  return (all[0] ?? []).map((_, i) => meanAndError(all.map((bounds) => bounds[i] as number)))
}
