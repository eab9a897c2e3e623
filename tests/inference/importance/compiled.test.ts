/** Every bound on importance weights: compiled = eager to 1e-5, no tensor is leaked, and a second derivative is refused in words. */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../../src/dsl/dataset.js'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { flattenParams, type NetParams } from '../../../src/dsl/params.js'
import { batchAt, noiseOnly } from '../../../src/inference/batches.js'
import { cubo, cuboExponential } from '../../../src/inference/cubo.js'
import { iwae } from '../../../src/inference/iwae.js'
import { renyi } from '../../../src/inference/renyi.js'
import { sleep } from '../../../src/inference/sleep.js'
import { evaluateAt, uploadAll } from '../../../src/inference/step.js'
import { tailAdaptive } from '../../../src/inference/tailAdaptive.js'
import { tvo } from '../../../src/inference/tvo.js'
import { wakePhi, wakeTheta } from '../../../src/inference/wake.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import { compiled, disagreement, eagerly } from '../compiled/agree.js'
import { sentences, untyped } from './untyped.js'

const Z = g.real(2)
const X = g.binary(5)
const p = g.pipe(
  g.Do,
  g.nets({ decode: g.mlp(Z, [4], g.real(5)) }),
  g.bind('c', () => g.bernoulli({ probs: 0.3 })),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ c, z, decode }) => g.bernoulli({ logits: g.add(decode(z), c) })),
)
const q = g.pipe(
  g.given({ x: X }),
  g.nets({ guess: g.dense(X, g.real()), encode: g.gaussian(X, [4], Z) }),
  g.bind('c', ({ x, guess }) => g.bernoulli({ logits: guess(x) })),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)
// Without a discrete latent.
const smooth = g.pipe(
  g.Do,
  g.nets({ decode: g.mlp(Z, [4], g.real(5)) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
)
const ofSmooth = g.pipe(
  g.given({ x: X }),
  g.nets({ encode: g.gaussian(X, [4], Z) }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)

const K = { particles: 3 }
const objectives: readonly (readonly [string, AnyObjective])[] = [
  ['iwae', untyped(iwae)(p, q, K)],
  ['iwae, vimco', untyped(iwae)(p, q, { ...K, sites: { c: 'vimco' } })],
  ['iwae, score', untyped(iwae)(p, q, { ...K, sites: { c: 'score', z: 'vimco' } })],
  ['iwae, DReG', untyped(iwae)(p, q, { ...K, sites: { z: 'doublyReparameterized' } })],
  ['iwae, STL', untyped(iwae)(p, q, { ...K, sites: { z: 'stickingTheLanding' } })],
  ['renyi', untyped(renyi)(p, q, { ...K, alpha: 0.5 })],
  ['renyi, α = 1', untyped(renyi)(p, q, { ...K, alpha: 1, sites: { c: 'vimco' } })],
  ['renyi, DReG', untyped(renyi)(p, q, { ...K, alpha: -1, sites: { z: 'doublyReparameterized' } })],
  ['cubo', untyped(cubo)(p, q, K)],
  ['cubo, exponential', untyped(cuboExponential)(p, q, { ...K, offset: -4, sites: { c: 'score' } })],
  ['tail-adaptive', untyped(tailAdaptive)(smooth, ofSmooth, K)],
  ['wakeTheta', untyped(wakeTheta)(p, q, K)],
  ['wakePhi', untyped(wakePhi)(p, q, { ...K, sites: { c: 'score' } })],
  ['wakePhi, DReG', untyped(wakePhi)(p, q, { ...K, sites: { z: 'doublyReparameterized' } })],
  ['sleep', untyped(sleep)(p, q, K)],
  ['tvo', untyped(tvo)(p, q, { ...K, partitions: 3 })],
  ['tvo, upper', untyped(tvo)(p, q, { ...K, partitions: [0.1], bound: 'upper', sites: { c: 'score' } })],
]

const rows = Array.from({ length: 6 }, (_, i) =>
  Array.from({ length: 5 }, (_, j) => Number((i * 5 + j * 3) % 4 < 2)),
)
const paramsOf = (o: AnyObjective) =>
  flattenParams(g.init({ nets: o.nets }, 5) as Readonly<Record<string, NetParams>>)
const batchOf = (o: AnyObjective) =>
  Object.keys(o.data).length === 0
    ? noiseOnly(6, keyFromSeed(9)).at(0)
    : batchAt(dataset(o.data, { x: rows } as never), Int32Array.from([0, 1, 2, 3, 4, 5]), keyFromSeed(9))

describe('compiled = eager', () => {
  it.each(objectives)('%s', async (_, o) => {
    const [arrays, batch] = [paramsOf(o), batchOf(o)]
    expect(disagreement(await eagerly(o, arrays, batch), await compiled(o, arrays, batch))).toBeLessThan(1e-5)
  })
})

describe('memory', () => {
  it.each(objectives)('%s leaks no tensor', (_, o) => {
    const tensors = uploadAll(paramsOf(o))
    const before = tf.memory().numTensors
    evaluateAt(o, tensors, batchOf(o))
    expect(tf.memory().numTensors).toBe(before)
    tf.dispose(tensors)
  })
})

describe('a gradient that is differentiated in turn', () => {
  it('is refused where the method is an estimator of first derivatives only', () => {
    const twice = (o: AnyObjective) => {
      const tensors = uploadAll(paramsOf(o))
      const asked: AnyObjective = { ...o, evaluate: (env) => o.evaluate({ ...env, twice: true }) }
      const found = sentences(() => evaluateAt(asked, tensors, batchOf(o)))
      tf.dispose(tensors)
      return found
    }
    const of = (sites: object) => twice(untyped(iwae)(p, q, { ...K, sites }))
    expect(of({})).toEqual([])
    expect(of({ c: 'vimco' })).toEqual([
      "site 'c': consensus and unrolled differentiate a gradient, but 'vimco' gives first derivatives only",
    ])
    expect(of({ z: 'doublyReparameterized' })).toEqual([
      "site 'z': consensus and unrolled differentiate a gradient, but 'doublyReparameterized' gives first derivatives only",
    ])
  })
})
