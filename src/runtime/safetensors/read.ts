/**
 * Reading a safetensors file: the arrays and texts of its bytes (format.ts).
 *
 *   decodeSafetensors(encodeSafetensors(arrays, texts)) = Right { arrays, texts }
 *
 * Never throws: whatever is wrong with a file is returned as a sentence and its remedy.
 * Tested in tests/runtime/safetensors.test.ts, with a file written by Python.
 */
import { either as E, function as F } from 'fp-ts'
import { parseEntries, parseMetadata, requireCover } from './entries.js'
import type { FileFault } from './fault.js'
import { type Entry, type NamedArray, type ParameterFile, PREFIX } from './format.js'
import { decodeText, headerLength, parseHeader } from './header.js'

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
