/** Conjugate evidence against SciPy's marginals and against giry's own quadrature; posteriors against quadrature. */
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { beta } from '../../../src/dsl/distributions/beta.js'
import { binomial } from '../../../src/dsl/distributions/binomial.js'
import { categorical } from '../../../src/dsl/distributions/categorical.js'
import { dirichlet } from '../../../src/dsl/distributions/dirichlet.js'
import { exponential } from '../../../src/dsl/distributions/exponential.js'
import { gamma } from '../../../src/dsl/distributions/gamma.js'
import { geometric } from '../../../src/dsl/distributions/geometric.js'
import { iid } from '../../../src/dsl/distributions/iid.js'
import { multinomial } from '../../../src/dsl/distributions/multinomial.js'
import { negativeBinomial } from '../../../src/dsl/distributions/negativeBinomial.js'
import { normal } from '../../../src/dsl/distributions/normal.js'
import { oneHotCategorical } from '../../../src/dsl/distributions/oneHotCategorical.js'
import { poisson } from '../../../src/dsl/distributions/poisson.js'
import { standardUniform } from '../../../src/dsl/distributions/uniform.js'
import { positive, simplex, unit } from '../../../src/dsl/domain.js'
import type { AnyModel } from '../../../src/dsl/model.js'
import { add, clip, div, mul, sub } from '../../../src/dsl/operations/arithmetic.js'
import { log, sqrt } from '../../../src/dsl/operations/functions.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { type AnyValue, withDomain } from '../../../src/dsl/value.js'
import { logBeta, logChoose, logGamma } from '../../../src/inference/evidence/logGamma.js'
import type {
  ConjugatePosterior,
  GridPosterior,
  Posterior,
} from '../../../src/inference/evidence/posterior.js'
import * as inference from '../../../src/inference/evidence.js'
import { orThrow } from '../../../src/inference/fit.js'
import { type AnyContext, bindAny, emptyModel, givenAny } from '../../../src/testing/arbitraries/boundCase.js'
import { refusal } from './refusal.js'

type Options = { readonly method?: string; readonly given?: unknown }
const evidence = inference.evidence as unknown as (
  p: AnyModel,
  data: unknown,
  options?: Options,
) => ReturnType<typeof inference.evidence>
const posterior = inference.posterior as unknown as (
  p: AnyModel,
  data: unknown,
  options?: Options,
) => ReturnType<typeof inference.posterior>

type Law = (c: AnyContext) => unknown
const bindZ = (draw: Law) => bindAny('z', draw as never)
const bindX = (draw: Law) => bindAny('x', draw as never)
const model = (prior: Law, likelihood: Law): AnyModel => bindX(likelihood)(bindZ(prior)(emptyModel))

const unitOf = (v: AnyValue) => withDomain(v, unit) as never
const positiveOf = (v: unknown) => withDomain(v as AnyValue, positive) as never

const conjugate = async (p: AnyModel, x: unknown): Promise<readonly number[]> => {
  const found = await orThrow(evidence(p, { x }))
  expect(found).toMatchObject({ kind: 'exact', method: 'conjugate' })
  expect(found.standardError.every((e) => e === 0)).toBe(true)
  return found.value
}

const betaPrior: Law = () => beta({ alpha: 2, beta: 3 })
const gammaPrior: Law = () => gamma({ concentration: 2.5, rate: 0.5 })

describe('logGamma', () => {
  it('is that of mpmath', () => {
    // mpmath: loggamma(x)
    for (const [x, expected] of [
      [0.001, 6.907178885383854],
      [0.5, 0.5723649429247001],
      [1, 0],
      [2, 0],
      [3.75, 1.486815578593417],
      [12, 17.502307845873887],
      [1000.5, 5908.674175848678],
    ] as const)
      expect(Math.abs(logGamma(x) - expected)).toBeLessThan(1e-12 * Math.max(1, Math.abs(expected)))
    expect(logBeta(2, 3)).toBeCloseTo(-Math.log(12), 12)
    expect(logChoose(10, 3)).toBeCloseTo(Math.log(120), 12)
    expect(logChoose(3, 4)).toBe(-Infinity)
  })
})

