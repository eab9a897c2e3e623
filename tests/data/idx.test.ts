import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { decodeIdx, encodeIdx, type IdxArray, type IdxData } from '../../src/data/idx.js'
import type { GiryError } from '../../src/dsl/error.js'

const left = (bytes: Uint8Array): GiryError => {
  const decoded = decodeIdx(bytes, 'a.idx')
  if (E.isRight(decoded)) throw new Error('the bytes were accepted')
  expect(decoded.left).toHaveLength(1)
  return decoded.left[0] as GiryError
}

const arrays: fc.Arbitrary<IdxArray> = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  .chain((shape) => {
    const n = shape.reduce((a, b) => a * b, 1)
    const size = { minLength: n, maxLength: n }
    return fc
      .oneof<fc.Arbitrary<IdxData>[]>(
        fc.uint8Array(size),
        fc.int8Array(size),
        fc.int16Array(size),
        fc.int32Array(size),
        fc.float32Array(size),
        fc.float64Array(size),
      )
      .map((data) => ({ shape, data }))
  })

describe('decodeIdx', () => {
  it('reads every element type, big-endian', () => {
    const file = (code: number, ...data: number[]) => Uint8Array.of(0, 0, code, 1, 0, 0, 0, 2, ...data)
    const data = (bytes: Uint8Array) => (decodeIdx(bytes) as E.Right<IdxArray>).right.data
    expect(data(file(0x08, 1, 255))).toEqual(Uint8Array.of(1, 255))
    expect(data(file(0x09, 1, 255))).toEqual(Int8Array.of(1, -1))
    expect(data(file(0x0b, 1, 2, 255, 254))).toEqual(Int16Array.of(258, -2))
    expect(data(file(0x0c, 0, 1, 0, 0, 255, 255, 255, 253))).toEqual(Int32Array.of(65536, -3))
    // IEEE 754: 1 is 3f800000, -2 is c0000000; 1 is 3ff00000 00000000, -0.5 is bfe00000 00000000
    expect(data(file(0x0d, 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0))).toEqual(Float32Array.of(1, -2))
    expect(data(file(0x0e, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xbf, 0xe0, 0, 0, 0, 0, 0, 0))).toEqual(
      Float64Array.of(1, -0.5),
    )
  })

  it('undoes encodeIdx, compressed or not, wherever the bytes lie', () => {
    fc.assert(
      fc.property(arrays, fc.nat({ max: 7 }), (array, offset) => {
        const bytes = encodeIdx(array)
        const shifted = new Uint8Array(offset + bytes.length).subarray(offset)
        shifted.set(bytes)
        expect(decodeIdx(shifted)).toEqual(E.right(array))
        expect(decodeIdx(gzipSync(bytes))).toEqual(E.right(array))
      }),
    )
  })

  it('refuses every truncation, compressed or not', () => {
    fc.assert(
      fc.property(arrays, fc.nat(), fc.boolean(), (array, cut, compressed) => {
        const bytes = compressed ? new Uint8Array(gzipSync(encodeIdx(array))) : encodeIdx(array)
        expect(left(bytes.subarray(0, cut % bytes.length))).toMatchObject({ tag: 'data', where: 'a.idx' })
      }),
    )
  })

  it('refuses bytes after the data', () => {
    fc.assert(
      fc.property(arrays, fc.uint8Array({ minLength: 1, maxLength: 20 }), (array, more) => {
        const bytes = encodeIdx(array)
        expect(left(Uint8Array.of(...bytes, ...more)).message).toContain(
          `has ${more.length} bytes after its data`,
        )
      }),
    )
  })

  it('never throws', () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 40 }).map((rest) => Uint8Array.of(0, 0, ...rest)),
      fc.uint8Array({ maxLength: 40 }).map((rest) => Uint8Array.of(0x1f, 0x8b, ...rest)),
    )
    fc.assert(
      fc.property(any, (bytes) => {
        decodeIdx(bytes)
      }),
    )
  })

  it.each([
    [[], 'a.idx has 0 bytes, fewer than the 4 an IDX file begins with', 'copy or download the file again'],
    [
      [0x50, 0x4b, 3, 4, 0],
      'a.idx begins with the bytes 50 4b 03 04, which no IDX file begins with',
      'give an IDX file, such as train-images-idx3-ubyte of MNIST',
    ],
    [
      [0, 0, 0x0a, 1, 0, 0, 0, 0],
      'a.idx begins with the bytes 00 00 0a 01, which no IDX file begins with',
      'give an IDX file, such as train-images-idx3-ubyte of MNIST',
    ],
    [
      [0, 0, 8, 3, 0, 0, 0, 1],
      'a.idx ends inside its header: 3 sizes need 16 bytes, and 8 are there',
      'copy or download the file again',
    ],
    [
      [0, 0, 0x0d, 1, 255, 255, 255, 255, 1],
      'a.idx ends inside its data: shape [4294967295] of f32 needs 17179869180 bytes, and 1 are there',
      'copy or download the file again',
    ],
    [
      [0, 0, 8, 1, 0, 0, 0, 1, 7, 8],
      'a.idx has 1 bytes after its data of shape [1], u8',
      'copy or download the file again',
    ],
  ])('%j: %s', (bytes, message, remedy) => {
    expect(left(Uint8Array.from(bytes))).toEqual({ tag: 'data', where: 'a.idx', message, remedy })
  })
})

describe('encodeIdx', () => {
  it('refuses a shape that does not fit', () => {
    expect(() => encodeIdx({ shape: [2, 2], data: new Uint8Array(3) })).toThrow(
      'shape [2,2] does not fit 3 numbers',
    )
    expect(() => encodeIdx({ shape: [1.5], data: new Uint8Array(1) })).toThrow(
      'an IDX file cannot hold the shape [1.5]',
    )
  })
})
