/** Small models whose latents are gamma, inverse gamma, beta, Dirichlet, Student t and von Mises, each with a q of its family. */
import * as g from 'giry'
import type { AnyObjective } from '../../src/dsl/objective.js'

/** A bound, data for it, and log P(x) of each datum where it has a closed form (with the call that made it in the test). */
export interface Case {
  readonly objective: AnyObjective
  readonly data: Readonly<Record<string, readonly unknown[]>>
}

const positive = () => g.parameter(g.positive())
const start = (value: number) => ({ start: { kind: 'constant', value } as const })

const gammaPoisson = (): Case => {
  const p = g.pipe(
    g.Do,
    g.bind('z', () => g.gamma({ concentration: 2, rate: 0.5 })),
    g.bind('x', ({ z }) => g.poisson({ rate: z })),
  )
  const q = g.pipe(
    g.given({ x: g.count() }),
    g.nets({ a: positive(), r: positive() }),
    g.bind('z', ({ x, a, r }) => g.gamma({ concentration: g.add(a(), x), rate: r() })),
  )
  return { objective: g.elbo(p, q) as unknown as AnyObjective, data: { x: [0, 1, 4, 9] } }
}

const betaBernoulli = (): Case => {
  const p = g.pipe(
    g.Do,
    g.bind('z', () => g.beta({ alpha: 2, beta: 3 })),
    g.bind('x', ({ z }) => g.iid(5, g.bernoulli({ probs: z }))),
  )
  const q = g.pipe(
    g.given({ x: g.binary(5) }),
    g.nets({ a: positive(), b: positive() }),
    g.bind('z', ({ x, a, b }) =>
      g.beta({ alpha: g.add(a(), g.sum(x)), beta: g.add(b(), g.sum(g.sub(1, x))) }),
    ),
  )
  const x = [
    [0, 0, 0, 0, 0],
    [1, 0, 0, 1, 0],
    [1, 1, 1, 1, 0],
  ]
  return { objective: g.elbo(p, q) as unknown as AnyObjective, data: { x } }
}

const dirichletCategorical = (): Case => {
  const prior = g.value(g.positive(3), [0.5, 1, 2.5])
  const p = g.pipe(
    g.Do,
    g.bind('z', () => g.dirichlet({ concentration: prior })),
    g.bind('x', ({ z }) => g.oneHotCategorical({ probs: z })),
  )
  const q = g.pipe(
    g.given({ x: g.oneHot(3) }),
    g.nets({ c: g.parameter(g.positive(3), start(1)) }),
    g.bind('z', ({ x, c }) => g.dirichlet({ concentration: g.add(c(), x) })),
  )
  const x = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]
  return { objective: g.elbo(p, q) as unknown as AnyObjective, data: { x } }
}

const inverseGammaNormal = (): Case => {
  const p = g.pipe(
    g.Do,
    g.bind('z', () => g.inverseGamma({ concentration: 3, scale: 2 })),
    g.bind('x', ({ z }) => g.normal({ loc: 0, scale: g.sqrt(z) })),
  )
  const q = g.pipe(
    g.given({ x: g.real() }),
    g.nets({ a: g.parameter(g.positive(), start(2)), s: positive() }),
    g.bind('z', ({ x, a, s }) =>
      g.inverseGamma({ concentration: a(), scale: g.add(s(), g.mul(0.5, g.square(x))) }),
    ),
  )
  return { objective: g.elbo(p, q) as unknown as AnyObjective, data: { x: [-1.5, 0.25, 0.5, 3] } }
}

const studentNormal = (): Case => {
  const p = g.pipe(
    g.Do,
    g.bind('z', () => g.studentT({ degrees: 5, loc: 0, scale: 1 })),
    g.bind('x', ({ z }) => g.normal({ loc: z, scale: 0.5 })),
  )
  const q = g.pipe(
    g.given({ x: g.real() }),
    g.nets({ n: g.parameter(g.positive(), start(3)), w: g.parameter(g.real()), s: positive() }),
    g.bind('z', ({ x, n, w, s }) => g.studentT({ degrees: n(), loc: g.mul(w(), x), scale: s() })),
  )
  return { objective: g.elbo(p, q) as unknown as AnyObjective, data: { x: [-1.5, 0.25, 0.5, 3] } }
}

const vonMisesPair = (): Case => {
  const p = g.pipe(
    g.Do,
    g.bind('z', () => g.vonMises({ loc: 0, concentration: 1 })),
    g.bind('x', ({ z }) => g.vonMises({ loc: z, concentration: 3 })),
  )
  const q = g.pipe(
    g.given({ x: g.circle() }),
    g.nets({ w: g.parameter(g.real(), start(0.5)), k: positive() }),
    g.bind('z', ({ x, w, k }) => g.vonMises({ loc: g.mul(w(), x), concentration: k() })),
  )
  return { objective: g.elbo(p, q) as unknown as AnyObjective, data: { x: [-1.5, 0.25, 0.5, 3] } }
}

/** The cases, by name. */
export const cases = {
  gammaPoisson,
  betaBernoulli,
  dirichletCategorical,
  inverseGammaNormal,
  studentNormal,
  vonMisesPair,
} as const satisfies Readonly<Record<string, () => Case>>