describe('conjugate evidence is the marginal of SciPy', () => {
  it('beta-binomial', async () => {
    const p = model(betaPrior, ({ z }) => binomial({ trials: 10, probs: z as never }))
    // betabinom(10, 2, 3).logpmf(4)
    expect((await conjugate(p, [4, 4]))[1]).toBeCloseTo(-1.967112356705917, 10)
    const many = model(betaPrior, ({ z }) => binomial({ trials: 1048576, probs: z as never }))
    // betabinom(1048576, 2, 3).logpmf(262144)
    expect((await conjugate(many, [262144]))[0]).toBeCloseTo(-13.339697374507695, 7)
  })

  it('beta-negative binomial and beta-geometric', async () => {
    const p = model(
      () => beta({ alpha: 1.5, beta: 2 }),
      ({ z }) => negativeBinomial({ failures: 3, probs: z as never }),
    )
    // betanbinom(3, 2, 1.5).logpmf(4)
    expect((await conjugate(p, [4]))[0]).toBeCloseTo(-2.7749513803525723, 10)
    const g = model(betaPrior, ({ z }) => geometric({ probs: z as never }))
    expect((await conjugate(g, [4]))[0]).toBeCloseTo(logBeta(3, 7) - logBeta(2, 3), 10)
  })

  it('gamma-Poisson of a known exposure, by rate and by its logarithm', async () => {
    const byRate = model(gammaPrior, ({ z }) => poisson({ rate: mul(2, positiveOf(z)) as never }))
    // nbinom(2.5, 0.5 / (0.5 + 2)).logpmf(7)
    expect((await conjugate(byRate, [7]))[0]).toBeCloseTo(-2.7061104510257845, 6)
    const byLog = model(gammaPrior, ({ z }) =>
      poisson({ logRate: add(Math.log(2), log(positiveOf(z))) as never }),
    )
    expect((await conjugate(byLog, [7]))[0]).toBeCloseTo(-2.7061104510257845, 5)
  })

  it('gamma-exponential', async () => {
    const p = model(gammaPrior, ({ z }) => exponential({ rate: mul(2, positiveOf(z)) as never }))
    // lomax(2.5, scale=0.5 / 2).logpdf(1.25)
    expect((await conjugate(p, [1.25]))[0]).toBeCloseTo(-3.9685730493041467, 6)
  })

  it('Dirichlet-multinomial', async () => {
    const p = model(
      () => dirichlet({ concentration: value(space.positive(3), [1, 2, 0.5]) }),
      ({ z }) => multinomial({ trials: 6, probs: z as never }),
    )
    // dirichlet_multinomial([1, 2, 0.5], 6).logpmf([1, 3, 2])
    expect((await conjugate(p, [[1, 3, 2]]))[0]).toBeCloseTo(-3.503643498331928, 10)
  })

  const bothOf = (n: number): AnyModel =>
    bindX(({ mu, tau }) => {
      const one = normal({ loc: mu as never, scale: positiveOf(div(1, sqrt(positiveOf(tau)))) })
      return n === 1 ? one : iid(n, one)
    })(
      bindAny('mu', (({ tau }: AnyContext) =>
        normal({ loc: 0.5, scale: positiveOf(div(1, sqrt(mul(2, positiveOf(tau))))) })) as never)(
        bindAny('tau', (() => gamma({ concentration: 1.5, rate: 0.75 })) as never)(emptyModel),
      ),
    )

  it('normal-gamma: a Student t, of one and of several data', async () => {
    // t(3, 0.5, sqrt(0.75 * 3 / (1.5 * 2))).logpdf(2)
    expect((await conjugate(bothOf(1), [2]))[0]).toBeCloseTo(-2.2433421745175104, 6)
    // multivariate_t(loc=[0.5]*3, shape=0.75/1.5*(eye(3) + ones((3, 3))/2), df=3).logpdf([2, -1, 0.5])
    expect((await conjugate(bothOf(3), [[2, -1, 0.5]]))[0]).toBeCloseTo(-6.128391522037905, 6)
  })

  it('normal-gamma by quadrature over mean and precision, and the posterior', async () => {
    const data = { x: [[2, -1, 0.5]] }
    const byQuadrature = await orThrow(evidence(bothOf(3), data, { method: 'quadrature' }))
    expect(byQuadrature.value[0]).toBeCloseTo(-6.128391522037905, 4)
    const exact = (await orThrow(posterior(bothOf(3), data))) as ConjugatePosterior
    expect(exact.factors[0]?.[0]?.family).toBe('normalGamma')
    expect(exact.coordinates).toEqual(['tau', 'mu'])
    const point = { tau: [0.75], mu: [0.25] }
    const other = await orThrow(posterior(bothOf(3), data, { method: 'quadrature' }))
    expect(exact.logDensity(point)[0]).toBeCloseTo(other.logDensity(point)[0] as number, 4)
  })
})

