import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import type { Numbers } from '../../../../src/runtime/graph/kernels.js'
import { expectClose, fed, onCpu } from '../close.js'
import { runSingle } from '../single.js'

const magnitudes = [
  1e-38, 1e-30, 1e-20, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.3, 0.5, 0.69, 0.9, 0.99,
  0.999999, 1, 1.5, 2, 3, 5, 8, 10, 15, 16.5, 17, 18, 20, 25, 30, 40, 50, 60, 70, 80, 85, 87,
]
const numbers = [0, -0, ...magnitudes, ...magnitudes.map((x) => -x)]
const dense = Array.from({ length: 2001 }, (_, i) => (i - 1000) / 25)
const large = [100, 1000, 1e6, 1e8, 1e20, 1e38, Number.POSITIVE_INFINITY]
const inputs = [...numbers, ...dense, ...large, ...large.map((x) => -x)]

// Float64 formulas are the oracle here: tfjs's own softplus and elu lose relative accuracy in places (it agrees below).
const exact = {
  Softplus: (x: number) => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))),
  Sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  Log1p: Math.log1p,
  Expm1: Math.expm1,
  Elu: (x: number) => (x >= 0 ? x : Math.expm1(x)),
  Selu: (x: number) => 1.0507009873554805 * (x >= 0 ? x : 1.6732632423543772 * Math.expm1(x)),
} as const

type Name = keyof typeof exact

const twin: Readonly<Record<Name, (x: tf.Tensor) => tf.Tensor>> = {
  Softplus: tf.softplus,
  Sigmoid: tf.sigmoid,
  Log1p: tf.log1p,
  Expm1: tf.expm1,
  Elu: tf.elu,
  Selu: tf.selu,
}

const expectedOf = (name: Name, values: Numbers): Float32Array => Float32Array.from(values, exact[name])

describe('functions written in an accurate form', () => {
  for (const name of Object.keys(exact) as Name[]) {
    it(`${name}: relative error below 1e-6 everywhere`, async () => {
      const x = fed([inputs.length], inputs)
      for (const optimize of [true, false]) {
        const actual = await runSingle(name, [x], {}, { optimize })
        // Below 1e-37 the last bits of small numbers, or all of them, are gone.
        expectClose(actual, expectedOf(name, x.value), { relative: 1e-6, absolute: 1e-37 })
      }
    })

    it(`${name} of NaN is NaN`, async () => {
      expect(await runSingle(name, [fed([9], Array(9).fill(Number.NaN))], {})).toEqual(
        new Float32Array(9).fill(Number.NaN),
      )
    })

    it(`${name} is tfjs's`, async () => {
      const x = fed([dense.length], dense)
      const expected = await onCpu([x], twin[name])
      expectClose(await runSingle(name, [x], {}), expected, { absolute: 2e-7 })
    })

    it(`${name} of a scalar and of nothing`, async () => {
      for (const x of [fed([], [0.25]), fed([0, 3], [])])
        expectClose(await runSingle(name, [x], {}), expectedOf(name, x.value))
    })
  }
})
