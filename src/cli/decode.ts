/**
 * What a model shows: one run in which some sites are given, the sites in `means` take their mean, the rest is drawn.
 *
 *   prior samples      z drawn,         x = E[x | z]        a drawn x would add noise of its own to each pixel
 *   reconstructions    z = E[z | x],    x = E[x | z]
 *
 * Shapes: [n, ...event], flat. A site without a mean in closed form is drawn. Tested in tests/cli/decode.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { AnyDistribution, Moments } from '../dsl/distribution.js'
import { type AnyModel, datumAxis } from '../dsl/model.js'
import { tensorsOf } from '../dsl/params.js'
import { functionsOf, run } from '../dsl/run.js'
import type { Shape } from '../dsl/shape.js'
import { value } from '../dsl/space.js'
import type { AnyValue } from '../dsl/value.js'
import { noiseFromSeed } from '../runtime/noise.js'
import type { AllParams } from './parameterFile.js'

/** Which sites are given, which take their means, how many data there are, and the seed of what is drawn. */
export interface Reading {
  readonly params: AllParams
  readonly n: number
  readonly seed: number
  readonly means: readonly string[]
  /** Numbers of inputs and sites by name, n events each. */
  readonly fixed?: Readonly<Record<string, Float32Array>>
}

const meanOf = (d: AnyDistribution): AnyValue | undefined =>
  'mean' in d ? (d as unknown as Moments<Shape>).mean() : undefined

/** The numbers of one site or input of the run. */
export const readSite = (
  model: AnyModel,
  site: string,
  { params, n, seed, means, fixed = {} }: Reading,
): Float32Array => {
  const spread = tf.tidy(() => {
    const noise = noiseFromSeed(seed)
    const axes = [{ name: datumAxis, size: n }]
    const given = Object.fromEntries(
      Object.entries(model.given).map(([name, space]) => [name, value(space, fixed[name] as Float32Array)]),
    )
    const context = run(model, {
      functions: functionsOf(model.nets, tensorsOf(model.nets, params)),
      given,
      choose: (name, { space }, d) => {
        const known = fixed[name]
        if (known !== undefined) return value(space, known)
        return (means.includes(name) ? meanOf(d) : undefined) ?? d.sample(noise.child(name), axes)
      },
    })
    return (context[site] as AnyValue).tensor
  })
  const numbers = Float32Array.from(spread.dataSync())
  spread.dispose()
  return numbers
}
