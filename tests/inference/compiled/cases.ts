/** A VAE of random sizes, activation and gradient method, with its minibatch. */
import * as g from 'giry'
import type { activations } from '../../../src/dsl/nets/activation.js'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { type Batch, batchAt } from '../../../src/inference/batches.js'
import { keyFromSeed, uniforms } from '../../../src/runtime/keys.js'

/** Names of activations. */
export type Names = keyof typeof activations

/** What varies. */
export interface Sizes {
  readonly activation: Names
  readonly hidden: readonly number[]
  readonly latent: number
  readonly size: number
  readonly method: 'pathwise' | 'score'
  readonly seed: number
}

/** The bound and a batch of 5 rows. */
export const agreementOf = (s: Sizes): { readonly objective: AnyObjective; readonly batch: Batch } => {
  const Z = g.real(s.latent)
  const X = g.binary(s.size)
  const p = g.pipe(
    g.Do,
    g.nets({ decode: g.mlp(Z, [...s.hidden], g.real(s.size), { activation: s.activation }) }),
    g.bind('z', () => g.standardNormal(s.latent)),
    g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
  )
  const q = g.pipe(
    g.given({ x: X }),
    g.nets({ encode: g.gaussian(X, [...s.hidden], Z, { activation: s.activation }) }),
    g.bind('z', ({ x, encode }) => g.normal(encode(x))),
  )
  const objective = g.elbo(p, q, { sites: { z: s.method } }) as unknown as AnyObjective
  const x = uniforms(keyFromSeed(s.seed + 1), 5 * s.size).map((u) => (u < 0.5 ? 1 : 0))
  const rows = Array.from({ length: 5 }, (_, i) => Array.from(x.subarray(i * s.size, (i + 1) * s.size)))
  const data = g.dataset({ x: X }, { x: rows as never })
  return { objective, batch: batchAt(data, [0, 1, 2, 3, 4], keyFromSeed(s.seed)) }
}
