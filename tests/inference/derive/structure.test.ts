import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { iid } from '../../../src/dsl/distributions/iid.js'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import type { AnyModel, Model } from '../../../src/dsl/model.js'
import { gaussian } from '../../../src/dsl/nets/dense.js'
import { bind, Do, given, letTo, nets, shared } from '../../../src/dsl/notation.js'
import { add } from '../../../src/dsl/operations/arithmetic.js'
import { real } from '../../../src/dsl/space.js'
import { drawnFor, factorOf, structureOf } from '../../../src/inference/derive/structure.js'
import { planBound } from '../../../src/inference/plan.js'

const structure = (p: Model, q: Model) => structureOf(p as AnyModel, q as AnyModel, planBound(p, q))

const p = pipe(
  given({ c: real() }),
  shared('w', () => standardNormal()),
  bind('b', () => bernoulli({ probs: 0.5 })),
  bind('z', ({ w }) => normal({ loc: w, scale: 1 })),
  letTo('mean', ({ z, b }) => add(z, b)),
  bind('x', ({ mean, c }) => normal({ loc: add(mean, c), scale: 1 })),
)

const q = pipe(
  given({ x: real(), d: real() }),
  nets({ encode: gaussian(real(), [2], real()) }),
  shared('w', () => normal({ loc: 1, scale: 1 })),
  bind('b', () => bernoulli({ probs: 0.5 })),
  bind('z', ({ x, b, encode }) => normal(encode(add(x, b)))),
)

describe('structureOf', () => {
  it('reads factors, data and inputs, through deterministic names', () => {
    const s = structure(p, q)
    expect(s.latents).toEqual(['w', 'b', 'z'])
    expect(s.data).toEqual(['x'])
    expect(s.inputs).toEqual(['c'])
    expect(s.qInputs).toEqual(['x'])
    expect(factorOf(s.p, 'x').parents).toEqual(['b', 'z', 'c'])
    expect(factorOf(s.q, 'z').parents).toEqual(['b', 'x'])
    expect([...s.shared]).toEqual(['w'])
    expect([...s.discrete]).toEqual(['b'])
  })

  it('finds what has to be drawn for a term', () => {
    const s = structure(p, q)
    expect(drawnFor(s, ['z'])).toEqual(['b', 'z'])
    expect(drawnFor(s, ['w', 'c'])).toEqual(['w'])
    expect(drawnFor(s, [])).toEqual([])
  })

  it('knows a standard normal from another', () => {
    const model = pipe(
      Do,
      bind('a', () => standardNormal(2)),
      bind('b', () => iid(3, standardNormal(2))),
      bind('c', ({ a }) => normal({ loc: a, scale: 1 })),
    )
    expect(structure(model, model).p.map((f) => f.standard)).toEqual([true, true, false])
  })
})
