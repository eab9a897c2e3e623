/**
 * Fake data of a trained game, and what its critic says of places.
 *
 *   fakes     x ~ the generator, n of them: block by block, each from a seed of its own
 *   scores    D(x) for given x, where the critic judges one datum of the data's space at a time
 *
 * A generator that is told the class gets the classes 0, 1, …, K − 1 in turn. Shapes: [n, ...event], flat.
 * Tested in tests/cli/games/draws.test.ts.
 */

import * as tf from '@tensorflow/tfjs'
import type { AnyEventSpace } from '../../dsl/distribution.js'
import { fail } from '../../dsl/error.js'
import { type AnyModel, sitesOf } from '../../dsl/model.js'
import { tensorsOf } from '../../dsl/params.js'
import { functionsOf, run } from '../../dsl/run.js'
import { sizeOf } from '../../dsl/shape.js'
import { value } from '../../dsl/space.js'
import type { AnyValue } from '../../dsl/value.js'
import type { BuiltGame } from '../../models/family.js'
import { fold, integers, keyFromSeed } from '../../runtime/keys.js'
import { netsOf } from '../built.js'
import { readSite } from '../decode.js'
import type { AllParams } from '../parameterFile.js'

/** A trained game. */
export interface Played {
  readonly built: BuiltGame
  readonly params: AllParams
}

/** The site of a datum in every family. */
export const DATUM = 'x'
const BLOCK = 500

/** Numbers of one datum. */
export const datumSize = ({ fake }: BuiltGame): number => {
  const site = fake.statements.find(({ name }) => name === DATUM)
  return site?.kind === 'site' ? sizeOf(site.site.space.shape) : 0
}

const MOST_CLASSES = 1000

/** How many classes a space of labels has: the first whole number that is none of them. */
const classesOf = ({ domain }: AnyEventSpace): number => {
  let k = 1
  while (k < MOST_CLASSES && domain.outside([k], []) === undefined) k++
  return k
}

/** Classes in turn, for an input of a generator that is told the class. */
const inputsOf = (fake: AnyModel, n: number): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(
    Object.entries(fake.given).map(([name, space]) => [
      name,
      Float32Array.from({ length: n }, (_, i) => i % classesOf(space)),
    ]),
  )

/** n fake data. */
export const fakes = ({ built, params }: Played, n: number, seed: number): Float32Array => {
  const out = new Float32Array(n * datumSize(built))
  const seeds = integers(fold(keyFromSeed(seed), 'fakes'), Math.ceil(n / BLOCK))
  let at = 0
  seeds.forEach((blockSeed, i) => {
    const count = Math.min(BLOCK, n - i * BLOCK)
    const fixed = inputsOf(built.fake, count)
    const block = readSite(built.fake, DATUM, { params, n: count, seed: blockSeed, means: [], fixed })
    out.set(block, at)
    at += block.length
  })
  return out
}

const SCORED = 4096

type Contest = NonNullable<BuiltGame['contest']>

/** Whether the critic judges single data of the space, rather than pairs, classes or codes. */
const judgesData = ({ real }: Contest): boolean =>
  Object.keys(real.given).join() === DATUM && sitesOf(real).length === 0

const scoresOf = (
  { real, score }: Contest,
  functions: Readonly<Record<string, unknown>>,
  x: AnyValue,
): Float32Array | undefined => {
  const choose = (name: string): never =>
    fail('model', name, `'${name}' is drawn, so D is no function of x`, '')
  const context = { ...functions, ...run(real, { functions, given: { [DATUM]: x }, choose }) }
  const { axes, tensor } = score(context as never)
  // A critic of packs has one score for several data.
  return axes[0]?.size === x.axes[0]?.size ? (tensor.dataSync() as Float32Array) : undefined
}

/** What the critic says of n data x, or undefined where it judges something else than one datum. */
export const scores = ({ built, params }: Played, x: Float32Array): Float32Array | undefined => {
  const { contest } = built
  const space = contest?.real.given[DATUM]
  if (contest === undefined || space === undefined || !judgesData(contest)) return undefined
  const size = sizeOf(space.shape)
  const out = new Float32Array(x.length / size)
  for (let from = 0; from < out.length; from += SCORED) {
    const block = tf.tidy(() => {
      const functions = functionsOf(netsOf(built), tensorsOf(netsOf(built), params))
      return scoresOf(contest, functions, value(space, x.slice(from * size, (from + SCORED) * size)))
    })
    if (block === undefined) return undefined
    out.set(block, from)
  }
  return out
}
