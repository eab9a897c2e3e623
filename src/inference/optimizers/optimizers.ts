/**
 * The optimizers: each a chain of transformations that ends in −rate.
 *
 *   sgd        θ ← θ − r g
 *   momentum   v ← μ v + g;  θ ← θ − r v                     (Nesterov: g + μ v)
 *   adam       m ← β1 m + (1 − β1) g;  s ← β2 s + (1 − β2) g²;  θ ← θ − r m̂ / (√ŝ + ε)      (Kingma and Ba, 2015)
 *   adamW      adam, and θ ← θ − r λ θ                       (Loshchilov and Hutter, 2019)
 *   rmsprop    s ← ρ s + (1 − ρ) g²;  θ ← θ − r g / (√s + ε)
 *   clipByGlobalNorm(c): u ← u min(1, c / ‖u‖)               clipByValue(c): u ← min(max(u, −c), c)
 *   ema(d, o)  o, and the average θ̄ ← d θ̄ + (1 − d) θ kept beside it
 *
 * g is the gradient of the loss, so an objective is descended on with its sign turned. Reference values from optax in
 * tests/inference/optimizers/optimizers.test.ts.
 */
import { fail } from '../../dsl/error.js'
import { type Rate, scheduleOf } from './schedule.js'
import { type Optimizer, optimizer, stateless, type Transformation, zerosLike } from './transformation.js'

/** u ← −rate(t) u. */
export const descend = (rate: Rate): Transformation => {
  const schedule = scheduleOf(rate)
  return stateless(typeof rate === 'number' ? `−${rate}` : '−rate(t)', (u, _path, { step }) => {
    const r = -schedule(step)
    for (let i = 0; i < u.length; i++) u[i] = r * (u[i] as number)
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
    : fail('option', name, `${name} must lie in [0, 1), but ${x} was given`, 'a usual value is 0.9')

/** v ← μ v + u; u ← v, or u + μ v for Nesterov. */
export const trace = (decay: number, nesterov = false): Transformation => ({
  description: `trace(${fraction('momentum', decay)})`,
  init: (params) => {
    const velocity = zerosLike(params)
    return (updates) => {
      for (const [path, u] of Object.entries(updates)) {
        const v = velocity[path] as Float32Array
        for (let i = 0; i < u.length; i++) {
          const next = decay * (v[i] as number) + (u[i] as number)
          v[i] = next
          u[i] = nesterov ? (u[i] as number) + decay * next : next
        }
      }
    }
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

/** u ← m̂ / (√ŝ + ε). */
export const scaleByAdam = ({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
}: AdamOptions = {}): Transformation => ({
  description: `adam moments(${fraction('beta1', beta1)}, ${fraction('beta2', beta2)})`,
  init: (params) => {
    const first = zerosLike(params)
    const second = zerosLike(params)
    return (updates, { step }) => {
      const c1 = 1 / (1 - beta1 ** step)
      const c2 = 1 / (1 - beta2 ** step)
      for (const [path, u] of Object.entries(updates))
        adamPass(u, first[path] as Float32Array, second[path] as Float32Array, beta1, beta2, c1, c2, epsilon)
    }
  },
})

// One pass over three arrays: the hot loop of most training runs.
const adamPass = (
  u: Float32Array,
  m: Float32Array,
  s: Float32Array,
  beta1: number,
  beta2: number,
  c1: number,
  c2: number,
  epsilon: number,
): void => {
  for (let i = 0; i < u.length; i++) {
    const g = u[i] as number
    const mi = beta1 * (m[i] as number) + (1 - beta1) * g
    const si = beta2 * (s[i] as number) + (1 - beta2) * g * g
    m[i] = mi
    s[i] = si
    u[i] = (c1 * mi) / (Math.sqrt(c2 * si) + epsilon)
  }
}

/** Adam. */
export const adam = (rate: Rate, options: AdamOptions = {}): Optimizer => ({
  ...optimizer(scaleByAdam(options), descend(rate)),
  description: `adam(${show(rate)})`,
})

/** u ← u + λ θ. */
export const addWeightDecay = (decay: number): Transformation =>
  stateless(`weight decay ${decay}`, (u, path, { params }) => {
    const p = params[path] as Float32Array
    for (let i = 0; i < u.length; i++) u[i] = (u[i] as number) + decay * (p[i] as number)
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
export const scaleByRms = (decay = 0.9, epsilon = 1e-8): Transformation => ({
  description: `rms(${fraction('decay', decay)})`,
  init: (params) => {
    const second = zerosLike(params)
    return (updates) => {
      for (const [path, u] of Object.entries(updates)) {
        const s = second[path] as Float32Array
        for (let i = 0; i < u.length; i++) {
          const g = u[i] as number
          const next = decay * (s[i] as number) + (1 - decay) * g * g
          s[i] = next
          u[i] = g / (Math.sqrt(next) + epsilon)
        }
      }
    }
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
  x > 0 ? x : fail('option', name, `${name} must be positive, but ${x} was given`, 'a usual value is 1')

/** Scales all updates down together when their norm exceeds `norm`. */
export const clipByGlobalNorm = (norm: number): Transformation => ({
  description: `clip norm ${positive('norm', norm)}`,
  init: () => (updates) => {
    const factor = norm / Math.max(norm, globalNorm(updates))
    if (factor < 1)
      for (const u of Object.values(updates))
        for (let i = 0; i < u.length; i++) u[i] = factor * (u[i] as number)
  },
})

/** Clips every entry to [−bound, bound]. */
export const clipByValue = (bound: number): Transformation =>
  stateless(`clip ${positive('bound', bound)}`, (u) => {
    for (let i = 0; i < u.length; i++) u[i] = Math.min(bound, Math.max(-bound, u[i] as number))
  })

/** The optimizer, with an exponential moving average of the parameters kept beside them (`fit.averaged`). */
export const ema = (decay: number, inner: Optimizer): Optimizer => ({
  ...inner,
  description: `ema(${fraction('decay', decay)}, ${inner.description})`,
  average: decay,
})
