/**
 * An animation: PNG files of one size, one after the other, in one APNG file.
 *
 *   PNG    signature  IHDR  [PLTE]              IDAT …                         IEND
 *   APNG   signature  IHDR  [PLTE]  acTL  fcTL  IDAT …  (fcTL  fdAT …) …        IEND
 *
 * The data of each frame are copied as they are compressed: an fdAT is an IDAT behind a sequence number. A reader that
 * knows no APNG shows the first frame. Errors: RangeError for no frames, something else than a PNG, or frames whose
 * size, depth, color type or palette differ. No library on npm writes APNG and is kept up (UPNG.js: 2017).
 * Source: Portable Network Graphics, third edition (W3C, 2025), sections 5 and 11.3.4. Tested in tests/cli/apng.test.ts.
 */

/** How an animation runs. */
export interface Playing {
  /** Milliseconds that a frame stays. */
  readonly delay: number
  /** Milliseconds that the last frame stays; as the others unless told. */
  readonly hold?: number
  /** How often it plays; 0, the default, is without end. */
  readonly plays?: number
}

interface Chunk {
  readonly type: string
  readonly data: Uint8Array
}

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10)

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

/** The check sum of ISO 3309, which PNG puts behind each chunk. */
const crc32 = (bytes: Uint8Array): number => {
  let c = 0xffffffff
  for (const byte of bytes) c = (CRC_TABLE[(c ^ byte) & 255] as number) ^ (c >>> 8)
  return ~c >>> 0
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Numbers of 1, 2 or 4 bytes, the most significant byte first. */
const packed = (...numbers: readonly (readonly [value: number, bytes: 1 | 2 | 4])[]): Uint8Array =>
  Uint8Array.from(
    numbers.flatMap(([value, bytes]) =>
      Array.from({ length: bytes }, (_, i) => (value >>> (8 * (bytes - 1 - i))) & 255),
    ),
  )

const written = ({ type, data }: Chunk): Uint8Array => {
  const named = joined([new TextEncoder().encode(type), data])
  return joined([packed([data.length, 4]), named, packed([crc32(named), 4])])
}

const isPng = (file: Uint8Array): boolean => SIGNATURE.every((byte, i) => file[i] === byte)

const chunksOf = (file: Uint8Array): readonly Chunk[] => {
  const chunks: Chunk[] = []
  for (let at = SIGNATURE.length; at + 12 <= file.length; ) {
    const length = viewOf(file).getUint32(at)
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8))
    chunks.push({ type, data: file.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return chunks
}

const named = (chunks: readonly Chunk[], type: string): readonly Chunk[] =>
  chunks.filter((chunk) => chunk.type === type)

/** What all frames share: size, depth, colors. */
const shared = (chunks: readonly Chunk[]): readonly Chunk[] =>
  chunks.filter(({ type }) => type === 'IHDR' || type === 'PLTE' || type === 'tRNS')

const requireFrames = (frames: readonly (readonly Chunk[])[]): void => {
  if (frames.length === 0) throw new RangeError('an animation needs at least one frame')
  const first = joined(shared(frames[0] as readonly Chunk[]).map(written))
  frames.forEach((frame, i) => {
    const same = joined(shared(frame).map(written))
    if (same.length !== first.length || same.some((byte, j) => byte !== first[j]))
      throw new RangeError(`frame ${i} has another size, depth or palette than frame 0`)
  })
}

/** The chunks of one frame; the first frame is the picture itself. */
const frameOf = (frame: readonly Chunk[], i: number, from: number, delay: number): readonly Chunk[] => {
  const size = viewOf((named(frame, 'IHDR')[0] as Chunk).data)
  const control = packed(
    [from, 4],
    [size.getUint32(0), 4],
    [size.getUint32(4), 4],
    [0, 4],
    [0, 4],
    [Math.min(delay, 65_535), 2],
    [1000, 2],
    [0, 1],
    [0, 1],
  )
  const data = named(frame, 'IDAT')
  return [
    { type: 'fcTL', data: control },
    ...(i === 0
      ? data
      : data.map((chunk, j) => ({ type: 'fdAT', data: joined([packed([from + 1 + j, 4]), chunk.data]) }))),
  ]
}

/** The bytes of an animation of PNG files. */
export const apng = (
  pngs: readonly Uint8Array[],
  { delay, hold = delay, plays = 0 }: Playing,
): Uint8Array => {
  pngs.forEach((file, i) => {
    if (!isPng(file)) throw new RangeError(`frame ${i} is not a PNG file`)
  })
  const frames = pngs.map(chunksOf)
  requireFrames(frames)
  const body: Chunk[] = []
  let sequence = 0
  frames.forEach((frame, i) => {
    const chunks = frameOf(frame, i, sequence, i === frames.length - 1 ? hold : delay)
    sequence += i === 0 ? 1 : chunks.length
    body.push(...chunks)
  })
  const control = { type: 'acTL', data: packed([frames.length, 4], [plays, 4]) }
  const head = shared(frames[0] as readonly Chunk[])
  return joined([
    SIGNATURE,
    ...[...head, control, ...body, { type: 'IEND', data: new Uint8Array(0) }].map(written),
  ])
}
