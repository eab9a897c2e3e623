/**
 * The parameters of the sites of a model, read off as plain numbers at several points z at once.
 *
 *   reading = { site: { parameter: numbers along (point, datum, plates, event) } },  rest = Σ log p of the other sites
 *
 * An axis that a parameter does not have has stride 0 (gaussianSites.ts), so what depends on no latent, or on no datum,
 * shows. `iid(n, d)` is read as d with its parameters repeated. Tested in tests/inference/evidence/conjugate.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { AnyDistribution } from '../../dsl/distribution.js'
import { repeated } from '../../dsl/distributions/parts.js'
import { datumAxis, type Site } from '../../dsl/model.js'
import type { Shape } from '../../dsl/shape.js'
import type { AnyValue, Axis, Value } from '../../dsl/value.js'
import { blockAt, type Strided, strided } from './gaussianSites.js'
import { runProblem, siteTerm } from './logJoint.js'
import { numbersAlong } from './numbersAlong.js'
import type { Problem } from './problem.js'
import { latentValue } from './values.js'

/** The parameters of one site. */
export interface SiteParameters {
  readonly name: string
  /** The family within its `iid`s. */
  readonly family: string
  readonly parameters: Readonly<Record<string, Strided>>
}

/** A run at several points. */
export interface ParameterReading {
  readonly sites: Readonly<Record<string, SiteParameters>>
  /** The log density of the sites that were not read, for each datum. */
  readonly rest: Float64Array
  /** z at a point and a datum, as the model saw it: in float32. */
  readonly zAt: (point: number, datum: number) => Float32Array
  readonly points: number
}

/** The family within `iid(…)`s. */
export const baseFamily = (family: string): string => {
  const inner = /^iid\((.*)\)$/.exec(family)
  return inner === null ? family : baseFamily(inner[1] as string)
}

const parametersOf = (d: AnyDistribution): Readonly<Record<string, AnyValue>> => {
  const part = d.family.startsWith('iid(') ? d.parts[0] : undefined
  if (part === undefined) return d.parameters
  const n = d.space.shape[0] as number
  return Object.fromEntries(
    Object.entries(parametersOf(part)).map(([name, v]) => [name, repeated(v as Value<Shape, unknown>, n)]),
  )
}

/** Runs the model at points: `dim` coordinates along (point), or along (point, datum); `read` names the sites to read. */
export const readParameters = (
  problem: Problem,
  rows: Int32Array,
  coordinates: Float64Array,
  axes: readonly Axis[],
  read: (name: string, site: Site) => boolean,
): ParameterReading => {
  const points = axes[0]?.size as number
  const sites: Record<string, SiteParameters> = {}
  const rest = new Float64Array(rows.length)
  tf.tidy(() => {
    runProblem(
      problem,
      rows,
      (name) => latentValue(problem, name, coordinates, axes),
      (name, site, d, x) => {
        if (read(name, site)) sites[name] = siteOf(name, site, d, points, rows.length)
        else
          numbersAlong(siteTerm(problem, site, d, x), [{ name: datumAxis, size: rows.length }]).forEach(
            (t, r) => {
              rest[r] = (rest[r] as number) + t
            },
          )
      },
    )
  })
  const { dim } = problem
  const seen = Float32Array.from(coordinates)
  const perDatum = axes.length > 1
  const zAt = (point: number, datum: number) => {
    const at = (perDatum ? point * rows.length + datum : point) * dim
    return seen.subarray(at, at + dim)
  }
  return { sites, rest, zAt, points }
}

const siteOf = (
  name: string,
  site: Site,
  d: AnyDistribution,
  points: number,
  rows: number,
): SiteParameters => ({
  name,
  family: baseFamily(d.family),
  parameters: Object.fromEntries(
    Object.entries(parametersOf(d)).map(([p, v]) => [p, strided(v, site, points, rows)]),
  ),
})

/** The number of entry j of a parameter at a point and a datum. */
export const numberAt = (s: Strided, point: number, datum: number, entry: number): number =>
  s.data[blockAt(s, point, datum) + entry] as number
