/**
 * toOnnx(net | model, { params }): a net, or the sampler of a model, as the bytes of an ONNX file for any number of rows n.
 *
 *   net     'input' [n, ...shape]                 -> 'output' [n, ...shape], or 'loc' and 'scale' of a gaussian net
 *   model   given columns [n, ...], noise/<site>/<k> [n, ...]  -> every site [n, ...], or those in { sites }
 *
 * The file needs no giry to run: ONNX Runtime does, in any language (opset 18, plain operators). The
 * parameters are its initializers, under their paths. By default noise is an input, standard normal or uniform in (0, 1) as
 * the file's metadata say, and the file computes what `sample` computes from that noise. With { noise: 'random' } it draws
 * its own; a model without given columns then takes the int64 number `n`, how many draws. Rows are data where the model is given data, and
 * draws where it is given none; sites that do not vary from datum to datum have no rows then.
 * Nothing is run. Errors: every fault at once; tags `params`, `option`, `shape`, `model`, and `runtime` for what cannot be
 * recorded or depends on the number of rows. Tested in tests/inference/toOnnx.test.ts.
 */
import { either as E } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'
import type { AnyModel, Model } from '../dsl/model.js'
import type { AnyNet, Net } from '../dsl/net.js'
import type { NetParams } from '../dsl/params.js'
import { netFile, type SamplerChoices, samplerFile } from './toOnnx/files.js'
import type { NetToOnnx, SamplerToOnnx } from './toOnnx/options.js'

type Written = E.Either<readonly GiryError[], Uint8Array>

/** The bytes of an ONNX file that computes the net, or draws from the model. */
export const toOnnx: {
  <F>(net: Net<F>, options: NetToOnnx): Written
  <T, G, R>(model: Model<T, G, R>, options: SamplerToOnnx<T, R>): Written
} = (source: AnyNet | Model, options: SamplerChoices = {}): Written =>
  E.map(({ bytes }: { readonly bytes: Uint8Array }) => bytes)(
    source?.tag === 'net'
      ? netFile(source, (options.params ?? {}) as NetParams)
      : source?.tag === 'model'
        ? samplerFile(source as AnyModel, options)
        : E.left([
            giryError(
              'model',
              'toOnnx',
              `${String(source)} is neither a net nor a model`,
              'pass one of the two',
            ),
          ]),
  )
