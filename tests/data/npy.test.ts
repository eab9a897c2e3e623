import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { dump } from 'npyjs'
import { describe, expect, it } from 'vitest'
import { decodeNpy, type NpyArray, type NpyData } from '../../src/data/npy.js'
import type { GiryError } from '../../src/dsl/error.js'

/** A file as the format description lays it out: header padded with spaces to a multiple of 64, then the data. */
const npy = (
  descr: string,
  shape: string,
  data: ArrayLike<number>,
  order = 'False',
  version = 1,
): Uint8Array => {
  const dict = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`
  const prefix = version === 1 ? 10 : 12
  const header = `${dict.padEnd(Math.ceil((prefix + dict.length + 1) / 64) * 64 - prefix - 1)}\n`
  const length = [header.length & 255, header.length >> 8, ...(version === 1 ? [] : [0, 0])]
  return Uint8Array.of(0x93, ...codes('NUMPY'), version, 0, ...length, ...codes(header), ...Array.from(data))
}

const codes = (text: string): number[] => [...text].map((c) => c.charCodeAt(0))

const right = (bytes: Uint8Array): NpyArray => {
  const decoded = decodeNpy(bytes)
  if (E.isLeft(decoded)) throw new Error(decoded.left[0]?.message)
  return decoded.right
}

const left = (bytes: Uint8Array): GiryError => {
  const decoded = decodeNpy(bytes, 'a.npy')
  if (E.isRight(decoded)) throw new Error('the bytes were accepted')
  return decoded.left[0] as GiryError
}

const bytesOf = (data: NpyData | BigInt64Array | BigUint64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

const arrays: fc.Arbitrary<NpyArray> = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) => {
    const n = shape.reduce((a, b) => a * b, 1)
    const size = { minLength: n, maxLength: n }
    return fc
      .oneof<fc.Arbitrary<NpyData>[]>(
        fc.uint8Array(size),
        fc.int8Array(size),
        fc.int16Array(size),
        fc.uint16Array(size),
        fc.int32Array(size),
        fc.uint32Array(size),
        fc.float32Array(size),
        fc.float64Array(size),
      )
      .map((data) => ({ shape, data }))
  })

/** The offset in row-major order of an index, and in column-major order. */
const offset = (index: readonly number[], shape: readonly number[]): number =>
  index.reduce((at, i, axis) => at * (shape[axis] as number) + i, 0)

describe('decodeNpy', () => {
  it('undoes the writer of npyjs, compressed or not', () => {
    fc.assert(
      fc.property(arrays, ({ shape, data }) => {
        const file = new Uint8Array(dump(data, [...shape]))
        expect(right(file)).toEqual({ shape, data })
        expect(right(gzipSync(file))).toEqual({ shape, data })
      }),
    )
  })

  it('reads half floats, booleans and 64-bit integers as numbers', () => {
    // IEEE 754 half: 1 is 3c00, -2 is c000
    expect(right(npy("'<f2'", '(2,)', [0, 0x3c, 0, 0xc0])).data).toEqual(Float32Array.of(1, -2))
    expect(right(npy("'|b1'", '(3,)', [1, 0, 1])).data).toEqual(Uint8Array.of(1, 0, 1))
    expect(right(npy("'<i8'", '(2,)', bytesOf(BigInt64Array.of(-5n, 7n)))).data).toEqual(
      Float64Array.of(-5, 7),
    )
    expect(right(npy("'<u8'", '(1,)', bytesOf(BigUint64Array.of(9007199254740991n)))).data).toEqual(
      Float64Array.of(9007199254740991),
    )
  })

  it('reads a scalar, and headers of versions 2 and 3', () => {
    const one = bytesOf(Float64Array.of(2.5))
    expect(right(npy("'<f8'", '()', one))).toEqual({ shape: [], data: Float64Array.of(2.5) })
    for (const version of [2, 3])
      expect(right(npy("'<f8'", '(1,)', one, 'False', version))).toEqual({
        shape: [1],
        data: Float64Array.of(2.5),
      })
  })

  it('transposes column-major arrays', () => {
    // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]) is stored as 1 4 2 5 3 6
    expect(right(npy("'|u1'", '(2, 3)', [1, 4, 2, 5, 3, 6], 'True'))).toEqual({
      shape: [2, 3],
      data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    })
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), (shape) => {
        const n = shape.reduce((a, b) => a * b, 1)
        const stored = Uint8Array.from({ length: n }, (_, i) => i)
        const { data } = right(npy("'|u1'", `(${shape.join(', ')},)`, stored, 'True'))
        for (let i = 0; i < n; i++) {
          const index = shape.map(
            (size, axis) => Math.floor(i / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % size,
          )
          expect(data[i]).toBe(stored[offset([...index].reverse(), [...shape].reverse())])
        }
      }),
    )
  })

  it('refuses every truncation and every byte too many', () => {
    fc.assert(
      fc.property(arrays, fc.nat(), ({ shape, data }, cut) => {
        const file = new Uint8Array(dump(data, [...shape]))
        expect(left(file.subarray(0, cut % file.length)).tag).toBe('data')
        expect(left(Uint8Array.of(...file, 0)).message).toContain('1 bytes after its data')
      }),
    )
  })

  it('never throws', () => {
    const good = npy("'<f4'", '(2,)', new Uint8Array(8))
    const changed = fc
      .tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }))
      .map(([at, b]) => good.with(at, b))
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 30 })), (bytes) => {
        decodeNpy(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['garbage', Uint8Array.from(codes('hello, world')), 'a.npy is not an NPY file'],
    ['nothing', new Uint8Array(0), 'a.npy ends inside its header, after 0 bytes'],
    [
      'big-endian',
      npy("'>f4'", '(1,)', [0, 0, 0, 0]),
      "a.npy has big-endian elements ('>f4'); only little-endian ones are read",
    ],
    [
      'complex',
      npy("'<c8'", '(1,)', new Uint8Array(8)),
      "a.npy has elements of type '<c8', which are not read as numbers",
    ],
    [
      'text',
      npy("'<U3'", '(1,)', new Uint8Array(12)),
      "a.npy has elements of type '<U3', which are not read as numbers",
    ],
    [
      'a record',
      npy("[('a', '<f4')]", '(1,)', new Uint8Array(4)),
      'a.npy has a header that does not give type, order and shape of one array',
    ],
    [
      'a version to come',
      npy("'<f4'", '(1,)', new Uint8Array(4)).with(6, 9),
      'a.npy has NPY version 9; versions 1 to 3 are read',
    ],
    [
      'a short file',
      npy("'<f4'", '(2, 3)', new Uint8Array(20)),
      "a.npy ends inside its data: shape [2,3] of '<f4' needs 24 bytes, and 20 are there",
    ],
    [
      'a long file',
      npy("'<f4'", '(2,)', new Uint8Array(11)),
      "a.npy has 3 bytes after its data of shape [2] of '<f4'",
    ],
    [
      'a big integer',
      npy("'<i8'", '(2,)', bytesOf(BigInt64Array.of(1n, 2n ** 60n))),
      'a.npy has the integer 1152921504606846976 at entry 1, beyond ±(2^53 - 1), where numbers are not exact',
    ],
  ])('refuses %s', (_, bytes, message) => {
    const error = left(bytes)
    expect(error).toMatchObject({ tag: 'data', where: 'a.npy', message })
    expect(error.remedy).not.toBe('')
  })
})
