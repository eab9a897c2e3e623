import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Counter, philox } from '../../../src/runtime/philox.js'
import { philoxKernels, SCRATCH } from '../../../src/runtime/wasm/philox.js'

const kernels = philoxKernels()
const word = fc.oneof(
  fc.nat({ max: 0xffffffff }),
  fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
)
const place = fc.record({ counter: fc.tuple(word, word, word, word), key: fc.tuple(word, word) })
const length = fc.oneof(fc.constantFrom(1, 3, 5, 17, 31, 32, 33), fc.integer({ min: 1, max: 300 }))

/** The words by definition: block after block. */
const wordsAt = (n: number, [c0, c1, c2, c3]: Counter, [k0, k1]: readonly [number, number]): number[] =>
  Array.from({ length: Math.ceil(n / 4) }, (_, b) => [...philox([(c0 + b) >>> 0, c1, c2, c3], k0, k1)])
    .flat()
    .slice(0, n)

const uniform = (w: number): number => ((w >>> 9) + 0.5) / 2 ** 23

describe('Philox in lanes', () => {
  it('writes the words of consecutive blocks', () => {
    fc.assert(
      fc.property(length, place, (n, { counter, key }) => {
        kernels.run('words', n, key, counter)
        expect([...kernels.words.subarray(0, n)]).toEqual(wordsAt(n, counter, key))
      }),
      { numRuns: 200 },
    )
  })

  it('fills the scratch array and not the probabilities behind it', () => {
    kernels.probs.fill(0.25)
    kernels.run('words', SCRATCH, [1, 2], [0xfffffff0, 3, 4, 5])
    expect([...kernels.words]).toEqual(wordsAt(SCRATCH, [0xfffffff0, 3, 4, 5], [1, 2]))
    expect(kernels.probs.every((p) => p === 0.25)).toBe(true)
  })

  it('writes uniform numbers that are exact', () => {
    fc.assert(
      fc.property(length, place, (n, { counter, key }) => {
        kernels.run('uniforms', n, key, counter)
        expect([...kernels.numbers.subarray(0, n)]).toEqual(wordsAt(n, counter, key).map(uniform))
      }),
    )
  })

  it('writes 1 exactly where the uniform number is below the probability', () => {
    const prob = fc.oneof(
      fc.constantFrom(0, 1, 2 ** -24, 1 - 2 ** -24),
      fc.float({ min: 0, max: 1, noNaN: true }),
    )
    fc.assert(
      fc.property(length, place, prob, (n, { counter, key }, p) => {
        const uniforms = wordsAt(n, counter, key).map(uniform)
        // Half of them at the number itself: not below.
        const probs = uniforms.map((u, i) => (i % 2 === 0 ? u : p))
        kernels.probs.set(probs)
        kernels.run('bits', n, key, counter)
        expect([...kernels.numbers.subarray(0, n)]).toEqual(
          uniforms.map((u, i) => (u < (probs[i] as number) ? 1 : 0)),
        )
      }),
    )
  })
})