/** Pairs of one latent number, with three data each; the data of a datum share it. */
const pairs: readonly (readonly [string, AnyModel, readonly (readonly number[])[]])[] = [
  [
    'beta-Bernoulli',
    model(betaPrior, ({ z }) => iid(4, bernoulli({ probs: z as never }))),
    [
      [1, 0, 1, 1],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ],
  ],
  [
    'uniform-Bernoulli by logits',
    model(
      () => standardUniform(),
      ({ z }) =>
        iid(2, bernoulli({ logits: sub(log(positiveOf(z)), log(positiveOf(sub(1, z as never)))) as never })),
    ),
    [
      [1, 0],
      [0, 0],
      [1, 1],
    ],
  ],
  [
    'beta-binomial',
    model(betaPrior, ({ z }) => iid(2, binomial({ trials: 7, probs: z as never }))),
    [
      [3, 4],
      [0, 7],
      [7, 7],
    ],
  ],
  [
    'beta-geometric',
    model(betaPrior, ({ z }) => iid(2, geometric({ probs: z as never }))),
    [
      [3, 4],
      [0, 0],
      [20, 1],
    ],
  ],
  [
    'beta-negative binomial',
    model(betaPrior, ({ z }) => iid(2, negativeBinomial({ failures: 1.5, probs: z as never }))),
    [
      [3, 4],
      [0, 0],
      [20, 1],
    ],
  ],
  [
    'gamma-Poisson',
    model(gammaPrior, ({ z }) => iid(3, poisson({ rate: mul(0.5, positiveOf(z)) as never }))),
    [
      [3, 4, 0],
      [0, 0, 0],
      [20, 1, 6],
    ],
  ],
  [
    'exponential-exponential',
    model(
      () => exponential({ rate: 2 }),
      ({ z }) => iid(2, exponential({ rate: z as never })),
    ),
    [
      [0.5, 1.5],
      [0.01, 0.02],
      [7, 9],
    ],
  ],
  [
    'gamma-gamma',
    model(gammaPrior, ({ z }) => iid(2, gamma({ concentration: 3.5, rate: z as never }))),
    [
      [0.5, 1.5],
      [0.01, 0.02],
      [7, 9],
    ],
  ],
  [
    'gamma precision of a normal',
    model(gammaPrior, ({ z }) =>
      iid(3, normal({ loc: 0.5, scale: positiveOf(div(1, sqrt(mul(2, positiveOf(z))))) })),
    ),
    [
      [0.5, 1.5, 0],
      [0, 1, 2],
      [-3, 3, 0.5],
    ],
  ],
]

