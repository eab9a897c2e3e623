import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lower } from '../../../../src/runtime/onnx/lower.js'
import { expectClose, fed, onCpu, shapes, tensors } from '../close.js'
import { runSingle, singleNode } from '../single.js'

describe('running sums and products', () => {
  for (const [name, f] of Object.entries({ Cumsum: tf.cumsum, Cumprod: tf.cumprod }))
    it(`${name}: every axis, exclusive or not, from both ends, floats and integers`, async () => {
      const cases = fc
        .tuple(shapes(1, 4), fc.constantFrom('float32' as const, 'int32' as const))
        .chain(([shape, dtype]) => fc.tuple(tensors(shape, dtype), fc.nat(shape.length - 1)))
      await fc.assert(
        fc.asyncProperty(cases, fc.boolean(), fc.boolean(), async ([x, axis], exclusive, reverse) => {
          const expected = await onCpu([x], (t) => f(t as tf.Tensor, axis, exclusive, reverse))
          const actual = await runSingle(name as 'Cumsum' | 'Cumprod', [x], { axis, exclusive, reverse })
          expectClose(actual, expected, { absolute: 1e-5 })
        }),
        { numRuns: 50 },
      )
    })

  it('Cumprod along 64 elements', async () => {
    const x = fed(
      [64],
      Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? -1.1 : 0.95)),
    )
    const attributes = { axis: 0, exclusive: false, reverse: false }
    expectClose(
      await runSingle('Cumprod', [x], attributes),
      await onCpu([x], (t) => tf.cumprod(t as tf.Tensor)),
    )
  })

  it('Cumprod along more is refused with a remedy', () => {
    const x = fed([65], new Array(65).fill(1))
    expect(() => lower(singleNode('Cumprod', [x], { axis: 0, exclusive: false, reverse: false }))).toThrow(
      "a running product (kernel Cumprod) along 65 elements cannot be compiled: ONNX has none, and it is written out for at most 64\n  → use { runtime: 'wasm' }, which runs it as it is, or exp(cumsum(log(x))) where x > 0",
    )
  })
})
