/**
 * The same combinators, two players: a generator that never sees the data learns a ring of spots from a discriminator.
 *
 *   D: E_data[log σ(D(x))] + E_z[log σ(−D(G(z)))] − 0.1 R1        G: E_z[log σ(D(G(z)))]
 *
 * Then the verdict: what a fresh critic, and tests that had no part in the game, say of the samples.
 */
import * as g from 'giry'

const shrunk = process.env.GIRY_SHRINK === '1'
const steps = shrunk ? 20 : 3000
const X = g.real(2)

// Eight spots on the unit circle: 2,000 data to learn from, 1,000 to judge by.
const centers = Array.from({ length: 8 }, (_, k) => [
  Math.cos((k * Math.PI) / 4),
  Math.sin((k * Math.PI) / 4),
])
const spots = (n: number, seed: number) => {
  const { e } = g.sample(
    g.pipe(
      g.Do,
      g.bind('e', () => g.standardNormal(2)),
    ),
    { n, seed },
  )
  return (g.toArray(e) as number[][]).map((v, i) =>
    v.map((a, j) => (centers[i % 8]?.[j] as number) + 0.05 * a),
  )
}
const train = spots(shrunk ? 200 : 2000, 1)
const heldOut = spots(shrunk ? 100 : 1000, 2)

const D = g.mlp(X, [64, 64, 64], g.real())
const fake = g.pipe(
  g.Do,
  g.nets({ G: g.mlp(g.real(2), [64, 64, 64], X) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, G }) => g.push(G(z))),
)
const duel = g.contest({ real: g.empirical({ x: X }), fake, nets: { D }, score: ({ x, D }) => D(x) })
const { critic, generator, accuracy } = g.adversarial(duel, g.payoffs.nonSaturating)
const gan = g.game({
  D: { owns: ['D'], maximize: g.minus(critic, g.scale(0.1, g.r1(duel))) },
  G: { owns: ['G'], maximize: generator },
})

const fit = await g.orThrow(
  g.fit(gan, {
    data: { x: train },
    heldOut: { x: heldOut },
    monitors: { accuracy },
    optimizer: g.adam(g.cosineSchedule(1e-3, steps), { beta1: 0.5, beta2: 0.99 }),
    steps,
    batch: 100,
    seed: 1,
  }),
)
const last = fit.history.at(-1)
console.log(
  `D ${last?.values.D?.toFixed(3)} (−log 4 = −1.386 where nothing can be told apart), G ${last?.values.G?.toFixed(3)}`,
)
console.log(`D tells data from fakes with accuracy ${last?.monitors?.accuracy?.toFixed(2)}; and yet:\n`)

const verdict = await g.orThrow(
  g.verdict(fit, { fake, data: train, heldOut, accuracy, modes: { centers, scale: 0.05 }, seed: 1 }),
)
console.log(`${verdict}`)
