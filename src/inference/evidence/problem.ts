/**
 * Problem: a model, its parameters, what is observed and what is latent; and its joint log density at chosen points.
 *
 *   log p(x, z | g) = Σ_s log p_s(s | the sites before, g)       in nats, for one datum x and one point z
 *
 * Observed are the sites that the data gives and those that `condition` fixed; every other site is latent. Densities
 * are evaluated by run.ts in float32; whatever is summed over points afterwards is summed in float64.
 * Errors: tags `data`, `domain`, `params`, all faults at once. Tested in tests/inference/evidence.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import { type Dataset, rowsOf } from '../../dsl/dataset.js'
import type { AnyDistribution } from '../../dsl/distribution.js'
import type { AnyDomain, Real } from '../../dsl/domain.js'
import { type GiryError, giryError } from '../../dsl/error.js'
import { type AnyModel, datumAxis, type Model, type Site, sitesOf } from '../../dsl/model.js'
import { type NetParams, paramErrors } from '../../dsl/params.js'
import { run } from '../../dsl/run.js'
import { type Shape, sizeOf } from '../../dsl/shape.js'
import { decodeElements } from '../../dsl/space.js'
import {
  type AnyValue,
  type Axis,
  expandAxes,
  expandTo,
  isValue,
  makeValue,
  showSpaceOf,
  sumOver,
  type Value,
} from '../../dsl/value.js'
import { fold, keyFromSeed, uniforms } from '../../runtime/keys.js'
import { logDensity, total } from '../expectation.js'
import { checkedValue, functionsAt } from '../inputs.js'
import { datasetFor, isDataset } from '../trainingData.js'

type Scalar = Value<[], Real>
type Checked<A> = E.Either<readonly GiryError[], A>

/** Known numbers of one name: `count` events one after the other, or one event for all data where `constant`. */
export interface Column {
  readonly name: string
  readonly shape: Shape
  readonly domain: AnyDomain
  readonly plates: readonly Axis[]
  readonly data: Float32Array
  readonly constant: boolean
  readonly count: number
}

/** A latent site; its numbers (plates first, then the event) are `size` coordinates from `offset` on. */
export interface Latent {
  readonly name: string
  readonly site: Site
  readonly size: number
  readonly offset: number
}

/** A model with data. */
export interface Problem {
  readonly model: AnyModel
  readonly params: Readonly<Record<string, NetParams>>
  readonly columns: readonly Column[]
  readonly latents: readonly Latent[]
  /** Number of coordinates of all latents. */
  readonly dim: number
  /** Number of data. */
  readonly size: number
}

/** What a problem is made from. */
export interface ProblemInputs {
  readonly params?: unknown
  readonly given?: unknown
  /** Seed of the bits of a column that is binarized dynamically. */
  readonly seed?: number | undefined
}

const columnSize = (c: { readonly shape: Shape; readonly plates: readonly Axis[] }): number =>
  sizeOf(c.shape) * sizeOf(c.plates.map((p) => p.size))

/** A column from a value: one per datum where it has that axis, in the order datum, plates, event. */
const fromValue = (name: string, v: AnyValue, plates: readonly Axis[]): Column => {
  const datum = v.axes.filter((a) => a.name === datumAxis)
  const tensor = tf.tidy(() => expandTo(v, [...datum, ...plates]).clone())
  const data = Float32Array.from(tensor.dataSync())
  tensor.dispose()
  return {
    name,
    shape: v.shape,
    domain: v.domain,
    plates,
    data,
    constant: datum.length === 0,
    count: datum[0]?.size ?? 1,
  }
}

const strayAxes = (name: string, v: AnyValue, plates: readonly Axis[]): readonly GiryError[] =>
  v.axes
    .filter((a) => a.name !== datumAxis && !plates.some((p) => p.name === a.name && p.size === a.size))
    .map((a) =>
      giryError(
        'data',
        name,
        `'${name}' has an axis '${a.name}' of size ${a.size}, which is no plate of it`,
        `give one event per datum, along the axis '${datumAxis}'`,
      ),
    )

