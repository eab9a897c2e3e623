/**
 * The elements of the WebAssembly binary format: integers in LEB128, IEEE floats, counted sequences, names.
 *
 *   unsigned n:  seven bits a byte, lowest first, the top bit set on all but the last
 *   signed n:    the same in two's complement, ended where the rest is the sign
 *
 * Source: WebAssembly Core Specification 2.0, section 5.2. Tested in tests/runtime/wasm/bytes.test.ts.
 */

/** A piece of a binary: bytes 0 .. 255. */
export type Bytes = readonly number[]

/** An unsigned 32-bit integer in LEB128. */
export const unsigned = (value: number): Bytes => {
  const bytes: number[] = []
  let rest = value >>> 0
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest]
}

/** A signed 32-bit integer in LEB128. */
export const signed = (value: number): Bytes => {
  const bytes: number[] = []
  let rest = value | 0
  for (; rest < -64 || rest > 63; rest >>= 7) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest & 0x7f]
}

/** A float32, little end first. */
export const float32 = (value: number): Bytes => {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value, true)
  return [...new Uint8Array(view.buffer)]
}

/** Four 32-bit words, little end first. */
export const words = (four: readonly [number, number, number, number]): Bytes =>
  four.flatMap((w) => [w & 0xff, (w >>> 8) & 0xff, (w >>> 16) & 0xff, w >>> 24])

/** The number of items, then the items. */
export const counted = (items: readonly Bytes[]): Bytes => [...unsigned(items.length), ...items.flat()]

/** The number of bytes, then the bytes. */
export const sized = (bytes: Bytes): Bytes => [...unsigned(bytes.length), ...bytes]

/** A name in UTF-8. */
export const name = (text: string): Bytes => sized([...new TextEncoder().encode(text)])
