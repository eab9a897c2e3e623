import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { detach, stopGradient } from '../../../src/dsl/numerics/stopGradient.js'
import { derivative, onEachBackend } from './agreement.js'

onEachBackend('stopGradient', () => {
  it('keeps the value and has gradient zero at every order', () => {
    const x = tf.tensor1d([-2, 0, 3])
    expect([...stopGradient(x).dataSync()]).toEqual([-2, 0, 3])
    expect([...derivative(stopGradient)(x).dataSync()]).toEqual([0, 0, 0])
    expect([...derivative((t) => tf.mul(t, stopGradient(t)))(x).dataSync()]).toEqual([-2, 0, 3])
    const second = derivative(derivative((t) => tf.mul(tf.square(t), stopGradient(t))))(x)
    expect([...second.dataSync()]).toEqual([-4, 0, 6])
  })

  it('detach keeps the value and is absent from the derivative', () => {
    const x = tf.tensor1d([-2, 3])
    expect([...detach(x).dataSync()]).toEqual([-2, 3])
    expect([...derivative((t) => tf.mul(t, detach(t)))(x).dataSync()]).toEqual([-2, 3])
    expect(() => derivative(detach)(x)).toThrow('Cannot compute gradient')
  })
})