describe('conjugate pairs agree with quadrature', () => {
  it.each(pairs)('%s', async (_, p, x) => {
    const values = await conjugate(p, x)
    const byQuadrature = await orThrow(evidence(p, { x }, { method: 'quadrature' }))
    values.forEach((v, i) => {
      // Quadrature integrates float32 densities.
      const allowed = 5e-5 + 5 * (byQuadrature.standardError[i] as number)
      expect(Math.abs(v - (byQuadrature.value[i] as number))).toBeLessThan(allowed)
    })
    const exact = (await orThrow(posterior(p, { x }))) as ConjugatePosterior
    const grid = (await orThrow(posterior(p, { x }, { method: 'quadrature' }))) as GridPosterior
    expect(exact.kind).toBe('conjugate')
    exact.logEvidence.forEach((v, i) => {
      expect(v).toBe(values[i])
    })
    for (const i of [0, 1, 2]) {
      expect(exact.mean[i]?.[0]).toBeCloseTo(grid.mean[i]?.[0] as number, 4)
      const spread = (exact.variance[i]?.[0] as number) / (grid.variance[i]?.[0] as number)
      expect(Math.abs(spread - 1)).toBeLessThan(1e-3)
    }
    const z = { z: [0.25, 0.5, 0.75] }
    exact.logDensity(z).forEach((l, i) => {
      expect(l).toBeCloseTo(grid.logDensity(z)[i] as number, 3)
    })
  })

  it('normal-normal, as the linear-Gaussian method has it', async () => {
    const p = model(
      () => normal({ loc: 0.5, scale: 2 }),
      ({ z }) => iid(3, normal({ loc: add(1, z as never) as never, scale: 0.75 })),
    )
    const x = [
      [1, 2, 0.5],
      [-4, 7, 0],
    ]
    const own = await orThrow(evidence(p, { x }, { method: 'conjugate' }))
    const other = await orThrow(evidence(p, { x }, { method: 'linear-Gaussian' }))
    own.value.forEach((v, i) => {
      expect(v).toBeCloseTo(other.value[i] as number, 9)
    })
    expect((await orThrow(evidence(p, { x }))).method).toBe('linear-Gaussian')
  })
})

describe('what belongs together', () => {
  const labels: Law = () => dirichlet({ concentration: value(space.positive(3), [1, 2, 0.5]) })

  it('is one in labels, one-hot vectors and their counts', async () => {
    const x = [2, 0, 2, 1, 2]
    const hot = x.map((k) => [0, 1, 2].map((j) => (j === k ? 1 : 0)))
    const sequence = (
      await conjugate(
        model(labels, ({ z }) => iid(5, categorical({ probs: z as never }))),
        [x],
      )
    )[0] as number
    const vectors = (
      await conjugate(
        model(labels, ({ z }) => iid(5, oneHotCategorical({ logits: log(positiveOf(z)) as never }))),
        [hot],
      )
    )[0] as number
    const counts = (
      await conjugate(
        model(labels, ({ z }) => multinomial({ trials: 5, probs: z as never })),
        [[1, 1, 3]],
      )
    )[0] as number
    expect(vectors).toBeCloseTo(sequence, 10)
    // 5! / (1! 1! 3!) orders
    expect(counts).toBeCloseTo(sequence + Math.log(20), 10)
  })

  it('is told apart entry by entry: a vector of chances, each with data on a plate', async () => {
    const p = bindAny('x', (({ z }: AnyContext) => binomial({ trials: 5, probs: z as never })) as never)
    const plated = (bindAny as unknown as (n: string, d: Law, o: unknown) => (m: AnyModel) => AnyModel)(
      'y',
      ({ z }) => bernoulli({ probs: z as never }),
      { plates: { trial: 2 } },
    )
    const m = plated(p(bindZ(() => beta({ alpha: value(space.positive(2), [1, 2]), beta: 3 }))(emptyModel)))
    const found = await orThrow(
      evidence(m, {
        x: [[2, 5]],
        y: [
          [
            [1, 0],
            [0, 0],
          ],
        ],
      }),
    )
    expect(found.method).toBe('conjugate')
    const first = logBeta(1 + 2 + 1, 3 + 3 + 1) - logBeta(1, 3) + logChoose(5, 2)
    const second = logBeta(2 + 5, 3 + 2) - logBeta(2, 3) + logChoose(5, 5)
    expect(found.value[0]).toBeCloseTo(first + second, 9)
    const exact = (await orThrow(
      posterior(m, {
        x: [[2, 5]],
        y: [
          [
            [1, 0],
            [0, 0],
          ],
        ],
      }),
    )) as ConjugatePosterior
    expect(exact.factors[0]).toEqual([
      { family: 'beta', coordinates: [0], parameters: { alpha: 4, beta: 7 } },
      { family: 'beta', coordinates: [1], parameters: { alpha: 7, beta: 5 } },
    ])
  })

  it('counts sites without latents, and priors and exposures that come from inputs', async () => {
    const p = bindAny('w', (() => poisson({ rate: 2 })) as never)(
      bindX(({ z, e }) => poisson({ rate: mul(positiveOf(z), positiveOf(e)) as never }))(
        bindZ(({ e }) => gamma({ concentration: 2, rate: positiveOf(e) }))(givenAny({ e: space.positive() })),
      ),
    )
    const found = await orThrow(evidence(p, { x: [3, 0], w: [1, 1] }, { given: { e: [0.5, 4] } }))
    expect(found.method).toBe('conjugate')
    ;[0.5, 4].forEach((_, i) => {
      const x = [3, 0][i] as number
      // Gamma(2, e) and exposure e: the odds of an event are 1 to 1.
      const expected = logGamma(2 + x) - logGamma(2) - logGamma(x + 1) - (2 + x) * Math.LN2
      expect(found.value[i]).toBeCloseTo(expected + Math.log(2) - 2, 5)
    })
  })

  it('is −Infinity for impossible data', async () => {
    const p = model(betaPrior, ({ z }) => binomial({ trials: 3, probs: z as never }))
    expect((await conjugate(p, [4, 2]))[0]).toBe(-Infinity)
    const m = model(labels, ({ z }) => multinomial({ trials: 3, probs: z as never }))
    expect((await conjugate(m, [[1, 1, 2]]))[0]).toBe(-Infinity)
  })
})

