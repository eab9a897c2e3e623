/** n ~ Poisson(3), z | n ~ N(n, 1), x | z ~ N(z, 1), x = 4; q: n ~ Poisson(e^a), z | n ~ N(b + n/2, 0.8), z pathwise. */
import * as g from 'giry'
import { logNormal } from '../../../tests/laws/oracle.js'
import { boundOf, constantBaseline, inputs, overPairs, type Point, type Problem } from '../problem.js'

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

const x = 4
const logPoisson = (n: number, rate: number) => {
  let factorial = 0
  for (let k = 2; k <= n; k++) factorial += Math.log(k)
  return n * Math.log(rate) - rate - factorial
}
const counted = (upTo: number) => Array.from({ length: upTo }, (_, n) => n)

/** Over z in closed form: E (z − m)² = (loc − m)² + 0.64 */
const inner = (n: number, b: number) => {
  const loc = b + n / 2
  const entropy = 0.5 * Math.log(2 * Math.PI * Math.E * 0.64)
  return -Math.log(2 * Math.PI) - 0.5 * ((loc - n) ** 2 + 0.64) - 0.5 * ((x - loc) ** 2 + 0.64) + entropy
}

/** log q dz and log w at counts and at the points of a trapezoidal rule: 20 counts leave out 1e-12 of Poisson(2.5). */
const outcomes = ({ a, b }: Point) => {
  const step = 0.3
  return counted(20).flatMap((n) =>
    Array.from({ length: 41 }, (_, i) => {
      const e = step * (i - 20)
      const z = b + n / 2 + 0.8 * e
      const [logN, logE] = [logPoisson(n, Math.exp(a)), logNormal(e, 0, 1)]
      const logP = logPoisson(n, 3) + logNormal(z, n, 1) + logNormal(x, z, 1)
      return { logQ: logN + logE + Math.log(step), logW: logP - logN - logE + Math.log(0.8) }
    }),
  )
}

/** Counts with a continuous latent below. */
export const counts: Problem = {
  name: 'counts',
  what: 'a Poisson count with a normal latent below it, L_b; the count by the method, the normal pathwise',
  at: { a: 0.9, b: 1.2 },
  inputs: { x },
  sites: ['n'],
  exact: {
    own: ({ a, b }) =>
      counted(80).reduce((sum, n) => {
        const logQ = logPoisson(n, Math.exp(a))
        return sum + Math.exp(logQ) * (logPoisson(n, 3) - logQ + inner(n, b))
      }, 0),
    L_2: (at) => overPairs(outcomes(at)),
  },
  objective: (methods, particles, target) => boundOf(p, q, { ...methods, z: 'pathwise' }, particles, target),
  learned: { n: constantBaseline('n') },
}
