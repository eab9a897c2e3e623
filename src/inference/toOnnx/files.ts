/**
 * Nets and samplers as files: everything that is asked for is checked first, and all faults are returned.
 */
import { either as E } from 'fp-ts'
import { errorsOf, type GiryError, giryError } from '../../dsl/error.js'
import { type AnyModel, sitesOf } from '../../dsl/model.js'
import type { AnyNet } from '../../dsl/net.js'
import { type NetParams, paramErrors } from '../../dsl/params.js'
import { rowInput } from '../../runtime/onnx/sizeWriter.js'
import { assemble, type OnnxFile } from './assemble.js'
import { type AllNetParams, noiseSources } from './options.js'
import { recordNet } from './recordNet.js'
import { fixedErrors, recordSampler, siteErrors } from './recordSampler.js'

type Errors = readonly GiryError[]
type Checked<A> = E.Either<Errors, A>

/** What is asked of a sampler, once the types are forgotten. */
export interface SamplerChoices {
  readonly params?: unknown
  readonly sites?: readonly string[]
  readonly noise?: string
}

const attempt = <A>(errors: Errors, f: () => Checked<A>): Checked<A> => {
  if (errors.length > 0) return E.left(errors)
  try {
    return f()
  } catch (thrown) {
    return E.left(errorsOf(thrown, 'runtime', 'toOnnx').map(forFile))
  }
}

/** The remedy of a file, where that of a training is another runtime. */
const forFile = (e: GiryError): GiryError =>
  e.tag === 'runtime' && e.remedy.includes('runtime:')
    ? { ...e, remedy: 'write the function with tensors and other operations' }
    : e

/** The file of a net. */
export const netFile = (net: AnyNet, params: NetParams): Checked<OnnxFile> =>
  attempt(paramErrors({ net }, { net: params }), () => assemble(recordNet(net, params), 'input'))

const noiseErrors = (noise: string | undefined): Errors =>
  noise === undefined || (noiseSources as readonly string[]).includes(noise)
    ? []
    : [
        giryError(
          'option',
          'noise',
          `'${noise}' is no source of noise`,
          `use one of ${noiseSources.join(', ')}`,
        ),
      ]

/** A model without given data that draws inside takes its number of draws as `n`. */
const nameErrors = (model: AnyModel, { sites, noise }: SamplerChoices): Errors => {
  const named = sites ?? sitesOf(model).map(([name]) => name)
  const asksRows = noise === 'random' && Object.keys(model.given).length === 0
  return asksRows && named.includes(rowInput.name)
    ? [
        giryError(
          'option',
          'noise',
          `the site '${rowInput.name}' has the name of the input that says how many draws`,
          "rename the site, or leave it out with { sites }, or take { noise: 'input' }",
        ),
      ]
    : []
}

/** The file of a sampler. */
export const samplerFile = (model: AnyModel, options: SamplerChoices): Checked<OnnxFile> => {
  const params = (options.params ?? {}) as AllNetParams
  const errors = [
    ...paramErrors(model.nets, params),
    ...siteErrors(model, options.sites),
    ...noiseErrors(options.noise),
    ...nameErrors(model, options),
    ...fixedErrors(model),
  ]
  const noise = options.noise === 'random' ? 'random' : 'input'
  return attempt(errors, () => assemble(recordSampler(model, params, options.sites), noise))
}
