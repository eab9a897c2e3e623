// The page of user code that opens the README, as a program of a consumer: on a small synthetic data set of binary
// images instead of MNIST, for one epoch. tests/package/consumer.test.ts compiles and runs it against the packed
// package; being a module of tests it is also checked with the sources.
import { pipe } from 'fp-ts/lib/function.js'
import * as g from 'giry'

const Z = g.real(2)
const X = g.binary(784)

// 64 images of stripes, one row of pixels wide and shifted by one for every other image: no file, no random state.
const data = {
  x: Array.from({ length: 64 }, (_, i) =>
    Array.from({ length: 784 }, (_, j) => (Math.floor(j / 28) + i) % 2),
  ),
}

// z ~ N(0, I),  x|z ~ Bernoulli(decode(z))
const p = pipe(
  g.Do,
  g.nets({ decode: g.mlp(Z, [400], g.real(784)) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
)

// z|x ~ N(mu'(x), sigma'(x))
const q = pipe(
  g.given({ x: X }),
  g.nets({ encode: g.gaussian(X, [400], Z) }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)

const bound = g.elbo(p, q)
console.log(g.derive(p, q))
const run = g.fit(bound, { data, optimizer: g.adam(1e-3), epochs: 1, batch: 16, seed: 1 })

// the same combinators, two players:  min_G max_D  E_data[log D(x)] + E_z[log(1 - D(G(z)))]
const D = g.mlp(g.real(2), [128], g.real())
const fake = pipe(
  g.Do,
  g.nets({ G: g.mlp(Z, [128], g.real(2)) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, G }) => g.push(G(z))),
)
const value = g.plus(
  g.expect(g.empirical({ x: g.real(2) }), { D }, ({ x, D }) => g.logSigmoid(D(x))),
  g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(g.neg(D(x)))),
)
export const gan = g.minimax(value, { max: ['D'], min: ['G'] })

const fit = await g.orThrow(run)
console.log(`trained ${Object.keys(fit.params).length > 0}`)
