/** Gradients against central differences of the value itself, at one batch and one noise, on both backends. */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { flattenParams, type NamedArray } from '../../src/dsl/params.js'
import { type Batch, batchAt } from '../../src/inference/batches.js'
import { evaluateAt, evaluateWithGradients, findCulprit, uploadAll } from '../../src/inference/step.js'
import { useRuntime } from '../../src/runtime/backend.js'
import { keyFromSeed } from '../../src/runtime/keys.js'

const Z = g.real(2)
const X = g.binary(3)
const p = g.pipe(
  g.Do,
  g.nets({ decode: g.mlp(Z, [3], g.real(3), { activation: 'tanh' }) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
)
const q = g.pipe(
  g.given({ x: X }),
  g.nets({ encode: g.gaussian(X, [3], Z, { activation: 'tanh' }) }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)
const objective = g.elbo(p, q) as unknown as AnyObjective
const data = g.dataset(
  { x: X },
  {
    x: [
      [0, 1, 1],
      [1, 0, 0],
      [1, 1, 0],
      [0, 0, 1],
    ],
  },
)
const batch: Batch = batchAt(data, [0, 1, 2, 3], keyFromSeed(5))
const arrays = flattenParams(g.init({ nets: objective.nets }, 3) as Readonly<Record<string, g.NetParams>>)
const paths = Object.keys(arrays)

const withTensors = <A>(
  of: Readonly<Record<string, NamedArray>>,
  f: (t: Record<string, tf.Tensor>) => A,
): A => {
  const tensors = uploadAll(of)
  try {
    return f(tensors)
  } finally {
    tf.dispose(tensors)
  }
}

const valueAt = (of: Readonly<Record<string, NamedArray>>): number =>
  withTensors(of, (t) => evaluateAt(objective, t, batch))

const moved = (path: string, i: number, by: number) => {
  const array = arrays[path] as NamedArray
  const entries = array.data.slice()
  entries[i] = (entries[i] as number) + by
  return { ...arrays, [path]: { ...array, data: entries } }
}

describe.each(['cpu', 'wasm'] as const)('evaluateWithGradients on %s', (runtime) => {
  it('agrees with finite differences in every parameter', async () => {
    await g.orThrow(useRuntime(runtime))
    expect(tf.getBackend()).toBe(runtime)
    const { value, gradients } = withTensors(arrays, (t) => evaluateWithGradients(objective, t, paths, batch))
    expect(value).toBeCloseTo(valueAt(arrays), 5)
    // Rounding of a float32 value near 3 over 2h, and the h² term: 3 · 2⁻²⁴ / h + h² / 6 is below 1e-4 at h = 0.01.
    const h = 0.01
    for (const path of paths)
      for (let i = 0; i < (arrays[path] as NamedArray).data.length; i++) {
        const slope = (valueAt(moved(path, i, h)) - valueAt(moved(path, i, -h))) / (2 * h)
        expect(Math.abs(slope - (gradients[path]?.[i] as number)), `${path}[${i}]`).toBeLessThan(2e-4)
      }
  })

  it('gives frozen nets no gradient, and the others the same', async () => {
    await g.orThrow(useRuntime(runtime))
    const some = paths.filter((path) => path.startsWith('decode/'))
    const [all, own] = [paths, some].map((which) =>
      withTensors(arrays, (t) => evaluateWithGradients(objective, t, which, batch)),
    )
    expect(Object.keys(own?.gradients ?? {})).toEqual(some)
    expect(own?.value).toBe(all?.value)
    for (const path of some) expect(own?.gradients[path]).toEqual(all?.gradients[path])
  })

  it('leaves no tensor behind, and the parameters in place', async () => {
    await g.orThrow(useRuntime(runtime))
    withTensors(arrays, (t) => {
      evaluateWithGradients(objective, t, paths, batch)
      const before = tf.memory().numTensors
      evaluateWithGradients(objective, t, paths, batch)
      evaluateAt(objective, t, batch)
      findCulprit(objective, t, paths, batch)
      expect(tf.memory().numTensors).toBe(before)
      expect([...(t['decode/0/kernel'] as tf.Tensor).dataSync()]).toEqual([
        ...(arrays['decode/0/kernel'] as NamedArray).data,
      ])
    })
  })

  it('is repeatable bit for bit', async () => {
    await g.orThrow(useRuntime(runtime))
    const once = () => withTensors(arrays, (t) => evaluateWithGradients(objective, t, paths, batch))
    expect(once()).toEqual(once())
  })
})

describe('findCulprit', () => {
  it('finds nothing where all is finite', () => {
    expect(withTensors(arrays, (t) => findCulprit(objective, t, paths, batch))).toBeUndefined()
  })

  it('names the first term whose value is not finite', () => {
    const broken = moved('decode/1/bias', 0, Number.POSITIVE_INFINITY)
    expect(withTensors(broken, (t) => findCulprit(objective, t, paths, batch))).toMatchObject({
      site: 'x',
      what: 'value',
    })
  })

  it('names a term whose value is finite but whose gradient is not', () => {
    // d √s / ds is infinite at s = |m| = 0.
    const steep = g.pipe(
      g.given({ x: g.real() }),
      g.nets({ m: g.parameter(g.real(), { start: { kind: 'constant', value: 0 } }) }),
      g.bind('z', ({ m }) => g.normal({ loc: g.sqrt(g.abs(m())), scale: 1 })),
    )
    const model = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
    )
    const bound = g.elbo(model, steep) as unknown as AnyObjective
    const start = flattenParams(g.init({ nets: bound.nets }, 1) as Readonly<Record<string, g.NetParams>>)
    const points = batchAt(g.dataset({ x: g.real() }, { x: [1, 2] }), [0, 1], keyFromSeed(1))
    expect(withTensors(start, (t) => findCulprit(bound, t, ['m/value'], points))).toMatchObject({
      what: 'gradient',
      site: 'z',
    })
  })
})
