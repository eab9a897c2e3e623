/** tf.tidy around a function whose result is plain data of any type. */
import * as tf from '@tensorflow/tfjs'

/** Runs a function and disposes the tensors that it made. */
export const tidily = <A>(f: () => A): A => {
  const kept: { value?: A } = {}
  tf.tidy(() => {
    kept.value = f()
  })
  return kept.value as A
}
