import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { binomial } from '../../src/dsl/distributions/binomial.js'
import { geometric } from '../../src/dsl/distributions/geometric.js'
import { iid } from '../../src/dsl/distributions/iid.js'
import { standardNormal } from '../../src/dsl/distributions/normal.js'
import { poisson } from '../../src/dsl/distributions/poisson.js'
import { klTable } from '../../src/dsl/kl.js'
import { bind, Do, given, shared } from '../../src/dsl/notation.js'
import { add } from '../../src/dsl/operations/arithmetic.js'
import { sum } from '../../src/dsl/operations/reductions.js'
import { binary, real } from '../../src/dsl/space.js'
import { derive } from '../../src/inference/derive.js'
import { planBound } from '../../src/inference/plan.js'
import { type Graphs, graphs, modelsOf } from './graphs.js'

/** What follows a site in q, by repeated relaxation of the reachability matrix. */
const reachable = (q: Graphs['q']): ReadonlyMap<string, ReadonlySet<string>> => {
  const names = q.map((n) => n.name)
  const after = new Map(
    names.map((name) => [name, new Set(q.filter((n) => n.parents.includes(name)).map((n) => n.name))]),
  )
  for (const via of names)
    for (const from of names)
      if (after.get(from)?.has(via)) for (const to of after.get(via) ?? []) after.get(from)?.add(to)
  return after
}

describe('planBound', () => {
  it('takes the closed form exactly where the table has the pair and no p-parent descends from the site in q', () => {
    fc.assert(
      fc.property(graphs, (g) => {
        const { p, q } = modelsOf(g)
        const after = reachable(g.q)
        for (const l of planBound(p, q).latents) {
          const prior = g.p.find((n) => n.name === l.name)
          const posterior = g.q.find((n) => n.name === l.name)
          const known = `${posterior?.family}|${prior?.family}` in klTable
          const blocked = prior?.parents.some((parent) => after.get(l.name)?.has(parent))
          expect(l.kl).toEqual(
            !known
              ? { sampled: 'not in the table' }
              : blocked
                ? { sampled: 'p conditions on what q draws after it' }
                : 'closed form',
          )
        }
      }),
    )
  })

  it('lists the latents in the order of q, and the data', () => {
    fc.assert(
      fc.property(graphs, (g) => {
        const { p, q } = modelsOf(g)
        const plan = planBound(p, q)
        expect(plan.latents.map((l) => l.name)).toEqual(g.q.map((n) => n.name))
        expect(plan.data.map(([name]) => name)).toEqual(['x'])
      }),
    )
  })

  it('samples every divergence when asked to', () => {
    fc.assert(
      fc.property(graphs, (g) => {
        const { p, q } = modelsOf(g)
        const plan = planBound(p, q, { kl: 'sampled' })
        expect(plan.latents.every((l) => l.kl !== 'closed form' && l.kl.sampled === 'asked for')).toBe(true)
      }),
    )
  })

  it('takes rows of a larger table, and none of an empty one', () => {
    const p = pipe(
      Do,
      bind('z', () => geometric({ probs: 0.5 })),
    )
    const q = pipe(
      Do,
      bind('z', () => poisson({ rate: 1 })),
    )
    const rule = klTable['poisson|poisson']
    expect(planBound(p, q).latents[0]?.kl).toEqual({ sampled: 'not in the table' })
    expect(planBound(p, q, { klTable: { ...klTable, 'poisson|geometric': rule } }).latents[0]?.kl).toBe(
      'closed form',
    )
    expect(planBound(q, q, { klTable: {} }).latents[0]?.kl).toEqual({ sampled: 'not in the table' })
  })
})

describe('a closed form for one constant only', () => {
  const successes = (trials: number) =>
    pipe(
      Do,
      bind('z', () => binomial({ trials, probs: 0.25 })),
    )

  it('is taken where both have it, and is not named where they do not', () => {
    expect(planBound(successes(10), successes(10)).latents[0]?.kl).toBe('closed form')
    expect(planBound(successes(10), successes(8)).latents[0]?.kl).toEqual({
      sampled: 'for one constant only',
    })
    expect(derive(successes(10), successes(8) as never).toText()).toContain(
      'no closed form for KL(Binomial ‖ Binomial) with trials 8 and 10',
    )
  })
})

