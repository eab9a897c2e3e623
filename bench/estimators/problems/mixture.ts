/** c ~ 3 equal shares, x | c ~ N((−2, 0, 2)_c, 1), x = 0.7; q has the logits (0, a, b). */
import * as g from 'giry'
import { logNormal } from '../../../tests/laws/oracle.js'
import { boundOf, constantBaseline, inputs, overPairs, type Point, type Problem } from '../problem.js'

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

/** log q and log w of each component. */
const outcomes = ({ a, b }: Point) => {
  const logits = [0, a, b]
  const z = Math.log(logits.reduce((s, l) => s + Math.exp(l), 0))
  return logits.map((l, c) => ({
    logQ: l - z,
    logW: logNormal(0.7, places[c] as number, 1) - Math.log(3) - (l - z),
  }))
}

const line = g.dense(g.real(3), g.real())
const relax = g.relax(g.given({ c: g.real(3) }), { c_line: line }, ({ c, c_line }) =>
  c_line(g.softmax(g.mul(2, c))),
)

/** A mixture of three. */
export const mixture: Problem = {
  name: 'mixture',
  what: 'one of three components of a Gaussian mixture, L_b',
  at: { a: 0.5, b: -0.3 },
  inputs: { x: 0.7 },
  sites: ['c'],
  exact: {
    own: (at) => outcomes(at).reduce((sum, o) => sum + Math.exp(o.logQ) * o.logW, 0),
    L_2: (at) => overPairs(outcomes(at)),
  },
  objective: (methods, particles, target) => boundOf(p, q, methods, particles, target),
  learned: { c: constantBaseline('c') },
  relax: { c: relax as never },
}
