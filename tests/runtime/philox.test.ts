import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { type Counter, fillBits, fillPhilox, fillUniforms, philox } from '../../src/runtime/philox.js'

const hex = (words: Uint32Array): string => [...words].map((w) => w.toString(16).padStart(8, '0')).join(' ')

/** The definition once more, in exact 64-bit arithmetic and with the key bumped before the round. */
const philoxByBigInt = (counter: Counter, k0: number, k1: number): Uint32Array => {
  const mask = 0xffffffffn
  let [c0, c1, c2, c3] = counter.map((w) => BigInt(w >>> 0)) as [bigint, bigint, bigint, bigint]
  let [a, b] = [BigInt(k0 >>> 0), BigInt(k1 >>> 0)]
  for (let round = 0; round < 10; round++) {
    if (round > 0) {
      a = (a + 0x9e3779b9n) & mask
      b = (b + 0xbb67ae85n) & mask
    }
    const p0 = 0xd2511f53n * c0
    const p1 = 0xcd9e8d57n * c2
    ;[c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ a, p1 & mask, (p0 >> 32n) ^ c3 ^ b, p0 & mask]
  }
  return Uint32Array.from([c0, c1, c2, c3].map(Number))
}

const word = fc.nat({ max: 0xffffffff })

describe('Philox4x32-10', () => {
  // Random123 tests/kat_vectors, the three lines "philox4x32 10 <counter> <key> <block>".
  it.each<[Counter, [number, number], string]>([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      '408f276d 41c83b0e a20bc7c6 6d5451fd',
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ])('gives the known answer of Random123 at counter %j', (counter, [k0, k1], expected) => {
    expect(hex(philox(counter, k0, k1))).toBe(expected)
  })

  it('equals its definition in exact integer arithmetic', () => {
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), word, word, (counter, k0, k1) => {
        expect(hex(philox(counter, k0, k1))).toBe(hex(philoxByBigInt(counter, k0, k1)))
      }),
      { numRuns: 500 },
    )
  })

  it('fills an array with consecutive blocks and cuts the last one short', () => {
    fc.assert(
      fc.property(fc.nat({ max: 41 }), word, word, word, (n, start, k0, k1) => {
        const blocks = Array.from({ length: Math.ceil(n / 4) }, (_, b) => [
          ...philox([(start + b) >>> 0, 7, 8, 9], k0, k1),
        ])
        const filled = fillPhilox(new Uint32Array(n), k0, k1, [start, 7, 8, 9])
        expect([...filled]).toEqual(blocks.flat().slice(0, n))
      }),
    )
  })
})

describe('long arrays', () => {
  const differences = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    Array.from(a).filter((x, i) => x !== b[i]).length + Math.abs(a.length - b.length)
  const anyLength = fc.oneof(
    fc.nat({ max: 9000 }),
    fc.constantFrom(0, 1, 3, 127, 128, 129, 4095, 4096, 4097, 8192),
  )

  it('have the words, the uniform numbers and the bits of the blocks, whatever runs', () => {
    fc.assert(
      fc.property(anyLength, word, word, word, (n, start, k0, k1) => {
        const counter = [start, 7, 8, 9] as const
        const words = Uint32Array.from({ length: n }, () => 0)
        for (let at = 0; at < n; at += 4) {
          const block = philox([(start + at / 4) >>> 0, 7, 8, 9], k0, k1)
          words.set(block.subarray(0, Math.min(4, n - at)), at)
        }
        const uniforms = Float32Array.from(words, (w) => ((w >>> 9) + 0.5) / 2 ** 23)
        const probs = Float32Array.from(uniforms, (_, i) => (i % 11) / 10)
        const bits = uniforms.map((u, i) => (u < (probs[i] as number) ? 1 : 0))
        const place = { k0, k1, counter }
        expect(differences(fillPhilox(new Uint32Array(n), k0, k1, counter), words)).toBe(0)
        expect(differences(fillUniforms(new Float32Array(n), place), uniforms)).toBe(0)
        expect(differences(fillBits(new Float32Array(n), probs, place), bits)).toBe(0)
        expect(differences(fillBits(probs, probs, place), bits)).toBe(0)
      }),
      { numRuns: 40 },
    )
  })

  it('are the same where a page forbids WebAssembly', async () => {
    const at = { k0: 1, k1: 2, counter: [0xffffff00, 0, 0, 4] } as const
    const probs = new Float32Array(5001).fill(0.3)
    const all = (m: { readonly fillPhilox: typeof fillPhilox } & Record<'u' | 'b', () => Float32Array>) => [
      m.fillPhilox(new Uint32Array(5001), at.k0, at.k1, at.counter),
      m.u(),
      m.b(),
    ]
    const here = all({
      fillPhilox,
      u: () => fillUniforms(new Float32Array(5001), at),
      b: () => fillBits(new Float32Array(5001), probs, at),
    })
    vi.resetModules()
    vi.stubGlobal('WebAssembly', undefined)
    const plain = await import('../../src/runtime/philox.js')
    const there = all({
      fillPhilox: plain.fillPhilox,
      u: () => plain.fillUniforms(new Float32Array(5001), at),
      b: () => plain.fillBits(new Float32Array(5001), probs, at),
    })
    vi.unstubAllGlobals()
    expect(there).toEqual(here)
  })
})
