/**
 * Writing a safetensors file: the bytes of named arrays, and of texts beside them (format.ts).
 *
 *   bytes = length of the header · header · arrays by name        sorted, so that equal arrays give equal bytes
 *
 * Python's `safetensors` writes the same bytes. Errors: RangeError for arrays no file can hold, a mistake of the caller.
 * Tested in tests/runtime/safetensors.test.ts, with a file written by Python.
 */
import {
  type Entry,
  isShape,
  METADATA,
  type NamedArray,
  type NamedArrays,
  PREFIX,
  show,
  sizeOf,
} from './format.js'

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
