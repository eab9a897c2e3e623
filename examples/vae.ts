/**
 * The page that opens the README: a VAE on MNIST, declared, derived, trained, and looked at.
 *
 * `npx tsx examples/vae.ts` trains on all 60,000 digits for one epoch; GIRY_SHRINK=1 on 300 for a few steps.
 */
import * as g from 'giry'
import { mnist } from 'giry/data'

const shrink = process.env.GIRY_SHRINK === '1'
const Z = g.real(2)
const X = g.binary(784)

// z ~ N(0, I),  x|z ~ Bernoulli(decode(z))
const p = g.pipe(
  g.Do,
  g.nets({ decode: g.mlp(Z, [400], g.real(784)) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
)

// z|x ~ N(mu'(x), sigma'(x))
const q = g.pipe(
  g.given({ x: X }),
  g.nets({ encode: g.gaussian(X, [400], Z) }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)

const bound = g.elbo(p, q)
console.log(g.derive(p, q))

const digits = await g.orThrow(mnist(shrink ? { limit: 300 } : {}))
const fit = await g.orThrow(
  g.fit(bound, {
    data: digits.train,
    heldOut: digits.test,
    optimizer: g.adam(1e-3),
    ...(shrink ? { steps: 5 } : { epochs: 1 }),
    seed: 1,
  }),
)
console.log(`held-out L_b: ${fit.diagnostics.heldOut?.toFixed(1)} nats per digit`)

// A digit nobody drew: decode one draw of z, and print it.
const { x } = g.sample(p, { params: fit.params, seed: 7 })
const pixels = g.toTypedArray(x)
for (let row = 0; row < 28; row += 2)
  console.log([...pixels.subarray(row * 28, row * 28 + 28)].map((v) => (v === 1 ? '#' : ' ')).join(''))