describe('what is not conjugate', () => {
  const start = "the method 'conjugate' does not apply to this model: "
  const refused = async (p: AnyModel, x: unknown): Promise<string> =>
    ((await refusal(evidence(p, { x }, { method: 'conjugate' })))[0] as { readonly message: string }).message

  it('is said in one sentence', async () => {
    expect(
      await refused(
        model(betaPrior, ({ z }) => poisson({ rate: positiveOf(z) })),
        [1],
      ),
    ).toContain(`${start}site 'x' is drawn from poisson, which the beta 'z' is not conjugate to`)
    expect(
      await refused(
        model(betaPrior, ({ z }) => bernoulli({ probs: unitOf(mul(0.5, z as never) as AnyValue) })),
        [1],
      ),
    ).toContain(`${start}the probs or logits of bernoulli at site 'x' is not that latent, or its logit: 'z'`)
    expect(
      await refused(
        model(gammaPrior, ({ z }) => poisson({ rate: positiveOf(add(0.5, positiveOf(z))) })),
        [1],
      ),
    ).toContain(
      `${start}the rate or logRate of poisson at site 'x' is not a known multiple of that latent: 'z'`,
    )
    expect(
      await refused(
        model(
          () => dirichlet({ concentration: value(space.positive(2), [1, 2]) }),
          ({ z }) =>
            categorical({
              probs: withDomain(mul(1, sub(1, z as never) as never) as AnyValue, simplex) as never,
            }),
        ),
        [1],
      ),
    ).toContain(`${start}the probs or logits of categorical at site 'x' is not those of that latent: 'z'`)
  })

  it('includes a function that bends only far out, and one that bends only where the mass is', async () => {
    const far = model(gammaPrior, ({ z }) => poisson({ rate: positiveOf(clip(z as never, 1e-6, 50)) }))
    expect(await refused(far, [1])).toContain('is not a known multiple of that latent')
    // The identity but for a bump at 300, which no wide point meets; the posterior of x = 300 lies there.
    const bump = (z: unknown) => {
      const apart = mul(0.1, sub(z as never, 300) as never) as never
      return add(
        z as never,
        mul(
          30,
          positiveOf(
            div(1, add(1, mul(mul(apart, apart) as never, mul(apart, apart) as never) as never) as never),
          ) as never,
        ) as never,
      )
    }
    const near = model(gammaPrior, ({ z }) => poisson({ rate: positiveOf(bump(z)) }))
    expect(await refused(near, [300])).toMatch(
      /is not a known multiple|hangs on 'z' otherwise where its mass is/,
    )
  })
})

const expectPosterior = (p: Posterior): void => expect(p.logEvidence.every(Number.isFinite)).toBe(true)

it('serves many data at once', async () => {
  const p = model(betaPrior, ({ z }) => binomial({ trials: 10, probs: z as never }))
  const x = Array.from({ length: 3000 }, (_, i) => i % 11)
  const values = await conjugate(p, x)
  expect(values[11]).toBe(values[0])
  expectPosterior(await orThrow(posterior(p, { x: x.slice(0, 50) })))
})