/** Checks one value of a site or an input. */
const valueColumn = (
  name: string,
  space: Site['space'],
  plates: readonly Axis[],
  v: AnyValue,
): Checked<Column> => {
  const faults = strayAxes(name, v, plates)
  return faults.length > 0
    ? E.left(faults)
    : E.tryCatch(
        () => fromValue(name, checkedValue(name, space, v), plates),
        () => [
          giryError(
            'domain',
            name,
            `'${name}' must be ${showSpaceOf(space)}, but ${showSpaceOf(v)} was given`,
            'pass a value of that space',
          ),
        ],
      )
}

/** The observed sites as columns. */
const observedColumns = (model: AnyModel, data: unknown, seed: number): Checked<readonly Column[]> => {
  const sites = sitesOf(model)
  const known = Object.fromEntries(sites)
  const names = isDataset(data)
    ? Object.keys(data.columns).filter((n) => n in known)
    : Object.keys(data ?? {})
  const strangers = names.filter((n) => !(n in known))
  if (strangers.length > 0)
    return E.left(
      strangers.map((n) =>
        giryError(
          'data',
          n,
          `'${n}' is no site of this model`,
          `its sites are ${sites.map(([s]) => s).join(', ') || 'none'}`,
        ),
      ),
    )
  if (names.length === 0)
    return E.left([
      giryError(
        'data',
        'data',
        'the data observes no site of this model',
        `pass an array for at least one of ${sites.map(([s]) => s).join(', ') || 'its sites'}`,
      ),
    ])
  const record = data as Readonly<Record<string, unknown>>
  const specs = (of: readonly string[]) =>
    Object.fromEntries(of.map((n) => [n, { ...(known[n] as Site).space, plates: (known[n] as Site).plates }]))
  if (isDataset(data))
    return E.map((d: Dataset | undefined) => datasetColumns(d as Dataset, seed))(
      datasetFor(specs(names), data),
    )
  const values = names.filter((n) => isValue(record[n]))
  const plain = names.filter((n) => !isValue(record[n]))
  const decoded = datasetFor(specs(plain), Object.fromEntries(plain.map((n) => [n, record[n]])))
  const fromValues = values.map((n) =>
    valueColumn(n, (known[n] as Site).space, (known[n] as Site).plates, record[n] as AnyValue),
  )
  const errors = [
    ...(E.isLeft(decoded) ? decoded.left : []),
    ...fromValues.flatMap((c) => (E.isLeft(c) ? c.left : [])),
  ]
  if (errors.length > 0 || E.isLeft(decoded)) return E.left(errors)
  return E.right([
    ...(decoded.right === undefined ? [] : datasetColumns(decoded.right, seed)),
    ...fromValues.flatMap((c) => (E.isRight(c) ? [c.right] : [])),
  ])
}

/** Columns of a data set, binarized once where it asks for that. */
const datasetColumns = (data: Dataset, seed: number): readonly Column[] =>
  Object.entries(data.columns).map(([name, c]) => {
    const rows = Int32Array.from({ length: data.size }, (_, i) => i)
    const n = data.size * sizeOf(c.elements.shape)
    const numbers = c.binarize
      ? rowsOf(c, rows, () => uniforms(fold(fold(keyFromSeed(seed), 'evidence'), name), n))
      : c.elements.data
    return {
      name,
      shape: c.space.shape,
      domain: c.space.domain,
      plates: c.space.plates ?? [],
      data: numbers,
      constant: false,
      count: data.size,
    }
  })

/** The inputs of the model as columns. */
const givenColumns = (model: AnyModel, given: unknown): Checked<readonly Column[]> => {
  const columns = Object.entries(model.given).map(([name, space]): Checked<Column> => {
    const data = (given as Readonly<Record<string, unknown>> | undefined)?.[name]
    if (data === undefined)
      return E.left([
        giryError('data', name, `the input '${name}' is missing`, `pass it in { given: { ${name}: … } }`),
      ])
    if (isValue(data)) return valueColumn(name, space, [], data)
    return E.map(
      (e: { readonly data: Float32Array; readonly single: boolean; readonly count: number }): Column => ({
        name,
        shape: space.shape,
        domain: space.domain,
        plates: [],
        data: e.data,
        constant: e.single,
        count: e.count,
      }),
    )(decodeElements(space.shape, space.domain, showSpaceOf(space), data))
  })
  const errors = columns.flatMap((c) => (E.isLeft(c) ? c.left : []))
  return errors.length > 0 ? E.left(errors) : E.right(columns.flatMap((c) => (E.isRight(c) ? [c.right] : [])))
}

