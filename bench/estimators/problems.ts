/**
 * Five problems with two parameters a and b, whose gradients are known: by a closed form, by enumeration, or by quadrature, in
 * float64. The parameters are inputs of q, one for each datum, so that one backward pass gives a gradient for each draw.
 */
import * as g from 'giry'
import type { AnyObjective } from '../../src/dsl/objective.js'
import type { GradientMethod } from '../../src/dsl/rules.js'
import { elbo } from '../../src/inference/elbo.js'
import { expect } from '../../src/inference/expect.js'

/** Where a gradient is taken. */
export interface Point {
  readonly a: number
  readonly b: number
}

/** A problem: an objective for each gradient method, and its exact value. */
export interface Problem {
  readonly name: string
  readonly what: string
  readonly at: Point
  /** Other inputs, constant. */
  readonly inputs: Readonly<Record<string, number>>
  readonly exact: (at: Point) => number
  /** The objective, where the sites under test have this method. */
  readonly objective: (method: GradientMethod, particles: number) => AnyObjective
}

const logSigmoid = (t: number) => (t < 0 ? t - Math.log1p(Math.exp(t)) : -Math.log1p(Math.exp(-t)))
const logBernoulli = (x: number, logit: number) => logSigmoid(x === 1 ? logit : -logit)
const logNormal = (x: number, loc: number, scale: number) =>
  -0.5 * ((x - loc) / scale) ** 2 - Math.log(scale) - 0.5 * Math.log(2 * Math.PI)

const build = elbo as unknown as (p: unknown, q: unknown, options: object) => AnyObjective
/** L_b with every divergence sampled, so that all methods estimate the gradient of the same terms. */
const bound = (p: unknown, q: unknown, sites: object, particles: number): AnyObjective =>
  build(p, q, { sites, particles, kl: 'sampled' })

const inputs = { a: g.real(), b: g.real() }

/** x | z ~ N(z, 1), z ~ N(0, 1), x = 1: the posterior is N(1/2, 1/2). */
const gaussian = (at: Point, name: string, what: string): Problem => {
  const p = g.pipe(
    g.Do,
    g.bind('z', () => g.standardNormal()),
    g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
  )
  const q = g.pipe(
    g.given({ ...inputs, x: g.real() }),
    g.bind('z', ({ a, b }) => g.normal({ loc: a, scale: g.exp(b) })),
  )
  return {
    name,
    what,
    at,
    inputs: { x: 1 },
    // E log p(z) + E log p(x | z) + the entropy of q
    exact: ({ a, b }) =>
      -Math.log(2 * Math.PI) -
      0.5 * (a ** 2 + Math.exp(2 * b)) -
      0.5 * ((1 - a) ** 2 + Math.exp(2 * b)) +
      b +
      0.5 * Math.log(2 * Math.PI * Math.E),
    objective: (z, particles) => bound(p, q, { z }, particles),
  }
}

/** E[(z − 0.45)²], z ~ B(a + b): the toy of REBAR and RELAX. */
const coin = (): Problem => {
  const model = g.pipe(
    g.given(inputs),
    g.bind('z', ({ a, b }) => g.bernoulli({ logits: g.add(a, b) })),
  )
  const f = ({ z }: { readonly z: g.Value<[], g.Real> }) => g.square(g.sub(z, 0.45))
  const build = expect as unknown as (m: unknown, f: unknown, options: object) => AnyObjective
  return {
    name: 'coin',
    what: 'E (z − 0.45)², z ~ B(a + b), at a + b = 0.3',
    at: { a: 0.1, b: 0.2 },
    inputs: {},
    exact: ({ a, b }) =>
      Math.exp(logBernoulli(1, a + b)) * 0.55 ** 2 + Math.exp(logBernoulli(0, a + b)) * 0.45 ** 2,
    // expect takes its particles from the method: 2 where it leaves one out, else 1
    objective: (z) => build(model, f, { sites: { z } }),
  }
}

const bits = (n: number) =>
  Array.from({ length: 2 ** n }, (_, i) => Array.from({ length: n }, (_, k) => (i >> k) & 1))

