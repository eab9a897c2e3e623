/** E[(z − 0.45)²], z ~ B(a + b): the toy of REBAR and RELAX. */
import * as g from 'giry'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { logBernoulli } from '../../../tests/inference/estimators/coins.js'
import { constantBaseline, inputs, type Problem } from '../problem.js'

const model = g.pipe(
  g.given(inputs),
  g.bind('z', ({ a, b }) => g.bernoulli({ logits: g.add(a, b) })),
)
const f = ({ z }: { readonly z: g.Value<[], g.Real> }) => g.square(g.sub(z, 0.45))
const build = g.expect as unknown as (m: unknown, f: unknown, options: object) => AnyObjective

const line = g.dense(g.real(), g.real())
const relax = g.relax(g.given({ z: g.real() }), { z_line: line }, (c) =>
  c.z_line(g.square(g.sub(g.sigmoid(g.mul(2, c.z)), 0.45))),
)

/** One coin. */
export const coin: Problem = {
  name: 'coin',
  what: 'E (z − 0.45)², z ~ B(a + b), at a + b = 0.3',
  at: { a: 0.1, b: 0.2 },
  inputs: {},
  sites: ['z'],
  exact: {
    own: ({ a, b }) =>
      Math.exp(logBernoulli(1, a + b)) * 0.55 ** 2 + Math.exp(logBernoulli(0, a + b)) * 0.45 ** 2,
  },
  // expect takes its particles from the method: 2 where it leaves one out, else 1
  objective: (sites) => build(model, f, { sites }),
  learned: { z: constantBaseline('z') },
  relax: { z: relax as never },
}