const flags = (n: number) =>
  pipe(
    given({ x: real() }),
    bind('b', () => iid(n, bernoulli({ probs: 0.5 }))),
  )

const methodsOf = (model: Parameters<typeof planBound>[1], sites = {}) =>
  Object.fromEntries(planBound(model, model, { sites }).latents.map((l) => [l.name, l.gradient]))

describe('gradient methods', () => {
  it('are pathwise where the site allows it', () => {
    expect(
      methodsOf(
        pipe(
          Do,
          bind('z', () => standardNormal(2)),
        ),
      ),
    ).toEqual({ z: 'pathwise' })
  })

  it('enumerate supports of up to 1024 points, and no more', () => {
    expect(methodsOf(flags(10))).toEqual({ b: 'enumerate' })
    expect(methodsOf(flags(11))).toEqual({ b: 'score' })
  })

  it('count the largest table: sites that meet nowhere do not add up', () => {
    const q = pipe(
      Do,
      bind('a', () => iid(6, bernoulli({ probs: 0.5 }))),
      bind('b', () => iid(5, bernoulli({ probs: 0.5 }))),
      bind('c', () => iid(4, bernoulli({ probs: 0.5 }))),
    )
    expect(methodsOf(q)).toEqual({ a: 'enumerate', b: 'enumerate', c: 'enumerate' })
  })

  it('take sites one after the other where all of them meet in one table', () => {
    const q = pipe(
      Do,
      bind('a', () => iid(6, bernoulli({ probs: 0.5 }))),
      bind('b', () => iid(5, bernoulli({ probs: 0.5 }))),
      bind('c', () => iid(4, bernoulli({ probs: 0.5 }))),
      bind('n', ({ a, b, c }) => poisson({ rate: add(add(sum(a), sum(b)), add(sum(c), 1)) })),
    )
    expect(methodsOf(q)).toEqual({ a: 'enumerate', b: 'score', c: 'enumerate', n: 'score' })
    expect(methodsOf(q, { a: 'score' })).toEqual({ a: 'score', b: 'enumerate', c: 'enumerate', n: 'score' })
  })

  it('enumerate no site that all data share', () => {
    expect(
      methodsOf(
        pipe(
          Do,
          shared('b', () => bernoulli({ probs: 0.5 })),
        ),
      ),
    ).toEqual({ b: 'score' })
  })

  it('fall back on the score function where the support is infinite', () => {
    expect(
      methodsOf(
        pipe(
          Do,
          bind('k', () => poisson({ rate: 2 })),
        ),
      ),
    ).toEqual({ k: 'score' })
  })

  it('are those that are asked for', () => {
    expect(
      methodsOf(
        pipe(
          Do,
          bind('z', () => standardNormal(2)),
        ),
        { z: 'score' },
      ),
    ).toEqual({ z: 'score' })
  })
})

describe('particles', () => {
  const p = pipe(
    Do,
    bind('b', () => bernoulli({ probs: 0.5 })),
    bind('z', () => standardNormal()),
  )
  const q = pipe(
    given({ x: binary() }),
    bind('b', () => bernoulli({ probs: 0.5 })),
    bind('z', () => standardNormal()),
  )

  it('default to 1, and to 2 where a score function needs a baseline', () => {
    expect(planBound(p, q).particles).toBe(1)
    expect(planBound(p, q, { sites: { b: 'score' } }).particles).toBe(2)
  })

  it('are those that are asked for, as is beta', () => {
    expect(planBound(p, q, { sites: { b: 'score' }, particles: 1 })).toMatchObject({ particles: 1, beta: 1 })
    expect(planBound(p, q, { particles: 8, beta: 4 })).toMatchObject({ particles: 8, beta: 4 })
  })
})
