/**
 * Optimizers as composable transformations of updates, on named float32 arrays.
 *
 *   u_0 = gradient of the loss;  u_i = transformation_i(u_{i−1});  θ ← θ + u_k
 *
 * A transformation rewrites the updates in place and may keep state per array; `optimizer` runs several in order. So
 * adam(r) = optimizer(scaleByAdam(), descend(r)), and clipping goes in front. State is plain data, made by `init`;
 * an optimizer itself is immutable and can be used by many fits. The design follows optax (DeepMind).
 * Tested in tests/inference/optimizers/*.test.ts.
 */

/** Named arrays. */
export type Arrays = Readonly<Record<string, Float32Array>>

/** What a transformation may look at. */
export interface StepContext {
  /** Number of the update, from 1. */
  readonly step: number
  /** Parameters before the update. */
  readonly params: Arrays
}

/** A running transformation: rewrites the updates in place. */
export type Running = (updates: Arrays, context: StepContext) => void

/** A transformation of updates. */
export interface Transformation {
  readonly description: string
  /** Starts it, with fresh state for these parameters. */
  readonly init: (params: Arrays) => Running
}

/** An optimizer: a transformation that ends in a descent step, and how the parameters are averaged, if they are. */
export interface Optimizer extends Transformation {
  readonly tag: 'optimizer'
  /** Decay of the exponential moving average of the parameters. */
  readonly average?: number
}

/** Transformations in order. */
export const optimizer = (...parts: readonly (Transformation | Optimizer)[]): Optimizer => {
  const average = parts.map((p) => ('average' in p ? p.average : undefined)).find((a) => a !== undefined)
  return {
    tag: 'optimizer',
    description: parts.map((p) => p.description).join(' ∘ '),
    init: (params) => {
      const running = parts.map((p) => p.init(params))
      return (updates, context) => {
        for (const r of running) r(updates, context)
      }
    },
    ...(average === undefined ? {} : { average }),
  }
}

/** A transformation without state, entry by entry: u ← f(u, context). */
export const stateless = (
  description: string,
  f: (u: Float32Array, path: string, context: StepContext) => void,
): Transformation => ({
  description,
  init: () => (updates, context) => {
    for (const [path, u] of Object.entries(updates)) f(u, path, context)
  },
})

/** Zeroed arrays of the same sizes. */
export const zerosLike = (arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([path, a]) => [path, new Float32Array(a.length)]))
