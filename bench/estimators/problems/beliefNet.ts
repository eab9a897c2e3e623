/** u ~ B(0.3)², v | u ~ B(u1 − u2)³, x | v ~ B(2 v1 − v2, …); q: v ~ B(a (x − ½))³, u | v ~ B(b (v1 + v2 − v3))². */
import * as g from 'giry'
import { logBernoulli } from '../../../tests/inference/estimators/coins.js'
import {
  boundOf,
  constantBaseline,
  inputs,
  overPairs,
  type Point,
  type Problem,
  withBaseline,
} from '../problem.js'

type Scalar = g.Value<[], g.Real>
type Step = (model: unknown) => unknown

const xs = [1, 0, 1]
/** In the order of q. */
const sites = ['v1', 'v2', 'v3', 'u1', 'u2']

const pick = (c: object, name: string) => (c as Readonly<Record<string, Scalar>>)[name] as Scalar
const coin = (name: string, logit: (c: object) => unknown): Step =>
  g.bind(name as 'u1', (c: object) => g.bernoulli({ logits: logit(c) as Scalar })) as unknown as Step
const chain = (start: unknown, ...steps: readonly Step[]) => steps.reduce((m, step) => step(m), start)
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

const bits = (n: number) =>
  Array.from({ length: 2 ** n }, (_, i) => Array.from({ length: n }, (_, k) => (i >> k) & 1))

/** log q and log w of each of the 32 outcomes. */
const outcomes = ({ a, b }: Point) =>
  bits(5).map(([u1, u2, ...v]) => {
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
    return { logQ, logW: logP - logQ }
  })

/** Linear in the coins that are drawn before. */
const learnedAt = (site: string, before: readonly string[]) => {
  if (before.length === 0) return constantBaseline(site)
  const name = `${site}_line`
  const seen = Object.fromEntries(before.map((b) => [b, g.binary()]))
  const line = g.dense(g.real(before.length), g.real())
  return withBaseline(
    g.learned(
      g.given(seen),
      { [name]: line },
      (c) =>
        (c as never as Readonly<Record<string, (x: unknown) => Scalar>>)[name]?.(
          g.stack(before.map((b) => pick(c, b)) as never),
        ) as never,
    ),
  )
}

/** Linear in the relaxed coin. */
const relaxAt = (site: string) => {
  const name = `${site}_relaxed`
  const line = g.dense(g.real(), g.real())
  return g.relax(
    g.given({ [site]: g.real() }),
    { [name]: line },
    (c) =>
      (c as never as Readonly<Record<string, (x: unknown) => Scalar>>)[name]?.(
        g.sigmoid(g.mul(2, pick(c, site))),
      ) as never,
  )
}

/** Two layers of coins above observed ones. */
export const beliefNet: Problem = {
  name: 'belief net',
  what: 'two layers of 2 and 3 coins above 3 observed ones, L_b; all 5 latents by the method',
  at: { a: 0.8, b: 0.4 },
  inputs: { x1: 1, x2: 0, x3: 1 },
  sites,
  exact: {
    own: (at) => outcomes(at).reduce((sum, o) => sum + Math.exp(o.logQ) * o.logW, 0),
    L_2: (at) => overPairs(outcomes(at)),
  },
  objective: (methods, particles, target) => boundOf(p, q, methods, particles, target),
  learned: Object.fromEntries(sites.map((site, i) => [site, learnedAt(site, sites.slice(0, i))])),
  relax: Object.fromEntries(sites.map((site) => [site, relaxAt(site) as never])),
}
