/**
 * Parameter files: named float32 arrays in the safetensors format.
 *
 *   bytes 0..8       length of the header, unsigned 64-bit, little-endian
 *   header           JSON, padded with spaces to a multiple of 8:
 *                    { "__metadata__"?: { key: text }, name: { "dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24] } }
 *   rest             the arrays, little-endian, row-major, back to back: no gap, no overlap, no byte left over
 *
 * Writing sorts the names, so equal arrays give equal bytes, and Python's `safetensors` writes the same ones.
 * Errors: `encodeSafetensors` throws RangeError for arrays no file can hold, a mistake of the caller.
 * `decodeSafetensors` never throws: whatever is wrong with a file is returned as a sentence and its remedy.
 * Source: https://github.com/huggingface/safetensors#format.
 * Tested in tests/runtime/safetensors.test.ts, with a file written by Python.
 */
import { either as E, function as F } from 'fp-ts'

/** A named array: row-major data of the given shape. */
export type NamedArray = { readonly shape: readonly number[]; readonly data: Float32Array }

/** Arrays by their name. */
export type NamedArrays = Readonly<Record<string, NamedArray>>

/** What a file holds: its arrays, and the texts that were stored beside them. */
export type ParameterFile = {
  readonly arrays: NamedArrays
  readonly metadata: Readonly<Record<string, string>>
}

/** What is wrong with a file, and what to do about it. */
export type FileFault = { readonly what: string; readonly remedy: string }

type Entry = {
  readonly name: string
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

const METADATA = '__metadata__'
const PREFIX = 8
const FLOAT_BYTES = 4
/** The format's own limit, which keeps a corrupt length from asking for all memory. */
const LONGEST_HEADER = 100_000_000

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** A value in a sentence: short, and without recursion, which a deeply nested header could exhaust. */
const show = (value: unknown): string => {
  if (Array.isArray(value))
    return `[${value.slice(0, 8).map(showFlat).join(',')}${value.length > 8 ? ',…' : ''}]`
  return showFlat(value)
}

const showFlat = (value: unknown): string =>
  typeof value === 'object' && value !== null ? '{…}' : (JSON.stringify(value) ?? 'nothing')

// ---------------------------------------------------------------------------------------------------------------
// Writing
// ---------------------------------------------------------------------------------------------------------------

const requireStorable = (name: string, { shape, data }: NamedArray): void => {
  if (name === METADATA)
    throw new RangeError(`an array cannot be named ${show(METADATA)}: the format keeps it`)
  if (!isShape(shape))
    throw new RangeError(`array ${show(name)} has shape ${show(shape)}, not a list of sizes`)
  if (sizeOf(shape) === data.length) return
  throw new RangeError(
    `array ${show(name)} has ${data.length} numbers, but its shape ${show(shape)} asks ${sizeOf(shape)}`,
  )
}

const entriesOf = (arrays: NamedArrays): readonly Entry[] => {
  let end = 0
  return Object.entries(arrays)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, array]) => {
      requireStorable(name, array)
      const begin = end
      end += array.data.byteLength
      return { name, shape: array.shape, begin, end }
    })
}

const headerOf = (entries: readonly Entry[], metadata: Readonly<Record<string, string>>): Uint8Array => {
  const described = entries.map(({ name, shape, begin, end }) => [
    name,
    { dtype: 'F32', shape, data_offsets: [begin, end] },
  ])
  const texts = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : []
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...texts, ...described])))
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20)
  padded.set(json)
  return padded
}

/** The bytes of a file that holds these arrays, and these texts beside them. */
export const encodeSafetensors = (
  arrays: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array => {
  const entries = entriesOf(arrays)
  const header = headerOf(entries, metadata)
  const start = PREFIX + header.length
  const bytes = new Uint8Array(start + (entries.at(-1)?.end ?? 0))
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, PREFIX)
  for (const { name, begin } of entries) {
    const { buffer, byteOffset, byteLength } = (arrays[name] as NamedArray).data
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), start + begin)
  }
  return bytes
}

// ---------------------------------------------------------------------------------------------------------------
// Reading
// ---------------------------------------------------------------------------------------------------------------

const COPY_AGAIN = 'Copy the file again from where it was written, or write it again.'
const NOT_OURS = 'Give a safetensors file, such as the params.safetensors of a run.'
const FLOAT32_ONLY = 'Convert the array to float32 (dtype "F32") where the file is made.'

const fault = (what: string, remedy: string): E.Either<FileFault, never> => E.left({ what, remedy })

type Json = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isSize) && Number.isSafeInteger(sizeOf(value) * FLOAT_BYTES)
}

