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
import { type RuntimeName, runtimeNames } from '../../runtime/runtimes.js'
import { type Checked, unlessFaults } from './checked.js'
import { type ExactMethod, exactMethods } from './method.js'

/** The model, once it and the options are in order. */
export const checkedExact = (
  model: AnyModel,
  { method, runtime }: { readonly method?: ExactMethod; readonly runtime?: RuntimeName },
): Checked<AnyModel> =>
  unlessFaults(
    [
      ...methodFaults(method),
      ...runtimeFaults(runtime),
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

const runtimeFaults = (runtime: RuntimeName | undefined): readonly GiryError[] =>
  runtime === undefined || runtimeNames.includes(runtime)
    ? []
    : [
        giryError(
          'option',
          'runtime',
          `'${String(runtime)}' is no runtime`,
          `use one of ${runtimeNames.join(', ')}`,
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
