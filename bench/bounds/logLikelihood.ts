/**
 * The log likelihood of test images by importance sampling, one number for each image, in nats.
 *
 *   L_S = log (1/S) Σ_s p(x, z_s) / q(z_s | x),   z_s ~ q(z | x),      in blocks:  L_S = log (1/C) Σ_c exp L_block,c
 *
 * A lower bound in expectation that S = 5,000 makes tight to a few hundredths of a nat (Burda et al., appendix). Bits of the images
 * and noise depend on the seed, the image and the block only, so different parameters are compared on the same draws.
 */
import type { Dataset } from '../../src/dsl/dataset.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { flattenParams, type NetParams } from '../../src/dsl/params.js'
import * as g from '../../src/index.js'
import { fixedParameters } from '../../src/inference/engine.js'
import { startEngine } from '../../src/inference/startEngine.js'
import { fold, keyFromSeed } from '../../src/runtime/keys.js'
import { p, q } from './model.js'

/** What to evaluate. */
export interface LikelihoodOptions {
  readonly data: Dataset
  readonly images: number
  readonly samples: number
  readonly seed: number
  readonly threads: number
  readonly tell?: (image: number, mean: number) => void
}

/** Draws in one evaluation of the graph: small enough for the cache of one core. */
const BLOCK = 500

const logMeanExp = (xs: readonly number[]): number => {
  const top = Math.max(...xs)
  return top + Math.log(xs.reduce((a, x) => a + Math.exp(x - top), 0) / xs.length)
}

/** L_S of the first images. */
export const logLikelihoods = async (
  params: Readonly<Record<string, NetParams>>,
  { data, images, samples, seed, threads, tell }: LikelihoodOptions,
): Promise<readonly number[]> => {
  const block = Math.min(BLOCK, samples)
  const objective = g.iwae(p, q, { particles: block }) as unknown as AnyObjective
  const key = fold(keyFromSeed(seed), 'log likelihood')
  const batch = (image: number, c: number) => ({
    data: { set: data, rows: [image], key: fold(fold(key, 'bits'), image) },
    noise: fold(fold(fold(key, 'noise'), image), c),
    size: 1,
    dataSize: 1,
  })
  const { engine, notices } = await g.orThrow(
    startEngine(fixedParameters(flattenParams(params)), {
      runtime: 'onnx-node',
      threads,
      prepare: (e) => e.prepare(objective, [], { size: 1, dataSize: 1 }),
    }),
  )
  for (const notice of notices) console.log(notice)
  const values: number[] = []
  for (let image = 0; image < images; image++) {
    const parts: number[] = []
    for (let c = 0; c < samples / block; c++) parts.push(await engine.value(objective, batch(image, c)))
    values.push(logMeanExp(parts))
    tell?.(image + 1, values.reduce((a, b) => a + b, 0) / values.length)
  }
  await engine.dispose()
  return values
}
