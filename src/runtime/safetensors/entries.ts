/**
 * What the header of a safetensors file says (format.ts): texts, and for each array where it lies.
 *
 *   end − begin = 4 Π shape        the arrays in the order of `begin` cover the data exactly
 *
 * What is wrong is returned as a fault. Tested in tests/runtime/safetensors.test.ts.
 */
import { either as E } from 'fp-ts'
import { COPY_AGAIN, type FileFault, FLOAT32_ONLY, fault, NOT_OURS } from './fault.js'
import { type Entry, FLOAT_BYTES, isShape, isSize, METADATA, show, sizeOf } from './format.js'
import { isRecord, type Json } from './header.js'

const isSpan = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isSize)

/** The texts that were stored beside the arrays. */
export const parseMetadata = (header: Json): E.Either<FileFault, Record<string, string>> => {
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

/** Where each array lies, once every description is in order. */
export const parseEntries = (header: Json): E.Either<FileFault, readonly Entry[]> =>
  E.traverseArray(([name, entry]: [string, unknown]) => parseEntry(name, entry))(
    Object.entries(header).filter(([name]) => name !== METADATA),
  )

/** The arrays must cover the data exactly, one after the other. */
export const requireCover = (
  entries: readonly Entry[],
  length: number,
): E.Either<FileFault, readonly Entry[]> => {
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
