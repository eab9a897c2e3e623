import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counted, float32, name, signed, sized, unsigned, words } from '../../../src/runtime/wasm/bytes.js'

/** The value of a LEB128 number by its definition: a sum of seven-bit digits, less 2^(7n) where the sign bit is set. */
const decode = (bytes: readonly number[], isSigned: boolean): bigint => {
  const sum = bytes.reduce((s, b, i) => s + (BigInt(b & 0x7f) << BigInt(7 * i)), 0n)
  const negative = isSigned && ((bytes.at(-1) as number) & 0x40) !== 0
  return negative ? sum - (1n << BigInt(7 * bytes.length)) : sum
}

const continued = (bytes: readonly number[]): boolean =>
  bytes.every((b, i) => b > 0x7f === i < bytes.length - 1)

describe('LEB128', () => {
  // The examples of the DWARF and WebAssembly literature.
  it.each([
    [unsigned(624485), [0xe5, 0x8e, 0x26]],
    [signed(-123456), [0xc0, 0xbb, 0x78]],
    [signed(-1), [0x7f]],
    [signed(63), [0x3f]],
    [signed(64), [0xc0, 0x00]],
    [signed(-64), [0x40]],
  ])('%j', (bytes, expected) => {
    expect(bytes).toEqual(expected)
  })

  it('gives back unsigned and signed numbers of 32 bits, each in at most five bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.integer({ min: -200, max: 200 })), (n) => {
        const [u, s] = [unsigned(n), signed(n)]
        expect(decode(u, false)).toBe(BigInt(n >>> 0))
        expect(decode(s, true)).toBe(BigInt(n))
        expect([continued(u), continued(s)]).toEqual([true, true])
        expect(Math.max(u.length, s.length)).toBeLessThanOrEqual(5)
      }),
      { numRuns: 500 },
    )
  })
})

describe('other elements', () => {
  it('floats and words come little end first', () => {
    expect(float32(1)).toEqual([0, 0, 0x80, 0x3f])
    expect(words([1, 0x01020304, 0xffffffff, 0])).toEqual([
      1, 0, 0, 0, 4, 3, 2, 1, 255, 255, 255, 255, 0, 0, 0, 0,
    ])
  })

  it('sequences are preceded by their number, bytes by their size, names are in UTF-8', () => {
    expect(counted([[1, 2], [], [3]])).toEqual([3, 1, 2, 3])
    expect(sized([7, 8])).toEqual([2, 7, 8])
    expect(name('é')).toEqual([2, 0xc3, 0xa9])
  })
})
