import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Real } from '../../src/dsl/domains/marks.js'
import { mlp } from '../../src/dsl/nets/dense.js'
import {
  afterTraining,
  constant,
  type Environment,
  minus,
  type Objective,
  plus,
  scale,
} from '../../src/dsl/objective.js'
import * as S from '../../src/dsl/space.js'
import { constant as scalar, toTypedArray, type Value } from '../../src/dsl/value.js'
import { noiseFromSeed } from '../../src/runtime/noise.js'

const env: Environment = {
  functions: {},
  parameters: {},
  data: {},
  batch: 1,
  dataSize: 1,
  step: afterTraining,
  noise: noiseFromSeed(1),
}
const at = (o: Objective) => toTypedArray(o.evaluate(env))[0]

/** An objective that needs nets and data. */
const needing = <T, D>(nets: T, data: D): Objective<T, D> => ({
  tag: 'objective',
  description: 'f',
  nets,
  data,
  evaluate: () => scalar(2) as Value<[], Real>,
})

describe('objectives', () => {
  const number = fc.float({ min: -100, max: 100, noNaN: true })
  it('are added, subtracted and scaled', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(at(plus(constant(a), constant(b)))).toBe(Math.fround(a + b))
        expect(at(minus(constant(a), constant(b)))).toBe(Math.fround(a - b))
        expect(at(scale(a, constant(b)))).toBe(Math.fround(a * b))
      }),
    )
  })

  it('say what they are', () => {
    expect(minus(plus(constant(1), constant(2)), scale(3, constant(4))).description).toBe('1 + 2 − 3 · (4)')
  })

  it('need the nets and the data of both', () => {
    const [f, g] = [mlp(S.real(2), [], S.real()), mlp(S.real(3), [], S.real())]
    const sum = plus(needing({ f }, { x: S.real(2) }), needing({ f, g }, { x: S.real(2), y: S.real(3) }))
    expect(sum.nets).toEqual({ f, g })
    expect(Object.keys(sum.data).sort()).toEqual(['x', 'y'])
    expect(scale(2, sum).nets).toBe(sum.nets)
  })

  it('refuse one name for two nets, or for two spaces', () => {
    const [f, g] = [mlp(S.real(2), [], S.real()), mlp(S.real(2), [], S.real())]
    expect(() => plus(needing({ f }, {}), needing({ f: g }, {}))).toThrow(
      "two objectives use the name 'f' for different nets\n  → give each its own name",
    )
    for (const other of [S.real(3), S.positive(2)])
      expect(() => minus(needing({}, { x: S.real(2) }), needing({}, { x: other }))).toThrow(
        "two objectives use the name 'x' for different spaces",
      )
    expect(() => plus(needing({}, { x: S.real(2) }), needing({}, { x: S.real(2) }))).not.toThrow()
  })
})
