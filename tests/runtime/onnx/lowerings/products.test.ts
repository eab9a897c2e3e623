import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { broadcastShapes } from '../../../../src/runtime/graph/shapes.js'
import { expectClose, narrower, onCpu, shapes, tensors } from '../close.js'
import { type Fed, runSingle } from '../single.js'

const size = fc.integer({ min: 1, max: 5 })
const turned = (turn: boolean, a: number, b: number): readonly number[] => (turn ? [b, a] : [a, b])

// A sum of products of both signs has the absolute error of its terms, which are below 25 here.
const bounds = { absolute: 2e-5 }

interface Matrices {
  readonly a: Fed
  readonly b: Fed
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly rows: number
  readonly columns: number
}

const matrices = (batch: fc.Arbitrary<readonly number[]>): fc.Arbitrary<Matrices> =>
  fc
    .tuple(batch, size, size, size, fc.boolean(), fc.boolean())
    .chain(([outer, m, k, n, transposeA, transposeB]) =>
      fc.record({
        a: narrower(outer).chain((s) => tensors([...s, ...turned(transposeA, m, k)])),
        b: narrower(outer).chain((s) => tensors([...s, ...turned(transposeB, k, n)])),
        transposeA: fc.constant(transposeA),
        transposeB: fc.constant(transposeB),
        rows: fc.constant(m),
        columns: fc.constant(n),
      }),
    )

// tfjs's cpu backend pairs the wrong matrices where both have several and one broadcasts along an inner axis ([3, 4] and
// [3, 1]), and forgets some where both broadcast ([1, 4] and [3, 1]): the oracle gets them broadcast.
const spread = (x: tf.Tensor, batch: readonly number[]): tf.Tensor =>
  tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)])

const product = (x: tf.Tensor, y: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor => {
  const batch = broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2))
  return tf.matMul(spread(x, batch), spread(y, batch), transposeA, transposeB)
}

describe('BatchMatMul', () => {
  for (const optimize of [true, false])
    it(`transposes, batches that broadcast; ONNX Runtime's rewriting ${optimize ? 'on' : 'off'}`, async () => {
      await fc.assert(
        fc.asyncProperty(matrices(shapes(0, 2)), async ({ a, b, transposeA, transposeB }) => {
          const expected = await onCpu([a, b], (x, y) =>
            product(x as tf.Tensor, y as tf.Tensor, transposeA, transposeB),
          )
          const actual = await runSingle('BatchMatMul', [a, b], { transposeA, transposeB }, { optimize })
          expectClose(actual, expected, bounds)
        }),
        { numRuns: 50 },
      )
    })
})

describe('Gemm', () => {
  it('transposes, alpha, beta, with and without a third matrix that broadcasts', async () => {
    const cases = matrices(fc.constant([])).chain((m) =>
      fc.tuple(
        fc.constant(m),
        fc.option(
          narrower([m.rows, m.columns]).chain((s) => tensors(s)),
          { nil: undefined },
        ),
        fc.constantFrom(1, 0, -0.5, 2),
        fc.constantFrom(1, 0, -0.5, 2),
      ),
    )
    await fc.assert(
      fc.asyncProperty(cases, async ([{ a, b, transposeA, transposeB }, c, alpha, beta]) => {
        const inputs = c === undefined ? [a, b] : [a, b, c]
        const expected = await onCpu(inputs, (x, y, z) => {
          const scaled = tf.mul(tf.matMul(x as tf.Tensor, y as tf.Tensor, transposeA, transposeB), alpha)
          return z === undefined ? scaled : tf.add(scaled, tf.mul(z, beta))
        })
        const actual = await runSingle('Gemm', inputs, { transposeA, transposeB, alpha, beta })
        expectClose(actual, expected, bounds)
      }),
      { numRuns: 60 },
    )
  })
})
