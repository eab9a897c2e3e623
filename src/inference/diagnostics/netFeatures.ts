/**
 * netFeatures(net, params): the outputs of a net at fixed parameters, as features of points.
 *
 *   points [n, size(X)] → [n, size(Y)]        x ↦ net(x), in blocks of 250, on the tfjs backend that is active
 *
 * Tensors live for one block. The event loop turns every 50 ms. Errors: tag `params` where the parameters are not those of
 * the net; tag `shape` where the data are not of its space. Tested in tests/inference/diagnostics/netFeatures.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { AnyEventSpace } from '../../dsl/distribution.js'
import { fail } from '../../dsl/error.js'
import { datumAxis } from '../../dsl/model.js'
import type { Net, NetFunction } from '../../dsl/net.js'
import { under } from '../../dsl/net.js'
import { type NetParams, tensorsOf } from '../../dsl/params.js'
import { sizeOf } from '../../dsl/shape.js'
import { type AnyValue, makeValue, showSpaceOf } from '../../dsl/value.js'
import { makePoints, type Points } from './points.js'
import { turns } from './turns.js'

/** Data per block. */
const BLOCK = 250

/** The net on some rows, as plain numbers. */
const outputs = (net: Net, params: NetParams, input: AnyEventSpace, rows: Float64Array): Float32Array =>
  tf.tidy(() => {
    const n = rows.length / sizeOf(input.shape)
    const tensor = tf.tensor(Float32Array.from(rows), [n, ...input.shape])
    const x = makeValue(tensor, input.shape, input.domain, [{ name: datumAxis, size: n }])
    const f = net.apply(under(tensorsOf({ net }, { net: params }), 'net')) as (x: AnyValue) => AnyValue
    return f(x).tensor.dataSync() as Float32Array
  })

/** The features that a net gives: for digits, the last hidden layer of a classifier. */
export const netFeatures = <X, Y extends AnyValue>(
  net: Net<NetFunction<X, Y>>,
  params: NetParams,
): ((data: Points) => Promise<Points>) => {
  const { input } = net
  if (input === undefined)
    return fail('shape', 'features', 'a net without an input space gives no features', 'use mlp or conv2d')
  return async (data) => {
    const size = sizeOf(input.shape)
    if (data.size !== size)
      fail(
        'shape',
        'features',
        `the net takes ${showSpaceOf(input)}, but a datum has ${data.size} numbers`,
        'pass data of the space of the net',
      )
    const turn = turns()
    const blocks: Float32Array[] = []
    for (let begin = 0; begin < data.count; begin += BLOCK) {
      const end = Math.min(begin + BLOCK, data.count)
      blocks.push(outputs(net, params, input, data.data.subarray(begin * size, end * size)))
      await turn()
    }
    const all = Float64Array.from(blocks.flatMap((b) => [...b]))
    return makePoints(all, all.length / data.count)
  }
}
