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
import type { Dataset } from '../../dsl/dataset.js'
import type { EventSpace } from '../../dsl/distribution.js'
import type { AnyModel } from '../../dsl/model.js'
import { tensorsOf } from '../../dsl/params.js'
import { functionsOf } from '../../dsl/run.js'
import { sizeOf } from '../../dsl/shape.js'
import { value } from '../../dsl/space.js'
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

/** The inputs of a generator that is told the class: the classes in turn. */
export const inputsOf = (
  { fake, classes = 1 }: BuiltGame,
  n: number,
): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(
    Object.keys(fake.given).map((name) => [name, Float32Array.from({ length: n }, (_, i) => i % classes)]),
  )

/** n fake data. */
export const fakes = ({ built, params }: Played, n: number, seed: number): Float32Array => {
  const out = new Float32Array(n * datumSize(built))
  const seeds = integers(fold(keyFromSeed(seed), 'fakes'), Math.ceil(n / BLOCK))
  let at = 0
  seeds.forEach((blockSeed, i) => {
    const count = Math.min(BLOCK, n - i * BLOCK)
    const fixed = inputsOf(built, count)
    const block = readSite(built.fake, DATUM, { params, n: count, seed: blockSeed, means: [], fixed })
    out.set(block, at)
    at += block.length
  })
  return out
}

const SCORED = 4096

/** What the critic says of n data x, or undefined where it judges something else than one datum. */
export const scores = ({ built, params }: Played, x: Float32Array): Float32Array | undefined => {
  const { surface } = built
  const space = (built.game.data as Readonly<Record<string, EventSpace>>)[DATUM]
  if (surface === undefined || space === undefined) return undefined
  const nets = only(netsOf(built), surface.nets)
  const size = sizeOf(space.shape)
  const out = new Float32Array(x.length / size)
  for (let from = 0; from < out.length; from += SCORED) {
    const block = tf.tidy(() => {
      const given = value(space, x.slice(from * size, (from + SCORED) * size))
      return surface.score(functionsOf(nets, tensorsOf(nets, params)), given).tensor.dataSync()
    })
    out.set(block as Float32Array, from)
  }
  return out
}

const only = (nets: AnyModel['nets'], names: readonly string[]): AnyModel['nets'] =>
  Object.fromEntries(Object.entries(nets).filter(([name]) => names.includes(name)))

/** The numbers of a data set, at most n data of them. */
export const numbersOf = ({ columns }: Dataset, n = Number.POSITIVE_INFINITY): Float32Array => {
  const { elements } = columns[DATUM] ?? {}
  if (elements === undefined) return new Float32Array(0)
  return elements.data.subarray(0, Math.min(n, elements.count) * (elements.data.length / elements.count))
}
