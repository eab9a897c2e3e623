/**
 * Random nets from real vectors to real vectors: dense, mlp with every activation, chains, spectral normalization.
 *
 *   networks() : Arbitrary<Net<Real[n] → Real[m]>>, n and m up to 4; `randomParams({ nets: { net } }, seed)` fills them
 */
import * as fc from 'fast-check'
import type { Real } from '../../dsl/domains/marks.js'
import type { Net } from '../../dsl/net.js'
import type { Activation } from '../../dsl/nets/activation.js'
import { chain } from '../../dsl/nets/chain.js'
import { dense, mlp } from '../../dsl/nets/dense.js'
import { spectralNorm } from '../../dsl/nets/spectralNorm.js'
import { real } from '../../dsl/space.js'
import type { Value } from '../../dsl/value.js'

/** A net from one real vector to another. */
export type RealNet = Net<(x: Value<[number], Real>) => Value<[number], Real>>

const size = fc.integer({ min: 1, max: 4 })
const activation: fc.Arbitrary<Activation> = fc.constantFrom(
  'relu',
  'tanh',
  'sigmoid',
  'softplus',
  'elu',
  'leakyRelu',
  'gelu',
  'silu',
)

/** Random nets. */
export const networks = (): fc.Arbitrary<RealNet> =>
  fc
    .tuple(size, size, size, activation, fc.constantFrom('dense', 'mlp', 'chain', 'spectral'))
    .map(([n, h, m, act, kind]) => {
      if (kind === 'dense') return dense(real(n), real(m))
      if (kind === 'mlp') return mlp(real(n), [h], real(m), { activation: act })
      return kind === 'chain'
        ? chain(dense(real(n), real(h)), dense(real(h), real(m)))
        : spectralNorm(mlp(real(n), [h], real(m), { activation: act }))
    }) as fc.Arbitrary<RealNet>
