/**
 * Random small graphs, over the kernels that the passes rewrite, and numbers to feed them.
 *
 * A graph is grown from a list of choices: each takes a kernel and values that fit it from what is there already, so
 * that lists shrink to small graphs.
 */
import fc from 'fast-check'
import { sizeOf } from '../../../src/dsl/shape.js'
import { type Builder, builder } from '../../../src/runtime/graph/builder.js'
import type { Graph, Node } from '../../../src/runtime/graph/graph.js'
import type { Numbers } from '../../../src/runtime/graph/kernels.js'
import type { Chooser, Growth } from './growth.js'
import { singles } from './growthKernels.js'
import { patterns } from './growthPatterns.js'

/** A graph and what to feed it. */
export interface Example {
  readonly graph: Graph
  readonly feeds: Readonly<Record<string, Numbers>>
}

const shapes = [[], [3], [2, 3], [1, 3], [2, 1], [4, 2, 3], [3, 2], [1], [4, 1, 3]] as const
const growths: readonly Growth[] = [...patterns, ...patterns, ...singles]

const sources = (build: Builder): void => {
  shapes.forEach((shape, i) => {
    build.input(`x${i}`, shape, 'float32')
  })
  build.input('b', [2, 3], 'bool')
}

const chooser = (build: Builder, choices: readonly number[]): Chooser => {
  let next = 0
  const below = (n: number): number => (choices[next++ % choices.length] as number) % n
  return {
    build,
    below,
    pick: (fits = () => true, dtype = 'float32') => {
      const found = build.nodes.flatMap((n, at) =>
        n.dtype === dtype && n.shape.length <= 4 && sizeOf(n.shape) <= 96 && fits(n) ? [at] : [],
      )
      // Mostly what was made last, so that chains grow.
      const recent = below(3) > 0 ? found.slice(-4) : found
      return recent.length === 0 ? undefined : recent[below(recent.length)]
    },
  }
}

const outputsOf = (nodes: readonly Node[], count: number): Graph['outputs'] =>
  Object.fromEntries(
    Array.from(
      { length: Math.min(count, nodes.length) },
      (_, i) => [`out${i}`, nodes.length - 1 - 2 * i] as const,
    ).filter(([, ref]) => ref >= 0),
  )

const grown = (choices: readonly (readonly number[])[], outputs: number): Graph => {
  const build = builder()
  sources(build)
  for (const [kernel = 0, ...rest] of choices) growths[kernel % growths.length]?.(chooser(build, rest))
  return { nodes: build.nodes, outputs: outputsOf(build.nodes, outputs) }
}

const fed = (seed: number): Example['feeds'] => {
  let state = seed
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const floats = shapes.map(
    (shape, i) => [`x${i}`, Float32Array.from({ length: sizeOf(shape) }, () => 4 * next() - 2)] as const,
  )
  return Object.fromEntries<Numbers>([
    ...floats,
    ['b', Uint8Array.from({ length: 6 }, () => (next() < 0.5 ? 0 : 1))],
  ])
}

/** Random graphs with feeds. */
export const randomGraph: fc.Arbitrary<Example> = fc
  .record({
    choices: fc.array(fc.array(fc.nat({ max: 9999 }), { minLength: 10, maxLength: 14 }), {
      minLength: 1,
      maxLength: 25,
    }),
    outputs: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(),
  })
  .map(({ choices, outputs, seed }) => ({ graph: grown(choices, outputs), feeds: fed(seed) }))
