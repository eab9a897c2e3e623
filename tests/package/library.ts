// A library of models on top of giry, compiled with `declaration: true`: every inferred type can be named by its own
// declarations, since the types that appear in it are exported; and generic helpers can state what they ask for.
// tests/package/consumer.test.ts compiles it against the packed package; it is not run.
import { pipe } from 'fp-ts/lib/function.js'
import * as g from 'giry'

const Z = g.real(2)
const X = g.binary(6)

// nets
export const encoder = g.gaussian(X, [3], Z)
export const decoder = g.mlp(Z, [3], g.real(6))
export const layered = g.chain(g.dense(Z, g.real(3)), g.dense(g.real(3), g.real()))
export const image = g.conv2d(g.real(8, 8, 1), g.real(8, 8, 2), { kernel: 3 })
export const weights = g.parameter(g.simplex(3))

// distributions
export const gaussianOf = <S extends g.Shape>(loc: g.Value<S, g.Real>) => g.normal({ loc, scale: 1 })
export const standard = g.standardNormal(2)
export const gaussian2 = g.normal({ loc: g.value(Z, [0, 1]), scale: g.value(g.positive(2), [1, 2]) })
export const doubleExponential = g.laplace({ loc: 0, scale: 1 })
export const wealth = g.logNormal({ loc: 0, scale: 1 })
export const waiting = g.exponential({ rate: 2 })
export const clicks = g.poisson({ rate: 2 })
export const box = g.uniform({ low: 0, high: 1 })
export const cube = g.standardUniform(3)
export const coin = g.bernoulli({ probs: 0.5 })
export const label = g.categorical({ probs: g.value(g.simplex(3), [0.2, 0.3, 0.5]) })
export const hot = g.oneHotCategorical({ logits: g.value(g.real(3), [0, 1, 2]) })
export const correlated = g.multivariateNormal({
  loc: g.value(Z, [0, 1]),
  scaleTril: g.value(g.cholesky(2), [
    [1, 0],
    [0.5, 1],
  ]),
})
export const atom = g.delta(g.value(X, [0, 1, 0, 1, 1, 1]))
export const pushed = g.push(g.exp(g.value(Z, [0, 1])))
export const four = g.iid(4, standard)
export const pair = g.independent([g.standardNormal(), doubleExponential])
export const blend = g.mixture({ probs: g.value(g.simplex(2), [0.4, 0.6]) }, [
  g.standardNormal(),
  g.laplace({ loc: 1, scale: 2 }),
])
export const computedBlend = g.mixture(
  { logits: g.value(g.real(3), [0, 0, 0]) },
  [-1, 0, 1].map((loc) => g.normal({ loc, scale: 1 })),
)

// values
export const root = g.sqrt(g.softplus(g.value(Z, [0, 1])))
export const product = g.matMul(g.value(g.real(2, 3), [1, 2, 3, 4, 5, 6]), g.value(g.real(3), [1, 2, 3]))
export const row = g.at(g.value(g.real(2, 3), [1, 2, 3, 4, 5, 6]), 0)
export const chosen = g.where(g.greater(root, 1), root, 0)

// models
export const generative = pipe(
  g.Do,
  g.nets({ decode: decoder }),
  g.bind('z', () => g.standardNormal(2)),
  g.letTo('logits', ({ z, decode }) => decode(z)),
  g.bind('x', ({ logits }) => g.bernoulli({ logits })),
)
export const recognition = pipe(
  g.given({ x: X }),
  g.nets({ encode: encoder }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)
export const clusters = pipe(
  g.Do,
  g.shared('means', () => g.standardNormal(3)),
  g.bind('k', () => label),
  g.bind('x', ({ k, means }) => g.normal({ loc: g.gather(means, k), scale: 1 })),
)
export const empirical = g.empirical({ x: X })
export const fixed = g.condition(generative, { x: [0, 1, 1, 0, 0, 1] })
export const kernel = pipe(
  g.given({ a: g.category(2) }),
  g.bind('b', () => g.categorical({ probs: g.value(g.simplex(2), [0.5, 0.5]) })),
)
export const table = g.matrix(kernel)

// objectives and what follows from them
export const bound = g.elbo(generative, recognition)
export const tempered = g.elbo(generative, recognition, { beta: 4, sites: { z: 'score' } })
export const critic = g.mlp(X, [3], g.real())
export const mean = g.expect(empirical, { critic }, ({ x, critic: f }) => f(x))
export const sum = g.plus(g.scale(2, mean), g.constant(1))
export const everything = g.minus(bound, sum)
export const adversarial = g.minimax(mean, { max: ['critic'], min: [] })
export const divergence = g.klExact(standard, gaussian2)
export const initial = g.init(generative, 1)
export const draws = g.sample(generative, { n: 3, seed: 1, params: initial })
export const posteriorDraws = g.sample(fixed, { n: 3, params: initial })
export const density = g.logProb(generative, { z: [0, 0], x: [0, 0, 0, 0, 0, 0] }, { params: initial })
export const optimizer = g.adam(g.cosineSchedule(1e-3, 100))
export const averaged = pipe(g.sgd(0.1), (o) => o)
export const points = g.dataset({ x: X }, { x: [[0, 1, 1, 0, 0, 1]] })
export const trained = g.fit(bound, { data: points, optimizer, epochs: 1, batch: 1 })
export const text = g.derive(generative, recognition)

// generic helpers, with the constraints of the functions they call
export const warmStart = <T, D, A>(
  objective: g.Objective<T, D>,
  data: A & g.Accepts<A, D>,
): readonly [g.Objective<T, D>, A] => [objective, data]
export const fitTo = <T, D, A>(
  objective: g.Objective<T, D>,
  options: g.FitOptions<T> & g.FitData<D, A, undefined>,
) => g.fit<T, D, A>(objective, options)
export const boundOf = <P extends g.Model, Q extends g.Model>(p: P, q: Q & g.Fits<P, Q>) =>
  [p, q as Q] as const
export const densityAt = <T, G, R>(
  model: g.Model<T, G, R> & g.HasDensity<R>,
  record: g.RecordOf<R>,
): readonly [g.Model<T, G, R>, g.RecordOf<R>] => [model, record]
export const started = warmStart(bound, points)
export const both = boundOf(generative, recognition)
export const at = densityAt(generative, { z: [0, 0], x: [0, 0, 0, 0, 0, 0] })
