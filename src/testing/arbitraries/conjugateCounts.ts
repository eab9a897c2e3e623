/**
 * Random conjugate pairs of counts, with z drawn per datum:
 *
 *   betaBinomial          z ~ Beta(a, b)          x | z ~ Bin(n, z)              z | x ~ Beta(a + x, b + n − x)
 *   gammaPoisson          z ~ Gamma(a, b)         x | z ~ Poisson(c z)           z | x ~ Gamma(a + x, b + c)
 *   dirichletMultinomial  z ~ Dirichlet(a)        x | z ~ Multinomial(n, z)      z | x ~ Dirichlet(a + x)
 *
 * q has the form of the posterior with its own prior counts and t x in place of x; t = 1 and the prior's counts give the
 * posterior, at which log p(x, z) − log q(z | x) = log P(x) whatever z is drawn. `evidence` is log P(x), the mean over the data.
 */
import * as fc from 'fast-check'
import { beta } from '../../dsl/distributions/beta.js'
import { binomial } from '../../dsl/distributions/binomial.js'
import { dirichlet } from '../../dsl/distributions/dirichlet.js'
import { gamma } from '../../dsl/distributions/gamma.js'
import { multinomial } from '../../dsl/distributions/multinomial.js'
import { poisson } from '../../dsl/distributions/poisson.js'
import { positive } from '../../dsl/domain.js'
import type { AnyModel } from '../../dsl/model.js'
import { add, mul, sub } from '../../dsl/operations/arithmetic.js'
import { count } from '../../dsl/space.js'
import type { AnyValue, Nested } from '../../dsl/value.js'
import { withDomain } from '../../dsl/value.js'
import { logBeta, logChoose, logGamma } from '../../inference/evidence/logGamma.js'
import {
  type AnyContext,
  type AnyReal,
  type BoundCase,
  bindAny,
  constantOf,
  emptyModel,
  givenAny,
  seeds,
} from './boundCase.js'
import { streamOf } from './stream.js'

/** The pairs. */
export type ConjugateCountKind = 'betaBinomial' | 'gammaPoisson' | 'dirichletMultinomial'

/** The numbers of a pair: prior counts, trials or exposure, q's own prior counts and weight of x. */
export interface ConjugateCountFacts {
  readonly kind: ConjugateCountKind
  /** (a, b), or a. */
  readonly prior: readonly number[]
  /** The trials n, or the exposure c. */
  readonly size: number
  readonly q: { readonly prior: readonly number[]; readonly weight: number }
  readonly xs: readonly (readonly number[])[]
  /** log P(x) in nats, the mean over the data. */
  readonly evidence: number
}

type Facts = ConjugateCountFacts
type Own = Facts['q']

const kinds = ['betaBinomial', 'gammaPoisson', 'dirichletMultinomial'] as const

/** A positive expression whose domain the compiler does not follow. */
const positiveOf = (v: unknown): never => withDomain(v as AnyValue, positive) as never

const vector = (xs: readonly number[]): AnyReal => constantOf(positive, [xs.length], xs)

const priorLaw = ({ kind, prior }: Pick<Facts, 'kind' | 'prior'>) => {
  const [a, b] = prior as readonly [number, number]
  if (kind === 'betaBinomial') return beta({ alpha: a as 1, beta: b as 1 })
  return kind === 'gammaPoisson'
    ? gamma({ concentration: a as 1, rate: b as 1 })
    : dirichlet({ concentration: vector(prior) as never })
}

const dataLaw = ({ kind, size }: Facts, z: AnyReal) => {
  if (kind === 'betaBinomial') return binomial({ trials: size as 1, probs: z as never })
  return kind === 'gammaPoisson'
    ? poisson({ rate: positiveOf(mul(size, z)) })
    : multinomial({ trials: size as 1, probs: z as never })
}

