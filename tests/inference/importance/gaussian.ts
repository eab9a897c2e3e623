/** A model of one Gaussian latent, a family of two parameters, and its bounds by quadrature in float64. */
import { pipe } from 'fp-ts/lib/function.js'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import { parameter } from '../../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets } from '../../../src/dsl/notation.js'
import { mul } from '../../../src/dsl/operations/arithmetic.js'
import { exp } from '../../../src/dsl/operations/functions.js'
import { real } from '../../../src/dsl/space.js'
import { logNormal } from '../../laws/oracle.js'

/** z ~ N(0, 1), x | z ~ N(slope z, ½²). */
export const p = pipe(
  Do,
  nets({ slope: parameter(real()) }),
  bind('z', () => standardNormal()),
  bind('x', ({ z, slope }) => normal({ loc: mul(slope(), z), scale: 0.5 })),
)

/** z | x ~ N(gain x, exp(spread)²). */
export const q = pipe(
  given({ x: real() }),
  nets({ gain: parameter(real()), spread: parameter(real()) }),
  bind('z', ({ x, gain, spread }) => normal({ loc: mul(gain(), x), scale: exp(spread()) })),
)

/** Where the bounds are looked at. */
export const at = { slope: 0.8, gain: 0.5, spread: -0.3 }
/** The datum. */
export const datum = 0.7

type Numbers = Readonly<Record<string, number>>

/** log P(x). */
export const evidenceAt = ({ slope }: Numbers, x: number = datum): number =>
  logNormal(x, 0, Math.sqrt((slope as number) ** 2 + 0.25))

/** The posterior, in the parameters of the family. */
export const posteriorOf = ({ slope }: Numbers): Numbers => {
  const variance = 1 / (1 + (slope as number) ** 2 / 0.25)
  return {
    slope: slope as number,
    gain: (variance * (slope as number)) / 0.25,
    spread: 0.5 * Math.log(variance),
  }
}

/** log w and its probability under q, at the points of a quadrature. */
const points = ({ slope, gain, spread }: Numbers, x: number) => {
  const scale = Math.exp(spread as number)
  const step = 0.1
  return Array.from({ length: 161 }, (_, i) => {
    const e = -8 + step * i
    const z = (gain as number) * x + scale * e
    const logQ = logNormal(z, (gain as number) * x, scale)
    const logP = logNormal(z, 0, 1) + logNormal(x, (slope as number) * z, 0.5)
    return { probability: Math.exp(logNormal(e, 0, 1)) * step, logW: logP - logQ, logP, logQ }
  })
}

/** E_q[f(log w, log p, log q)]. */
export const expectedOf = (
  numbers: Numbers,
  f: (logW: number, logP: number, logQ: number) => number,
  x: number = datum,
): number => points(numbers, x).reduce((sum, o) => sum + o.probability * f(o.logW, o.logP, o.logQ), 0)

/** E[f(log w_1, log w_2)] over two draws of q. */
export const overPairs = (
  numbers: Numbers,
  f: (a: number, b: number) => number,
  x: number = datum,
): number => {
  const all = points(numbers, x)
  return all.reduce(
    (sum, a) => sum + a.probability * all.reduce((inner, b) => inner + b.probability * f(a.logW, b.logW), 0),
    0,
  )
}

/** E[F_s] of two particles. */
export const pairPower = (numbers: Numbers, s: number): number =>
  overPairs(numbers, (a, b) => {
    if (s === 0) return (a + b) / 2
    const top = Math.max(s * a, s * b)
    return (top + Math.log((Math.exp(s * a - top) + Math.exp(s * b - top)) / 2)) / s
  })
