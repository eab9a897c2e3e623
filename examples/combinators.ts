/**
 * Inference combinators: programs that give weighted traces, properly weighted whatever they are built of.
 *
 *   1   propose(p, q)                              importance sampling, against the exact evidence
 *   2   compose(resample(filter), step)            a particle filter in five lines, against the Kalman filter
 *   3   propose(extend(p, back), compose(q, k))    a proposal in two steps, each trained on its own
 */
import * as g from 'giry'

const shrunk = process.env.GIRY_SHRINK === '1'

// 1. A normal seen through noise, and a proposal that is nearly right.
const p = g.pipe(
  g.Do,
  g.bind('z', () => g.standardNormal()),
  g.bind('x', ({ z }) => g.normal({ loc: z, scale: 0.5 })),
)
const q = g.pipe(
  g.given({ x: g.real() }),
  g.bind('z', ({ x }) => g.normal({ loc: g.mul(0.7, x), scale: 0.6 })),
)
const posterior = g.propose(g.primitive(p, { observed: ['x'] }), q)
const data = { x: [0.4, 2.3] }
const found = await g.orThrow(g.logNormalizer(posterior, { data, particles: 1000, seed: 1 }))
const exact = await g.orThrow(g.evidence(p, data))
const mean = await g.orThrow(g.targetMean(posterior, ({ z }) => z, { data, particles: 1000, seed: 1 }))
data.x.forEach((x, i) => {
  console.log(
    `x = ${x}: log P(x) = ${found.value[i]?.toFixed(3)} ± ${found.standardError[i]?.toFixed(3)} (exactly ${exact.value[i]?.toFixed(3)}), E[z | x] = ${mean.value[i]?.toFixed(3)}`,
  )
})

// 2. A state that wanders, seen through noise: z_t ~ N(0.9 z_{t−1}, 0.5²), x_t ~ N(z_t, 0.7²).
const T = 8
const first = g.factor(
  g.pipe(
    g.given({ xs: g.real(T) }),
    g.bind('z', () => g.standardNormal()),
  ),
  ({ z, xs }) => g.normal({ loc: z, scale: 0.7 }).logProb(g.at(xs, 0)),
)
const step = (t: number) =>
  g.factor(
    g.pipe(
      g.given({ z: g.real(), xs: g.real(T) }),
      g.bind('next', ({ z }) => g.normal({ loc: g.mul(0.9, z), scale: 0.5 })),
    ),
    ({ next, xs }) => g.normal({ loc: next, scale: 0.7 }).logProb(g.at(xs, t)),
  )
let filter: g.AnyProgram = first
for (let t = 1; t < T; t++)
  filter = g.rename(g.marginal(g.compose(g.resample(filter), step(t)), ['next']), { z: 'next' })

const xs = [0.3, -0.2, 0.8, 1.1, 0.4, 0.9, 1.3, 0.2]
let [m, v, kalman] = [0, 1, 0]
xs.forEach((x, t) => {
  if (t > 0) [m, v] = [0.9 * m, 0.81 * v + 0.25]
  kalman -= 0.5 * (Math.log(2 * Math.PI * (v + 0.49)) + (x - m) ** 2 / (v + 0.49))
  const gain = v / (v + 0.49)
  ;[m, v] = [m + gain * (x - m), v * (1 - gain)]
})
const filtered = await g.orThrow(
  g.logNormalizer(filter, { data: { xs: [xs] }, particles: 50, n: shrunk ? 20 : 200, seed: 2 }),
)
console.log(
  `particle filter: log P(xs) = ${filtered.value[0]?.toFixed(3)} ± ${filtered.standardError[0]?.toFixed(3)} (Kalman filter ${kalman.toFixed(3)})`,
)

// 3. From the prior to the posterior by way of the likelihood to the power 1/2; every kernel is learned, level by level.
const at = (power: number) => g.primitive(p, { observed: ['x'], power })
const start = g.pipe(
  g.given({ x: g.real() }),
  g.nets({ begin: g.gaussian(g.real(), [8], g.real()) }),
  g.bind('z', ({ x, begin }) => g.normal(begin(x))),
)
const forward = g.pipe(
  g.given({ z: g.real(), x: g.real() }),
  g.nets({ go: g.gaussian(g.real(2), [8], g.real()) }),
  g.bind('next', ({ z, x, go }) => g.normal(go(g.stack([z, x])))),
)
const back = g.pipe(
  g.given({ next: g.real(), x: g.real() }),
  g.nets({ come: g.gaussian(g.real(2), [8], g.real()) }),
  g.bind('z', ({ next, x, come }) => g.normal(come(g.stack([next, x])))),
)
const annealed = g.propose(
  g.extend(g.rename(at(1), { next: 'z' }), back),
  g.compose(g.propose(at(0.5), start), forward),
)
const train = { x: Array.from({ length: 512 }, (_, i) => 3 * Math.sin(i)) }
const trained = await g.orThrow(
  g.fit(g.stepwise(annealed, { divergence: 'reverse', particles: 4 }), {
    data: train,
    optimizer: g.adam(g.cosineSchedule(1e-2, shrunk ? 40 : 800)),
    steps: shrunk ? 40 : 800,
    batch: 128,
    seed: 3,
  }),
)
for (const [name, params] of [
  ['before', g.init(g.evidenceBound(annealed, { particles: 1 }), 3)],
  ['after', trained.params],
] as const) {
  const { value, effective } = await g.orThrow(
    g.logNormalizer(annealed, { params, data, particles: 100, seed: 4 }),
  )
  console.log(
    `${name} training: log P(x) = ${value.map((l) => l.toFixed(3)).join(', ')}; of 100 traces ${effective.map((n) => n.toFixed(0)).join(' and ')} count`,
  )
}