const proposal = ({ kind, size }: Facts, { prior, weight }: Own, x: AnyReal) => {
  const [a, b] = prior as readonly [number, number]
  const seen = (y: AnyReal) => mul(weight, y)
  if (kind === 'betaBinomial')
    return beta({
      alpha: positiveOf(add(a, seen(x))),
      beta: positiveOf(add(b, seen(sub(size, x) as AnyReal))),
    })
  return kind === 'gammaPoisson'
    ? gamma({ concentration: positiveOf(add(a, seen(x))), rate: (b + size) as 1 })
    : dirichlet({ concentration: positiveOf(add(vector(prior), seen(x))) })
}

const modelOf = (f: Facts): AnyModel =>
  bindAny('x', ({ z }: AnyContext) => dataLaw(f, z as AnyReal))(bindAny('z', () => priorLaw(f))(emptyModel))

const familyOf = (f: Facts, own: Own): AnyModel =>
  bindAny('z', ({ x }: AnyContext) => proposal(f, own, x as AnyReal))(
    givenAny({ x: f.kind === 'dirichletMultinomial' ? count(f.prior.length) : count() }),
  )

const total = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0)

/** log P(x) of one datum, in closed form. */
export const conjugateCountEvidence = (
  { kind, prior, size }: Pick<Facts, 'kind' | 'prior' | 'size'>,
  x: readonly number[],
): number => {
  const [a, b] = prior as readonly [number, number]
  const k = x[0] as number
  if (kind === 'betaBinomial') return logBeta(a + k, b + size - k) - logBeta(a, b) + logChoose(size, k)
  if (kind === 'gammaPoisson')
    return (
      logGamma(a + k) -
      logGamma(a) -
      logGamma(k + 1) +
      a * Math.log(b / (b + size)) +
      k * Math.log(size / (b + size))
    )
  const n = total(prior)
  const entries = prior.map((c, j) => {
    const seen = x[j] as number
    return logGamma(c + seen) - logGamma(c) - logGamma(seen + 1)
  })
  return logGamma(n) - logGamma(n + size) + logGamma(size + 1) + total(entries)
}

/** Counts that may come up: of n trials in the order of the labels, or any. */
const drawCounts = (
  s: ReturnType<typeof streamOf>,
  kind: ConjugateCountKind,
  n: number,
  k: number,
): number[] => {
  if (kind === 'gammaPoisson') return [s.integer(0, 12)]
  const counts = new Array<number>(k).fill(0)
  for (let t = 0; t < n; t++) {
    const label = s.integer(0, k - 1)
    counts[label] = (counts[label] as number) + 1
  }
  return kind === 'betaBinomial' ? [counts[0] as number] : counts
}

/** A random pair from a seed. */
export const conjugateCountCase = (
  seed: number,
  kind: ConjugateCountKind = kinds[seed % 3] as ConjugateCountKind,
): BoundCase<ConjugateCountFacts> & { readonly posterior: AnyModel } => {
  const s = streamOf(seed)
  const k = kind === 'dirichletMultinomial' ? s.integer(2, 4) : 2
  const positives = () => Array.from({ length: k }, () => s.uniform(0.5, 4))
  const prior = positives()
  const size = kind === 'gammaPoisson' ? s.uniform(0.25, 3) : s.integer(1, 12)
  const xs = Array.from({ length: s.integer(1, 4) }, () => drawCounts(s, kind, size, k))
  const evidence = total(xs.map((x) => conjugateCountEvidence({ kind, prior, size }, x))) / xs.length
  const q: Own = { prior: positives(), weight: s.uniform(0.5, 1.5) }
  const facts: Facts = { kind, prior, size, q, xs, evidence }
  const x: readonly Nested[] = kind === 'dirichletMultinomial' ? xs : xs.map((one) => one[0] as number)
  return {
    description: `conjugate pair (${kind}) with ${xs.length} data`,
    p: modelOf(facts),
    q: familyOf(facts, q),
    posterior: familyOf(facts, { prior, weight: 1 }),
    params: {},
    posteriorParams: {},
    data: { x },
    shared: false,
    facts,
  }
}

/** Random conjugate pairs of counts. */
export const conjugateCounts = (): fc.Arbitrary<BoundCase<ConjugateCountFacts>> =>
  fc.tuple(seeds(), fc.constantFrom(...kinds)).map(([seed, kind]) => conjugateCountCase(seed, kind))
