/**
 * Random finite kernels between labels: a chain of sites, each of which may depend on the inputs and all sites before it.
 *
 *   s_i ~ Categorical(probs = row of a table, chosen by the values before)      masses k/n with n <= 81, zeros among them
 *
 * Used by the laws of src/testing/laws/kernel.ts.
 */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { categorical } from '../../dsl/distributions/categorical.js'
import { type AnyKernel, kernelOf } from '../../dsl/kernel.js'
import { marginal } from '../../dsl/kernels/category.js'
import { pointCount } from '../../dsl/kernels/finite.js'
import type { Givens, Model } from '../../dsl/model.js'
import { bind, given } from '../../dsl/notation.js'
import { lift } from '../../dsl/operations/lift.js'
import { category, simplex } from '../../dsl/space.js'
import type { AnyValue } from '../../dsl/value.js'

/** Sizes of finite spaces, by name: `{ x: 2, y: 3 }` is a pair of labels. */
export type Labels = Readonly<Record<string, number>>

const spacesOf = (labels: Labels): Givens =>
  Object.fromEntries(Object.entries(labels).map(([name, k]) => [name, category(k)]))

/** Probability vectors of k entries, zeros among them. */
const masses = (k: number): fc.Arbitrary<readonly number[]> =>
  fc
    .array(fc.nat({ max: 9 }), { minLength: k, maxLength: k })
    .map((ws) => (ws.every((w) => w === 0) ? ws.map(() => 1) : ws))
    .map((ws) => ws.map((w) => w / ws.reduce((a, b) => a + b, 0)))

/** The row of a table at these labels, the first most significant. */
const lookUp = (
  table: readonly (readonly number[])[],
  k: number,
  sizes: readonly number[],
  at: readonly AnyValue[],
) =>
  lift(
    simplex(k),
    (...labels: readonly tf.Tensor[]) => {
      const index = labels.reduce<tf.Tensor>(
        (n, label, i) => tf.add(tf.mul(n, sizes[i] as number), label),
        tf.scalar(0),
      )
      return tf.gather(
        tf.tensor2d(
          table.map((row) => [...row]),
          [table.length, k],
        ),
        tf.cast(index, 'int32'),
      )
    },
    { elementwise: true },
  )(...at)

/** One more site, which depends on all inputs and all sites before it. */
const withSite =
  (before: Labels, name: string, k: number, table: readonly (readonly number[])[]) =>
  (model: Model): Model => {
    const sizes = Object.values(before)
    const draw = (context: Readonly<Record<string, AnyValue>>) =>
      categorical({
        probs: lookUp(
          table,
          k,
          sizes,
          Object.keys(before).map((n) => context[n] as AnyValue),
        ),
      })
    return bind(name as never, draw as never)(model)
  }

/** Kernels from these labels to those; every other one draws a further, hidden label first. */
export const finiteKernel = (inputs: Labels, outputs: Labels): fc.Arbitrary<AnyKernel> =>
  fc.integer({ min: 1, max: 2 }).chain((hidden) => {
    const sites: Labels = hidden > 1 ? { hidden, ...outputs } : outputs
    const order = Object.entries({ ...inputs, ...sites })
    const tables = Object.keys(sites).map((name) => {
      const before = order.slice(
        0,
        order.findIndex(([n]) => n === name),
      )
      const rows = pointCount(spacesOf(Object.fromEntries(before)))
      return fc
        .array(masses(sites[name] as number), { minLength: rows, maxLength: rows })
        .map((table) => withSite(Object.fromEntries(before), name, sites[name] as number, table))
    })
    return fc
      .tuple(...tables)
      .map((steps) => steps.reduce<Model>((m, step) => step(m), given(spacesOf(inputs))))
      .map((model) => marginal(kernelOf(model) as unknown as AnyKernel, Object.keys(outputs)) as AnyKernel)
  })
