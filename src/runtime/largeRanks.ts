/**
 * Tensors of more than six dimensions on the WASM backend of tfjs, whose arithmetic and padding (XNNPACK) write nothing for them, and
 * say so only on the console: what stood in memory would be taken for the result.
 *
 *   a ∘ b = reshape(flat(a) ∘ flat(b))        both broadcast to the shape of the result first
 *   pad: one dimension after the other, those before and behind it taken as one each
 *
 * Named axes add up: particle, datum, plates, and one for each site that is summed out.
 * Tested in tests/runtime/largeRanks.test.ts, against plain JavaScript.
 */
import * as tf from '@tensorflow/tfjs'
import { sizeOf } from '../dsl/shape.js'

/** The largest rank that XNNPACK takes. */
const largest = 6

const arithmetic = [
  tf.Add,
  tf.Sub,
  tf.Multiply,
  tf.RealDiv,
  tf.Maximum,
  tf.Minimum,
  tf.SquaredDifference,
] as const

type Kernel = tf.KernelConfig['kernelFunc']

/** What a kernel gives, as a tensor. */
const run = (kernel: Kernel, params: Parameters<Kernel>[0]): tf.Tensor =>
  tf.engine().makeTensorFromTensorInfo(kernel(params) as tf.TensorInfo)

const flat =
  (kernel: Kernel): Kernel =>
  (params) => {
    const { a, b } = params.inputs as { readonly a: tf.Tensor; readonly b: tf.Tensor }
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape)
    if (shape.length <= largest) return kernel(params)
    const whole = (t: tf.Tensor) => tf.reshape(tf.broadcastTo(t, shape), [-1])
    return tf.tidy(() => tf.reshape(run(kernel, { ...params, inputs: { a: whole(a), b: whole(b) } }), shape))
  }

const byDimension =
  (kernel: Kernel): Kernel =>
  (params) => {
    const { x } = params.inputs as { readonly x: tf.Tensor }
    const { paddings, constantValue } = params.attrs as unknown as tf.PadV2Attrs
    if (x.rank <= largest) return kernel(params)
    const along = (t: tf.Tensor, [before, after]: readonly [number, number], i: number): tf.Tensor => {
      if (before === 0 && after === 0) return t
      const [outer, n, inner] = [
        sizeOf(t.shape.slice(0, i)),
        t.shape[i] as number,
        sizeOf(t.shape.slice(i + 1)),
      ]
      const attrs = {
        paddings: [
          [0, 0],
          [before, after],
          [0, 0],
        ],
        constantValue,
      } as never
      const padded = run(kernel, { ...params, inputs: { x: tf.reshape(t, [outer, n, inner]) }, attrs })
      return tf.reshape(
        padded,
        t.shape.map((size, j) => (j === i ? n + before + after : size)),
      )
    }
    return tf.tidy(() => paddings.reduce(along, tf.clone(x)))
  }

let done = false

/** Makes the kernels of the WASM backend, which has been started, take tensors of any rank. */
export const takeLargeRanks = (): void => {
  if (done) return
  done = true
  const replace = (name: string, by: (kernel: Kernel) => Kernel): void => {
    const config = tf.getKernel(name, 'wasm')
    if (config === undefined) return
    tf.unregisterKernel(name, 'wasm')
    tf.registerKernel({ ...config, kernelFunc: by(config.kernelFunc) })
  }
  for (const name of arithmetic) replace(name, flat)
  replace(tf.PadV2, byDimension)
}
