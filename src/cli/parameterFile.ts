/**
 * params.safetensors: the parameters of a run.
 *
 *   { decode: { '0/kernel': … } }  is stored as  decode/0/kernel
 *
 * Errors: tag `file` for a file that is missing, damaged, of another model, or that holds NaN or infinities. Tested in tests/cli/faults.test.ts.
 */
import { join } from 'node:path'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'
import type { AnyModel } from '../dsl/model.js'
import { flattenParams, type NetParams, paramErrors, unflattenParams } from '../dsl/params.js'
import type { ParameterFile } from '../runtime/safetensors/format.js'
import { decodeSafetensors } from '../runtime/safetensors/read.js'
import { encodeSafetensors } from '../runtime/safetensors/write.js'
import { type Built, netsOf } from './built.js'
import { readOf, writeWhole } from './folder.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** Parameters of nets by name. */
export type AllParams = Readonly<Record<string, NetParams>>

/** The file's name. */
export const PARAMS = 'params.safetensors'

/** Writes the parameters, with texts beside them. */
export const writeParams = (
  folder: string,
  params: AllParams,
  metadata: Readonly<Record<string, string>>,
): Task<void> => writeWhole(join(folder, PARAMS), encodeSafetensors(flattenParams(params), metadata))

const strangers = (nets: AnyModel['nets'], params: AllParams): readonly string[] =>
  Object.keys(flattenParams(params)).filter((path) => {
    const cut = path.indexOf('/')
    return nets[path.slice(0, cut)]?.parameters[path.slice(cut + 1)] === undefined
  })

const otherModel = (path: string, why: string): GiryError =>
  giryError(
    'file',
    path,
    `${path} is of another model: ${why}`,
    'restore the params.safetensors and the config.json of one and the same run',
  )

/** The first NaN or infinity of each array. */
const nonFinite = (path: string, params: AllParams): readonly GiryError[] =>
  Object.entries(flattenParams(params)).flatMap(([name, { data }]) => {
    const index = data.findIndex((x) => !Number.isFinite(x))
    return index < 0
      ? []
      : [
          giryError(
            'file',
            path,
            `${path} holds ${data[index]} at index ${index} of the array '${name}'; parameters are finite numbers`,
            'restore the params.safetensors of the run, or train it again',
            { array: name, index },
          ),
        ]
  })

const fitting = (
  path: string,
  built: Built,
  arrays: ParameterFile['arrays'],
): E.Either<readonly GiryError[], AllParams> =>
  F.pipe(
    E.tryCatch(
      () => unflattenParams(arrays),
      (e) => [otherModel(path, e instanceof Error ? (e.message.split('\n')[0] as string) : String(e))],
    ),
    E.flatMap((params) => {
      const nets = netsOf(built)
      const faults = [
        ...paramErrors(nets, params).map((e) => otherModel(path, e.message)),
        ...strangers(nets, params).map((name) => otherModel(path, `the model has no parameter '${name}'`)),
      ]
      const all = faults.length > 0 ? faults : nonFinite(path, params)
      return all.length > 0 ? E.left(all) : E.right(params)
    }),
  )

/** The parameters of a file, and the steps of training that made them, where it says so. */
export interface ReadParams {
  readonly params: AllParams
  readonly steps: number | undefined
}

const stepsOf = ({ metadata }: ParameterFile): number | undefined =>
  /^\d+$/.test(metadata.steps ?? '') ? Number(metadata.steps) : undefined

/** Reads the parameters of a run and checks them against its model. */
export const readParams = (folder: string, built: Built): Task<ReadParams> => {
  const path = join(folder, PARAMS)
  return F.pipe(
    readOf(folder, PARAMS),
    TE.flatMapEither((bytes) =>
      E.mapLeft(({ what, remedy }: { what: string; remedy: string }) => [
        giryError('file', path, `${path} is damaged or no parameter file: ${what}`, remedy),
      ])(decodeSafetensors(bytes)),
    ),
    TE.bindTo('file'),
    TE.bind('params', ({ file }) => TE.fromEither(fitting(path, built, file.arrays))),
    TE.map(({ file, params }) => ({ params, steps: stepsOf(file) })),
  )
}