/** The sites that `condition` fixed, as columns. */
const conditionedColumns = (model: AnyModel): readonly Column[] =>
  Object.entries(model.observed ?? {}).map(([name, make]) => {
    const v = make()
    const plates = v.axes.filter((a) => a.name !== datumAxis)
    const column = fromValue(name, v, plates)
    v.tensor.dispose()
    return column
  })

const countFaults = (columns: readonly Column[]): readonly GiryError[] => {
  const first = columns.find((c) => !c.constant)
  return columns
    .filter((c) => !c.constant && c.count !== first?.count)
    .map((c) =>
      giryError(
        'data',
        c.name,
        `'${c.name}' has ${c.count} data where '${first?.name}' has ${first?.count}`,
        'give every name one entry per datum',
      ),
    )
}

/** Checks data, inputs and parameters, and divides the sites into observed and latent ones. */
export const makeProblem = (of: Model, data: unknown, inputs: ProblemInputs): Checked<Problem> => {
  const model = of as AnyModel
  const observed = observedColumns(model, data, inputs.seed ?? 0)
  const given = givenColumns(model, inputs.given)
  const params = (inputs.params ?? {}) as Readonly<Record<string, NetParams>>
  const errors = [
    ...(E.isLeft(observed) ? observed.left : []),
    ...(E.isLeft(given) ? given.left : []),
    ...paramErrors(model.nets, params),
  ]
  if (errors.length > 0 || E.isLeft(observed) || E.isLeft(given)) return E.left(errors)
  const columns = [...observed.right, ...given.right, ...conditionedColumns(model)]
  const mismatched = countFaults(columns)
  if (mismatched.length > 0) return E.left(mismatched)
  const latents = latentsOf(model, new Set(columns.map((c) => c.name)))
  const last = latents[latents.length - 1]
  return E.right({
    // Fixed sites are columns from here on, so that they can be cut into batches like data.
    model: { ...model, observed: {} },
    params,
    columns,
    latents,
    dim: last === undefined ? 0 : last.offset + last.size,
    size: columns.find((c) => !c.constant)?.count ?? 1,
  })
}

const latentsOf = (model: AnyModel, known: ReadonlySet<string>): readonly Latent[] => {
  let offset = 0
  return sitesOf(model)
    .filter(([name]) => !known.has(name))
    .map(([name, site]) => {
      const size = columnSize({ shape: site.space.shape, plates: site.plates })
      offset += size
      return { name, site, size, offset: offset - size }
    })
}

/** The known values of these rows, along `datum`. To be called within a tidy. */
export const valuesAt = (problem: Problem, rows: ArrayLike<number>): Readonly<Record<string, AnyValue>> =>
  Object.fromEntries(problem.columns.map((c) => [c.name, columnAt(c, rows)]))

const columnAt = (c: Column, rows: ArrayLike<number>): AnyValue => {
  const axes: readonly Axis[] = [...(c.constant ? [] : [{ name: datumAxis, size: rows.length }]), ...c.plates]
  const dims = [...axes.map((a) => a.size), ...c.shape]
  return makeValue(
    tf.tensor(c.constant ? c.data : gatherRows(c, rows), dims, 'float32'),
    c.shape,
    c.domain,
    axes,
    new Set([c.name]),
  )
}

const gatherRows = (c: Column, rows: ArrayLike<number>): Float32Array => {
  const size = columnSize(c)
  const out = new Float32Array(rows.length * size)
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * size
    out.set(c.data.subarray(from, from + size), i * size)
  }
  return out
}

