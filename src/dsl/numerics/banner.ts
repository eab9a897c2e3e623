/**
 * Keeps tfjs from printing its advertisement for another package on the first operation in Node.
 *
 * The cpu backend prints it at its first write, unless the flag PROD is set. So in Node one number is written and
 * disposed under that flag, which is then put back as it was.
 */
import * as tf from '@tensorflow/tfjs'

const silence = (): void => {
  // A program that registered the wasm backend has not started it yet, and tfjs refuses to compute before that.
  if (!tf.env().getBool('IS_NODE') || tf.findBackendFactory('wasm') !== null) return
  const before = tf.env().getBool('PROD')
  tf.env().set('PROD', true)
  tf.scalar(0).dispose()
  tf.env().set('PROD', before)
}

silence()
