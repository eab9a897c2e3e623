import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blocksOf } from '../../../src/runtime/fused/blocks.js'

const lengths = fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.nat({ max: 40 }), { maxKeys: 5 })

describe('blocks', () => {
  it('hold every array apart from every other, aligned to 64 bytes', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 4 }), (sizes, k) => {
        const blocks = blocksOf(sizes, k)
        const all = Array.from({ length: k }, (_, b) => Object.entries(blocks.views(b))).flat()
        all.forEach(([name, view], i) => {
          expect(view.length).toBe(sizes[name])
          expect(view.byteOffset % 64).toBe(0)
          view.fill(i + 1)
        })
        expect(blocks.count % 16).toBe(0)
        all.forEach(([, view], i) => {
          expect(view.every((x) => x === i + 1)).toBe(true)
        })
      }),
    )
  })

  it('have padding that can be cleared without touching the arrays', () => {
    const blocks = blocksOf({ a: 3, b: 16, c: 17 }, 2)
    const whole = new Float32Array(blocks.memory.buffer, blocks.at(1), blocks.count).fill(7)
    blocks.clearPadding(1)
    expect(whole.reduce((a, b) => a + b)).toBe(7 * 36)
    for (const view of Object.values(blocks.views(1))) expect(view.every((x) => x === 7)).toBe(true)
  })
})
