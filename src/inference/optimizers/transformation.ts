/**
 * Optimizers as composable transformations of updates, on named float32 arrays.
 *
 *   u_0 = gradient of the loss;  u_i = transformation_i(u_{i−1});  θ ← θ + u_k
 *
 * A transformation rewrites the updates in place and may keep state per array; `optimizer` runs several in order. So
 * adam(r) = optimizer(scaleByAdam(), descend(r)), and clipping goes in front. State is plain data, made by `init`;
 * an optimizer itself is immutable and can be used by many fits. The design follows optax (DeepMind).
 *
 * Those of this library are declared by expressions (`fused`): whatever stands side by side in a chain runs as one loop. One
 * that is written in JavaScript is called between two loops.
 * Tested in tests/inference/optimizers/*.test.ts.
 */
import { startChain } from './chain.js'
import type { Arrays, FusedPart, Program, Running, StepContext } from './parts.js'

export type { Arrays, Running, StepContext } from './parts.js'

/** Starts a transformation, with fresh state for these parameters. */
export interface Start {
  (params: Arrays): Running
  /** The parts of one that is declared by expressions, for fusing. */
  readonly program?: Program
}

/** A transformation of updates. */
export interface Transformation {
  readonly description: string
  /** Starts it, with fresh state for these parameters. */
  readonly init: Start
}

/** An optimizer: a transformation that ends in a descent step, and how the parameters are averaged, if they are. */
export interface Optimizer extends Transformation {
  readonly tag: 'optimizer'
  /** Decay of the exponential moving average of the parameters. */
  readonly average?: number
}

/** The parts of a transformation; one in JavaScript is a part by itself. */
export const programOf = ({ init }: Transformation): Program => init.program ?? [{ tag: 'plain', init }]

/** A program started by itself, on arrays that live elsewhere: they are copied in and out. */
const startOf = (program: Program): Start =>
  Object.assign(
    (params: Arrays): Running => {
      const chain = startChain(program, params)
      const own = [chain.blocks.views(0), chain.blocks.views(1)] as const
      return (updates, context) => {
        copy(own[0], updates)
        copy(own[1], context.params)
        chain.run(context.step, 1)
        copy(updates, own[0])
      }
    },
    { program },
  )

const copy = (to: Arrays, from: Arrays): void => {
  for (const [path, a] of Object.entries(to)) a.set(from[path] as Float32Array)
}

/** Transformations in order. */
export const optimizer = (...parts: readonly (Transformation | Optimizer)[]): Optimizer => {
  const average = parts.map((p) => ('average' in p ? p.average : undefined)).find((a) => a !== undefined)
  return {
    tag: 'optimizer',
    description: parts.map((p) => p.description).join(' ∘ '),
    init: startOf(parts.flatMap(programOf)),
    ...(average === undefined ? {} : { average }),
  }
}

/** A transformation that is declared by expressions; without states and scalars unless they are given. */
export const fused = <State extends string = never, Scalar extends string = never>(
  description: string,
  part: Partial<FusedPart<State, Scalar>> & Pick<FusedPart<State, Scalar>, 'update'>,
): Transformation => {
  const whole = { tag: 'fused', states: [], scalars: {}, needsNorm: false, ...part }
  return { description, init: startOf([whole as unknown as FusedPart]) }
}

/** A transformation without state in JavaScript, array by array: u ← f(u, context). */
export const stateless = (
  description: string,
  f: (u: Float32Array, path: string, context: StepContext) => void,
): Transformation => ({
  description,
  init: () => (updates, context) => {
    for (const [path, u] of Object.entries(updates)) f(u, path, context)
  },
})
