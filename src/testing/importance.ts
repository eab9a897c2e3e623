/**
 * L_K, a tighter lower bound of log P(x) than L_b, for models whose evidence has no exact method:
 *
 *   L_K = E log (1/K) Σ_k p(x, z_k) / q(z_k | x),  z_k ~ q        L_b <= L_K <= log P(x)
 *
 * A law that L_b <= log P(x) is then tested as L_b <= L_K, which holds in expectation without any exact number.
 * Burda, Grosse and Salakhutdinov, 2016.
 */
import * as tf from '@tensorflow/tfjs'
import type { Dataset } from '../dsl/dataset.js'
import { batchOf } from '../dsl/dataset.js'
import type { Real } from '../dsl/domain.js'
import type { AnyModel } from '../dsl/model.js'
import { sub } from '../dsl/operations/arithmetic.js'
import { type AnyValue, logSumExpOver, toTypedArray, type Value } from '../dsl/value.js'
import { type Estimate, meanAndError } from '../inference/estimate.js'
import { logProb } from '../inference/logProb.js'
import { drawAxis, sample } from '../inference/sample.js'
import type { AnyParams } from './arbitraries/boundCase.js'

type Values = Readonly<Record<string, AnyValue>>
interface Inputs {
  readonly params: AnyParams
  readonly given: Values
}

const drawFrom = sample as unknown as (m: AnyModel, o: Inputs & { readonly n: number; readonly seed: number }) => Values
const density = logProb as unknown as (m: AnyModel, record: Values, o: Inputs) => Value<[], Real>

const pick = (from: Values, names: readonly string[]): Values =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])))

const siteNames = (m: AnyModel): readonly string[] => m.statements.flatMap((s) => (s.kind === 'site' ? [s.name] : []))

/** L_K of one datum, once for each seed. */
const once = (p: AnyModel, q: AnyModel, params: AnyParams, data: Dataset, row: number, draws: number, seed: number): number =>
  tf.tidy(() => {
    const x = batchOf(data, [row], (_, n) => new Float32Array(n).fill(0.5))
    const z = drawFrom(q, { params, given: pick(x, Object.keys(q.given)), n: draws, seed })
    const joint = density(p, pick({ ...x, ...z }, siteNames(p)), { params, given: pick(x, Object.keys(p.given)) })
    const proposal = density(q, z, { params, given: pick(x, Object.keys(q.given)) })
    const total = logSumExpOver(sub(joint, proposal) as Value<[], Real>, [drawAxis])
    return (toTypedArray(total)[0] as number) - Math.log(draws)
  })

/** L_K of one datum, with its standard error. */
export const importanceBound = (
  p: AnyModel,
  q: AnyModel,
  o: { readonly params: AnyParams; readonly data: Dataset; readonly row: number; readonly draws: number; readonly seed: number },
): Estimate =>
  meanAndError(Array.from({ length: 16 }, (_, k) => once(p, q, o.params, o.data, o.row, o.draws, 1000 * o.seed + k)))
