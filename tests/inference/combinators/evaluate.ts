/** Evaluates programs: on a grid of noise, which enumerates every draw, or on the noise of a seed. */
import * as tf from '@tensorflow/tfjs'
import { binary } from '../../../src/dsl/domain.js'
import type { Noise } from '../../../src/dsl/noise.js'
import type { Shape } from '../../../src/dsl/shape.js'
import { type AnyValue, expandTo, makeValue } from '../../../src/dsl/value.js'
import type { AnyProgram, Weighing } from '../../../src/inference/combinators/program.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import { noiseOf } from '../../../src/runtime/noise.js'

/** Numbers of weighted traces, [datum, particle]: log weights, log γ, and every site. */
export interface Numbers {
  readonly logWeight: Float32Array
  readonly logTarget: Float32Array
  readonly sites: Readonly<Record<string, Float32Array>>
}

/** The same bit for every datum. */
const bits = (data: Readonly<Record<string, number>>, batch: number): Record<string, AnyValue> =>
  Object.fromEntries(
    Object.entries(data).map(([name, bit]) => [
      name,
      makeValue(tf.fill([batch], bit), [], binary, [{ name: 'datum', size: batch }]),
    ]),
  )

/** Evaluates a program whose sites are scalars. */
export const evaluateAt = (
  program: AnyProgram,
  data: Readonly<Record<string, number>>,
  batch: number,
  particles: number,
  noise: Noise,
): Numbers =>
  tf.tidy(() => {
    const given = bits(data, batch)
    const env: Weighing = { functions: {}, data: given, given, noise, batch, particles, hold: true }
    const { sites, logWeight, logTarget } = program.sample(env)
    const axes = [
      { name: 'datum', size: batch },
      { name: 'particle', size: particles },
    ]
    const numbers = (v: AnyValue) => Float32Array.from(expandTo(v, axes).dataSync())
    return {
      logWeight: numbers(logWeight),
      logTarget: numbers(logTarget),
      sites: Object.fromEntries(Object.entries(sites).map(([name, v]) => [name, numbers(v)])),
    }
  })

/** Uniforms that take, along the data, every combination of the midpoints of `base` equal parts of (0, 1). */
const gridNoise = (base: number, batch: number, told: { digits: number }): Noise => ({
  uniform: (shape: Shape) => {
    const digit = told.digits++
    return tf.tensor(
      Float32Array.from({ length: batch }, (_, i) => ((Math.floor(i / base ** digit) % base) + 0.5) / base),
      [...shape],
    )
  },
  normal: () => {
    throw new Error('the grid is uniform')
  },
  child: () => gridNoise(base, batch, told),
})

/**
 * Every draw of a program of one particle whose bits have probabilities that are multiples of 1 / base: each combination of noise has
 * the same probability, so a mean over them is an expectation, exactly.
 */
export const enumerate = (program: AnyProgram, data: Readonly<Record<string, number>>, base = 4): Numbers => {
  const counted = { digits: 0 }
  evaluateAt(program, data, 1, 1, gridNoise(base, 1, counted))
  const batch = base ** counted.digits
  return evaluateAt(program, data, batch, 1, gridNoise(base, batch, { digits: 0 }))
}

/** Traces of many independent populations, along the data. */
export const simulate = (
  program: AnyProgram,
  data: Readonly<Record<string, number>>,
  populations: number,
  particles: number,
  seed: number,
): Numbers => evaluateAt(program, data, populations, particles, noiseOf(keyFromSeed(seed)))
