/**
 * The same combinators, two players: a generator that never sees the data learns a ring from a discriminator.
 *
 *   min_G max_D  E_data[log D(x)] + E_z[log(1 − D(G(z)))]
 */
import * as g from 'giry'

const steps = process.env.GIRY_SHRINK === '1' ? 20 : 2000
const Z = g.real(2)

// 1,000 points on the unit circle.
const ring = Array.from({ length: 1000 }, (_, i) => [Math.cos(i), Math.sin(i)])

const D = g.mlp(g.real(2), [64, 64], g.real())
const fake = g.pipe(
  g.Do,
  g.nets({ G: g.mlp(Z, [64, 64], g.real(2)) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, G }) => g.push(G(z))),
)
const value = g.plus(
  g.expect(g.empirical({ x: g.real(2) }), { D }, ({ x, D }) => g.logSigmoid(D(x))),
  g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(g.neg(D(x)))),
)
const gan = g.minimax(value, { max: ['D'], min: ['G'] })

const fit = await g.orThrow(
  g.fit(gan, { data: { x: ring }, optimizer: g.adam(1e-3), steps, batch: 128, seed: 1 }),
)
const { x } = g.sample(fake, { params: fit.params, n: 1000, seed: 2 })
const radii = (g.toArray(x) as number[][]).map(([a, b]) => Math.hypot(a as number, b as number))
const mean = radii.reduce((a, b) => a + b, 0) / radii.length
console.log(
  `value of the game: ${fit.history.at(-1)?.values.max?.toFixed(3)} (−log 4 = −1.386 when nothing can be told apart)`,
)
console.log(`mean radius of 1,000 fakes: ${mean.toFixed(2)}, of the ring: 1.00`)
