/**
 * The Dirac-GAN, whose players have one parameter each: the data are a point at 0, the generator a point at θ, the critic ψ x.
 *
 *   V(θ, ψ) = φ(0) + ψ-dependent part with slope c = ½ at 0 (logistic payoffs), c = 1 (Wasserstein)
 *   v(θ, ψ) = (−c ψ, c θ) to first order: rotation, with eigenvalues ±i c
 *
 * Mescheder, Geiger and Nowozin, 2018, "Which training methods for GANs do actually converge?", section 2.
 */
import * as g from 'giry'

const point = g.parameter(g.real(), { start: { kind: 'constant', value: 0 } })
const slope = g.parameter(g.real(), { start: { kind: 'constant', value: 0 } })

const real = g.pipe(
  g.Do,
  g.bind('x', () => g.push(0 as number)),
)
const fake = g.pipe(
  g.Do,
  g.nets({ theta: point }),
  g.bind('x', ({ theta }) => g.push(theta())),
)

/** The contest of the two points. */
export const duel = g.contest({
  real,
  fake,
  nets: { psi: slope },
  score: ({ x, psi }) => g.mul(psi(), x) as g.Value<[], g.Real>,
})

/** The game with a payoff and a weight γ of R1, γ ½ ψ². */
export const diracGan = (payoff: g.Payoff, gamma = 0) => {
  const { critic, generator } = g.adversarial(duel, payoff)
  return g.game({
    critic: { owns: ['psi'], maximize: g.minus(critic, g.scale(gamma, g.r1(duel))) },
    generator: { owns: ['theta'], maximize: generator },
  })
}

type Dirac = ReturnType<typeof diracGan>
type Point = readonly [theta: number, psi: number]

const array = (x: number) => ({ value: { shape: [], data: Float32Array.of(x) } })

/** Where so many steps of `fit` lead from a point; with sgd of the rate, unless an optimizer is given. */
export const playedFrom = async (
  game: Dirac,
  [theta, psi]: Point,
  options: {
    readonly steps: number
    readonly play?: g.Play
    readonly optimizer: g.Optimizer
    readonly runtime?: 'cpu' | 'onnx-node'
  },
): Promise<Point> => {
  const params = { theta: array(theta), psi: array(psi) }
  const fit = await g.orThrow(g.fit(game, { runtime: 'cpu', batch: 1, ...options, params } as never))
  const of = fit.params as unknown as Record<'theta' | 'psi', { value: { data: Float32Array } }>
  return [of.theta.value.data[0] as number, of.psi.value.data[0] as number]
}

/** Moduli and real and imaginary parts of the eigenvalues of [[a, b], [c, d]]. */
export const eigenvalues = (m: readonly [Point, Point]) => {
  const [[a, c], [b, d]] = m
  const half = (a + d) / 2
  const inside = half * half - (a * d - b * c)
  const root = Math.sqrt(Math.abs(inside))
  return inside < 0
    ? [half, half].map((re, i) => ({ re, im: i === 0 ? root : -root, modulus: Math.hypot(half, root) }))
    : [half + root, half - root].map((re) => ({ re, im: 0, modulus: Math.abs(re) }))
}

/** The spectral radius of one step at the equilibrium (0, 0), from two runs of `fit` beside it. */
export const spectralRadius = async (
  game: Dirac,
  options: Omit<Parameters<typeof playedFrom>[2], 'steps'>,
): Promise<number> => {
  const e = 2 ** -10
  const columns = await Promise.all(
    (
      [
        [e, 0],
        [0, e],
      ] as const
    ).map((from) => playedFrom(game, from, { ...options, steps: 1 })),
  )
  const [x, y] = columns.map(([a, b]): Point => [a / e, b / e])
  return Math.max(...eigenvalues([x as Point, y as Point]).map((l) => l.modulus))
}
