import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import type { FileFault } from '../../src/runtime/safetensors/fault.js'
import type { NamedArrays, ParameterFile } from '../../src/runtime/safetensors/format.js'
import { decodeSafetensors } from '../../src/runtime/safetensors/read.js'
import { encodeSafetensors } from '../../src/runtime/safetensors/write.js'

const right = (bytes: Uint8Array): ParameterFile => {
  const decoded = decodeSafetensors(bytes)
  if (E.isLeft(decoded)) throw new Error(decoded.left.what)
  return decoded.right
}

const left = (bytes: Uint8Array): FileFault => {
  const decoded = decodeSafetensors(bytes)
  if (E.isRight(decoded)) throw new Error('the file was accepted')
  return decoded.left
}

/** A file with this header, as it stands, and so many bytes of data. */
const fileOf = (header: string | Uint8Array, dataBytes = 0): Uint8Array => {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header
  const bytes = new Uint8Array(8 + text.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const entry = (shape: readonly number[], begin: number, end: number, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
})

/** Any float32, NaN payloads included. */
const floats = (n: number) =>
  fc
    .array(fc.nat({ max: 0xffffffff }), { minLength: n, maxLength: n })
    .map((words) => new Float32Array(Uint32Array.from(words).buffer))

const anyArray = fc
  .array(fc.nat({ max: 4 }), { maxLength: 3 })
  .chain((shape) => floats(shape.reduce((a, b) => a * b, 1)).map((data) => ({ shape, data })))

const anyName = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('__proto__', 'constructor', '10', '9', '"'),
)
const anyArrays = fc
  .array(fc.tuple(anyName, anyArray), { maxLength: 5 })
  .map((entries): NamedArrays => Object.fromEntries(entries))
const anyMetadata = fc
  .array(fc.tuple(anyName, fc.string({ unit: 'binary' })), { maxLength: 3 })
  .map((entries): Record<string, string> => Object.fromEntries(entries))

const bits = (data: Float32Array): number[] => [...new Uint32Array(data.slice().buffer)]
const comparable = (arrays: NamedArrays) =>
  new Map(Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: bits(data) }]))

describe('a written file', () => {
  it('gives back its arrays bit for bit, and its metadata', () => {
    fc.assert(
      fc.property(anyArrays, anyMetadata, (arrays, metadata) => {
        const file = right(encodeSafetensors(arrays, metadata))
        expect(comparable(file.arrays)).toEqual(comparable(arrays))
        expect(new Map(Object.entries(file.metadata))).toEqual(new Map(Object.entries(metadata)))
      }),
      { numRuns: 300 },
    )
  })

  it('is the same whatever the order of the arrays, and starts its data at a multiple of 8', () => {
    fc.assert(
      fc.property(anyArrays, (arrays) => {
        const bytes = encodeSafetensors(arrays)
        expect(encodeSafetensors(Object.fromEntries(Object.entries(arrays).reverse()))).toEqual(bytes)
        expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0)
      }),
    )
  })

  it('is read from the middle of a Buffer, and its arrays do not share memory with it', () => {
    const bytes = encodeSafetensors({ w: { shape: [2], data: Float32Array.of(1, 2) } })
    const larger = Buffer.concat([Buffer.from('abc'), bytes, Buffer.from('xyz')])
    const { arrays } = right(larger.subarray(3, 3 + bytes.length))
    larger.fill(0)
    expect(arrays).toEqual({ w: { shape: [2], data: Float32Array.of(1, 2) } })
  })

  it('takes views into a larger buffer', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3)
    expect(right(encodeSafetensors({ w: { shape: [2], data } })).arrays).toEqual({ w: { shape: [2], data } })
  })

  it('cannot be made of arrays that contradict themselves', () => {
    const data = new Float32Array(3)
    expect(() => encodeSafetensors({ w: { shape: [2, 2], data } })).toThrow(
      'array "w" has 3 numbers, but its shape [2,2] asks 4',
    )
    expect(() => encodeSafetensors({ w: { shape: [-3], data } })).toThrow(
      'has shape [-3], not a list of sizes',
    )
    expect(() => encodeSafetensors({ __metadata__: { shape: [3], data } })).toThrow(
      'cannot be named "__metadata__"',
    )
  })
})

