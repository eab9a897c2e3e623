/** Small objectives and games of every kind that `fit` takes, each with 11 data: 4 to a minibatch leave a last one of 3. */
import * as g from 'giry'

/** What `fit` takes, without its types, so that cases of any model can be put into one table. */
export interface Case {
  readonly target: unknown
  readonly data: Readonly<Record<string, unknown>>
}

const rows = (n: number, size: number, f: (i: number, j: number) => number) =>
  Array.from({ length: n }, (_, i) => Array.from({ length: size }, (_, j) => f(i, j)))

const Z = g.real(2)
const X = g.binary(6)
const bits = rows(11, 6, (i, j) => Number((i * 5 + j * 3) % 4 < 2))
const points = rows(11, 2, (i, j) => Math.sin(3 * i + j) + j)
const numbers = points.map(([x]) => x as number)

const p = g.pipe(
  g.Do,
  g.nets({ decode: g.mlp(Z, [5], g.real(6)) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
)
const q = g.pipe(
  g.given({ x: X }),
  g.nets({ encode: g.gaussian(X, [5], Z) }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)

/** A variational autoencoder of 6 pixels. */
export const vae: Case = { target: g.elbo(p, q), data: { x: bits } }

/** Its gradient by the score function. */
export const score: Case = { target: g.elbo(p, q, { sites: { z: 'score' } }), data: { x: bits } }

/** Its importance-weighted bound. */
export const iwae: Case = { target: g.iwae(p, q, { particles: 3 }), data: { x: bits } }

const coin = g.pipe(
  g.Do,
  g.nets({ on: g.parameter(g.real(6)), off: g.parameter(g.real(6)) }),
  g.bind('k', () => g.bernoulli({ probs: 0.4 })),
  g.bind('x', ({ k, on, off }) => g.bernoulli({ logits: g.add(g.mul(k, on()), off()) })),
)
const guess = g.pipe(
  g.given({ x: X }),
  g.nets({ encode: g.mlp(X, [3], g.real()) }),
  g.bind('k', ({ x, encode }) => g.bernoulli({ logits: encode(x) })),
)

/** A discrete latent, summed over. */
export const enumerated: Case = {
  target: g.elbo(coin, guess, { sites: { k: 'enumerate' } }),
  data: { x: bits },
}

const replicates = g.pipe(
  g.Do,
  g.nets({ slope: g.parameter(g.real()) }),
  g.bind('z', () => g.standardNormal()),
  g.bind('x', ({ z, slope }) => g.normal({ loc: g.mul(slope(), z), scale: 1 }), { plates: { r: 3 } }),
)
const ofReplicates = g.pipe(
  g.given({ x: g.real() }),
  g.nets({ loc: g.dense(g.real(), g.real()) }),
  g.bind('z', ({ x, loc }) => g.normal({ loc: g.sumOverPlate(loc(x), 'r'), scale: 0.5 })),
)

/** Three replicates of each datum. */
export const plates: Case = {
  target: g.elbo(replicates, ofReplicates),
  data: { x: rows(11, 3, (i, j) => Math.cos(i) + 0.1 * j) },
}

const mean = g.pipe(
  g.Do,
  g.shared('m', () => g.standardNormal()),
  g.bind('x', ({ m }) => g.normal({ loc: m, scale: 1 })),
)
const ofMean = g.pipe(
  g.given({ x: g.real() }),
  g.nets({ loc: g.parameter(g.real()), scale: g.parameter(g.positive()) }),
  g.shared('m', ({ loc, scale }) => g.normal({ loc: loc(), scale: scale() })),
)

/** One latent for the whole data set. */
export const shared: Case = { target: g.elbo(mean, ofMean), data: { x: numbers } }

const D = g.mlp(Z, [5], g.real())
const fake = g.pipe(
  g.Do,
  g.nets({ G: g.mlp(Z, [5], Z) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, G }) => g.push(G(z))),
)
const real = g.empirical({ x: Z })
const onReal = g.expect(real, { D }, ({ x, D }) => g.logSigmoid(D(x)))
const onFake = g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(g.neg(D(x))))
const fooled = g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(D(x)))

/** A zero-sum game whose first player moves twice. */
export const minimax: Case = {
  target: g.minimax(g.plus(onReal, onFake), { max: ['D'], min: ['G'], steps: { max: 2 } }),
  data: { x: points },
}

/** A game of two objectives. */
export const game: Case = {
  target: g.game({
    critic: { maximize: g.plus(onReal, onFake), owns: ['D'] },
    generator: { maximize: fooled, owns: ['G'], steps: 3 },
  }),
  data: { x: points },
}

const untyped = g.fit as unknown as (target: unknown, options: unknown) => ReturnType<typeof g.fit>

/** Options of a fit, without the data. */
export type Options = Partial<g.FitOptions<never>> & { readonly heldOut?: unknown }

/** Fits a case; errors as data. */
export const tryFit = ({ target, data }: Case, options: Options): ReturnType<ReturnType<typeof g.fit>> =>
  untyped(target, { data, batch: 4, seed: 3, optimizer: g.adam(1e-2), ...options })()

/** Fits a case, or throws. */
export const fitted = async (c: Case, options: Options): Promise<g.Fit> =>
  g.orThrow(() => tryFit(c, options) as Promise<never>)

/** All numbers of the parameters. */
export const numbersOf = (params: g.Params<unknown> | undefined): readonly number[] =>
  Object.values((params ?? {}) as Record<string, g.NetParams>).flatMap((net) =>
    Object.values(net).flatMap((a) => [...a.data]),
  )

/** The largest difference between the parameters of two fits. */
export const distance = (a: g.Fit, b: g.Fit): number => {
  const other = numbersOf(b.params)
  return numbersOf(a.params).reduce((d, x, i) => Math.max(d, Math.abs(x - (other[i] as number))), 0)
}
