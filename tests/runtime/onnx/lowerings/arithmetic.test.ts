import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BinaryName } from '../../../../src/runtime/graph/kernels.js'
import { broadcasting, expectClose, fed, narrower, onCpu, shapes, tensors } from '../close.js'
import { type Fed, runSingle } from '../single.js'

const special = [
  0,
  -0,
  1,
  -1,
  2,
  -2,
  3,
  0.5,
  -0.5,
  1e-30,
  -1e-30,
  1e30,
  -1e30,
  7.25,
  -7.25,
  1e-3,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
]
const pairs = (xs: readonly number[], ys: readonly number[] = xs): readonly [Fed, Fed] => [
  fed([xs.length, 1], xs),
  fed([ys.length], ys),
]
const finite = special.filter(Number.isFinite)
const nonZero = finite.filter((x) => x !== 0)

const f: Readonly<Record<Exclude<BinaryName, 'FloorDiv'>, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>> = {
  Add: tf.add,
  Atan2: tf.atan2,
  Maximum: tf.maximum,
  Minimum: tf.minimum,
  Mod: tf.mod,
  Multiply: tf.mul,
  Pow: tf.pow,
  Prelu: (x, alpha) => tf.engine().runKernel('Prelu', { x, alpha }) as tf.Tensor,
  RealDiv: (a, b) => tf.engine().runKernel('RealDiv', { a, b }) as tf.Tensor,
  SquaredDifference: tf.squaredDifference,
  Sub: tf.sub,
}
type Name = keyof typeof f

const agrees = async (name: Name, inputs: readonly Fed[]): Promise<void> =>
  expectClose(
    await runSingle(name, inputs, {}),
    await onCpu(inputs, (a, b) => f[name](a as tf.Tensor, b as tf.Tensor)),
    // A sum or difference rounds once in both; remainders are exact up to the rounding of one addition.
    { absolute: 1e-6 },
  )

describe('arithmetic', () => {
  for (const name of Object.keys(f) as Name[]) {
    it(`${name}: random shapes that broadcast`, async () => {
      // A remainder jumps where the quotient is whole (eighths are exact), and powers of negative numbers are not defined.
      const safe = (inputs: readonly Fed[]): readonly Fed[] =>
        name === 'Mod'
          ? inputs.map((x, i) =>
              fed(
                x.shape,
                [...x.value].map((v) => (i === 0 ? Math.round(v * 8) / 8 : Math.round(v) || 3)),
              ),
            )
          : name === 'Pow'
            ? inputs.map((x, i) =>
                fed(
                  x.shape,
                  [...x.value].map((v) => (i === 0 ? Math.abs(v) + 0.1 : v)),
                ),
              )
            : inputs
      await fc.assert(
        fc.asyncProperty(broadcasting(2), (inputs) => agrees(name, safe(inputs))),
        { numRuns: 30 },
      )
    })
  }

  for (const name of ['Add', 'Sub', 'Multiply', 'Maximum', 'Minimum', 'SquaredDifference'] as const)
    it(`${name}: every pair of special values`, async () => {
      await agrees(name, pairs(special.filter((x) => name.startsWith('M') || Number.isFinite(x))))
    })

  it('RealDiv: by zero and of infinities', () => agrees('RealDiv', pairs(special)))
  it('Atan2: all quadrants, the axes, zeros with their sign, infinities', () =>
    agrees('Atan2', pairs(special)))
  it('Mod: all signs', () =>
    agrees('Mod', pairs([7, -7, 7.5, -7.5, 0, 3, -3], [3, -3, 2.5, -2.5, 0.5, -0.5])))
  it('Pow: whole exponents of negative numbers, 0 and 1', () =>
    agrees('Pow', pairs([-2, -1, 0, 1, 2, 0.5, -0.5], [-3, -2, -1, 0, 1, 2, 3])))
  it('Pow: roots', () => agrees('Pow', pairs([0, 1, 2, 100, 1e-10], [0.5, -0.5, 1.5, 0.1])))
  it('Prelu: special values', () => agrees('Prelu', pairs(finite)))

  const integers = [
    'Add',
    'Sub',
    'Multiply',
    'Maximum',
    'Minimum',
    'SquaredDifference',
    'Mod',
    'RealDiv',
  ] as const
  for (const name of integers)
    it(`${name} of integers`, async () => {
      await fc.assert(
        fc.asyncProperty(broadcasting(2, 'int32'), (inputs) => agrees(name, inputs)),
        { numRuns: 20 },
      )
    })

  it('Pow of integers', () =>
    agrees('Pow', [fed([5, 1], [-2, -1, 1, 2, 3], 'int32'), fed([4], [0, 1, 2, 5], 'int32')]))

  it('integers above 2^24 stay exact', async () => {
    const [a, b] = [fed([3], [2147483647, -2147483647, 16777217], 'int32'), fed([], [2], 'int32')]
    for (const name of ['Sub', 'Mod', 'RealDiv', 'Maximum'] as const)
      expect([...(await runSingle(name, [a, b], {}))]).toEqual([
        ...(await onCpu([a, b], (x, y) => f[name](x as tf.Tensor, y as tf.Tensor))),
      ])
  })

  it('FloorDiv, of floats and of integers', async () => {
    const numbers = [7, -7, 3, -3, 1, 0, 8, -8]
    for (const dtype of ['float32', 'int32'] as const) {
      const inputs = [fed([8, 1], numbers, dtype), fed([4], [2, -2, 3, -4], dtype)]
      const expected = await onCpu(inputs, (a, b) => tf.floorDiv(a as tf.Tensor, b as tf.Tensor))
      expectClose(await runSingle('FloorDiv', inputs, {}), expected)
    }
  })

  it('Prelu: a slope of the same shape, a narrower one, a wider one', async () => {
    const inputs = shapes(1, 3).chain((shape) =>
      fc.tuple(
        tensors(shape),
        narrower(shape).chain((s) => tensors(s)),
      ),
    )
    await fc.assert(
      fc.asyncProperty(inputs, fc.boolean(), ([x, y], turned) => agrees('Prelu', turned ? [y, x] : [x, y])),
      { numRuns: 40 },
    )
  })

  it('sizes of 0', () => agrees('Add', [fed([0, 3], []), fed([3], [1, 2, 3])]))
  it('quotients keep their relative accuracy', () => agrees('RealDiv', pairs(nonZero)))
})
