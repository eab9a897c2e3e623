/**
 * sample(model, { params, given, n, seed }): n draws of every site per given datum, each site from noise of its own name.
 *
 *   { [site]: Value } with the axes draw (n) and datum (where data is given); without n, one draw and no axis `draw`
 *
 * Without nets `params` may be left out; a missing net does not compile.
 * Errors: tags `params`, `data`. Tested in tests/inference/sample.test.ts.
 */

import * as tf from '@tensorflow/tfjs'
import { fail } from '../dsl/error.js'
import { datumAxis, type Model, type Site, type SiteNames } from '../dsl/model.js'
import { run, sitesIn } from '../dsl/run.js'
import { shown } from '../dsl/shown.js'
import type { ValueIn } from '../dsl/space.js'
import { type AnyValue, type Axis, unionAxes } from '../dsl/value.js'
import { noiseFromSeed } from '../runtime/noise.js'
import { functionsAt, givenValues, type NeedsGiven, type NeedsParams } from './inputs.js'

/** How many draws, and from which seed. */
export interface DrawOptions {
  /** Draws per given datum; 1 without an axis `draw` if left out. */
  readonly n?: number
  /** The seed; 0 if left out. */
  readonly seed?: number
}

/** The values of the sites of a model. */
export type SiteValues<R> = {
  readonly [K in SiteNames<R>]: R[K] extends { readonly space: infer X } ? ValueIn<X> : never
}

/** The axis of independent draws. */
export const drawAxis = 'draw'

/** The axis of n draws. */
export const drawAxes = (n: number | undefined): readonly Axis[] => {
  if (n === undefined) return []
  if (!Number.isInteger(n) || n < 1)
    fail(
      'option',
      'n',
      `n must be a whole number >= 1, but ${shown(n)} was given`,
      'ask for at least one draw',
    )
  return [{ name: drawAxis, size: n }]
}

/** The axes of a site: the draws, the given data, its plates. */
export const siteAxes = (site: Site, draws: readonly Axis[], data: readonly Axis[]): readonly Axis[] => [
  ...draws,
  ...(site.scope === 'datum' ? data : []),
  ...site.plates,
]

/** The axis of the data among given values, and those that are fixed. */
export const datumAxes = (
  given: Readonly<Record<string, AnyValue>>,
  fixed: readonly AnyValue[] = [],
): readonly Axis[] => unionAxes([...Object.values(given), ...fixed]).filter((a) => a.name === datumAxis)

/** The values that `condition` fixed. */
export const fixedValues = (model: Model): readonly AnyValue[] =>
  Object.values(model.observed ?? {}).map((of) => of())

/** Independent draws of every site of the model. */
export const sample = <T, G, R>(
  model: Model<T, G, R>,
  options: DrawOptions & NeedsParams<T> & NeedsGiven<G>,
): SiteValues<R> => {
  const draws = drawAxes(options.n)
  return tf.tidy(() => {
    const given = givenValues(model.given, options.given)
    const data = datumAxes(given, fixedValues(model))
    const noise = noiseFromSeed(options.seed ?? 0)
    const context = run(model, {
      functions: functionsAt(model.nets, options.params),
      given,
      choose: (name, site, d, observed) =>
        observed ?? d.sample(noise.child(name), siteAxes(site, draws, data)),
    })
    return sitesIn(model, context) as never
  }) as unknown as SiteValues<R>
}
