/** gradient(f, x) against closed forms, its own derivative against closed forms, and the same compiled. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Real } from '../../../src/dsl/domains/marks.js'
import { GiryException } from '../../../src/dsl/error.js'
import { add, mul, powInteger, square } from '../../../src/dsl/operations/arithmetic.js'
import { stopGradient, tanh } from '../../../src/dsl/operations/functions.js'
import { gradient } from '../../../src/dsl/operations/gradient.js'
import { sum } from '../../../src/dsl/operations/reductions.js'
import { positive, real, value } from '../../../src/dsl/space.js'
import { makeValue, toTypedArray, type Value } from '../../../src/dsl/value.js'
import { expectClose, onEachBackend } from '../numerics/agreement.js'

const rows = [
  [1, 2, -1],
  [0.5, -3, 2],
]
const x = value(real(3), rows, 'datum')
const numbers = (v: { readonly tensor: tf.Tensor }): number[] => [...v.tensor.dataSync()]

/** Σ_i w x_i^3. */
const cubes =
  (w: tf.Tensor) =>
  (v: Value<[3], Real>): Value<[], Real> =>
    sum(mul(makeValue(w, [], real().domain), powInteger(v, 3))) as Value<[], Real>

onEachBackend('gradient', () => {
  it('is the slope at each datum', () => {
    const g = gradient(cubes(tf.scalar(2)), x)
    expectTypeOf(g).toEqualTypeOf<Value<[3], Real>>()
    expect(g.axes).toEqual([{ name: 'datum', size: 2 }])
    expectClose(
      numbers(g),
      rows.flat().map((t) => 6 * t * t),
      1e-6,
      0,
    )
  })

  it('is differentiable by what f contains', () => {
    // d/dw Σ (3 w x^2)^2 = 18 w Σ x^4
    const energy = (w: tf.Tensor): tf.Scalar => tf.sum(square(gradient(cubes(w), x)).tensor)
    const exact = rows.flat().reduce((s, t) => s + 18 * 2 * t ** 4, 0)
    expectClose(tf.grad(energy)(tf.scalar(2)).dataSync(), [exact], 1e-6, 0)
  })

  it('is differentiable by what x was computed from, unless x is stopped', () => {
    const along = (stop: boolean) => (t: tf.Tensor) => {
      const at = makeValue(t, [3] as [3], real().domain, x.axes)
      return tf.sum(gradient(cubes(tf.scalar(2)), stop ? stopGradient(at) : at).tensor)
    }
    expectClose(
      tf.grad(along(false))(x.tensor).dataSync(),
      rows.flat().map((t) => 12 * t),
      1e-6,
      0,
    )
    expect([...tf.grad(along(true))(x.tensor).dataSync()]).toEqual(new Array(6).fill(0))
  })

  it('nests: the gradient of a gradient is the second derivative', () => {
    const second = gradient((v: Value<[3], Real>) => sum(gradient((u) => sum(tanh(u)), v)), x)
    const exact = rows.flat().map((t) => (-2 * Math.tanh(t)) / Math.cosh(t) ** 2)
    expectClose(numbers(second), exact, 1e-5, 1e-7)
  })

  it('takes what f closes over as constant', () => {
    const g = gradient((v: Value<[3], Real>) => sum(mul(v, square(x))) as Value<[], Real>, x)
    expectClose(
      numbers(g),
      rows.flat().map((t) => t * t),
      1e-6,
      0,
    )
  })

  it('is 0 where f does not depend on its argument', () => {
    expect(numbers(gradient(() => sum(x), x))).toEqual(new Array(6).fill(0))
  })

  it('sums over axes that only f has', () => {
    const w = value(real(), [1, 10, 100], 'plate')
    const g = gradient((v: Value<[3], Real>) => mul(w, sum(v)) as Value<[], Real>, x)
    expect(numbers(g)).toEqual(new Array(6).fill(111))
  })

  it('leaves no tensor but its result, within an outer gradient too', () => {
    const before = tf.memory().numTensors
    const g = gradient((v: Value<[3], Real>) => sum(tanh(v)), x)
    expect(tf.memory().numTensors).toBe(before + 1)
    g.tensor.dispose()
    const outer = (t: tf.Tensor) => tf.sum(gradient(cubes(t), x).tensor)
    tf.tidy(() => tf.grad(outer)(tf.scalar(2))).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('takes a value of any domain and remembers its origins', () => {
    const s = { ...value(positive(), [2, 3], 'datum'), origins: new Set(['s']) }
    const g = gradient((v) => mul(v, v) as Value<[], Real>, s)
    expect(g.domain.name).toBe('Real')
    expect([...g.origins]).toEqual(['s'])
    expect([...toTypedArray(g)]).toEqual([4, 6])
  })
})

describe('gradient refuses', () => {
  it('a function that gives no scalar', () => {
    const f = (v: Value<[3], Real>) => add(v, 1) as unknown as Value<[], Real>
    expect(() => gradient(f, x)).toThrow(GiryException)
    expect(() => gradient(f, x)).toThrow('gradient takes a scalar function, but it returned Real[3]')
  })
})
