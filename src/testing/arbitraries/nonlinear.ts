/**
 * Random models with a one- or two-dimensional latent and a nonlinear likelihood, whose evidence is a quadrature.
 *
 *   z ~ N(0, I_K), K = 1 or 2        h = tanh(U z + u)        x | z ~ Bernoulli(logits = V h + v) or N(V h + v, t²)
 *   q: z | x ~ N(A x + a, r²)
 */
import * as fc from 'fast-check'
import { bernoulli } from '../../dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../dsl/distributions/normal.js'
import { positive as positiveDomain } from '../../dsl/domain.js'
import { dense, mlp } from '../../dsl/nets/dense.js'
import { binary, real } from '../../dsl/space.js'
import {
  type AnyContext,
  type AnyReal,
  arrayOf,
  type BoundCase,
  bindAny,
  constantOf,
  emptyModel,
  givenAny,
  netsAny,
  seeds,
} from './boundCase.js'
import { type Matrix, transposed } from './matrix.js'
import { streamOf } from './stream.js'

/** An affine map: one row of weights, and one bias, for each entry of the result. */
export interface Affine {
  readonly weights: Matrix
  readonly bias: readonly number[]
}

/** The numbers of a nonlinear model. */
export interface NonlinearFacts {
  readonly likelihood: 'bernoulli' | 'normal'
  readonly hidden: Affine
  readonly output: Affine
  /** t, for a normal likelihood. */
  readonly noise: number
  readonly proposal: Affine & { readonly scale: readonly number[] }
}

type Call = (x: unknown) => AnyReal

const layer = (f: Affine, prefix = '') => ({
  [`${prefix}kernel`]: arrayOf([(f.weights[0] ?? []).length, f.weights.length], transposed(f.weights).flat()),
  [`${prefix}bias`]: arrayOf([f.bias.length], f.bias),
})

/** A random nonlinear model from a seed, with a latent of this dimension. */
export const nonlinearCase = (seed: number, k = 1 + (seed % 2), rows = 2): BoundCase<NonlinearFacts> => {
  const s = streamOf(seed)
  const size = s.integer(1, 3)
  const units = s.integer(1, 4)
  const affine = (from: number, to: number, spread: number): Affine => ({
    weights: Array.from({ length: to }, () => s.normals(from, spread)),
    bias: s.normals(to, spread),
  })
  const likelihood = s.one(['bernoulli', 'normal'] as const)
  const noise = s.uniform(0.5, 1.5)
  const hidden = affine(k, units, 1)
  const output = affine(units, size, 1)
  const proposal = { ...affine(size, k, 0.4), scale: Array.from({ length: k }, () => s.uniform(0.4, 1.2)) }
  const X = likelihood === 'bernoulli' ? binary(size) : real(size)
  const p = bindAny('x', ({ z, decode }: AnyContext) => {
    const mean = (decode as Call)(z)
    return likelihood === 'bernoulli' ? bernoulli({ logits: mean }) : normal({ loc: mean, scale: noise as 1 })
  })(
    bindAny('z', () => standardNormal(k))(
      netsAny({ decode: mlp(real(k), [units], real(size), { activation: 'tanh' }) })(emptyModel),
    ),
  )
  const q = bindAny('z', ({ x, encode }: AnyContext) =>
    normal({ loc: (encode as Call)(x), scale: constantOf(positiveDomain, [k], proposal.scale) as never }),
  )(netsAny({ encode: dense(real(size), real(k)) })(givenAny({ x: X })))
  const datum = () =>
    likelihood === 'bernoulli' ? Array.from({ length: size }, () => s.integer(0, 1)) : s.normals(size, 1.5)
  const params = { decode: { ...layer(hidden, '0/'), ...layer(output, '1/') }, encode: layer(proposal) }
  return {
    description: `Real[${k}] → tanh ${units} → ${likelihood}[${size}]`,
    p,
    q,
    posterior: undefined,
    params,
    posteriorParams: {},
    data: { x: Array.from({ length: rows }, datum) },
    shared: false,
    facts: { likelihood, hidden, output, noise, proposal },
  }
}

/** Random nonlinear models. */
export const nonlinearModels = (): fc.Arbitrary<BoundCase<NonlinearFacts>> =>
  fc.tuple(seeds(), fc.constantFrom(1, 2)).map(([seed, k]) => nonlinearCase(seed, k))
