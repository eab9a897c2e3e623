/**
 * A model as a function of its inputs and of noise: the draws of `sample`, each row of the file one draw.
 *
 *   inputs   the given columns [n, ...plates, ...shape], then noise/<site>/<k>      outputs   the sites
 *
 * Rows are data where the model is given data, and independent draws where it is given none, as in `sample`. A site
 * whose draws cannot be recorded stands as an input that must turn out to be unused; else its fault is reported.
 * Errors: tag `option` for an unknown site, `runtime` for what cannot be recorded.
 */
import * as tf from '@tensorflow/tfjs'
import type { AnyDistribution } from '../../dsl/distribution.js'
import { graphLine } from '../../dsl/dot.js'
import { errorsOf, type GiryError, giryError } from '../../dsl/error.js'
import { type AnyModel, datumAxis, type Site, sitesOf } from '../../dsl/model.js'
import type { DataSpec } from '../../dsl/objective.js'
import { flattenParams, type NamedArray } from '../../dsl/params.js'
import { functionsOf, run } from '../../dsl/run.js'
import { type AnyValue, type Axis, makeValue, showSpaceOf } from '../../dsl/value.js'
import { record, type Tracing } from '../../runtime/trace/backend.js'
import { datumAxes, drawAxis, fixedValues, siteAxes } from '../sample.js'
import { type Drawn, noiseInputs, noiseWords } from './noiseInputs.js'
import type { AllNetParams } from './options.js'
import { asOutput, parameterInputs, type Recordable, type Recorded } from './recording.js'

const NOISE = 'noise'
const ABSENT = 'absent'

/** Faults of the sites that are asked for. */
export const siteErrors = (model: AnyModel, sites: readonly string[] | undefined): readonly GiryError[] => {
  const known = sitesOf(model).map(([name]) => name)
  const given = sites ?? known
  const unknown = given.filter((name) => !known.includes(name))
  if (given.length === 0)
    return [giryError('option', 'sites', 'no site is left to write', 'name at least one site in { sites }')]
  return unknown.map((name) =>
    giryError('option', 'sites', `the model has no random site '${name}'`, `use some of ${known.join(', ')}`),
  )
}

/** Data that are given, and fixed values of one number of data: only one of them can have the axis of rows. */
export const fixedErrors = (model: AnyModel): readonly GiryError[] => {
  const batched = tf.tidy(() => datumAxes({}, fixedValues(model)).length > 0)
  const fixed = batched && Object.keys(model.given).length > 0
  return fixed
    ? [
        giryError(
          'model',
          Object.keys(model.observed ?? {}).join(', '),
          'the model is conditioned on a batch of data, so the number of its data is fixed',
          'condition it on one event, or export the model before it is conditioned',
        ),
      ]
    : []
}

const columnSizes = (space: DataSpec, rows: number): readonly number[] => [
  rows,
  ...(space.plates ?? []).map((p) => p.size),
  ...space.shape,
]

const column = (t: Tracing, name: string, space: DataSpec, rows: number): AnyValue => {
  const axes = [{ name: datumAxis, size: rows }, ...(space.plates ?? [])]
  return makeValue(t.input(name, columnSizes(space, rows)), space.shape, space.domain, axes, new Set([name]))
}

const undrawable = (name: string, d: AnyDistribution, thrown: unknown): readonly GiryError[] =>
  errorsOf(thrown, 'runtime', name).map((e) =>
    giryError(
      'runtime',
      name,
      e.where === 'trace'
        ? `the site '${name}' cannot be written: ${d.family} draws by reading its parameters as numbers, which a file does not hold`
        : `the site '${name}' cannot be written: ${e.message}`,
      'write other sites with { sites }, or the net that gives the parameters of this one',
    ),
  )

/** Draws a site; where that cannot be recorded, an input in its place. */
const drawing =
  (
    t: Tracing,
    drawn: Drawn,
    absent: Map<string, readonly GiryError[]>,
    axesOf: (site: Site) => readonly Axis[],
  ) =>
  (name: string, site: Site, d: AnyDistribution, observed?: AnyValue): AnyValue => {
    if (observed !== undefined) return observed
    const axes = axesOf(site)
    try {
      return d.sample(noiseInputs(t, drawn, `${NOISE}/${name}`), axes)
    } catch (thrown) {
      const input = `${ABSENT}/${name}`
      absent.set(input, undrawable(name, d, thrown))
      const { shape, domain } = site.space
      return makeValue(
        t.input(input, [...axes.map((a) => a.size), ...shape]),
        shape,
        domain,
        axes,
        new Set([name]),
      )
    }
  }

const recordAt = (
  model: AnyModel,
  params: Readonly<Record<string, NamedArray>>,
  sites: readonly string[],
  rows: number,
): Recorded => {
  const drawn: Drawn = new Map()
  const absent = new Map<string, readonly GiryError[]>()
  const spaces = Object.entries(model.given as Readonly<Record<string, DataSpec>>)
  const graph = record((t) => {
    const functions = functionsOf(model.nets, parameterInputs(t, params))
    const given = Object.fromEntries(spaces.map(([name, space]) => [name, column(t, name, space, rows)]))
    const data = datumAxes(given, fixedValues(model))
    const draws = spaces.length > 0 ? [] : [{ name: drawAxis, size: rows }]
    const choose = drawing(t, drawn, absent, (site) => siteAxes(site, draws, data))
    const context = run(model, { functions, given, choose })
    return Object.fromEntries(
      sites.map((s): [string, tf.Tensor] => [s, asOutput((context[s] as AnyValue).tensor)]),
    )
  })
  return {
    graph,
    inputs: spaces.map(([name, space]) => ({ name, shape: columnSizes(space, rows) })),
    noise: new Map([...drawn].map(([name, { kind }]) => [name, kind])),
    absent,
  }
}

/** The sampler of a model with these parameters and sites, which have been checked. */
export const recordSampler = (
  model: AnyModel,
  params: AllNetParams,
  sites: readonly string[] = sitesOf(model).map(([name]) => name),
): Recordable => {
  const own = Object.fromEntries(
    Object.entries(model.nets).map(([net, { parameters }]) => [
      net,
      Object.fromEntries(Object.keys(parameters).map((path) => [path, params[net]?.[path] as NamedArray])),
    ]),
  )
  const named = flattenParams(own)
  const spaces = [
    ...Object.entries(model.given),
    ...sitesOf(model).map(([name, { space }]) => [name, space] as const),
  ]
  return {
    record: (rows) => recordAt(model, named, sites, rows),
    params: named,
    doc: graphLine(model),
    facts: Object.fromEntries(spaces.map(([name, space]) => [name, showSpaceOf(space)])),
  }
}

/** What the noise inputs are, in words. */
export const noiseFacts = ({ noise }: Pick<Recorded, 'noise'>): Readonly<Record<string, string>> =>
  Object.fromEntries([...noise].map(([name, kind]) => [name, noiseWords[kind]]))
