import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { broadcasting, expectClose, fed, onCpu, shapes, tensors } from '../close.js'
import { runSingle } from '../single.js'

const special = [0, -0, 1, -1, 1e-30, 1e30, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]

const comparisons = {
  Equal: tf.equal,
  Greater: tf.greater,
  GreaterEqual: tf.greaterEqual,
  Less: tf.less,
  LessEqual: tf.lessEqual,
  NotEqual: tf.notEqual,
} as const
const logic = { LogicalAnd: tf.logicalAnd, LogicalOr: tf.logicalOr, LogicalXor: tf.logicalXor } as const
const tests = { IsFinite: tf.isFinite, IsInf: tf.isInf, IsNan: tf.isNaN } as const

describe('comparisons', () => {
  for (const [name, f] of Object.entries(comparisons))
    it(`${name}: floats, integers and bools that broadcast, special values`, async () => {
      const kernel = name as keyof typeof comparisons
      const both = fc.constantFrom('float32', 'int32', 'bool').chain((dtype) => broadcasting(2, dtype))
      const pairs = [fed([special.length, 1], special), fed([special.length], special)]
      const check = async (inputs: typeof pairs): Promise<void> =>
        expectClose(
          await runSingle(kernel, inputs, {}),
          await onCpu(inputs, (a, b) => f(a as tf.Tensor, b as tf.Tensor)),
        )
      await check(pairs)
      await fc.assert(
        fc.asyncProperty(both, (inputs) => check([...inputs])),
        { numRuns: 30 },
      )
    })
})

describe('logic', () => {
  for (const [name, f] of Object.entries(logic))
    it(`${name} broadcasts`, async () => {
      await fc.assert(
        fc.asyncProperty(broadcasting(2, 'bool'), async (inputs) => {
          const expected = await onCpu(inputs, (a, b) => f(a as tf.Tensor, b as tf.Tensor))
          expectClose(await runSingle(name as keyof typeof logic, inputs, {}), expected)
        }),
        { numRuns: 20 },
      )
    })

  it('LogicalNot', async () => {
    const x = fed([2, 2], [0, 1, 1, 0], 'bool')
    expectClose(await runSingle('LogicalNot', [x], {}), await onCpu([x], tf.logicalNot))
  })

  for (const [name, f] of Object.entries(tests))
    it(`${name}, of floats and of integers`, async () => {
      for (const x of [fed([special.length], special), fed([2], [0, 3], 'int32')])
        expectClose(await runSingle(name as keyof typeof tests, [x], {}), await onCpu([x], f))
    })
})

describe('Select', () => {
  for (const dtype of ['float32', 'int32', 'bool'] as const)
    it(`${dtype}: three shapes that broadcast`, async () => {
      const inputs = fc.tuple(broadcasting(3, dtype), fc.infiniteStream(fc.boolean()))
      await fc.assert(
        fc.asyncProperty(inputs, async ([[c, t, e], bits]) => {
          const values = Array.from(c?.value ?? [], () => (bits.next().value ? 1 : 0))
          const all = [fed(c?.shape ?? [], values, 'bool'), t ?? fed([], [0]), e ?? fed([], [0])]
          const expected = await onCpu(all, (c, t, e) =>
            tf.where(c as tf.Tensor, t as tf.Tensor, e as tf.Tensor),
          )
          expectClose(await runSingle('Select', all, {}), expected)
        }),
        { numRuns: 30 },
      )
    })

  it('takes nothing from the other side', async () => {
    const all = [fed([2], [1, 0], 'bool'), fed([2], [1, Number.NaN]), fed([2], [Number.POSITIVE_INFINITY, 2])]
    expectClose(await runSingle('Select', all, {}), [1, 2])
  })

  it('all shapes equal', async () => {
    const inputs = shapes(0, 3).chain((s) => fc.tuple(tensors(s, 'bool'), tensors(s), tensors(s)))
    await fc.assert(
      fc.asyncProperty(inputs, async (all) => {
        const expected = await onCpu(all, (c, t, e) =>
          tf.where(c as tf.Tensor, t as tf.Tensor, e as tf.Tensor),
        )
        expectClose(await runSingle('Select', all, {}), expected)
      }),
      { numRuns: 20 },
    )
  })
})
