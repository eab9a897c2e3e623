import { pipe } from 'fp-ts/lib/function.js'
import { describe, it } from 'vitest'
import type { AnyDistribution } from '../../../src/dsl/distribution.js'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { binomial } from '../../../src/dsl/distributions/binomial.js'
import { categorical } from '../../../src/dsl/distributions/categorical.js'
import { delta } from '../../../src/dsl/distributions/delta.js'
import { exponential } from '../../../src/dsl/distributions/exponential.js'
import { geometric } from '../../../src/dsl/distributions/geometric.js'
import { iid } from '../../../src/dsl/distributions/iid.js'
import { independent } from '../../../src/dsl/distributions/independent.js'
import { laplace } from '../../../src/dsl/distributions/laplace.js'
import { logNormal } from '../../../src/dsl/distributions/logNormal.js'
import { multinomial } from '../../../src/dsl/distributions/multinomial.js'
import { multivariateNormal } from '../../../src/dsl/distributions/multivariateNormal.js'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import { oneHotCategorical } from '../../../src/dsl/distributions/oneHotCategorical.js'
import { push } from '../../../src/dsl/distributions/push.js'
import { relaxedBernoulli } from '../../../src/dsl/distributions/relaxedBernoulli.js'
import { relaxedOneHotCategorical } from '../../../src/dsl/distributions/relaxedOneHotCategorical.js'
import { truncatedNormal } from '../../../src/dsl/distributions/truncatedNormal.js'
import { uniform } from '../../../src/dsl/distributions/uniform.js'
import type { Real } from '../../../src/dsl/domains/marks.js'
import type { AnyModel } from '../../../src/dsl/model.js'
import { bind, Do } from '../../../src/dsl/notation.js'
import { add } from '../../../src/dsl/operations/arithmetic.js'
import { exp, sigmoid, tanh } from '../../../src/dsl/operations/functions.js'
import { cholesky, value } from '../../../src/dsl/space.js'
import type { Value } from '../../../src/dsl/value.js'
import { type Kinds, samplerAgrees } from './agreement.js'

const triangle = value(cholesky(2), [
  [1, 0],
  [0.5, 2],
])

const cases: readonly (readonly [string, (z: Value<[2], Real>) => AnyDistribution, Kinds])[] = [
  ['bernoulli', (z) => bernoulli({ probs: sigmoid(z) }), { 'noise/x/0': 'uniform' }],
  ['binomial', (z) => binomial({ trials: 12, logits: z }), { 'noise/x/0': 'uniform' }],
  ['binomial of many trials', (z) => binomial({ trials: 2000, logits: z }), { 'noise/x/0': 'uniform' }],
  ['categorical, iid', (z) => iid(3, categorical({ logits: z })), { 'noise/x/0': 'uniform' }],
  ['delta', (z) => delta(z), {}],
  ['exponential', (z) => exponential({ rate: exp(z) }), { 'noise/x/0': 'uniform' }],
  ['geometric', (z) => geometric({ logits: z }), { 'noise/x/0': 'uniform' }],
  ['iid', (z) => iid(4, normal({ loc: z, scale: 1 })), { 'noise/x/0': 'normal' }],
  [
    'independent',
    (z) => independent([normal({ loc: z, scale: 1 }), standardNormal(2)]),
    { 'noise/x/0/0': 'normal', 'noise/x/1/0': 'normal' },
  ],
  ['laplace', (z) => laplace({ loc: z, scale: 2 }), { 'noise/x/0': 'uniform' }],
  ['logNormal', (z) => logNormal({ loc: z, scale: 0.5 }), { 'noise/x/0': 'normal' }],
  ['multinomial', (z) => multinomial({ trials: 5, logits: z }), { 'noise/x/0': 'uniform' }],
  [
    'multivariateNormal',
    (z) => multivariateNormal({ loc: z, scaleTril: triangle }),
    { 'noise/x/0': 'normal' },
  ],
  ['oneHotCategorical', (z) => oneHotCategorical({ logits: z }), { 'noise/x/0': 'uniform' }],
  ['push', (z) => push(tanh(z)), {}],
  ['relaxedBernoulli', (z) => relaxedBernoulli({ temperature: 0.5, logits: z }), { 'noise/x/0': 'uniform' }],
  [
    'relaxedOneHotCategorical',
    (z) => relaxedOneHotCategorical({ temperature: 0.5, logits: z }),
    { 'noise/x/0': 'uniform' },
  ],
  [
    'truncatedNormal',
    (z) => truncatedNormal({ loc: z, scale: 0.5, low: -1, high: 2 }),
    { 'noise/x/0': 'uniform' },
  ],
  ['uniform', (z) => uniform({ low: z, high: add(z, 1) }), { 'noise/x/0': 'uniform' }],
]

describe('toOnnx of every distribution that can be recorded', () => {
  it.each(cases)('%s', (_name, draw, kinds) => {
    const model = pipe(
      Do,
      bind('z', () => standardNormal(2)),
      bind('x', ({ z }) => draw(z)),
    )
    return samplerAgrees(model as unknown as AnyModel, { 'noise/z/0': 'normal', ...kinds })
  })
})
