/** Weights that follow the updates: schedules in elbo and scale, eager and compiled; what holds outside of a fit. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../src/dsl/dataset.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets } from '../../src/dsl/notation.js'
import { type AnyObjective, scale } from '../../src/dsl/objective.js'
import { mul } from '../../src/dsl/operations/arithmetic.js'
import { exp } from '../../src/dsl/operations/functions.js'
import { flattenParams, type NetParams } from '../../src/dsl/params.js'
import { real } from '../../src/dsl/space.js'
import { type Batch, batchAt } from '../../src/inference/batches.js'
import { compiledEngine } from '../../src/inference/compiled/engine.js'
import { elbo } from '../../src/inference/elbo.js'
import { fixedParameters } from '../../src/inference/engine.js'
import { evaluate } from '../../src/inference/evaluate.js'
import { orThrow, fit as train } from '../../src/inference/fit.js'
import { init } from '../../src/inference/init.js'
import { sgd } from '../../src/inference/optimizers/optimizers.js'
import { cyclicalSchedule, linearSchedule } from '../../src/inference/optimizers/schedule.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import { loadOnnxRuntime } from '../../src/runtime/onnx/load.js'
import { compiled, disagreement, eagerly } from './compiled/agree.js'
import { sentences } from './sentences.js'

const p = pipe(
  Do,
  nets({ slope: parameter(real(), { start: { kind: 'constant', value: 0.8 } }) }),
  bind('z', () => standardNormal()),
  bind('x', ({ z, slope }) => normal({ loc: mul(slope(), z), scale: 0.5 })),
)
const q = pipe(
  given({ x: real() }),
  nets({ gain: parameter(real()), spread: parameter(real()) }),
  bind('z', ({ x, gain, spread }) => normal({ loc: mul(gain(), x), scale: exp(spread()) })),
)
const data = { x: [0.7, -1.2, 0.3, 2] }
const any = (o: unknown): AnyObjective => o as AnyObjective
const arraysOf = (o: AnyObjective) => flattenParams(init(o, 3) as Readonly<Record<string, NetParams>>)
const batchOf = (o: AnyObjective, step?: number): Batch => ({
  ...batchAt(dataset(o.data, data as never), [0, 1, 2, 3], keyFromSeed(4)),
  ...(step === undefined ? {} : { step }),
})

const annealed = any(elbo(p, q, { beta: linearSchedule(0, 2, 100) }))

describe('an annealed weight', () => {
  it('is at update t what a fixed weight of that number is, to the bit', async () => {
    for (const t of [1, 25, 50, 100, 1000]) {
      const fixed = any(elbo(p, q, { beta: linearSchedule(0, 2, 100)(t) }))
      const arrays = arraysOf(fixed)
      const [a, b] = [
        await eagerly(annealed, arrays, batchOf(annealed, t)),
        await eagerly(fixed, arrays, batchOf(fixed)),
      ]
      expect(a).toEqual(b)
    }
  })

  it('is compiled = eager at every update: the step is fed, not recorded', async () => {
    const loaded = await orThrow(loadOnnxRuntime('onnx-node', { threads: 1 }))
    const arrays = arraysOf(annealed)
    const into = Object.fromEntries(
      Object.entries(arrays).map(([path, a]) => [path, new Float32Array(a.data.length)]),
    )
    const engine = compiledEngine(fixedParameters(arrays), loaded)
    const values: number[] = []
    for (const t of [1, 25, 100, undefined]) {
      const batch = batchOf(annealed, t)
      const value = await engine.gradient(annealed, into, batch)
      expect(disagreement(await eagerly(annealed, arrays, batch), { value, gradients: into })).toBeLessThan(
        1e-5,
      )
      values.push(value)
    }
    await engine.dispose()
    // One graph, several weights; once training is over, the last.
    expect(new Set(values.slice(0, 3)).size).toBe(3)
    expect(values[3]).toBe(values[2])
  })

  it('follows the steps of a fit', async () => {
    const seen: number[] = []
    const noting = (t: number): number => {
      seen.push(t)
      return 0
    }
    const o = elbo(p, q, { beta: noting })
    seen.length = 0
    await orThrow(train(o, { data, steps: 5, batch: 4, optimizer: sgd(1e-3), runtime: 'cpu' }))
    expect(seen).toEqual([1, 2, 3, 4, 5])
    seen.length = 0
    await orThrow(
      train(o, { data, steps: 5, batch: 4, optimizer: sgd(1e-3), runtime: 'onnx', heldOut: data }),
    )
    expect(seen.filter((t) => t !== Infinity)).toEqual([1, 2, 3, 4, 5])
  })

  it('is a number at every step: NaN on the way is a fault of the schedule, eager and compiled', async () => {
    const o = elbo(p, q, { beta: (t) => (t === 3 ? Number.NaN : 1) })
    for (const runtime of ['cpu', 'onnx'] as const) {
      const run = await train(o, { data, steps: 5, batch: 4, optimizer: sgd(1e-3), runtime })()
      expect(run).toMatchObject({
        left: [{ tag: 'option', message: 'the fit stopped: a schedule gives NaN at step 3' }],
      })
    }
  })

  it('trains alike, eager and compiled', async () => {
    const run = (runtime: 'cpu' | 'onnx') =>
      orThrow(
        train(annealed as never, {
          data: data as never,
          steps: 60,
          batch: 3,
          seed: 2,
          optimizer: sgd(0.05),
          runtime,
        }),
      )
    const [a, b] = [await run('cpu'), await run('onnx')]
    a.history.forEach((h, i) => {
      expect(
        Math.abs((h.values.objective as number) - (b.history[i]?.values.objective as number)),
      ).toBeLessThan(1e-4)
    })
  })

  it('is at its end on held-out data and in evaluate', async () => {
    const params = init(annealed, 3) as never
    const at = (o: AnyObjective) =>
      orThrow(evaluate(o as never, { params, data: data as never, runtime: 'cpu' }))
    expect(await at(annealed)).toBe(await at(any(elbo(p, q, { beta: 2 }))))
    const fitted = await orThrow(
      train(annealed as never, {
        data: data as never,
        heldOut: data as never,
        steps: 1,
        params,
        optimizer: sgd(1e-9),
        runtime: 'cpu',
      }),
    )
    expect(fitted.diagnostics.heldOut).toBeCloseTo(await at(annealed), 5)
  })
})

describe('scale by a schedule', () => {
  it('is scale by its number at each update', async () => {
    const o = any(elbo(p, q))
    const scaled = any(scale(linearSchedule(0, 1, 10), o))
    const arrays = arraysOf(o)
    const [at5, whole] = [await eagerly(scaled, arrays, batchOf(o, 5)), await eagerly(o, arrays, batchOf(o))]
    expect(at5.value).toBeCloseTo(whole.value / 2, 6)
    expect(disagreement(at5, await compiled(scaled, arrays, batchOf(o, 5)))).toBeLessThan(1e-5)
  })
})

describe('cyclicalSchedule', () => {
  it('rises linearly in the first part of each cycle, stays at its end, and after the last', () => {
    const s = cyclicalSchedule({ steps: 40, cycles: 4, rise: 0.5 })
    expect([1, 2, 5, 6, 10, 11, 12, 36, 40, 41, Infinity].map(s)).toEqual([
      0, 0.2, 0.8, 1, 1, 0, 0.2, 1, 1, 1, 1,
    ])
    const t = cyclicalSchedule({ from: 0.5, to: 2, steps: 10, cycles: 1, rise: 1 })
    expect([1, 6].map(t)).toEqual([0.5, 1.25])
  })

  it('is refused without steps', () => {
    expect(sentences(() => cyclicalSchedule({ steps: 0 }))).toEqual([
      'a cyclical schedule has steps > 0, a whole number of cycles >= 1 and 0 < rise <= 1, but 0, 4 and 0.5 were given',
    ])
  })
})

describe('sentences', () => {
  it('a weight is a number >= 0, at the beginning and at the end', () => {
    expect(sentences(() => elbo(p, q, { beta: () => Number.NaN }))).toEqual([
      'beta is a schedule that must give a number >= 0, but at step 1 it gives NaN',
      'beta is a schedule that must give a number >= 0, but at step Infinity it gives NaN',
    ])
    expect(sentences(() => elbo(p, q, { beta: (t) => Math.sin(t) }))).toEqual([
      'beta is a schedule that must give a number >= 0, but at step Infinity it gives NaN',
    ])
    expect(sentences(() => elbo(p, q, { beta: 'slowly' as never }))).toEqual([
      "beta must be a number >= 0, but 'slowly' was given",
    ])
  })
})
