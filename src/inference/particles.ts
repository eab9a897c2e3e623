/**
 * Particles: a net without argument whose value is n points along the axis `particle`, each free to move.
 *
 *   w ∈ Real^(n × S), started at N(0, start²)
 *
 * particlesOf reads the trained ones as a posterior: points of equal weight. Tested in tests/inference/svgd.test.ts.
 */
import type { AnyEventSpace } from '../dsl/distribution.js'
import { real } from '../dsl/domain.js'
import type { Real } from '../dsl/domains/marks.js'
import { fail } from '../dsl/error.js'
import { type AnyModel, type Model, sitesOf } from '../dsl/model.js'
import { exampleOf, type Net, tensorAt } from '../dsl/net.js'
import type { NamedArray, NetParams } from '../dsl/params.js'
import type { Shape } from '../dsl/shape.js'
import { type AnyValue, type Axis, makeValue, type Value } from '../dsl/value.js'
import { particleAxis } from './estimators/draws.js'

/** n points of a space, in plates. */
export const particlesNet = (
  space: AnyEventSpace & { readonly plates?: readonly Axis[] },
  n: number,
  start: number,
): Net<() => Value<Shape, Real>> => {
  const axes = [{ name: particleAxis, size: n }, ...(space.plates ?? [])]
  const shape = [...axes.map((a) => a.size), ...space.shape]
  return {
    tag: 'net',
    description: `${n} particles of ${space.shape.length === 0 ? 'Real' : `Real[${space.shape.join()}]`}`,
    parameters: { value: { shape, start: { kind: 'normal', scale: start } } },
    apply: (tensors) => () => makeValue(tensorAt(tensors, 'value'), space.shape, real, axes),
    example: () => exampleOf({ shape: space.shape, domain: real }) as AnyValue as Value<Shape, Real>,
  }
}

/** A posterior as points of equal weight. */
export interface ParticlePosterior {
  readonly kind: 'particles'
  /** The name of the latent that each number of a point belongs to: site by site, row-major. */
  readonly coordinates: readonly string[]
  readonly points: readonly (readonly number[])[]
  readonly mean: readonly number[]
  /** With n − 1 in the denominator. */
  readonly variance: readonly number[]
}

const rowsOf = ({ shape, data }: NamedArray): readonly (readonly number[])[] => {
  const n = shape[0] as number
  const size = data.length / n
  return Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * size, (i + 1) * size)))
}

/** The particles of a fit of `svgd`, latents in the order of the model. */
export const particlesOf = (p: Model, params: Readonly<Record<string, NetParams>>): ParticlePosterior => {
  const names = sitesOf(p).flatMap(([name]) =>
    name in params && !(name in (p as AnyModel).nets) ? [name] : [],
  )
  if (names.length === 0)
    fail(
      'params',
      'particlesOf',
      'the parameters have no particles of this model',
      'pass the params of a fit of svgd',
    )
  const columns = names.map((name) => rowsOf(params[name]?.value as NamedArray))
  const points = (columns[0] ?? []).map((_, i) => columns.flatMap((rows) => rows[i] as readonly number[]))
  const n = points.length
  const mean = (points[0] ?? []).map((_, k) => points.reduce((a, x) => a + (x[k] as number), 0) / n)
  return {
    kind: 'particles',
    coordinates: names.flatMap((name, l) => (columns[l]?.[0] ?? []).map(() => name)),
    points,
    mean,
    variance: mean.map((m, k) => points.reduce((a, x) => a + ((x[k] as number) - m) ** 2, 0) / (n - 1)),
  }
}
