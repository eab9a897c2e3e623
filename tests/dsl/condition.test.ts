import * as tf from '@tensorflow/tfjs'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type ConditionFault, condition } from '../../src/dsl/condition.js'
import type { AnyDistribution, Distribution, EventSpace } from '../../src/dsl/distribution.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import type { Real } from '../../src/dsl/domains/marks.js'
import { GiryException } from '../../src/dsl/error.js'
import { type Model, sitesOf } from '../../src/dsl/model.js'
import { bind, Do, shared } from '../../src/dsl/notation.js'
import { type Choose, run } from '../../src/dsl/run.js'
import type { Shape } from '../../src/dsl/shape.js'
import { binary, positive, real, value } from '../../src/dsl/space.js'
import { type AnyValue, toTypedArray, type Value } from '../../src/dsl/value.js'
import { noiseFromSeed } from '../../src/runtime/noise.js'

const p = pipe(
  Do,
  bind('z', () => standardNormal(2)),
  bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
)

const messages = (build: () => unknown): readonly string[] => {
  try {
    build()
  } catch (e) {
    if (e instanceof GiryException) return e.errors.map((x) => x.message)
    throw e
  }
  return []
}

const execute = (model: Model, choose: Choose) => run(model, { functions: {}, given: {}, choose })
const numbers = (v: unknown): readonly number[] => [...toTypedArray(v as AnyValue)]
const density = (d: AnyDistribution, v: AnyValue): number =>
  numbers(
    (d as unknown as Distribution<EventSpace<Shape, Real>, 'density'>).logProb(v as Value<Shape, Real>),
  )[0] as number

/** log N(x; m, 1), summed over the entries. */
const logNormal = (x: readonly number[], m: readonly number[]): number =>
  x.reduce((s, v, i) => s - 0.5 * (v - (m[i] as number)) ** 2 - 0.5 * Math.log(2 * Math.PI), 0)

