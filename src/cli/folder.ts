/**
 * Directories of runs: found, reserved, and written to.
 *
 *   runs/vae-mnist-seed1      then runs/vae-mnist-seed1-2, -3, …: a run never writes over another
 *
 * A file is written beside its place and renamed into it, so that it is there whole or not at all.
 * Errors: tag `option` (a directory that is taken, a file for a directory or the other way round), `file` (one that cannot be read or written).
 * Tested in tests/cli/folder.test.ts.
 */
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { either as E, taskEither as TE } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** Where runs lie unless `--out` says otherwise. */
export const RUNS = 'runs'

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : ''

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EEXIST: 'a file of this name is there',
  ENOENT: 'the directory does not exist and cannot be made',
  EISDIR: 'it is a directory, not a file',
  ENAMETOOLONG: 'the name is too long',
}

const reasonOf = (cause: unknown): string =>
  REASONS[codeOf(cause)] ?? (cause instanceof Error ? cause.message : String(cause))

const unwritable = (path: string, cause: unknown): readonly GiryError[] => [
  giryError(
    'file',
    path,
    `${path} cannot be written: ${reasonOf(cause)}`,
    'name a directory you can write to with --out',
  ),
]

/** Writes a file whole or not at all. */
export const writeWhole = (path: string, content: string | Uint8Array): Task<void> =>
  TE.tryCatch(
    async () => {
      const beside = `${path}.${process.pid}.part`
      try {
        await writeFile(beside, content)
        await rename(beside, path)
      } catch (cause) {
        await rm(beside, { force: true }).catch(() => undefined)
        throw cause
      }
    },
    (cause) => unwritable(path, cause),
  )

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  )

/** What lies in a directory; undefined where there is none. */
const contents = async (path: string): Promise<readonly string[] | undefined> =>
  readdir(path).catch((cause) => {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  })

const taken = (path: string, files: readonly string[]): readonly GiryError[] => [
  giryError(
    'option',
    'out',
    `the directory ${path} is not empty: it holds ${files.slice(0, 3).join(', ')}${files.length > 3 ? ', …' : ''}`,
    'name a new directory with --out, or leave it out',
  ),
]

/** Proves by writing that a directory can be written to. */
const probe = async (path: string): Promise<void> => {
  const file = join(path, `.${process.pid}.probe`)
  await writeFile(file, '')
  await rm(file)
}

/** Makes a directory and those above it. (The recursive mkdir of Node 20 runs forever under /proc.) */
const makeDirectory = async (path: string): Promise<void> => {
  if (await isDirectory(path)) return
  const above = dirname(path)
  if (above !== path) await makeDirectory(above)
  await mkdir(path).catch(async (cause) => {
    if (!(await isDirectory(path))) throw cause
  })
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => !s.isDirectory(),
    () => false,
  )

const fileMeant = (path: string): readonly GiryError[] => [
  giryError(
    'option',
    'out',
    `${path} is a file, but --out names a directory`,
    'name a new directory with --out',
  ),
]

const reserveNamed = async (path: string): Promise<E.Either<readonly GiryError[], string>> => {
  if (await isFile(path)) return E.left(fileMeant(path))
  const files = await contents(path)
  if (files !== undefined && files.length > 0) return E.left(taken(path, files))
  await makeDirectory(path)
  await probe(path)
  return E.right(path)
}

/** The first of name, name-2, name-3, … that does not exist, made in the same stroke. */
const reserveFresh = async (name: string): Promise<E.Either<readonly GiryError[], string>> => {
  await makeDirectory(RUNS)
  for (let n = 1; ; n++) {
    const path = join(RUNS, n === 1 ? name : `${name}-${n}`)
    const made = await mkdir(path).then(
      () => true,
      (cause) => {
        if (codeOf(cause) === 'EEXIST') return false
        throw cause
      },
    )
    if (made) return E.right(path)
  }
}

/** Makes the directory of a run: the one asked for, which must be empty or new, or a fresh one under runs/. */
export const reserve =
  (out: string | undefined, name: string): Task<string> =>
  async () => {
    try {
      return await (out === undefined ? reserveFresh(name) : reserveNamed(out))
    } catch (cause) {
      return E.left(unwritable(out ?? join(RUNS, name), cause))
    }
  }

/** Takes back a directory in which nothing was kept but these files. */
export const unreserve = async (path: string, files: readonly string[]): Promise<void> => {
  await Promise.all(files.map((file) => rm(join(path, file), { force: true })))
  await rmdir(path).catch(() => undefined)
}

const known = async (): Promise<string> => {
  const names = (await readdir(RUNS).catch((): string[] => [])).sort()
  return names.length === 0
    ? 'train one first: giry train vae (in a clone: npm run -s giry -- train vae)'
    : `the runs here: ${names
        .slice(0, 12)
        .map((n) => join(RUNS, n))
        .join(', ')}${names.length > 12 ? ', …' : ''}`
}

/** The directory of a run, given by its path or by its name under runs/. */
export const findRun =
  (run: string): Task<string> =>
  async () => {
    for (const path of [run, join(RUNS, run)]) if (await isDirectory(path)) return E.right(path)
    return E.left([giryError('file', run, `there is no run '${run}'`, await known())])
  }

/** The bytes of a file of a run. */
export const readOf = (folder: string, file: string): Task<Uint8Array> =>
  TE.tryCatch(
    () => readFile(join(folder, file)),
    (cause) => [
      codeOf(cause) === 'ENOENT'
        ? giryError(
            'file',
            join(folder, file),
            `${folder} has no ${file}, so it is not a finished run`,
            'name the directory of a run, as giry train printed it',
          )
        : giryError(
            'file',
            join(folder, file),
            `${join(folder, file)} cannot be read: ${reasonOf(cause).replace('write there', 'read it')}`,
            codeOf(cause) === 'EISDIR'
              ? 'restore the file of the run'
              : 'give yourself permission to read it',
          ),
    ],
  )

const directoryMeant = (path: string, file: string): readonly GiryError[] => [
  giryError(
    'option',
    'out',
    `${path} is a directory, but --out names a file`,
    `pass --out ${join(path, file)}`,
  ),
]

/** Refuses to write a file, such as `example`, where a directory is, or where its directory cannot take it. */
export const requireFilePlace =
  (path: string, example: string): Task<void> =>
  async () => {
    if (await isDirectory(path)) return E.left(directoryMeant(path, example))
    return (await isDirectory(dirname(path)))
      ? E.right(undefined)
      : E.left([
          giryError(
            'file',
            path,
            `${path} cannot be written: ${dirname(path)} is not a directory`,
            'name a file in a directory that exists with --out',
          ),
        ])
  }