/** The value of a latent from coordinates, `dim` of them for each element of `axes`. */
export const latentValue = (
  problem: Problem,
  l: Latent,
  coordinates: ArrayLike<number>,
  axes: readonly Axis[],
): AnyValue => {
  const count = sizeOf(axes.map((a) => a.size))
  const out = new Float32Array(count * l.size)
  for (let i = 0; i < count; i++)
    for (let j = 0; j < l.size; j++)
      out[i * l.size + j] = coordinates[i * problem.dim + l.offset + j] as number
  const all = [...axes, ...l.site.plates]
  const dims = [...all.map((a) => a.size), ...l.site.space.shape]
  return makeValue(
    tf.tensor(out, dims, 'float32'),
    l.site.space.shape,
    l.site.space.domain,
    all,
    new Set([l.name]),
  )
}

/** Runs the model on known values, with `latent` deciding the rest; `visit` sees every site. */
export const runProblem = (
  problem: Problem,
  known: Readonly<Record<string, AnyValue>>,
  latent: (name: string, site: Site, d: AnyDistribution) => AnyValue,
  visit: (name: string, site: Site, d: AnyDistribution, x: AnyValue) => void,
): void => {
  run(problem.model, {
    functions: functionsAt(problem.model.nets, problem.params),
    given: known,
    choose: (name, site, d) => {
      const x = known[name] ?? latent(name, site, d)
      visit(name, site, d, x)
      return x
    },
  })
}

/** The log density of a site, summed over its plates. */
export const siteTerm = (site: Site, d: AnyDistribution, x: AnyValue): Scalar =>
  sumOver(
    expandAxes(logDensity(d, x), site.plates),
    site.plates.map((a) => a.name),
  )

/** log p(x, z) along `axes`, as plain numbers. */
export const logJoint = (
  problem: Problem,
  rows: ArrayLike<number>,
  axes: readonly Axis[],
  latent: (name: string, site: Site, d: AnyDistribution) => AnyValue,
): Float32Array => {
  const tensor = tf.tidy(() => {
    const terms: Scalar[] = []
    runProblem(problem, valuesAt(problem, rows), latent, (_, site, d, x) => terms.push(siteTerm(site, d, x)))
    return expandTo(total(terms), axes).clone()
  })
  const numbers = Float32Array.from(tensor.dataSync())
  tensor.dispose()
  return numbers
}

/** The widest event in sight; bounds the memory of a chunk. */
export const widthOf = (problem: Problem): number =>
  Math.max(
    1,
    problem.dim,
    ...problem.columns.map(columnSize),
    ...Object.values(problem.model.nets).flatMap((net) =>
      Object.values(net.parameters).map((p) => p.shape[p.shape.length - 1] ?? 1),
    ),
  )

/** Numbers of one tensor that a chunk may take: 16 MiB. */
const chunkNumbers = 2 ** 22

/** How many elements of a batch are evaluated at once. */
export const chunkOf = (problem: Problem): number =>
  Math.max(1, Math.min(2 ** 16, Math.floor(chunkNumbers / widthOf(problem))))

/** log p(x_r, z) for pairs of a row r and a point z (`dim` coordinates each), in chunks. */
export const logJointOfPairs = (
  problem: Problem,
  rows: ArrayLike<number>,
  points: ArrayLike<number>,
): Float64Array => {
  const out = new Float64Array(rows.length)
  const chunk = chunkOf(problem)
  const byName = new Map(problem.latents.map((l) => [l.name, l]))
  for (let begin = 0; begin < rows.length; begin += chunk) {
    const some = Int32Array.from(
      { length: Math.min(chunk, rows.length - begin) },
      (_, i) => rows[begin + i] as number,
    )
    const coordinates = Float64Array.from(
      { length: some.length * problem.dim },
      (_, i) => points[begin * problem.dim + i] as number,
    )
    const axes = [{ name: datumAxis, size: some.length }]
    out.set(
      logJoint(problem, some, axes, (name) =>
        latentValue(problem, byName.get(name) as Latent, coordinates, axes),
      ),
      begin,
    )
  }
  return out
}
