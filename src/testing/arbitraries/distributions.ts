/**
 * Random distributions of each family: a constructor, and arbitraries of its parameters. A new family is one line.
 *
 *   distributionFamilies.normal : Arbitrary<{ make: normal, parameters: { loc: −0.3, scale: 1.7 } }>
 *
 * Parameters are plain numbers, or values of 1 to 3 entries, within the range where the laws can be held in float32.
 * Tested in tests/testing/arbitraries/distributions.test.ts, which holds the laws against every family.
 */
import * as fc from 'fast-check'
import type { AnyDistribution } from '../../dsl/distribution.js'
import { bernoulli } from '../../dsl/distributions/bernoulli.js'
import { beta } from '../../dsl/distributions/beta.js'
import { binomial } from '../../dsl/distributions/binomial.js'
import { categorical } from '../../dsl/distributions/categorical.js'
import { delta } from '../../dsl/distributions/delta.js'
import { dirichlet } from '../../dsl/distributions/dirichlet.js'
import { exponential } from '../../dsl/distributions/exponential.js'
import { gamma } from '../../dsl/distributions/gamma.js'
import { geometric } from '../../dsl/distributions/geometric.js'
import { iid } from '../../dsl/distributions/iid.js'
import { independent } from '../../dsl/distributions/independent.js'
import { inverseGamma } from '../../dsl/distributions/inverseGamma.js'
import { laplace } from '../../dsl/distributions/laplace.js'
import { logNormal } from '../../dsl/distributions/logNormal.js'
import { mixture } from '../../dsl/distributions/mixture.js'
import { multinomial } from '../../dsl/distributions/multinomial.js'
import { multivariateNormal } from '../../dsl/distributions/multivariateNormal.js'
import { negativeBinomial } from '../../dsl/distributions/negativeBinomial.js'
import { normal } from '../../dsl/distributions/normal.js'
import { oneHotCategorical } from '../../dsl/distributions/oneHotCategorical.js'
import { poisson } from '../../dsl/distributions/poisson.js'
import { relaxedBernoulli } from '../../dsl/distributions/relaxedBernoulli.js'
import { relaxedOneHotCategorical } from '../../dsl/distributions/relaxedOneHotCategorical.js'
import { studentT } from '../../dsl/distributions/studentT.js'
import { truncatedNormal } from '../../dsl/distributions/truncatedNormal.js'
import { uniform } from '../../dsl/distributions/uniform.js'
import { vonMises } from '../../dsl/distributions/vonMises.js'
import type { Binary, Real } from '../../dsl/domains/marks.js'
import { type Shape, sizeOf } from '../../dsl/shape.js'
import * as space from '../../dsl/space.js'
import { type AnySpace, type SpaceLike, value } from '../../dsl/space.js'
import type { AnyValue, Value } from '../../dsl/value.js'
import { seeds } from './boundCase.js'
import { elementsFromSeed } from './elements.js'

/** A constructor with parameters for it. */
export interface DistributionCase {
  readonly make: (parameters: Readonly<Record<string, unknown>>) => AnyDistribution
  /** Fresh values; they hold tensors, which tf.tidy disposes. */
  readonly parameters: () => Readonly<Record<string, unknown>>
}

/** A parameter: a number, or an element of a space. */
type Parameter = () => number | AnyValue

const number = (min: number, max: number): fc.Arbitrary<Parameter> =>
  fc.double({ min, max, noNaN: true }).map((x) => () => Math.fround(x))

/** An element of a space as a value. */
const within = (of: AnySpace): fc.Arbitrary<Parameter> =>
  seeds().map((seed) => () => {
    const s = of as SpaceLike<Shape, unknown>
    const xs = elementsFromSeed(s, 1, seed)
    return sizeOf(s.shape) === 1 && s.shape.length === 0
      ? value(s, xs[0] as number)
      : value(s, [...nested(xs, s.shape)] as never)
  })

const nested = (xs: Float32Array, shape: Shape): readonly unknown[] => {
  const [k, ...rest] = shape
  const size = sizeOf(rest)
  return Array.from({ length: k ?? 1 }, (_, i) =>
    rest.length === 0 ? xs[i] : nested(xs.subarray(i * size, (i + 1) * size), rest),
  )
}

