/**
 * What must hold before an exact method is tried: known options, a density at every site, no site shared by all data.
 *
 *   log P(x_1, …, x_N) = Σ_n log P(x_n)        only where no latent is shared
 *
 * Errors: tags `option`, `model`, `exact`, all faults at once. Tested in tests/inference/evidence.test.ts.
 */
import { can } from '../../dsl/distribution.js'
import { type GiryError, giryError } from '../../dsl/error.js'
import { type AnyModel, type Site, sitesOf } from '../../dsl/model.js'
import { densityRemedy } from '../../dsl/rules.js'
import { type RuntimeName, runtimeFaults } from '../../runtime/runtimes.js'
import { type NamesOf, nameFaults } from '../optionNames.js'
import { type Checked, unlessFaults } from './checked.js'
import { type ExactMethod, exactMethods } from './method.js'

/** Options of evidence and posterior, besides params and given. */
export interface EvidenceOptions {
  /** The method; the first that applies if left out. */
  readonly method?: ExactMethod
  readonly runtime?: RuntimeName
  /** Seed of the bits of a column that is binarized dynamically; 0 if left out. */
  readonly seed?: number
}

/** Options of evidence and posterior. */
export type ExactOptions = EvidenceOptions & { readonly params?: unknown; readonly given?: unknown }

const names = {
  method: true,
  runtime: true,
  seed: true,
  params: true,
  given: true,
} satisfies NamesOf<ExactOptions>

/** The model, once it and the options are in order. */
export const checkedExact = (
  of: 'evidence' | 'posterior',
  model: AnyModel,
  options: ExactOptions,
): Checked<AnyModel> =>
  unlessFaults(
    [
      ...nameFaults(of, Object.keys(names), options),
      ...methodFaults(options.method),
      ...runtimeFaults(options.runtime),
      ...sitesOf(model).flatMap(([name, site]) => [...densityFaults(name, site), ...scopeFaults(name, site)]),
    ],
    model,
  )

const methodFaults = (method: ExactMethod | undefined): readonly GiryError[] =>
  method === undefined || exactMethods.includes(method)
    ? []
    : [
        giryError(
          'option',
          'method',
          `'${String(method)}' is no exact method`,
          `use one of ${exactMethods.join(', ')}, or leave the choice to giry`,
        ),
      ]

const densityFaults = (name: string, site: Site): readonly GiryError[] =>
  can(site, 'density')
    ? []
    : [
        giryError(
          'model',
          name,
          `site '${name}' is drawn from ${site.family}, which has no density`,
          densityRemedy(site.family),
        ),
      ]

const scopeFaults = (name: string, site: Site): readonly GiryError[] =>
  site.scope !== 'shared'
    ? []
    : [
        giryError(
          'exact',
          name,
          `site '${name}' is shared by all data, so log P(x) is no sum over the data`,
          'bound it with elbo, or draw the site with bind',
        ),
      ]
