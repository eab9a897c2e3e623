/**
 * Noise as values: what `sample` of a distribution starts from.
 *
 *   normalNoise ~ N(0, 1), uniformNoise ~ U(0, 1), one per entry of the event and element of the axes
 */
import { positive, real } from '../domain.js'
import type { Positive, Real } from '../domains/marks.js'
import type { Noise } from '../noise.js'
import type { Shape } from '../shape.js'
import { type Axis, makeValue, type Value } from '../value.js'

const sizes = (axes: readonly Axis[], shape: Shape): Shape => [...axes.map((a) => a.size), ...shape]

/** Independent standard normals. */
export const normalNoise = (noise: Noise, axes: readonly Axis[], shape: Shape): Value<Shape, Real> =>
  makeValue(noise.normal(sizes(axes, shape)), shape, real, axes)

/** Independent uniforms, strictly inside (0, 1). */
export const uniformNoise = (noise: Noise, axes: readonly Axis[], shape: Shape): Value<Shape, Positive> =>
  makeValue(noise.uniform(sizes(axes, shape)), shape, positive, axes)
