/** One objective at one batch and one noise, eagerly on tfjs and compiled on ONNX Runtime: value and gradients agree. */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import { GiryException } from '../../dsl/error.js'
import { compiledEngine } from '../../inference/compiled/engine.js'
import { fixedParameters } from '../../inference/engine.js'
import { fold, uniforms } from '../../runtime/keys.js'
import { loadOnnxRuntime } from '../../runtime/onnx/load.js'
import { batchOf, evaluated, type Setting, withTensors } from './setting.js'
import { judged, type LawVerdict, shown } from './verdict.js'

type Gradients = Readonly<Record<string, Float32Array>>
interface Both {
  readonly value: number
  readonly gradients: Gradients
}

const eagerNow = (s: Setting): Both =>
  withTensors(s, (tensors) => {
    const { value, gradients } = evaluated(s.o, tensors, Object.keys(s.arrays), batchOf(s, 0))
    return {
      value,
      gradients: Object.fromEntries(Object.entries(gradients).map(([path, g]) => [path, g.slice()])),
    }
  })

/** On tfjs's plain backend, which is the most accurate: its WASM kernels differ by 1e-5, and tip a relu over now and then. */
const eagerly = async <A>(f: () => A): Promise<A> => {
  const before = tf.getBackend()
  await tf.setBackend('cpu')
  try {
    return f()
  } finally {
    await tf.setBackend(before)
  }
}

/** The parameters, each changed by about a rounding of float32, up or down. */
const nudged = (s: Setting, seed: number): Setting => {
  const u = uniforms(fold(s.key, seed), 4096)
  const arrays = Object.entries(s.arrays).map(([path, { shape, data }], k) => {
    const up = (i: number) => (u[(31 * k + i) % u.length] as number) < 0.5
    return [path, { shape, data: data.map((x, i) => x * (up(i) ? 1 + 6e-8 : 1 - 6e-8)) }] as const
  })
  return { ...s, arrays: Object.fromEntries(arrays) }
}

/** Compiled; a sentence where there is no ONNX Runtime, or where the step cannot be compiled. */
const compiled = async (s: Setting): Promise<Both | string> => {
  const runtime = await loadOnnxRuntime('onnx', { threads: 1 })()
  if (E.isLeft(runtime)) return runtime.left.map((e) => e.message).join('; ')
  const engine = compiledEngine(fixedParameters(s.arrays), runtime.right)
  const gradients = Object.fromEntries(
    Object.entries(s.arrays).map(([path, a]) => [path, new Float32Array(a.data.length)]),
  )
  try {
    const paths = Object.keys(s.arrays)
    const batch = batchOf(s, 0)
    return {
      value: await (paths.length === 0 ? engine.value(s.o, batch) : engine.gradient(s.o, gradients, batch)),
      gradients,
    }
  } catch (e) {
    if (e instanceof GiryException) return e.errors.map((error) => error.message).join('; ')
    throw e
  } finally {
    await engine.dispose()
  }
}

const largest = (a: ArrayLike<number>): number =>
  Array.from(a).reduce((m, x) => (Number.isNaN(x) ? Number.NaN : Math.max(m, Math.abs(x))), 0)

/** Of the value relative to its size, of a gradient relative to its largest entry, but at least to 1 % of all gradients. */
const disagreement = (a: Both, b: Both): number => {
  const all = Math.max(...Object.values(a.gradients).map(largest), 1e-6)
  const gradients = Object.entries(a.gradients).map(
    ([path, g]) =>
      largest(g.map((x, i) => x - (b.gradients[path]?.[i] as number))) / Math.max(largest(g), 0.01 * all),
  )
  return Math.max(Math.abs(a.value - b.value) / Math.max(1, Math.abs(a.value)), ...gradients)
}

/** Compiled = eager, up to rounding. What cannot be compiled is not held against anything, and says why. */
export const agreesCompiled = async (s: Setting, tolerance = 1e-3): Promise<LawVerdict> => {
  const law = {
    subject: s.name,
    law: 'compiled = eager',
    remedy: 'a lowering is inaccurate, or the objective draws or counts for itself',
  }
  const found = await compiled(s)
  if (typeof found === 'string')
    return judged(law, 0, tolerance, `it does not compile, and runs eagerly: ${found}`)
  const eager = await eagerly(() => eagerNow(s))
  const difference = disagreement(eager, found)
  // Where float32 does not determine a gradient, that of tfjs moves as far when parameters are rounded otherwise.
  const moves =
    difference <= tolerance
      ? []
      : await eagerly(() => [1, 2, 3].map((k) => disagreement(eager, eagerNow(nudged(s, k)))))
  const bound = Math.max(tolerance, ...moves)
  return judged(
    law,
    difference,
    bound,
    `value and gradients of the compiled step differ from those of tfjs by ${shown(difference)} relative to their size, where ${shown(bound)} is allowed`,
  )
}
