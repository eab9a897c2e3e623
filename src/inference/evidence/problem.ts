/**
 * Problem: a model, its parameters, what is observed and what is latent.
 *
 *   sites = observed ∪ latent        observed: the sites that the data gives and those that `condition` fixed
 *
 * The numbers of all latents, site by site in the order of the model, are the coordinates of a point z ∈ R^dim.
 * Errors: tags `data`, `domain`, `params`, all faults at once. Tested in tests/inference/evidence.test.ts.
 */
import { either as E } from 'fp-ts'
import { type GiryError, giryError } from '../../dsl/error.js'
import { type AnyModel, type Model, type Site, sitesOf } from '../../dsl/model.js'
import { type NetParams, paramErrors } from '../../dsl/params.js'
import { allOf, type Checked, unlessFaults } from './checked.js'
import { type Column, columnSize } from './column.js'
import { conditionedColumns, givenColumns } from './givenColumns.js'
import { observedColumns } from './observedColumns.js'

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

/** Checks data, inputs and parameters, and divides the sites into observed and latent ones. */
export const makeProblem = (of: Model, data: unknown, inputs: ProblemInputs): Checked<Problem> => {
  const model = of as AnyModel
  const params = (inputs.params ?? {}) as Problem['params']
  const known = allOf([
    observedColumns(model, data, inputs.seed ?? 0),
    givenColumns(model, inputs.given),
    unlessFaults(paramErrors(model.nets, params), []),
  ])
  return E.flatMap((parts: readonly (readonly Column[])[]) =>
    problemOf(model, params, [...parts.flat(), ...conditionedColumns(model)]),
  )(known)
}

const problemOf = (
  model: AnyModel,
  params: Problem['params'],
  columns: readonly Column[],
): Checked<Problem> => {
  const latents = latentsOf(model, new Set(columns.map((c) => c.name)))
  return unlessFaults(countFaults(columns), {
    // Fixed sites are columns from here on, so that they can be cut into batches like data.
    model: { ...model, observed: {} },
    params,
    columns,
    latents,
    dim: latents.reduce((sum, l) => sum + l.size, 0),
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