const isSpan = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isSize)

const headerLength = (bytes: Uint8Array): E.Either<FileFault, number> => {
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

const decodeText = (bytes: Uint8Array): E.Either<FileFault, string> =>
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

const parseHeader = (text: string): E.Either<FileFault, Json> =>
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

const parseMetadata = (header: Json): E.Either<FileFault, Record<string, string>> => {
  const found = Object.hasOwn(header, METADATA) ? header[METADATA] : {}
  if (!isRecord(found))
    return fault(`The header has ${METADATA} ${show(found)}, not an object of texts.`, NOT_OURS)
  const entries = Object.entries(found)
  const odd = entries.find(([, value]) => typeof value !== 'string')
  return odd === undefined
    ? E.right(Object.fromEntries(entries as [string, string][]))
    : fault(`The header has ${show(odd[1])} as ${METADATA} ${show(odd[0])}, not a text.`, NOT_OURS)
}

const parseEntry = (name: string, entry: unknown): E.Either<FileFault, Entry> => {
  const array = `Array ${show(name)}`
  if (!isRecord(entry)) return fault(`${array} is described by ${show(entry)}, not by an object.`, NOT_OURS)
  const { dtype, shape, data_offsets: span } = entry
  if (dtype !== 'F32') return fault(`${array} has dtype ${show(dtype)}; only "F32" is read.`, FLOAT32_ONLY)
  if (!isShape(shape)) return fault(`${array} has shape ${show(shape)}, not a list of sizes.`, NOT_OURS)
  if (!isSpan(span))
    return fault(`${array} has data_offsets ${show(span)}, not two positions in bytes.`, NOT_OURS)
  const [begin, end] = span
  if (end < begin) return fault(`${array} ends at byte ${end}, before its begin at ${begin}.`, COPY_AGAIN)
  const asked = sizeOf(shape) * FLOAT_BYTES
  return end - begin === asked
    ? E.right({ name, shape, begin, end })
    : fault(
        `${array} of shape ${show(shape)} needs ${asked} bytes, but its data_offsets span ${end - begin}.`,
        COPY_AGAIN,
      )
}

const parseEntries = (header: Json): E.Either<FileFault, readonly Entry[]> =>
  E.traverseArray(([name, entry]: [string, unknown]) => parseEntry(name, entry))(
    Object.entries(header).filter(([name]) => name !== METADATA),
  )

/** The arrays must cover the data exactly, one after the other. */
const requireCover = (entries: readonly Entry[], length: number): E.Either<FileFault, readonly Entry[]> => {
  let covered = 0
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const array = `Array ${show(name)}`
    if (begin < covered)
      return fault(
        `${array} overlaps the array before it: it begins at byte ${begin} of the data, where ${covered} are taken.`,
        COPY_AGAIN,
      )
    if (begin > covered)
      return fault(
        `The data has a gap before array ${show(name)}: bytes ${covered} to ${begin} belong to no array.`,
        COPY_AGAIN,
      )
    if (end > length)
      return fault(
        `The file ends inside array ${show(name)}: its data should reach byte ${end}, and ${length} are there.`,
        COPY_AGAIN,
      )
    covered = end
  }
  return covered === length
    ? E.right(entries)
    : fault(`The file has ${length - covered} bytes after its last array.`, COPY_AGAIN)
}

/**
 * Copies, since a Float32Array must begin at a multiple of four bytes and should not keep the file alive.
 * By the constructor, not by `slice`: the one of a Node Buffer shares its memory.
 */
const readArray = (data: Uint8Array, { shape, begin, end }: Entry): NamedArray => ({
  shape,
  data: new Float32Array(new Uint8Array(data.subarray(begin, end)).buffer),
})

/** The arrays and texts of a file, or what is wrong with it. */
export const decodeSafetensors = (bytes: Uint8Array): E.Either<FileFault, ParameterFile> =>
  F.pipe(
    E.Do,
    E.bind('length', () => headerLength(bytes)),
    E.bind('text', ({ length }) => decodeText(bytes.subarray(PREFIX, PREFIX + length))),
    E.bind('header', ({ text }) => parseHeader(text)),
    E.bind('metadata', ({ header }) => parseMetadata(header)),
    E.let('data', ({ length }) => bytes.subarray(PREFIX + length)),
    E.bind('entries', ({ header, data }) =>
      F.pipe(
        parseEntries(header),
        E.flatMap((entries) => requireCover(entries, data.length)),
      ),
    ),
    E.map(({ metadata, data, entries }) => ({
      arrays: Object.fromEntries(entries.map((entry) => [entry.name, readArray(data, entry)])),
      metadata,
    })),
  )