describe('condition', () => {
  it('fixes the site, and what follows sees its value', () => {
    const fixed = condition(p, { z: [3, -3] })
    const means: (readonly number[])[] = []
    const context = execute(fixed, (name, _, d, observed) => {
      if (name === 'x') means.push(numbers(d.parameters.loc))
      return observed ?? value(real(2), [0, 0])
    })
    expect(numbers(context.z)).toEqual([3, -3])
    expect(means).toEqual([[3, -3]])
  })

  it('still counts the density of the site', () => {
    const x = [0.5, 2]
    const z = [1, -1]
    const terms: Record<string, number> = {}
    execute(condition(p, { x }), (name, _, d, observed) => {
      const v = observed ?? value(real(2), z)
      terms[name] = density(d, v)
      return v
    })
    expect(terms.x).toBeCloseTo(logNormal(x, z), 5)
    expect(terms.z).toBeCloseTo(logNormal(z, [0, 0]), 5)
  })

  it('holds whatever the interpreter chooses', () => {
    const context = execute(condition(p, { x: [7, 8] }), (name, _, d) =>
      d.sample(noiseFromSeed(2).child(name)),
    )
    expect(numbers(context.x)).toEqual([7, 8])
  })

  it('leaves the other sites to be drawn', () => {
    const fixed = condition(p, { x: [0, 0] })
    expect(sitesOf(fixed).map(([name]) => name)).toEqual(['z'])
    expect(fixed.entries.x.kind).toBe('observed')
    expect(fixed.entries.z.kind).toBe('site')
    expect([...fixed.entries.x.parents]).toEqual(['z'])
  })

  it('does not change the model it was given', () => {
    condition(p, { x: [0, 0] })
    expect(sitesOf(p).map(([name]) => name)).toEqual(['z', 'x'])
    expect(p.observed).toBeUndefined()
  })

  it('may be repeated, and sites may follow', () => {
    const twice = condition(condition(p, { z: [1, 2] }), { x: [3, 4] })
    expect(sitesOf(twice)).toEqual([])
    const longer = pipe(
      condition(p, { z: [1, 2] }),
      bind('y', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    expect(sitesOf(longer).map(([name]) => name)).toEqual(['x', 'y'])
  })

  it('takes a batch along datum, and values', () => {
    const batch = execute(
      condition(p, {
        x: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      }),
      (_n, _s, _d, observed) => observed ?? value(real(2), [0, 0]),
    ).x
    expect((batch as AnyValue).axes).toEqual([{ name: 'datum', size: 3 }])
    const one = execute(
      condition(p, { x: value(real(2), [1, 2]) }),
      (_n, _s, d, o) => o ?? d.sample(noiseFromSeed(1)),
    ).x
    expect(numbers(one)).toEqual([1, 2])
  })

  it('takes one event for each element of a plate', () => {
    const words = pipe(
      Do,
      bind('w', () => bernoulli({ probs: 0.5 }), { plates: { word: 3 } }),
    )
    const w = execute(condition(words, { w: [1, 0, 1] }), (_n, _s, d, o) => o ?? d.sample(noiseFromSeed(1)))
      .w as AnyValue
    expect(w.axes).toEqual([{ name: 'word', size: 3 }])
    expect(numbers(w)).toEqual([1, 0, 1])
  })

  it('keeps plain data: no tensor outlives a run', () => {
    const before = tf.memory().numTensors
    const fixed = condition(p, { x: [0, 0] })
    expect(tf.memory().numTensors).toBe(before)
    for (let i = 0; i < 3; i++)
      tf.tidy(() => void execute(fixed, (n, _, d, o) => o ?? d.sample(noiseFromSeed(1).child(n))))
    expect(tf.memory().numTensors).toBe(before)
  })

  it('names every fault', () => {
    const values: Record<string, number[]> = { w: [1], x: [1, 2, 3] }
    expect(messages(() => condition(p, values as { x: number[] }))).toEqual([
      "'w' is no site of this model",
      "site 'x', data of shape [3] is neither one event of Real[2] nor a batch of them",
    ])
  })

  it('refuses a value outside the domain', () => {
    const coins = pipe(
      Do,
      bind('b', () => bernoulli({ probs: 0.5 })),
    )
    expect(messages(() => condition(coins, { b: 0.5 }))[0]).toContain('0.5 is neither 0 nor 1')
    expect(messages(() => condition(coins, { b: value(positive(), 1) as never }))).toEqual([
      "site 'b' is Binary, but Positive was given",
    ])
    expect(messages(() => condition(coins, { b: value(binary(), 1) }))).toEqual([])
  })

  it('refuses one value per datum at a shared site', () => {
    const global = pipe(
      Do,
      shared('m', () => standardNormal(2)),
    )
    expect(
      messages(() =>
        condition(global, {
          m: [
            [1, 2],
            [3, 4],
          ],
        }),
      ),
    ).toEqual(["site 'm' is shared, but one value per datum was given"])
  })

  it('refuses a site that is fixed already', () => {
    const fixed = condition(p, { x: [0, 0] })
    expect(messages(() => condition(fixed as unknown as typeof p, { x: [1, 1] }))).toEqual([
      "'x' is no site of this model",
    ])
  })

  it('is refused by the compiler in the same words', () => {
    // @ts-expect-error 'w' is no site of this model
    expect(() => condition(p, { w: 1 })).toThrow("'w' is no site of this model\n  → its sites are z, x")
    const wide = value(real(3), [1, 2, 3])
    // @ts-expect-error site 'x' is Real[2], but Real[3] was given
    expect(messages(() => condition(p, { x: wide }))).toEqual(["site 'x' is Real[2], but Real[3] was given"])
    expectTypeOf<ConditionFault<typeof p.entries, { w: number; x: typeof wide }>>().toEqualTypeOf<
      "'w' is no site of this model" | "site 'x' is Real[2], but Real[3] was given"
    >()
  })
})