describe("Python's safetensors 0.8.0", () => {
  // from safetensors.numpy import save; import numpy as np, base64
  // base64.b64encode(save({'encode/0/kernel': np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
  //   'b': np.array(-0.5, dtype=np.float32), 'empty': np.zeros((0, 3), np.float32)}, metadata={'family': 'vae'}))
  const fixture = Buffer.from(
    '2AAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmYW1pbHkiOiJ2YWUifSwiYiI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbXSwiZGF0YV9v' +
      'ZmZzZXRzIjpbMCw0XX0sImVtcHR5Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlswLDNdLCJkYXRhX29mZnNldHMiOls0LDRdfSwiZW5j' +
      'b2RlLzAva2VybmVsIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOls0LDI4XX19ICAAAAC/AAAAAAAA' +
      'gD4AAAA/AABAPwAAgD8AAKA/',
    'base64',
  )
  const arrays: NamedArrays = {
    'encode/0/kernel': { shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) },
    b: { shape: [], data: Float32Array.of(-0.5) },
    empty: { shape: [0, 3], data: new Float32Array(0) },
  }

  it('writes files that are read', () => {
    expect(right(fixture)).toEqual({ arrays, metadata: { family: 'vae' } })
  })

  it('writes the same bytes for the same arrays', () => {
    expect(Buffer.from(encodeSafetensors(arrays, { family: 'vae' })).toString('base64')).toBe(
      fixture.toString('base64'),
    )
  })
})

