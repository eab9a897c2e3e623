import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DType, UnaryName } from '../../../../src/runtime/graph/kernels.js'
import { type Bounds, expectClose, fed, onCpu, shapes, tensors } from '../close.js'
import { runSingle } from '../single.js'

const grid = Array.from({ length: 401 }, (_, i) => (i - 200) / 20)
const special = [
  0, -0, 1e-7, -1e-7, 1e-30, -1e-30, 1, -1, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 6, 7, 50, -50, 1e4, -1e4,
]
const numbers = [...grid, ...special]

interface Case {
  readonly f: (x: tf.Tensor) => tf.Tensor
  /** Where the function is defined and tfjs is accurate. */
  readonly inside?: (x: number) => boolean
  readonly bounds?: Bounds
}

const unit = (x: number): boolean => Math.abs(x) <= 1
const small = (x: number): boolean => Math.abs(x) <= 60

const cases: Readonly<Partial<Record<UnaryName, Case>>> = {
  Abs: { f: tf.abs },
  // acos(x) is small near 1: its absolute error is that of a rounded x.
  Acos: { f: tf.acos, inside: unit, bounds: { absolute: 3e-7 } },
  Acosh: { f: tf.acosh, inside: (x) => x >= 1 },
  Asin: { f: tf.asin, inside: unit },
  Asinh: { f: tf.asinh },
  Atan: { f: tf.atan },
  Atanh: { f: tf.atanh, inside: (x) => Math.abs(x) < 1 },
  Ceil: { f: tf.ceil },
  // Near its zeros a cosine has the absolute error of its argument's rounding.
  Cos: { f: tf.cos, bounds: { absolute: 1e-7 } },
  Cosh: { f: tf.cosh, inside: small },
  // tfjs's own erf has an absolute error of 1.5e-7.
  Erf: { f: tf.erf, bounds: { absolute: 3e-7 } },
  Exp: { f: tf.exp, inside: small },
  Floor: { f: tf.floor },
  Log: { f: tf.log, inside: (x) => x >= 0 },
  Neg: { f: tf.neg },
  Reciprocal: { f: tf.reciprocal },
  Relu: { f: tf.relu },
  Relu6: { f: tf.relu6 },
  Round: { f: tf.round },
  Rsqrt: { f: tf.rsqrt, inside: (x) => x >= 0 && !Object.is(x, -0) },
  Sign: { f: tf.sign },
  Sin: { f: tf.sin, bounds: { absolute: 1e-7 } },
  Sinh: { f: tf.sinh, inside: small },
  Sqrt: { f: tf.sqrt, inside: (x) => x >= 0 },
  Square: { f: tf.square },
  Tan: { f: tf.tan, bounds: { relative: 1e-5, absolute: 1e-6 } },
  Tanh: { f: tf.tanh },
}

describe('functions of one number', () => {
  for (const [name, { f, inside = () => true, bounds = {} }] of Object.entries(cases))
    it(`${name} is tfjs's, on a grid and at special values`, async () => {
      const values = numbers.filter(inside)
      const x = fed([values.length], values)
      expectClose(await runSingle(name as UnaryName, [x], {}), await onCpu([x], f), bounds)
    })

  const numeric = ['Abs', 'Neg', 'Sign', 'Square', 'Relu', 'Relu6', 'Round'] as const
  for (const name of numeric)
    it(`${name} of integers`, async () => {
      const x = fed([7], [-9, -1, 0, 1, 2, 6, 8], 'int32')
      expectClose(await runSingle(name, [x], {}), await onCpu([x], (cases[name] as Case).f))
    })

  it('shapes: scalars, sizes of 0, ranks up to 4', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes(0, 4, 0).chain((shape) => tensors(shape)),
        async (x) => {
          for (const name of ['Tanh', 'Square', 'Relu', 'Neg'] as const)
            expectClose(await runSingle(name, [x], {}), await onCpu([x], (cases[name] as Case).f))
        },
      ),
      { numRuns: 15 },
    )
  })
})

describe('functions with attributes', () => {
  const alpha = fc.oneof(fc.constantFrom(0, 1, -1), fc.float({ min: -2, max: 2, noNaN: true }))
  const xs = (dtype: DType = 'float32') => shapes(0, 3).chain((shape) => tensors(shape, dtype))

  it('Step: 1 above 0, alpha at 0 and below', async () => {
    await fc.assert(
      fc.asyncProperty(xs(), alpha, async (x, a) => {
        expectClose(await runSingle('Step', [x], { alpha: a }), await onCpu([x], (t) => tf.step(t, a)))
      }),
      { numRuns: 40 },
    )
  })

  it('LeakyRelu', async () => {
    await fc.assert(
      fc.asyncProperty(xs(), alpha, async (x, a) => {
        const expected = await onCpu([x], (t) => tf.leakyRelu(t, a))
        expectClose(await runSingle('LeakyRelu', [x], { alpha: a }), expected)
      }),
      { numRuns: 40 },
    )
  })

  it('ClipByValue, of floats and of integers', async () => {
    const bound = fc.integer({ min: -3, max: 3 })
    await fc.assert(
      fc.asyncProperty(fc.oneof(xs(), xs('int32')), bound, bound, async (x, a, b) => {
        const [min, max] = a < b ? [a, b] : [b, a]
        const expected = await onCpu([x], (t) => tf.clipByValue(t, min, max))
        expectClose(await runSingle('ClipByValue', [x], { min, max }), expected)
      }),
      { numRuns: 40 },
    )
  })

  it('EluGrad', async () => {
    const both = shapes(0, 3).chain((shape) => fc.tuple(tensors(shape), tensors(shape)))
    await fc.assert(
      fc.asyncProperty(both, async (inputs) => {
        const expected = await onCpu(
          [...inputs],
          (dy, y) =>
            tf.engine().runKernel('EluGrad', { dy: dy as tf.Tensor, y: y as tf.Tensor }) as tf.Tensor,
        )
        expectClose(await runSingle('EluGrad', inputs, {}), expected, { absolute: 3e-7 })
      }),
      { numRuns: 30 },
    )
  })

  it('Cast between all types', async () => {
    const dtypes = ['float32', 'int32', 'bool'] as const
    for (const from of dtypes)
      for (const to of dtypes) {
        const x = fed([6], from === 'bool' ? [0, 1, 1, 0, 1, 1] : [0, 1, -1, 2.7, -2.7, 100], from)
        const actual = await runSingle('Cast', [x], { dtype: to })
        expectClose(actual, await onCpu([x], (t) => tf.cast(t, to)))
        expect(actual).toBeInstanceOf({ float32: Float32Array, int32: Int32Array, bool: Uint8Array }[to])
      }
  })
})
