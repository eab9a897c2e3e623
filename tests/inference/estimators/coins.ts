/**
 * A problem with a discrete site between others, and its exact bound by enumeration and quadrature in float64.
 *
 *   p   c ~ B(−0.5)   z | c ~ B(0.4 c − 0.2)²   y | z ~ N(z1, 1)          x ~ N(w (z1 − 2 z1 z2) + y + c, 0.8²)
 *   q   c ~ B(a)      z | c ~ B(m + d c)²       y | z ~ N(e z2 − 0.2, 0.7²)
 */
import { pipe } from 'fp-ts/lib/function.js'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { normal } from '../../../src/dsl/distributions/normal.js'
import type { Binary, Real } from '../../../src/dsl/domains/marks.js'
import type { GradientMethod } from '../../../src/dsl/gradientMethods.js'
import { parameter } from '../../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets } from '../../../src/dsl/notation.js'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { add, mul, sub } from '../../../src/dsl/operations/arithmetic.js'
import { stack } from '../../../src/dsl/operations/joining.js'
import { at as entry } from '../../../src/dsl/operations/picking.js'
import { real } from '../../../src/dsl/space.js'
import type { Value } from '../../../src/dsl/value.js'
import { elbo } from '../../../src/inference/elbo.js'
import { slopes } from '../gradients.js'

const bits = [0, 1] as const
const logSigmoid = (t: number) => (t < 0 ? t - Math.log1p(Math.exp(t)) : -Math.log1p(Math.exp(-t)))
/** log B(x; logit). */
export const logBernoulli = (x: number, logit: number) => logSigmoid(x === 1 ? logit : -logit)
/** log N(x; loc, scale²). */
export const logNormal = (x: number, loc: number, scale: number) =>
  -0.5 * ((x - loc) / scale) ** 2 - Math.log(scale) - 0.5 * Math.log(2 * Math.PI)

type Scalar = Value<[], Real>

/** A number for both coins. */
const both = (v: Scalar): Value<[2], Real> => stack([v, v])

/** w (z1 − 2 z1 z2). */
const product = (w: Scalar, z: Value<[2], Binary>): Scalar =>
  mul(w, sub(entry(z, 0), mul(mul(2, entry(z, 0)), entry(z, 1)) as Scalar))

/** The model. */
export const p = pipe(
  Do,
  nets({ w: parameter(real()) }),
  bind('c', () => bernoulli({ logits: -0.5 })),
  bind('z', ({ c }) => bernoulli({ logits: both(sub(mul(0.4, c), 0.2)) })),
  bind('y', ({ z }) => normal({ loc: entry(z, 0), scale: 1 })),
  bind('x', ({ w, z, y, c }) => normal({ loc: add(product(w(), z), add(y, c)), scale: 0.8 })),
)

/** The family. */
export const q = pipe(
  given({ x: real() }),
  nets({ a: parameter(real()), m: parameter(real()), d: parameter(real()), e: parameter(real()) }),
  bind('c', ({ a }) => bernoulli({ logits: a() })),
  bind('z', ({ m, d, c }) => bernoulli({ logits: both(add(m(), mul(d(), c))) })),
  bind('y', ({ e, z }) => normal({ loc: sub(mul(e(), entry(z, 1)), 0.2), scale: 0.7 })),
)

/** Where gradients are taken. */
export const at = { w: 0.8, a: 0.3, m: 0.2, d: 0.6, e: -0.5 }
/** The datum. */
export const x = 1.3
const points = Array.from({ length: 281 }, (_, i) => -7 + (14 * i) / 280)

const exact = (t: Readonly<Record<string, number>>): number => {
  const { w, a, m, d, e } = t as typeof at
  let sum = 0
  for (const c of bits)
    for (const z1 of bits)
      for (const z2 of bits)
        for (const y of points) {
          const logQ =
            logBernoulli(c, a) +
            logBernoulli(z1, m + d * c) +
            logBernoulli(z2, m + d * c) +
            logNormal(y, e * z2 - 0.2, 0.7)
          const logP =
            logBernoulli(c, -0.5) +
            logBernoulli(z1, 0.4 * c - 0.2) +
            logBernoulli(z2, 0.4 * c - 0.2) +
            logNormal(y, z1, 1) +
            logNormal(x, w * (z1 - 2 * z1 * z2) + y + c, 0.8)
          sum += Math.exp(logQ) * (logP - logQ) * (14 / 280)
        }
  return sum
}

/** The bound. */
export const value = exact(at)
/** Its gradient. */
export const gradient = slopes(exact, at)

/** The bound with a method for each site. */
export const bound = (
  sites: Readonly<Record<string, GradientMethod>>,
  options: { readonly particles?: number; readonly kl?: 'closed form' | 'sampled' } = {},
): AnyObjective => elbo(p, q, { ...options, sites } as never) as unknown as AnyObjective
