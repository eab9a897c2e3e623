/**
 * Five steps on f(x) = ½ Σ a_i x_i² + Σ sin x_i, a = (1, 2, 3), from (1, −2, 3), rate 0.1, against optax 0.2.8 on JAX 0.10.2 in
 * float64: `u, s = opt.update(jax.grad(f)(x), s, x); x = optax.apply_updates(x, u)`, the call beside each row.
 */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { globalNorm } from '../../../src/inference/optimizers/optimizers.js'
import { startOptimizer } from '../../../src/inference/optimizers/running.js'

const run = (o: g.Optimizer, steps = 5): readonly number[] => {
  const x = Float32Array.of(1, -2, 3)
  const update = o.init({ x })
  for (let step = 1; step <= steps; step++) {
    const u = x.map((v, i) => (i + 1) * v + Math.cos(v))
    update({ x: u }, { step, params: { x } })
    for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) + (u[i] as number)
  }
  return [...x]
}

/** The same in one pass over the parameters, as `fit` runs it. */
const runFused = (o: g.Optimizer, steps = 5): readonly number[] => {
  const running = startOptimizer(o, { x: { data: Float32Array.of(1, -2, 3) } }, 'min')
  for (let step = 1; step <= steps; step++) {
    running.parameters().x?.forEach((v, i) => {
      running.gradients.x?.set([(i + 1) * v + Math.cos(v)], i)
    })
    running.step()
  }
  return [...(running.parameters().x ?? [])]
}

const reference: readonly (readonly [string, g.Optimizer, readonly number[]])[] = [
  ['optax.sgd(0.1)', g.sgd(0.1), [0.27594482, -0.76449274, 0.4453182]],
  ['optax.sgd(0.1, momentum=0.9)', g.momentum(0.1, 0.9), [-0.81076105, 0.8261646, -2.42150994]],
  [
    'optax.sgd(0.1, momentum=0.9, nesterov=True)',
    g.momentum(0.1, 0.9, { nesterov: true }),
    [-1.01062672, 0.27508376, -1.24750421],
  ],
  ['optax.adam(0.1)', g.adam(0.1), [0.50081641, -1.50438909, 2.50180672]],
  [
    'optax.adamw(0.1, weight_decay=0.01)',
    g.adamW(0.1, { weightDecay: 0.01 }),
    [0.49683639, -1.49552322, 2.48789406],
  ],
  ['optax.rmsprop(0.1, decay=0.9, eps=1e-8)', g.rmsprop(0.1), [-0.00350708, -1.09759717, 2.00189058]],
  [
    'optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(0.1))',
    g.optimizer(g.clipByGlobalNorm(1), g.sgd(0.1)),
    [0.91201529, -1.76322405, 2.56851191],
  ],
  [
    'optax.chain(optax.clip(0.5), optax.sgd(0.1))',
    g.optimizer(g.clipByValue(0.5), g.sgd(0.1)),
    [0.75, -1.75, 2.75],
  ],
  [
    'optax.adam(optax.exponential_decay(0.1, 10, 0.5)), whose count starts at 0',
    g.adam((t) => g.exponentialDecay(0.1, 0.5, 10)(t - 1)),
    [0.56320596, -1.5658073, 2.56396742],
  ],
]

describe('optimizers', () => {
  it.each(reference)('%s', (_call, optimizer, expected) => {
    for (const found of [run(optimizer), runFused(optimizer)])
      found.forEach((x, i) => {
        expect(Math.abs(x - (expected[i] as number))).toBeLessThan(2e-6)
      })
  })

  it('keep no state between fits', () => {
    const o = g.adam(0.1)
    expect(run(o)).toEqual(run(o))
  })

  it('clip by the norm of all arrays together', () => {
    const updates = { a: Float32Array.of(3), b: Float32Array.of(4) }
    g.clipByGlobalNorm(1).init(updates)(updates, { step: 1, params: updates })
    expect(globalNorm(updates)).toBeCloseTo(1, 6)
    expect(updates.a[0]).toBeCloseTo(0.6, 6)
  })

  it('refuse senseless constants with a sentence', () => {
    expect(() => g.adam(-1)).toThrow('a learning rate must be a positive number, but -1 was given')
    expect(() => g.sgd(Number.NaN)).toThrow('a learning rate must be a positive number, but NaN was given')
    expect(() => g.momentum(0.1, 1.5)).toThrow('momentum must lie in [0, 1), but 1.5 was given')
    expect(() => g.ema(1, g.sgd(1))).toThrow('decay must lie in [0, 1), but 1 was given')
    expect(() => g.clipByGlobalNorm(0)).toThrow('norm must be positive, but 0 was given')
  })
})

describe('schedules', () => {
  it('have the values of their formulas', () => {
    expect([0, 5, 10, 20].map(g.linearSchedule(1, 0, 10))).toEqual([1, 0.5, 0, 0])
    expect(g.exponentialDecay(2, 0.25, 10)(5)).toBeCloseTo(1, 12)
    expect([0, 5, 10, 15].map(g.cosineSchedule(1, 10)).map((x) => Math.round(x * 1e6) / 1e6)).toEqual([
      1, 0.5, 0, 0,
    ])
    expect([1, 2, 4, 8].map(g.warmup(4, 0.1)).map((x) => Math.round(x * 1e6) / 1e6)).toEqual([
      0.025, 0.05, 0.1, 0.1,
    ])
  })

  it('refuse numbers of which no schedule can be made', () => {
    const said = (f: () => unknown): string => {
      try {
        f()
      } catch (e) {
        return (e as Error).message.split('\n')[0] as string
      }
      return ''
    }
    expect(said(() => g.linearSchedule(0, 1, 0))).toBe(
      'steps of linearSchedule must be a number > 0, but 0 was given',
    )
    expect(said(() => g.linearSchedule(0, Number.NaN, 10))).toBe(
      'end of linearSchedule must be a finite number, but NaN was given',
    )
    expect(said(() => g.exponentialDecay(Infinity, 0.5, 10))).toBe(
      'rate of exponentialDecay must be a finite number, but Infinity was given',
    )
    expect(said(() => g.cosineSchedule(1, -1))).toBe(
      'steps of cosineSchedule must be a number > 0, but -1 was given',
    )
    expect(said(() => g.warmup(Number.NaN, 0.1))).toBe(
      'steps of warmup must be a number > 0, but NaN was given',
    )
    expect(g.warmup(0, 0.1)(1)).toBe(0.1)
    expect(said(() => g.cyclicalSchedule({ from: Number.NaN, steps: 10 }))).toBe(
      'from of cyclicalSchedule must be a finite number, but NaN was given',
    )
  })
})
