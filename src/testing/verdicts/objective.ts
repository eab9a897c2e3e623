/**
 * laws.objective(objective, data): what an estimator of a scalar owes, as a list of verdicts.
 *
 *   scale(c, J) = c J      plus(J, constant(c)) = J + c      minus(J, J) = 0        at one noise, value and gradient
 *   the mean over parts of the data is the mean over all, whatever the parts and their order        within standard errors
 *   one seed, one value        a net that J does not have is not read and gets no gradient
 *   compiled = eager           no tensor is left behind
 *
 * Tested in tests/testing/verdicts/objective.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { type AnyObjective, constant, minus, plus, scale } from '../../dsl/objective.js'
import { meanAndError } from '../../inference/estimate.js'
import { evaluateAt, evaluateWithGradients } from '../../inference/step.js'
import { permutation } from '../../runtime/keys.js'
import { agreesCompiled } from './compiled.js'
import {
  batchOf,
  evaluated,
  type ObjectiveLawOptions,
  rowsOf,
  type Setting,
  settingOf,
  withTensors,
} from './setting.js'
import { decided, equal, judged, type Law, type LawVerdict, shown } from './verdict.js'

/** Options of the laws of an objective. */
export interface ObjectiveLawsOptions extends ObjectiveLawOptions {
  /** Noises over which parts of the data are compared with all of it; 64 if left out. */
  readonly estimates?: number
}

const lawOf = (s: Setting, law: string, remedy: string): Law => ({ subject: s.name, law, remedy })

const valueAt = (s: Setting, o: AnyObjective, k = 0, rows = rowsOf(s)): number =>
  withTensors(s, (tensors) => evaluateAt(o, tensors, batchOf(s, k, rows)))

const isLinear = (s: Setting, options: ObjectiveLawsOptions): readonly LawVerdict[] => {
  const law = lawOf(
    s,
    'objectives add up',
    'evaluate must draw from env.noise.child(name) only, and keep nothing',
  )
  const value = valueAt(s, s.o)
  const pairs: readonly (readonly [string, number, number])[] = [
    ['scale(3, J)', valueAt(s, scale(3, s.o)), 3 * value],
    ['plus(J, constant(2))', valueAt(s, plus(s.o, constant(2)) as AnyObjective), value + 2],
    ['minus(J, J)', valueAt(s, minus(s.o, s.o) as AnyObjective), 0],
  ]
  return pairs.map(([what, found, expected]) =>
    equal(law, options, { what, found, other: `with J = ${shown(value)} it should be`, expected }),
  )
}

/** The mean over the parts of the data in another order, each part with its own noise. */
const overParts = (s: Setting, k: number): number => {
  const rows = rowsOf(s)
  const order = permutation(s.key, rows.length)
  const cut = Math.ceil(rows.length / 3)
  const parts = [order.slice(0, cut), order.slice(cut)].filter((p) => p.length > 0)
  return parts.reduce(
    (sum, part, i) => sum + (part.length * valueAt(s, s.o, 10_000 + 2 * k + i, part)) / rows.length,
    0,
  )
}

const isMeanOverData = (s: Setting, options: ObjectiveLawsOptions): readonly LawVerdict[] => {
  if (s.data === undefined || s.data.size < 2) return []
  const n = options.estimates ?? 64
  const [whole, parts] = [(k: number) => valueAt(s, s.o, k), (k: number) => overParts(s, k)].map((f) =>
    meanAndError(Array.from({ length: n }, (_, k) => f(k))),
  ) as [ReturnType<typeof meanAndError>, ReturnType<typeof meanAndError>]
  return [
    equal(
      lawOf(
        s,
        'the value is a mean over the data',
        'divide by the size of the batch, and let no datum see another',
      ),
      options,
      {
        what: `the mean over ${n} noises and all data`,
        found: whole.value,
        foundError: whole.standardError,
        other: 'over two parts of them in another order',
        expected: parts.value,
        expectedError: parts.standardError,
      },
    ),
  ]
}

const repeats = (s: Setting): LawVerdict => {
  const [a, b] = [valueAt(s, s.o, 5), valueAt(s, s.o, 5)]
  return decided(
    lawOf(s, 'one seed, one value', 'draw from env.noise, and from nothing else'),
    Object.is(a, b),
    Object.is(a, b) ? `two evaluations give ${shown(a)}` : `two evaluations of one seed give ${a} and ${b}`,
  )
}

/** A further net is not read: its gradient is 0, and numbers in it change nothing. */
const minds = (s: Setting): LawVerdict => {
  const bystander = 'bystander/value'
  const at = (x: number) =>
    withTensors(s, (tensors) => {
      const extra = tf.scalar(x)
      const found = evaluateWithGradients(s.o, { ...tensors, [bystander]: extra }, [bystander], batchOf(s, 1))
      extra.dispose()
      return { value: found.value, gradient: found.gradients[bystander]?.[0] as number }
    })
  const [a, b] = [at(0), at(1e3)]
  const holds = a.gradient === 0 && Object.is(a.value, b.value)
  return decided(
    lawOf(s, 'only its own nets matter', 'read the nets that the objective declares, by their names'),
    holds,
    holds
      ? 'a net that it does not declare has gradient 0'
      : `a net that it does not declare has gradient ${shown(a.gradient)} and moves the value by ${shown(b.value - a.value)}`,
  )
}

const staysFinite = (s: Setting): LawVerdict => {
  const { value, gradients } = withTensors(s, (tensors) =>
    evaluated(s.o, tensors, Object.keys(s.arrays), batchOf(s, 0)),
  )
  const bad = Object.entries(gradients).find(([, g]) => !g.every(Number.isFinite))
  return decided(
    lawOf(s, 'value and gradient are finite', 'look at log, sqrt, division and exp'),
    Number.isFinite(value) && bad === undefined,
    `the value is ${shown(value)}${bad === undefined ? '' : `, and the gradient by ${bad[0]} is not finite`}`,
  )
}

const leavesNothing = (s: Setting): LawVerdict => {
  const once = () => withTensors(s, (tensors) => evaluated(s.o, tensors, Object.keys(tensors), batchOf(s, 0)))
  once()
  const before = tf.memory().numTensors
  once()
  const left = tf.memory().numTensors - before
  return judged(
    lawOf(
      s,
      'no tensor is left behind',
      'do not keep tensors between evaluations (tf.keep, tf.variable, a cache)',
    ),
    Math.abs(left),
    0,
    `an evaluation leaves ${left} tensors behind`,
  )
}

/** The laws of an objective. */
export const objectiveLaws = async (
  objective: unknown,
  data: unknown,
  options: ObjectiveLawsOptions = {},
): Promise<readonly LawVerdict[]> => {
  const s = settingOf(objective, data, options)
  return [
    staysFinite(s),
    repeats(s),
    leavesNothing(s),
    minds(s),
    ...isLinear(s, options),
    ...isMeanOverData(s, options),
    await agreesCompiled(s, options.tolerance),
  ]
}