const family = (
  make: unknown,
  parameters: Readonly<Record<string, fc.Arbitrary<Parameter>>>,
): fc.Arbitrary<DistributionCase> =>
  fc.record(parameters).map((drawn) => ({
    make: make as DistributionCase['make'],
    parameters: () =>
      Object.fromEntries(Object.entries(drawn).map(([name, of]) => [name, (of as Parameter)()])),
  }))

const loc = number(-2, 2)
const scale = number(0.3, 3)
interface LocScale {
  readonly loc: number
  readonly scale: number
}

/** The families, by name. */
export const distributionFamilies = {
  normal: family(normal, { loc, scale }),
  normals: family(normal, { loc: within(space.real(2)), scale: within(space.positive(2)) }),
  laplace: family(laplace, { loc, scale }),
  logNormal: family(logNormal, { loc: number(-1, 1), scale: number(0.2, 0.8) }),
  exponential: family(exponential, { rate: scale }),
  uniform: family(uniform, { low: number(-2, 0), high: number(0.5, 3) }),
  poisson: family(poisson, { rate: number(0.3, 20) }),
  binomial: family(({ logits }: { readonly logits: Value<[2], Real> }) => binomial({ trials: 6, logits }), {
    logits: within(space.real(2)),
  }),
  geometric: family(geometric, { probs: number(0.1, 0.9) }),
  negativeBinomial: family(negativeBinomial, { failures: number(0.5, 6), logits: number(-2, 1) }),
  multinomial: family(
    ({ logits }: { readonly logits: Value<[3], Real> }) => multinomial({ trials: 4, logits }),
    { logits: within(space.real(3)) },
  ),
  truncatedNormal: family(truncatedNormal, { loc, scale, low: number(-2, 0), high: number(0.5, 3) }),
  relaxedBernoulli: family(relaxedBernoulli, { temperature: number(0.8, 2), logits: loc }),
  relaxedOneHotCategorical: family(relaxedOneHotCategorical, {
    temperature: number(1, 3),
    logits: within(space.real(3)),
  }),
  bernoulli: family(bernoulli, { logits: within(space.real(3)) }),
  coin: family(bernoulli, { probs: number(0.05, 0.95) }),
  categorical: family(categorical, { logits: within(space.real(4)) }),
  labels: family(categorical, { probs: within(space.simplex(4)) }),
  oneHotCategorical: family(oneHotCategorical, { logits: within(space.real(3)) }),
  multivariateNormal: family(multivariateNormal, {
    loc: within(space.real(2)),
    scaleTril: within(space.cholesky(2)),
  }),
  gamma: family(gamma, { concentration: number(0.4, 5), rate: scale }),
  inverseGamma: family(inverseGamma, { concentration: number(2.5, 6), scale }),
  beta: family(beta, { alpha: number(0.6, 4), beta: number(0.6, 4) }),
  dirichlet: family(dirichlet, { concentration: within(space.positive(3)) }),
  studentT: family(studentT, { degrees: number(3, 10), loc, scale }),
  vonMises: family(vonMises, { loc, concentration: number(0.3, 5) }),
  delta: family(({ at }: { readonly at: Value<[2], Binary> }) => delta(at), { at: within(space.binary(2)) }),
  iid: family(({ loc, scale }: LocScale) => iid(2, laplace({ loc, scale })), { loc, scale }),
  independent: family(
    ({ loc, scale }: LocScale) => independent([normal({ loc, scale }), laplace({ loc: 0, scale })]),
    {
      loc,
      scale,
    },
  ),
  mixture: family(
    ({ logits, loc, scale }: LocScale & { readonly logits: Value<[2], Real> }) =>
      mixture({ logits }, [normal({ loc, scale }), laplace({ loc: 1, scale: 2 })]),
    { logits: within(space.real(2)), loc, scale },
  ),
} as const satisfies Readonly<Record<string, fc.Arbitrary<DistributionCase>>>

/** Random distributions of every family. */
export const distributions = (): fc.Arbitrary<DistributionCase> =>
  fc.oneof(...Object.values(distributionFamilies))
