/**
 * The optimizers: each a chain of transformations that ends in −rate.
 *
 *   sgd        θ ← θ − r g
 *   momentum   v ← μ v + g;  θ ← θ − r v                     (Nesterov: g + μ v)
 *   adam       m ← β1 m + (1 − β1) g;  s ← β2 s + (1 − β2) g²;  θ ← θ − r m̂ / (√ŝ + ε)      (Kingma and Ba, 2015)
 *   adamW      adam, and θ ← θ − r λ θ                       (Loshchilov and Hutter, 2019)
 *   rmsprop    s ← ρ s + (1 − ρ) g²;  θ ← θ − r g / (√s + ε)
 *   clipByGlobalNorm(c): u ← u min(1, c / ‖u‖)               clipByValue(c): u ← min(max(u, −c), c)
 *   optimistic   u ← 2 u − u', u' the update before                (Daskalakis et al., 2018)
 *   ema(d, o)  o, and the average θ̄ ← d θ̄ + (1 − d) θ kept beside it
 *
 * g is the gradient of the loss, so an objective is descended on with its sign turned. Each is declared by expressions on one
 * entry, in float32; what depends on the step alone is computed in float64. Tested in
 * tests/inference/optimizers/optimizers.test.ts against optax, and in running.test.ts against these formulas in float64.
 */

import { fail } from '../../dsl/error.js'
import { shown } from '../../dsl/shown.js'
import { add, div, type Expression, max, min, mul, sqrt, sub } from '../../runtime/fused/expression.js'
import { type Rate, scheduleOf } from './schedule.js'
import { fused, type Optimizer, optimizer, type Transformation } from './transformation.js'

/** u ← −rate(t) u. */
export const descend = (rate: Rate): Transformation => {
  const schedule = scheduleOf(rate)
  return fused(typeof rate === 'number' ? `−${rate}` : '−rate(t)', {
    scalars: { rate: ({ step }) => -schedule(step) },
    update: ({ u, scalars }) => ({ u: mul(scalars.rate, u), states: {} }),
  })
}

/** Plain gradient descent. */
export const sgd = (rate: Rate): Optimizer => ({
  ...optimizer(descend(rate)),
  description: `sgd(${show(rate)})`,
})

const show = (rate: Rate): string => (typeof rate === 'number' ? String(rate) : 'schedule')

const fraction = (name: string, x: number): number =>
  x >= 0 && x < 1
    ? x
    : fail('option', name, `${name} must lie in [0, 1), but ${shown(x)} was given`, 'a usual value is 0.9')

// Where gradients stay 0, averages decay for ever: soon to subnormal numbers, whose arithmetic is many times slower, and there
// they get stuck. What is kept from step to step is therefore either 0 or far enough from them.

/** x, to within an ulp from 1e-22 on, and rounded to a multiple of 2^-97 = 6e-30 below. */
const settled = (x: Expression): Expression => sub(add(x, 1e-22), 1e-22)

/** A mean of squares, at least 1e-32: its root, 1e-16, is nothing beside ε. */
const positiveSquare = (x: Expression): Expression => max(x, 1e-32)

/**
 * state ← d state + (1 − d) x, written as state + (1 − d) (x − state): in float32, d and 1 − d each rounded would no longer add
 * up to 1, and the average of a constant would drift.
 */
const moving = (decay: number, state: Expression, x: Expression): Expression =>
  add(state, mul(1 - decay, sub(x, state)))

/** v ← μ v + u; u ← v, or u + μ v for Nesterov. */
export const trace = (decay: number, nesterov = false): Transformation =>
  fused(`trace(${fraction('momentum', decay)})`, {
    states: ['v'],
    update: ({ u, states }) => {
      const v = settled(add(mul(decay, states.v), u))
      return { u: nesterov ? add(u, mul(decay, v)) : v, states: { v } }
    },
  })

/** Gradient descent with momentum. */
export const momentum = (
  rate: Rate,
  decay = 0.9,
  options: { readonly nesterov?: boolean } = {},
): Optimizer => ({
  ...optimizer(trace(decay, options.nesterov ?? false), descend(rate)),
  description: `momentum(${show(rate)}, ${decay})`,
})

/** Constants of adam. */
export interface AdamOptions {
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
}