/** u ~ B(0.3)², v | u ~ B(u1 − u2)³, x | v ~ B(2 v1 − v2, …); q: v ~ B(a (x − ½))³, u | v ~ B(b (v1 + v2 − v3))². */
const beliefNet = (): Problem => {
  const xs = [1, 0, 1]
  type Values = Readonly<Record<string, g.Value<[], g.Real>>>
  const pick = (c: object, name: string) => (c as Values)[name] as g.Value<[], g.Real>
  const coin = (name: string, logit: (c: object) => unknown) =>
    g.bind(name as 'u1', (c: object) =>
      g.bernoulli({ logits: logit(c) as g.Value<[], g.Real> }),
    ) as unknown as (m: unknown) => unknown
  const chain = (start: unknown, ...steps: readonly ((m: unknown) => unknown)[]) =>
    steps.reduce((m, step) => step(m), start)
  const constant = (x: number) => g.value(g.real(), x)
  const p = chain(
    g.Do,
    coin('u1', () => constant(0.3)),
    coin('u2', () => constant(0.3)),
    ...[1, 2, 3].map((j) => coin(`v${j}`, (c) => g.sub(pick(c, 'u1'), g.mul(j, pick(c, 'u2'))))),
    ...[1, 2, 3].map((j) =>
      coin(`x${j}`, (c) => g.sub(g.mul(2, pick(c, `v${j}`)), pick(c, `v${(j % 3) + 1}`))),
    ),
  )
  const q = chain(
    g.given({ ...inputs, x1: g.binary(), x2: g.binary(), x3: g.binary() }),
    ...[1, 2, 3].map((j) => coin(`v${j}`, (c) => g.mul(pick(c, 'a'), g.sub(pick(c, `x${j}`), 0.5)))),
    ...[1, 2].map((i) =>
      coin(`u${i}`, (c) => g.mul(pick(c, 'b'), g.sub(g.add(pick(c, 'v1'), pick(c, 'v2')), pick(c, 'v3')))),
    ),
  )
  const exact = ({ a, b }: Point) =>
    bits(5).reduce((sum, [u1, u2, ...v]) => {
      const [U1, U2] = [u1 as number, u2 as number]
      const at = (j: number) => v[j % 3] as number
      const top = b * (at(0) + at(1) - at(2))
      const logQ =
        logBernoulli(U1, top) +
        logBernoulli(U2, top) +
        xs.reduce((l, x, j) => l + logBernoulli(at(j), a * (x - 0.5)), 0)
      const logP =
        logBernoulli(U1, 0.3) +
        logBernoulli(U2, 0.3) +
        xs.reduce(
          (l, x, j) => l + logBernoulli(at(j), U1 - (j + 1) * U2) + logBernoulli(x, 2 * at(j) - at(j + 1)),
          0,
        )
      return sum + Math.exp(logQ) * (logP - logQ)
    }, 0)
  return {
    name: 'belief net',
    what: 'two layers of 2 and 3 coins above 3 observed ones, L_b; all 5 latents by the method',
    at: { a: 0.8, b: 0.4 },
    inputs: { x1: 1, x2: 0, x3: 1 },
    exact,
    objective: (method, particles) =>
      bound(p, q, Object.fromEntries(['v1', 'v2', 'v3', 'u1', 'u2'].map((s) => [s, method])), particles),
  }
}

/** c ~ 3 equal shares, x | c ~ N((−2, 0, 2)_c, 1), x = 0.7; q has the logits (0, a, b). */
const mixture = (): Problem => {
  const places = [-2, 0, 2]
  const p = g.pipe(
    g.Do,
    g.bind('c', () => g.oneHotCategorical({ logits: g.value(g.real(3), [0, 0, 0]) })),
    g.bind('x', ({ c }) => g.normal({ loc: g.sum(g.mul(c, g.value(g.real(3), places))), scale: 1 })),
  )
  const q = g.pipe(
    g.given({ ...inputs, x: g.real() }),
    g.bind('c', ({ a, b }) => g.oneHotCategorical({ logits: g.stack([g.mul(0, a), a, b]) })),
  )
  const exact = ({ a, b }: Point) => {
    const logits = [0, a, b]
    const z = Math.log(logits.reduce((s, l) => s + Math.exp(l), 0))
    return logits.reduce(
      (sum, l, c) => sum + Math.exp(l - z) * (logNormal(0.7, places[c] as number, 1) - Math.log(3) - (l - z)),
      0,
    )
  }
  return {
    name: 'mixture',
    what: 'one of three components of a Gaussian mixture, L_b',
    at: { a: 0.5, b: -0.3 },
    inputs: { x: 0.7 },
    exact,
    objective: (c, particles) => bound(p, q, { c }, particles),
  }
}

/** n ~ Poisson(3), z | n ~ N(n, 1), x | z ~ N(z, 1), x = 4; q: n ~ Poisson(e^a), z | n ~ N(b + n/2, 0.8), z pathwise. */
const counts = (): Problem => {
  const p = g.pipe(
    g.Do,
    g.bind('n', () => g.poisson({ rate: 3 })),
    g.bind('z', ({ n }) => g.normal({ loc: n, scale: 1 })),
    g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
  )
  const q = g.pipe(
    g.given({ ...inputs, x: g.real() }),
    g.bind('n', ({ a }) => g.poisson({ rate: g.exp(a) })),
    g.bind('z', ({ n, b }) => g.normal({ loc: g.add(b, g.mul(0.5, n)), scale: 0.8 })),
  )
  const logPoisson = (n: number, rate: number) => {
    let factorial = 0
    for (let k = 2; k <= n; k++) factorial += Math.log(k)
    return n * Math.log(rate) - rate - factorial
  }
  // Over z in closed form: E (z − m)² = (loc − m)² + 0.64
  const inner = (n: number, b: number) => {
    const loc = b + n / 2
    const entropy = 0.5 * Math.log(2 * Math.PI * Math.E * 0.64)
    return -Math.log(2 * Math.PI) - 0.5 * ((loc - n) ** 2 + 0.64) - 0.5 * ((4 - loc) ** 2 + 0.64) + entropy
  }
  return {
    name: 'counts',
    what: 'a Poisson count with a normal latent below it, L_b; the count by the method, the normal pathwise',
    at: { a: 0.9, b: 1.2 },
    inputs: { x: 4 },
    exact: ({ a, b }) =>
      Array.from({ length: 80 }, (_, n) => n).reduce((sum, n) => {
        const logQ = logPoisson(n, Math.exp(a))
        return sum + Math.exp(logQ) * (logPoisson(n, 3) - logQ + inner(n, b))
      }, 0),
    objective: (n, particles) => bound(p, q, { n, z: 'pathwise' }, particles),
  }
}

/** The problems; the first twice, away from the optimum and at it. */
export const problems: readonly Problem[] = [
  gaussian({ a: -0.4, b: 0.2 }, 'Gaussian', 'z ~ N(a, e^2b) for the posterior N(1/2, 1/2), L_b'),
  gaussian(
    { a: 0.5, b: -0.5 * Math.log(2) },
    'Gaussian, at the optimum',
    'the same, where q is the posterior',
  ),
  coin(),
  beliefNet(),
  mixture(),
  counts(),
]
