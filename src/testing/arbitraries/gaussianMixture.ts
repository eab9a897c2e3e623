/**
 * Random Gaussian mixtures.
 *
 *   c ~ Categorical(weights)        x | c ~ N(means_c, scales_c²)        q: c | x ~ Categorical(logits = V x + b)
 *
 * The posterior is Categorical(logits_c = log weights_c + log N(x; means_c, scales_c²)).
 */
import type * as fc from 'fast-check'
import { categorical } from '../../dsl/distributions/categorical.js'
import { normal } from '../../dsl/distributions/normal.js'
import { positive as positiveDomain, real as realDomain } from '../../dsl/domain.js'
import type { Real } from '../../dsl/domains/marks.js'
import type { AnyModel } from '../../dsl/model.js'
import { dense } from '../../dsl/nets/dense.js'
import { add } from '../../dsl/operations/arithmetic.js'
import { stack } from '../../dsl/operations/joining.js'
import { gather } from '../../dsl/operations/picking.js'
import { real } from '../../dsl/space.js'
import type { Value } from '../../dsl/value.js'
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
import { streamOf } from './stream.js'

/** The numbers of a mixture, by component. */
export interface MixtureFacts {
  readonly logits: readonly number[]
  readonly means: readonly (readonly number[])[]
  readonly scales: readonly (readonly number[])[]
  /** Of the proposal: one row of K numbers for each entry of x. */
  readonly kernel: readonly (readonly number[])[]
  readonly bias: readonly number[]
}

/** A random Gaussian mixture from a seed. */
export const mixtureCase = (
  seed: number,
  rows = 2,
): BoundCase<MixtureFacts> & { readonly posterior: AnyModel } => {
  const s = streamOf(seed)
  const k = s.integer(2, 5)
  const size = s.integer(1, 3)
  const logits = s.normals(k)
  const means = Array.from({ length: k }, () => s.normals(size, 2))
  const scales = Array.from({ length: k }, () => Array.from({ length: size }, () => s.uniform(0.4, 1.5)))
  const kernel = Array.from({ length: size }, () => s.normals(k))
  const bias = s.normals(k)
  const X = real(size)
  const component = (c: number) =>
    normal({
      loc: constantOf(realDomain, [size], means[c] as number[]),
      scale: constantOf(positiveDomain, [size], scales[c] as number[]),
    })
  const p = bindAny('x', ({ c }: AnyContext) =>
    normal({
      loc: gather(constantOf(realDomain, [k, size], means.flat()), c as never),
      scale: gather(constantOf(positiveDomain, [k, size], scales.flat()), c as never) as never,
    }),
  )(bindAny('c', () => categorical({ logits: constantOf(realDomain, [k], logits) }))(emptyModel))
  const assign = bindAny('c', ({ x, assign }: AnyContext) =>
    categorical({ logits: (assign as (x: unknown) => AnyReal)(x) }),
  )
  const responsibilities = bindAny('c', ({ x }: AnyContext) => {
    const densities = Array.from({ length: k }, (_, c) => component(c).logProb(x as AnyReal)) as [
      Value<[], Real>,
      ...Value<[], Real>[],
    ]
    return categorical({
      logits: add(constantOf(realDomain, [k], logits), stack(densities) as AnyReal) as AnyReal,
    })
  })
  const params = { assign: { kernel: arrayOf([size, k], kernel.flat()), bias: arrayOf([k], bias) } }
  return {
    description: `Gaussian mixture of ${k} components on Real[${size}]`,
    p,
    q: assign(netsAny({ assign: dense(X, real(k)) })(givenAny({ x: X }))),
    posterior: responsibilities(givenAny({ x: X })),
    params,
    posteriorParams: {},
    data: { x: Array.from({ length: rows }, () => s.normals(size, 2)) },
    shared: false,
    facts: { logits, means, scales, kernel, bias },
  }
}

/** Random Gaussian mixtures. */
export const gaussianMixtures = (): fc.Arbitrary<BoundCase<MixtureFacts>> =>
  seeds().map((seed) => mixtureCase(seed))
