/**
 * The order of the notes that giry grew from: the discriminator is trained first, as a classifier of labelled data; generator and
 * discriminator then make one network, in which each is frozen while the other learns.
 *
 *   1   D: E_data[log C(c | x)]                                   D names the class
 *   2   D: … + E_data[log σ(s)] + E_fake[log σ(−s)],   G: E_fake[log σ(s) + log C(c | x)]
 */
import * as g from 'giry'
import { acgan } from 'giry/models'

const shrunk = process.env.GIRY_SHRINK === '1'

// Four spots, labelled by their quarter of the plane.
const noise = (i: number) => 0.1 * Math.sin(12.9898 * i * i + 78.233)
const c = Array.from({ length: 2000 }, (_, i) => i % 4)
const x = c.map((k, i) => [
  Math.cos((k * Math.PI) / 2) + noise(i),
  Math.sin((k * Math.PI) / 2) + noise(i + 0.5),
])

const { game, classification, fake, accuracy } = acgan({ size: 2, latent: 2, hidden: [64, 64], classes: 4 })
const steps = shrunk ? 20 : 1500
const fit = await g.orThrow(
  g.fit(g.pretrain(game, 'D', { steps: shrunk ? 20 : 300, maximize: classification }), {
    data: { x: x.slice(0, 1000), c: c.slice(0, 1000) },
    heldOut: { x: x.slice(1000), c: c.slice(1000) },
    monitors: { accuracy },
    optimizer: g.adam(g.cosineSchedule(1e-3, steps), { beta1: 0.5, beta2: 0.99 }),
    steps,
    batch: 125,
    seed: 1,
  }),
)
const known = fit.pretraining?.at(-1)?.values.D as number
console.log(`before the game D knows the class up to ${(-known).toFixed(3)} of log 4 = 1.386 nats`)

const drawn = g.sample(fake, { params: fit.params, given: { c: [0, 1, 2, 3] }, n: 200, seed: 2 })
const axes = drawn.x.axes.map((a) => a.name)
const points = g.toArray(drawn.x) as number[][][]
const classOf = ([a, b]: number[]) =>
  (Math.round((2 * Math.atan2(b as number, a as number)) / Math.PI) + 4) % 4
const right = points.flatMap((row, i) => row.map((p, j) => classOf(p) === (axes[0] === 'draw' ? j : i)))
const share = right.filter(Boolean).length / right.length
console.log(`after it ${(100 * share).toFixed(1)} % of the fakes of a class lie in its quarter of the plane`)
console.log(`D tells data from fakes with accuracy ${fit.history.at(-1)?.monitors?.accuracy?.toFixed(2)}`)
