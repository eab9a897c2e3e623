/**
 * Gzip: bytes that begin with 1f 8b are decompressed, all others pass unchanged.
 *
 * The decompression is Node's zlib, looked up when it is needed, so that a browser can import this module.
 * Errors: tag `data`; a truncated or corrupt stream is refused, its checksum included. Source: RFC 1952.
 * Tested in tests/data/gzip.test.ts.
 */
import { either as E } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'

/** Whether the bytes begin like a gzip file. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** What decompresses: Node's `gunzipSync`. */
export type Inflate = (bytes: Uint8Array) => Uint8Array

/** The one of this platform; undefined in a browser, and in Node before 20.16. */
const platformInflate = (): Inflate | undefined =>
  globalThis.process?.getBuiltinModule?.('node:zlib')?.gunzipSync

/** The decompressed bytes, or the bytes themselves when they are not compressed. */
export const gunzip = (
  bytes: Uint8Array,
  where: string,
  inflate: Inflate | undefined = platformInflate(),
): E.Either<readonly GiryError[], Uint8Array> => {
  if (!isGzip(bytes)) return E.right(bytes)
  if (inflate === undefined)
    return E.left([
      giryError(
        'data',
        where,
        `${where} is compressed with gzip, which cannot be decompressed here`,
        "decompress it first, for example through DecompressionStream('gzip')",
      ),
    ])
  return E.tryCatch(
    () => plainBytes(inflate(bytes)),
    (cause) => [
      giryError(
        'data',
        where,
        `${where} is a damaged gzip file: ${cause instanceof Error ? cause.message : String(cause)}`,
        'copy or download the file again',
      ),
    ],
  )
}

/** The same memory as a plain Uint8Array: the `slice` of a Node Buffer shares memory, where a Uint8Array copies. */
export const plainBytes = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
