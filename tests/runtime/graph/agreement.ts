/**
 * That a pass keeps what a graph computes: shapes and types exactly, numbers up to rounding.
 *
 * How much rounding may move a result depends on the graph (differences of near numbers, steps at zero). It is measured:
 * the graph is evaluated again with each node's result changed by up to 2e-6 relative, and the allowed error is 1e-5
 * relative plus ten times the greatest change seen.
 */
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Graph } from '../../../src/runtime/graph/graph.js'
import type { Numbers } from '../../../src/runtime/graph/kernels.js'
import { printGraph } from '../../../src/runtime/graph/print.js'
import { type Evaluated, evaluate } from './evaluate.js'
import { type Example, randomGraph } from './randomGraph.js'

const jitter = (seed: number) => (t: tf.Tensor) =>
  t.dtype === 'float32' ? tf.mul(t, tf.randomUniform(t.shape, 1 - 2e-6, 1 + 2e-6, 'float32', seed)) : t

const shaken = ({ graph, feeds }: Example): readonly Readonly<Record<string, Evaluated>>[] =>
  [1, 2].map((seed) => evaluate(graph, feeds, jitter(seed)))

const spread = (value: number, others: readonly number[]): number =>
  Math.max(
    ...others.map((other) => (Number.isNaN(other) ? Number.POSITIVE_INFINITY : Math.abs(other - value))),
  )

const wrongAt = (before: Numbers, after: Numbers, shakes: readonly Numbers[]): number =>
  before.findIndex((value, i) => {
    const other = after[i] as number
    const moved = spread(
      value,
      shakes.map((s) => s[i] as number),
    )
    if (!Number.isFinite(value)) return false
    return !(Object.is(value, other) || Math.abs(other - value) <= 1e-6 + 1e-5 * Math.abs(value) + 10 * moved)
  })

/** Both graphs give the same; where the first gives numbers, the second does. */
export const expectSame = (example: Example, after: Graph): void => {
  const before = evaluate(example.graph, example.feeds)
  const now = evaluate(after, example.feeds)
  const shakes = shaken(example)
  expect(Object.keys(now)).toEqual(Object.keys(before))
  for (const [name, { shape, dtype, value }] of Object.entries(before)) {
    const found = now[name] as Evaluated
    expect([found.dtype, ...found.shape]).toEqual([dtype, ...shape])
    const at = wrongAt(
      value,
      found.value,
      shakes.map((s) => (s[name] as Evaluated).value),
    )
    if (at >= 0)
      throw new Error(
        `${name}[${at}] is ${found.value[at]}, not ${value[at]}\n${printGraph(example.graph)}\n-- after --\n${printGraph(after)}`,
      )
  }
}

const sizes = [1, 1e20, 1e-20]

/** The same example, its inputs of magnitudes 1, 1e20 and 1e-20 in turn. */
const magnified = ({ graph, feeds }: Example, turn: number): Example => ({
  graph,
  feeds: Object.fromEntries(
    Object.entries(feeds).map(([name, value], i) => [
      name,
      value instanceof Float32Array ? value.map((x) => x * (sizes[(i + turn) % 3] as number)) : value,
    ]),
  ),
})

/** What is finite stays finite, with inputs of very different magnitudes. */
export const staysFinite = (pass: (graph: Graph) => Graph, numRuns = 100): void => {
  fc.assert(
    fc.property(randomGraph, fc.nat(2), (plain, turn) => {
      const example = magnified(plain, turn)
      const after = pass(example.graph)
      const before = evaluate(example.graph, example.feeds)
      const now = evaluate(after, example.feeds)
      const shakes = shaken(example)
      for (const [name, { value }] of Object.entries(before)) {
        const finite = (i: number): boolean =>
          [value, ...shakes.map((s) => (s[name] as Evaluated).value)].every((v) => Number.isFinite(v[i]))
        const at = value.findIndex((_, i) => finite(i) && !Number.isFinite(now[name]?.value[i]))
        if (at >= 0)
          throw new Error(
            `${name}[${at}] was ${value[at]}, is ${now[name]?.value[at]}\n${printGraph(example.graph)}\n-- after --\n${printGraph(after)}`,
          )
      }
    }),
    { numRuns },
  )
}

/** The pass keeps what random graphs compute. */
export const keepsResults = (pass: (graph: Graph) => Graph, numRuns = 100): void => {
  fc.assert(
    fc.property(randomGraph, (example) => {
      expectSame(example, pass(example.graph))
    }),
    { numRuns },
  )
}