/** u ← m̂ / (√ŝ + ε), both sides of the fraction times the square root of the correction of ŝ. */
export const scaleByAdam = ({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
}: AdamOptions = {}): Transformation =>
  fused(`adam moments(${fraction('beta1', beta1)}, ${fraction('beta2', beta2)})`, {
    states: ['m', 's'],
    scalars: {
      ratio: ({ step }) => Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step),
      epsilon: ({ step }) => epsilon * Math.sqrt(1 - beta2 ** step),
    },
    update: ({ u, states, scalars }) => {
      const m = settled(moving(beta1, states.m, u))
      const s = positiveSquare(moving(beta2, states.s, mul(u, u)))
      return { u: div(mul(scalars.ratio, m), add(sqrt(s), scalars.epsilon)), states: { m, s } }
    },
  })

/** Adam. */
export const adam = (rate: Rate, options: AdamOptions = {}): Optimizer => ({
  ...optimizer(scaleByAdam(options), descend(rate)),
  description: `adam(${show(rate)})`,
})

/** u ← 2 u − u', u' the update of the step before (u at the first): it counts on the opponent to go on as it did. */
export const optimistic = (): Transformation =>
  fused('optimistic', {
    states: ['before'],
    scalars: { first: ({ step }) => (step === 1 ? 1 : 0) },
    update: ({ u, states, scalars }) => {
      const before = add(states.before, mul(scalars.first, u))
      return { u: sub(mul(2, u), before), states: { before: u } }
    },
  })

/** Adam whose updates are optimistic, for games. Daskalakis et al., 2018, "Training GANs with optimism", algorithm 1. */
export const optimisticAdam = (rate: Rate, options: AdamOptions = {}): Optimizer => ({
  ...optimizer(scaleByAdam(options), descend(rate), optimistic()),
  description: `optimisticAdam(${show(rate)})`,
})

/** u ← u + λ θ. */
export const addWeightDecay = (decay: number): Transformation =>
  fused(`weight decay ${decay}`, {
    update: ({ u, theta }) => ({ u: add(u, mul(decay, theta)), states: {} }),
  })

/** Adam with decoupled weight decay. */
export const adamW = (
  rate: Rate,
  options: AdamOptions & { readonly weightDecay?: number } = {},
): Optimizer => ({
  ...optimizer(scaleByAdam(options), addWeightDecay(options.weightDecay ?? 1e-4), descend(rate)),
  description: `adamW(${show(rate)})`,
})

/** u ← u / (√s + ε). */
export const scaleByRms = (decay = 0.9, epsilon = 1e-8): Transformation =>
  fused(`rms(${fraction('decay', decay)})`, {
    states: ['s'],
    update: ({ u, states }) => {
      const s = positiveSquare(moving(decay, states.s, mul(u, u)))
      return { u: div(u, add(sqrt(s), epsilon)), states: { s } }
    },
  })

/** RMSprop. */
export const rmsprop = (
  rate: Rate,
  options: { readonly decay?: number; readonly epsilon?: number } = {},
): Optimizer => ({
  ...optimizer(scaleByRms(options.decay ?? 0.9, options.epsilon ?? 1e-8), descend(rate)),
  description: `rmsprop(${show(rate)})`,
})

/** Euclidean norm of all updates together. */
export const globalNorm = (updates: Readonly<Record<string, Float32Array>>): number => {
  let sum = 0
  for (const u of Object.values(updates)) for (let i = 0; i < u.length; i++) sum += (u[i] as number) ** 2
  return Math.sqrt(sum)
}

const positive = (name: string, x: number): number =>
  x > 0
    ? x
    : fail('option', name, `${name} must be positive, but ${shown(x)} was given`, 'a usual value is 1')

/** Scales all updates down together when their norm exceeds the bound. */
export const clipByGlobalNorm = (bound: number): Transformation =>
  fused(`clip norm ${positive('norm', bound)}`, {
    scalars: { factor: ({ norm }) => bound / Math.max(bound, norm) },
    needsNorm: true,
    update: ({ u, scalars }) => ({ u: mul(scalars.factor, u), states: {} }),
  })

/** Clips every entry to [−bound, bound]. */
export const clipByValue = (bound: number): Transformation =>
  fused(`clip ${positive('bound', bound)}`, {
    update: ({ u }) => ({ u: min(max(u, -bound), bound), states: {} }),
  })

/** The optimizer, with an exponential moving average of the parameters kept beside them (`fit.averaged`). */
export const ema = (decay: number, inner: Optimizer): Optimizer => ({
  ...inner,
  description: `ema(${fraction('decay', decay)}, ${inner.description})`,
  average: decay,
})
