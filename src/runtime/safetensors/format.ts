/**
 * The safetensors format: named float32 arrays back to back, behind a header that says where each lies.
 *
 *   bytes 0..8       length of the header, unsigned 64-bit, little-endian
 *   header           JSON, padded with spaces to a multiple of 8:
 *                    { "__metadata__"?: { key: text }, name: { "dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24] } }
 *   rest             the arrays, little-endian, row-major, back to back: no gap, no overlap, no byte left over
 *
 * This file has what writing (write.ts) and reading (header.ts, read.ts) share.
 * Source: https://github.com/huggingface/safetensors#format. Tested in tests/runtime/safetensors.test.ts.
 */

/** A named array: row-major data of the given shape. */
export type NamedArray = { readonly shape: readonly number[]; readonly data: Float32Array }

/** Arrays by their name. */
export type NamedArrays = Readonly<Record<string, NamedArray>>

/** What a file holds: its arrays, and the texts that were stored beside them. */
export type ParameterFile = {
  readonly arrays: NamedArrays
  readonly metadata: Readonly<Record<string, string>>
}

/** Where an array lies: bytes `begin … end − 1` of the data. */
export type Entry = {
  readonly name: string
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/** The name that the format keeps for texts. */
export const METADATA = '__metadata__'

/** Bytes before the header. */
export const PREFIX = 8

/** Bytes of one number. */
export const FLOAT_BYTES = 4

/** Number of entries of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Whether something is a size or a position: a whole number that is not negative and exact. */
export const isSize = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0

/** Whether something is a list of sizes whose bytes can be counted. */
export const isShape = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every(isSize) && Number.isSafeInteger(sizeOf(value) * FLOAT_BYTES)

const showFlat = (value: unknown): string =>
  typeof value === 'object' && value !== null ? '{…}' : (JSON.stringify(value) ?? 'nothing')

/** A value in a sentence: short, and without recursion, which a deeply nested header could exhaust. */
export const show = (value: unknown): string => {
  if (Array.isArray(value))
    return `[${value.slice(0, 8).map(showFlat).join(',')}${value.length > 8 ? ',…' : ''}]`
  return showFlat(value)
}
