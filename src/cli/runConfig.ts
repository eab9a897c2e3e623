/**
 * config.json: everything needed to build the model of a run again, and to repeat the run.
 *
 * Read back through an io-ts codec, so that a file edited by hand is refused field by field, with what is allowed.
 * Tested in tests/cli/faults.test.ts.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { errorsOf, fail, type GiryError, giryError } from '../dsl/error.js'
import type { DataShape } from '../models/family.js'
import { type RuntimeName, runtimeNames } from '../runtime/runtimes.js'
import { type AnyFamily, type Built, familyNames, familyOf, modelsOf, needsClasses } from './built.js'
import { oneOf, positiveNumber, wholeNumber } from './codecs.js'
import { type DataSource, dataNames, sourceOf } from './dataSources.js'
import { readOf } from './folder.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>
type Checked<A> = E.Either<readonly GiryError[], A>

/** The file's name. */
export const CONFIG = 'config.json'

/** The version of this package. */
export const version: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
).version

/** The codec of a value that a command line writes as a word, and a file as itself. */
const field = <A>(codec: { readonly name: string; readonly is: t.Is<A> }): t.Type<A, A, unknown> =>
  new t.Type(codec.name, codec.is, (u, c) => (codec.is(u) ? t.success(u) : t.failure(u, c)), t.identity)

/** A codec for a field that may be absent. */
const maybe = <A>(codec: t.Type<A, A, unknown>): t.Type<A | undefined, A | undefined, unknown> =>
  new t.Type(
    `${codec.name}, or left out`,
    (u): u is A | undefined => u === undefined || codec.is(u),
    (u, c) => (u === undefined ? t.success(undefined) : codec.validate(u, c)),
    t.identity,
  )

const RECORD = 'a record'
const text = field({ name: 'a text', is: t.string.is })
const record = field({ name: RECORD, is: t.UnknownRecord.is })
const count = field(wholeNumber(1))

/** A runtime that a command line offers: in a process of its own no tfjs backend is active yet. */
export type OfferedRuntime = Exclude<RuntimeName, 'current'>

/** The names of the runtimes that a command line offers. */
export const runtimes: readonly OfferedRuntime[] = runtimeNames.filter((name) => name !== 'current')

const RunConfig = t.type(
  {
    giry: text,
    family: field(oneOf(familyNames)),
    options: record,
    data: t.type({ name: field(oneOf(dataNames)), limit: maybe(count) }, RECORD),
    training: t.type(
      {
        epochs: maybe(count),
        steps: maybe(count),
        batch: count,
        rate: maybe(field(positiveNumber)),
        seed: field(wholeNumber(0)),
        runtime: field(oneOf(runtimes)),
        threads: maybe(count),
      },
      RECORD,
    ),
  },
  RECORD,
)

/** The configuration of a run. */
export type RunConfig = t.TypeOf<typeof RunConfig>

/** The configuration as the text of a file. */
export const showConfig = (config: RunConfig): string => `${JSON.stringify(config, null, 2)}\n`

/** The sentences of io-ts, or those made from a codec's name, its place and the value. */
const sentence = (e: t.ValidationError): string => {
  const place = e.context
    .map(({ key }) => key)
    .filter((key) => key !== '')
    .join('.')
  const expected = e.context[e.context.length - 1]?.type.name ?? 'something else'
  if (e.message !== undefined) return e.message
  if (place === '') return `it must be ${expected}, but ${JSON.stringify(e.value)} is there`
  return e.value === undefined
    ? `${place} is missing; it must be ${expected}`
    : `${place} must be ${expected}, but ${JSON.stringify(e.value)} is there`
}

const notOurs = (path: string, why: string): GiryError =>
  giryError('file', path, `${path} cannot be used: ${why}`, 'restore the file that giry train wrote')

const parse = (path: string, bytes: Uint8Array): Checked<unknown> =>
  E.tryCatch(
    () => JSON.parse(new TextDecoder().decode(bytes)) as unknown,
    (cause) => [notOurs(path, `it is not JSON (${(cause as Error).message})`)],
  )

const decodeWith =
  <A>(codec: t.Decoder<unknown, A>, path: string) =>
  (u: unknown): Checked<A> =>
    E.mapLeft((errors: t.Errors) => errors.map((e) => notOurs(path, sentence(e))))(codec.decode(u))

const LARGEST = 100_000

/** Sizes that no machine holds, which a file edited by hand may ask for. */
const tooLarge = (options: object, path: string): readonly GiryError[] =>
  Object.entries(options).flatMap(([name, size]) =>
    [size].flat().some((n) => typeof n === 'number' && n > LARGEST)
      ? [notOurs(path, `${name} must be <= ${LARGEST}, but ${JSON.stringify(size)} is there`)]
      : [],
  )

const shapeFor = (family: AnyFamily, source: DataSource): DataShape | undefined => {
  const shape = source.shapeFor(modelsOf(family))
  return needsClasses(family) && shape?.classes === undefined ? undefined : shape
}

/** The sentence for a family that cannot be trained on a data set; undefined where it can. */
export const misfit = (family: AnyFamily, source: DataSource): string | undefined => {
  if (shapeFor(family, source) !== undefined) return undefined
  const fitting = dataNames.filter((name) => shapeFor(family, sourceOf(name)) !== undefined)
  const why = needsClasses(family)
    ? `${family.name} needs the class of each datum, and ${source.title} has none`
    : `${family.name} is a model of bits, and ${source.title} has points of the plane`
  return `${why}: it can be trained on ${fitting.join(', ')}`
}

const requireShape = (family: AnyFamily, source: DataSource): DataShape =>
  shapeFor(family, source) ?? fail('option', 'data', misfit(family, source) ?? '', '')

/** Builds a family for a data set from options that are still unknown; `path` says where they come from. */
export const buildFamily = (
  family: AnyFamily,
  source: DataSource,
  options: unknown,
  path: string,
): Checked<Built> =>
  F.pipe(
    options,
    decodeWith(family.options, path),
    E.flatMap((decoded) => {
      const faults = tooLarge(decoded as object, path)
      return faults.length > 0 ? E.left(faults) : E.right(decoded)
    }),
    E.flatMap((decoded) =>
      E.tryCatch(
        () => family.build(requireShape(family, source), decoded),
        (e) => errorsOf(e).map(({ message }) => notOurs(path, message)),
      ),
    ),
  )

/** Builds the model that a configuration describes. */
export const buildFrom = (config: RunConfig, path: string): Checked<Built> =>
  buildFamily(familyOf(config.family), sourceOf(config.data.name), config.options, path)

/** Reads the configuration of a run. */
export const readConfig = (folder: string): Task<RunConfig> => {
  const path = join(folder, CONFIG)
  return F.pipe(
    readOf(folder, CONFIG),
    TE.flatMapEither((bytes) => parse(path, bytes)),
    TE.flatMapEither(decodeWith(RunConfig, path)),
  )
}
