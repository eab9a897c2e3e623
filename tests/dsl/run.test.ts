import * as tf from '@tensorflow/tfjs'
import { function as F } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { bind, Do, given, letTo, nets, shared } from '../../src/dsl/notation.js'
import { add } from '../../src/dsl/operations/arithmetic.js'
import { type Choose, functionsOf, run, sitesIn } from '../../src/dsl/run.js'
import * as S from '../../src/dsl/space.js'
import { type AnyValue, toArray } from '../../src/dsl/value.js'

const { pipe } = F

const model = pipe(
  given({ u: S.real(2) }),
  nets({ f: dense(S.real(2), S.real(2)) }),
  shared('w', () => standardNormal(2)),
  bind('z', ({ u }) => normal({ loc: u, scale: 1 })),
  letTo('h', ({ z, w, f }) => f(add(z, w))),
  bind('x', ({ h }) => normal({ loc: h, scale: 1 })),
)

const tensors = {
  'f/kernel': tf.tensor([
    [2, 0],
    [0, 3],
  ]),
  'f/bias': tf.tensor([1, 1]),
  'g/kernel': tf.zeros([1, 1]),
}
const functions = functionsOf(model.nets, tensors)
const u = S.value(S.real(2), [
  [1, 2],
  [3, 4],
])

/** Each site at the mean of its distribution. */
const means: Choose = (_, __, d) => (d as unknown as { mean: () => AnyValue }).mean()

describe('run', () => {
  it('visits the sites in order, each with its distribution, and returns the whole context', () => {
    const visited: [string, string, string][] = []
    const context = run(model, {
      functions,
      given: { u },
      choose: (name, site, d) => {
        visited.push([name, site.scope, d.family])
        return name === 'w' ? S.value(S.real(2), [10, 20]) : means(name, site, d)
      },
    })
    expect(visited).toEqual([
      ['w', 'shared', 'normal'],
      ['z', 'datum', 'normal'],
      ['x', 'datum', 'normal'],
    ])
    expect(Object.keys(context)).toEqual(['f', 'u', 'w', 'z', 'h', 'x'])
    const affine = [
      [23, 67],
      [27, 73],
    ]
    expect(toArray(context.h as AnyValue)).toEqual(affine)
    expect(toArray(context.x as AnyValue)).toEqual(affine)
    const sites = sitesIn(model, context)
    expect(Object.keys(sites)).toEqual(['w', 'z', 'x'])
    expect(sites.z).toBe(context.z)
  })

  it('is one program for one draw, a batch and a grid of particles', () => {
    const particles = [{ name: 'particle', size: 5 }]
    const context = run(model, {
      functions,
      given: { u },
      choose: (name, _, d) => {
        const z = (d as unknown as { mean: () => AnyValue }).mean()
        return name === 'z'
          ? { ...z, tensor: tf.broadcastTo(z.tensor, [5, 2, 2]), axes: [...particles, ...z.axes] }
          : z
      },
    })
    expect((context.x as AnyValue).axes).toEqual([...particles, { name: 'datum', size: 2 }])
    const one = run(model, { functions, given: { u: S.value(S.real(2), [1, 2]) }, choose: means })
    expect(toArray(one.x as AnyValue)).toEqual([3, 7])
  })

  it('names a net or an input that is missing', () => {
    expect(() => run(model, { functions: {}, given: { u }, choose: means })).toThrow(
      "the net 'f' has no parameters here\n  → pass the params of a fit, or init(model, seed)",
    )
    expect(() => run(model, { functions, given: {}, choose: means })).toThrow(
      "the input 'u' is missing\n  → pass it in { given: { u: … } }",
    )
    expect(() => functionsOf(model.nets, {}).f).not.toThrow()
  })

  it('runs a model without sites', () => {
    expect(run(Do, { functions: {}, given: {}, choose: means })).toEqual({})
  })
})
