/**
 * Gaussian sites: the mean and the scale of a normal site, read off at several points at once.
 *
 *   normal: s = loc + scale ε      iid(normal): the same, repeated      multivariateNormal: s = loc + L ε
 *
 * Each is read as plain numbers along (point, datum), with stride 0 along an axis that it does not have, so that what
 * depends on no latent, or on no datum, shows. Tested in tests/inference/evidence/linearGaussian.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { enumPrefix } from '../../dsl/axes.js'
import type { AnyDistribution } from '../../dsl/distribution.js'
import { repeated } from '../../dsl/distributions/parts.js'
import { datumAxis, type Site } from '../../dsl/model.js'
import { type Shape, sizeOf } from '../../dsl/shape.js'
import { type AnyValue, type Axis, hasAxis, type Value } from '../../dsl/value.js'
import { runProblem, siteTerm } from './logJoint.js'
import { numbersAlong } from './numbersAlong.js'
import type { Problem } from './problem.js'
import { latentValue } from './values.js'

/** The axis of the points at which the model is evaluated; no plate can have this name. */
export const pointAxis = `${enumPrefix} point`

/** Numbers along (point, datum): the block of (k, r) begins at k · point + r · datum. */
export interface Strided {
  readonly data: ArrayLike<number>
  readonly size: number
  readonly point: number
  readonly datum: number
}

/** Mean and scale of a site: a scale is a vector, or a lower factor for each block. */
export interface GaussianSite {
  readonly name: string
  readonly loc: Strided
  readonly scale: Strided
  readonly factor: boolean
  /** Entries of a block that a factor mixes. */
  readonly block: number
}

/** Whether a family is normal with parameters that can be read. */
export const isGaussian = (family: string): boolean =>
  family === 'multivariateNormal' || /^(iid\()*normal\)*$/.test(family)

/** A value as plain numbers along (point, datum), then plates and event. */
export const strided = (v: AnyValue, site: Site, points: number, rows: number): Strided => {
  const byPoint = hasAxis(v, pointAxis)
  const byDatum = hasAxis(v, datumAxis)
  const axes = [
    ...(byPoint ? [{ name: pointAxis, size: points }] : []),
    ...(byDatum ? [{ name: datumAxis, size: rows }] : []),
    ...site.plates,
  ]
  const size = sizeOf(site.plates.map((p) => p.size)) * sizeOf(v.shape)
  return {
    data: numbersAlong(v, axes),
    size,
    point: byPoint ? size * (byDatum ? rows : 1) : 0,
    datum: byDatum ? size : 0,
  }
}

/** Mean and scale of a normal, through its `iid`s. */
const locScale = (d: AnyDistribution): { readonly loc: AnyValue; readonly scale: AnyValue } => {
  const part = d.parts[0]
  if (part === undefined) return d.parameters as { readonly loc: AnyValue; readonly scale: AnyValue }
  const inner = locScale(part)
  const n = d.space.shape[0] as number
  const again = (v: AnyValue): AnyValue => repeated(v as Value<Shape, unknown>, n)
  return { loc: again(inner.loc), scale: again(inner.scale) }
}

/** Reads a site whose family is Gaussian. */
const readGaussian = (
  name: string,
  site: Site,
  d: AnyDistribution,
  points: number,
  rows: number,
): GaussianSite => {
  const read = (v: AnyValue) => strided(v, site, points, rows)
  if (d.family !== 'multivariateNormal') {
    const { loc, scale } = locScale(d)
    return { name, loc: read(loc), scale: read(scale), factor: false, block: 1 }
  }
  const { loc, scaleTril } = d.parameters as { readonly loc: AnyValue; readonly scaleTril: AnyValue }
  return { name, loc: read(loc), scale: read(scaleTril), factor: true, block: d.space.shape[0] as number }
}

/** The numbers of (point, datum). */
export const blockAt = (s: Strided, point: number, datum: number): number => point * s.point + datum * s.datum

/** A run at several points: the Gaussian sites, and the log density of the others, for each datum. */
export interface Reading {
  readonly sites: readonly GaussianSite[]
  readonly rest: Float64Array
}

/** Runs the model at points: `dim` coordinates along (point), or along (point, datum). */
export const readAt = (
  problem: Problem,
  rows: Int32Array,
  points: Float64Array,
  axes: readonly Axis[],
): Reading => {
  const count = axes[0]?.size as number
  const sites: GaussianSite[] = []
  const rest = new Float64Array(rows.length)
  const addRest = (term: AnyValue) =>
    numbersAlong(term, [{ name: datumAxis, size: rows.length }]).forEach((t, r) => {
      rest[r] = (rest[r] as number) + t
    })
  tf.tidy(() => {
    runProblem(
      problem,
      rows,
      (name) => latentValue(problem, name, points, axes),
      (name, site, d, x) => {
        // A shared site is fixed and depends on no latent; it counts 1/N, which no residual does.
        if (isGaussian(site.family) && site.scope === 'datum')
          sites.push(readGaussian(name, site, d, count, rows.length))
        else addRest(siteTerm(problem, site, d, x))
      },
    )
  })
  return { sites, rest }
}
