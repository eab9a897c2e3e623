/**
 * Data from files: IDX, NPY and CSV by path.
 *
 *   loadIdx('train-images-idx3-ubyte.gz')      loadNpy('x.npy')      loadCsv('iris.csv', { columns, spaces })
 *
 * Files compressed with gzip are decompressed. Importing this module imports nothing of Node.
 * Errors: tag `file` for a file that cannot be read or is empty; what is wrong inside has the tag `data`. Every
 * sentence names the path. Tested in tests/data/file.test.ts.
 */
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'
import type { DataSpec } from '../dsl/objective.js'
import { type CsvDataset, type CsvOptions, type CsvSpaceOptions, type CsvTable, readCsv } from './csv.js'
import { gunzip } from './gzip.js'
import { decodeIdx, type IdxArray } from './idx.js'
import { loadInflate, NO_NODE, readBytes } from './node.js'
import { decodeNpy, type NpyArray } from './npy.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** The code of an error of Node's; empty where it has none. */
export const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : ''

/** Why a file could not be read, from the code of Node's error. */
export const fileError = (path: string, cause: unknown): GiryError => {
  const code = codeOf(cause)
  const [why, remedy] = FILE_FAULTS[code] ?? [
    `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    'give the path of a file that can be read',
  ]
  return giryError('file', path, `${path} ${why}`, remedy, code === '' ? undefined : { code })
}

const FILE_FAULTS: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  ENOENT: ['does not exist', 'check the path; a relative one starts at the working directory'],
  EISDIR: ['is a directory, not a file', 'give the path of a file in it'],
  EACCES: ['may not be read by this user', 'give yourself permission to read it, as with chmod u+r'],
  [NO_NODE]: ['cannot be read outside Node', 'fetch its bytes, then use decodeIdx, decodeNpy or readCsv'],
  EPERM: ['may not be read by this user', 'give yourself permission to read it, as with chmod u+r'],
}

/** The bytes of a file, decompressed where they are gzip. */
export const loadBytes = (path: string): Task<Uint8Array> =>
  F.pipe(
    TE.tryCatch(
      () => readBytes(path),
      (cause): readonly GiryError[] => [fileError(path, cause)],
    ),
    TE.filterOrElse(
      (bytes) => bytes.length > 0,
      (): readonly GiryError[] => [
        giryError('file', path, `${path} is empty`, 'copy or download the file again'),
      ],
    ),
    TE.bindTo('bytes'),
    TE.bind('inflate', () => TE.fromTask(loadInflate)),
    TE.flatMapEither(({ bytes, inflate }) => gunzip(bytes, path, inflate)),
  )

/** Loads an IDX file. */
export const loadIdx = (path: string): Task<IdxArray> =>
  F.pipe(
    loadBytes(path),
    TE.flatMapEither((bytes) => decodeIdx(bytes, path)),
  )

/** Loads an NPY file. */
export const loadNpy = (path: string): Task<NpyArray> =>
  F.pipe(
    loadBytes(path),
    TE.flatMapEither((bytes) => decodeNpy(bytes, path)),
  )

/** Loads the chosen columns of a CSV file in UTF-8; with `spaces`, as a data set. */
export function loadCsv<const D extends Readonly<Record<string, DataSpec>>>(
  path: string,
  options: CsvSpaceOptions<D>,
): Task<CsvDataset<D>>
export function loadCsv<const K extends string>(path: string, options: CsvOptions<K>): Task<CsvTable<K>>
export function loadCsv(path: string, options: CsvOptions): Task<CsvTable> {
  return F.pipe(
    loadBytes(path),
    TE.flatMapEither((bytes) => textOf(bytes, path)),
    TE.flatMapEither((text) => readCsv(text, { where: path, ...options })),
  )
}

const textOf = (bytes: Uint8Array, path: string): E.Either<readonly GiryError[], string> =>
  E.tryCatch(
    () => new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    () => [giryError('data', path, `${path} is not UTF-8 text`, 'save it as UTF-8, as with iconv -t UTF-8')],
  )