describe('a damaged file', () => {
  it('is refused when cut anywhere, and when anything follows it', () => {
    fc.assert(
      fc.property(anyArrays, anyMetadata, (arrays, metadata) => {
        const bytes = encodeSafetensors(arrays, metadata)
        for (let length = 0; length < bytes.length; length++) {
          const { what, remedy } = left(bytes.subarray(0, length))
          expect(what).toMatch(/^The file (has \d bytes, fewer|ends inside its header|ends inside array)/)
          expect(remedy).toContain('Copy the file again')
        }
        expect(left(Buffer.concat([bytes, Buffer.from('more')])).what).toBe(
          'The file has 4 bytes after its last array.',
        )
      }),
      { numRuns: 40 },
    )
  })

  it('never throws, whatever byte is changed and whatever the bytes are', () => {
    fc.assert(
      fc.property(anyArrays, fc.nat(), fc.nat({ max: 255 }), (arrays, at, byte) => {
        const bytes = encodeSafetensors(arrays, { a: 'b' })
        bytes[at % bytes.length] = byte
        decodeSafetensors(bytes)
      }),
      { numRuns: 1000 },
    )
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeSafetensors(bytes)))
    fc.assert(fc.property(fc.json(), (json) => void decodeSafetensors(fileOf(json, 4))))
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (header) => {
        decodeSafetensors(fileOf(JSON.stringify({ w: header, ...header }), 4))
      }),
    )
  })

  it('is refused with a header nested a million deep', () => {
    const deep = '['.repeat(1e6) + ']'.repeat(1e6)
    expect(E.isLeft(decodeSafetensors(fileOf(deep)))).toBe(true)
    expect(
      E.isLeft(decodeSafetensors(fileOf(`{"w":{"dtype":${deep},"shape":[],"data_offsets":[0,4]}}`, 4))),
    ).toBe(true)
  })

  const huge = new Uint8Array(16)
  new DataView(huge.buffer).setBigUint64(0, 2n ** 63n, true)
  const header = (entries: unknown): string => JSON.stringify(entries)

  it.each<[string, Uint8Array, string]>([
    [
      'empty',
      new Uint8Array(0),
      'The file has 0 bytes, fewer than the 8 that give the length of its header.',
    ],
    ['another format', huge, 'gives its header 9223372036854775808 bytes, more than the 100000000'],
    [
      'a longer header',
      fileOf('{}').fill(9, 0, 1),
      'The file ends inside its header: it should have 9 bytes, and 2 are there.',
    ],
    ['not UTF-8', fileOf(Uint8Array.of(0x7b, 0xff, 0x7d)), 'The header of the file is not UTF-8 text.'],
    ['a byte order mark', fileOf('\ufeff{}'), 'The header of the file is not JSON'],
    ['not JSON', fileOf('{"w":'), 'The header of the file is not JSON'],
    ['not an object', fileOf('[]'), 'The header of the file is JSON, but not an object.'],
    [
      'a name twice',
      fileOf('{"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"\\u0077":{}}', 4),
      'The header of the file has "w" twice.',
    ],
    [
      'a field twice',
      fileOf('{"w":{"dtype":"F64","dtype" :"F32","shape":[],"data_offsets":[0,4]}}', 4),
      'has "dtype" twice',
    ],
    [
      'a metadata key twice',
      fileOf('{"__metadata__":{"a":"1","a":"2"}}'),
      'The header of the file has "a" twice.',
    ],
    [
      'odd metadata',
      fileOf('{"__metadata__":[]}'),
      'The header has __metadata__ [], not an object of texts.',
    ],
    [
      'an odd metadatum',
      fileOf('{"__metadata__":{"a":1}}'),
      'The header has 1 as __metadata__ "a", not a text.',
    ],
    ['an odd entry', fileOf('{"w":3}'), 'Array "w" is described by 3, not by an object.'],
    [
      'another dtype',
      fileOf(header({ w: entry([2], 0, 4, 'F16') }), 4),
      'Array "w" has dtype "F16"; only "F32" is read.',
    ],
    ['no dtype', fileOf('{"w":{}}'), 'Array "w" has dtype nothing; only "F32" is read.'],
    [
      'an odd shape',
      fileOf(header({ w: entry([1.5], 0, 4) }), 4),
      'Array "w" has shape [1.5], not a list of sizes.',
    ],
    [
      'a negative size',
      fileOf(header({ w: entry([-1], 0, 4) }), 4),
      'Array "w" has shape [-1], not a list of sizes.',
    ],
    [
      'a size beyond all files',
      fileOf(header({ w: entry([2 ** 40, 2 ** 40], 0, 4) }), 4),
      'not a list of sizes',
    ],
    [
      'odd offsets',
      fileOf(header({ w: entry([1], -4, 0) }), 4),
      'Array "w" has data_offsets [-4,0], not two positions in bytes.',
    ],
    [
      'reversed offsets',
      fileOf(header({ w: entry([1], 4, 0) }), 4),
      'Array "w" ends at byte 0, before its begin at 4.',
    ],
    [
      'another size',
      fileOf(header({ w: entry([2], 0, 4) }), 4),
      'Array "w" of shape [2] needs 8 bytes, but its data_offsets span 4.',
    ],
    [
      'an overlap',
      fileOf(header({ v: entry([2], 0, 8), w: entry([1], 4, 8) }), 8),
      'Array "w" overlaps the array before it: it begins at byte 4 of the data, where 8 are taken.',
    ],
    [
      'a gap',
      fileOf(header({ v: entry([1], 0, 4), w: entry([1], 8, 12) }), 12),
      'The data has a gap before array "w": bytes 4 to 8 belong to no array.',
    ],
    [
      'offsets out of range',
      fileOf(header({ w: entry([2], 0, 8) }), 4),
      'The file ends inside array "w": its data should reach byte 8, and 4 are there.',
    ],
    [
      'trailing bytes',
      fileOf(header({ w: entry([1], 0, 4) }), 7),
      'The file has 3 bytes after its last array.',
    ],
  ])('says what is wrong: %s', (_, bytes, what) => {
    const found = left(bytes)
    expect(found.what).toContain(what)
    expect(found.remedy).toMatch(/^[A-Z].*\.$/)
  })
})
