/**
 * Slices: a site with values of its own along an axis, of which the first is the draw, and the others are compared with it.
 *
 *   value = [draw, x_1, …, x_m]  along slice:<site>        the terms are evaluated at all of them, and slice 0 counts
 *
 * Sites drawn after it have one value for each slice, from common noise: what differs between slices is then the effect of
 * the site alone. Several such sites multiply: m sites of three slices cost 3^m evaluations of what depends on all.
 */
import * as tf from '@tensorflow/tfjs'
import { slicePrefix } from '../../dsl/axes.js'
import { type AnyDistribution, axesOf } from '../../dsl/distribution.js'
import type { Noise } from '../../dsl/noise.js'
import type { Environment } from '../../dsl/objective.js'
import { type Shape, sameShape, sizeOf } from '../../dsl/shape.js'
import {
  type AnyValue,
  type Axis,
  eventToAxis,
  expandTo,
  makeValue,
  onEvent,
  unionAxes,
  unionOrigins,
} from '../../dsl/value.js'
import type { Drawn, Scalar } from './draws.js'

/** The axis of the slices of a site. */
export const sliceAxis = (site: string): string => `${slicePrefix}${site}`

/** All axes that a site is drawn along: its own and those of its parameters. */
export const drawnAxes = (axes: readonly Axis[], d: AnyDistribution): readonly Axis[] =>
  unionAxes([{ axes }, { axes: axesOf(d) }])

/** Values side by side along an axis, which some have and others, one slice each, have not. */
export const alongSlices = (values: readonly AnyValue[], axis: string): AnyValue => {
  const first = values[0] as AnyValue
  const others = unionAxes(values.map((v) => ({ axes: v.axes.filter((a) => a.name !== axis) })))
  const sizes = values.map((v) => v.axes.find((a) => a.name === axis)?.size ?? 1)
  const tensors = values.map((v, i) => expandTo(v, [...others, { name: axis, size: sizes[i] as number }]))
  const size = sizes.reduce((a, b) => a + b, 0)
  return makeValue(
    tf.concat(tensors, others.length),
    first.shape,
    first.domain,
    [...others, { name: axis, size }],
    unionOrigins(values),
  )
}

/** The slices `from … from + size − 1`, without the axis where it is one; a value that does not depend on it is as it was. */
export const slicesOf = (v: Scalar, axis: string, from: number, size = 1): Scalar => {
  const i = v.axes.findIndex((a) => a.name === axis)
  if (i < 0) return v
  const cut = tf.slice(
    v.tensor,
    v.axes.map((_, j) => (j === i ? from : 0)),
    v.axes.map((a, j) => (j === i ? size : a.size)),
  )
  const axes = v.axes.flatMap((a, j) => (j !== i ? [a] : size === 1 ? [] : [{ name: axis, size }]))
  return makeValue(size === 1 ? tf.squeeze(cut, [i]) : cut, [] as [], v.domain, axes, v.origins)
}

/** The entries of an event along an axis; where there is one entry, without it. */
export const entriesAlong = (v: AnyValue, axis: string): Scalar => {
  const n = sizeOf(v.shape)
  const flat = onEvent(v, n === 1 ? [] : [n], v.domain, (t, leading) =>
    tf.reshape(t, [...t.shape.slice(0, leading), ...(n === 1 ? [] : [n])]),
  )
  return (n === 1 ? flat : eventToAxis(flat, axis)) as Scalar
}

/** Keeps slice 0: the draw itself. */
export const keepDraw = (s: Drawn, f: Scalar): Scalar => slicesOf(f, s.axis as string, 0)

/** Noise that is one along the slices among the axes. */
const common = (noise: Noise, axes: readonly Axis[]): Noise => {
  const leads = (shape: Shape) =>
    sameShape(
      shape.slice(0, axes.length),
      axes.map((a) => a.size),
    )
  const once = (shape: Shape) => shape.map((n, i) => (axes[i]?.name.startsWith(slicePrefix) ? 1 : n))
  const shared = (draw: (shape: Shape) => tf.Tensor) => (shape: Shape) =>
    leads(shape) ? tf.broadcastTo(draw(once(shape)), [...shape]) : draw(shape)
  return {
    uniform: shared(noise.uniform),
    normal: shared(noise.normal),
    child: (name) => common(noise.child(name), axes),
  }
}

/** The environment in which a site is drawn: with common noise along the slices of sites before it. */
export const commonOnSlices = (env: Environment, axes: readonly Axis[], d: AnyDistribution): Environment => {
  const all = drawnAxes(axes, d)
  return all.some((a) => a.name.startsWith(slicePrefix)) ? { ...env, noise: common(env.noise, all) } : env
}
