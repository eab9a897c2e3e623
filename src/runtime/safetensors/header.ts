/**
 * The header of a safetensors file (format.ts): from bytes to a JSON object.
 *
 *   bytes → length → UTF-8 text → JSON object without repeated keys
 *
 * What is wrong is returned as a fault. Tested in tests/runtime/safetensors.test.ts.
 */
import { either as E, function as F } from 'fp-ts'
import { COPY_AGAIN, type FileFault, fault, NOT_OURS } from './fault.js'
import { PREFIX, show } from './format.js'

/** The format's own limit, which keeps a corrupt length from asking for all memory. */
const LONGEST_HEADER = 100_000_000

/** An object of the header. */
export type Json = Readonly<Record<string, unknown>>

/** Whether something is an object, and no list. */
export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The length of the header in bytes, once the file is long enough to hold it. */
export const headerLength = (bytes: Uint8Array): E.Either<FileFault, number> => {
  if (bytes.length < PREFIX) {
    return fault(
      `The file has ${bytes.length} bytes, fewer than the ${PREFIX} that give the length of its header.`,
      COPY_AGAIN,
    )
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > LONGEST_HEADER) {
    return fault(
      `The file gives its header ${length} bytes, more than the ${LONGEST_HEADER} a safetensors file may.`,
      NOT_OURS,
    )
  }
  const present = bytes.length - PREFIX
  return Number(length) > present
    ? fault(
        `The file ends inside its header: it should have ${length} bytes, and ${present} are there.`,
        COPY_AGAIN,
      )
    : E.right(Number(length))
}

/** The header as text. */
export const decodeText = (bytes: Uint8Array): E.Either<FileFault, string> =>
  E.tryCatch(
    () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    () => ({ what: 'The header of the file is not UTF-8 text.', remedy: NOT_OURS }),
  )

const parseJson = (text: string): E.Either<FileFault, unknown> =>
  E.tryCatch(
    () => JSON.parse(text),
    (error) => ({
      what: `The header of the file is not JSON: ${(error as Error).message}.`,
      remedy: NOT_OURS,
    }),
  )

/** The first key that occurs twice in one object of a valid JSON text; JSON.parse keeps the last without a word. */
const repeatedKey = (json: string): string | undefined => {
  const open: Set<string>[] = []
  for (const [token, key] of json.matchAll(/("(?:[^"\\]|\\.)*")(?:\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (key !== undefined && token.endsWith(':')) {
      const name: string = JSON.parse(key)
      if (open.at(-1)?.has(name)) return name
      open.at(-1)?.add(name)
    }
  }
  return undefined
}

/** The header as an object whose keys occur once. */
export const parseHeader = (text: string): E.Either<FileFault, Json> =>
  F.pipe(
    parseJson(text),
    E.flatMap((header) => {
      if (!isRecord(header)) return fault('The header of the file is JSON, but not an object.', NOT_OURS)
      const twice = repeatedKey(text)
      return twice === undefined
        ? E.right(header)
        : fault(
            `The header of the file has ${show(twice)} twice.`,
            'Write the file again with one array per name.',
          )
    }),
  )
