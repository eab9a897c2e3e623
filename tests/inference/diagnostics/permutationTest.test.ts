import { describe, expect, it } from 'vitest'
import { permutationPValue } from '../../../src/inference/diagnostics/permutationTest.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'

const key = keyFromSeed(1)
const sumOf = (x: readonly number[]) => (first: ArrayLike<number>) =>
  Array.from(first).reduce((s, i) => s + (x[i] as number), 0)

/** Sums of all subsets of k of x. */
const subsetSums = (x: readonly number[], k: number): number[] =>
  k === 0 ? [0] : x.flatMap((a, i) => subsetSums(x.slice(i + 1), k - 1).map((s) => a + s))

describe('permutationPValue', () => {
  it('enumerates where there are few divisions', async () => {
    const x = [5, 1, 4, 2, 2, 7, 3]
    const sums = subsetSums(x, 3)
    expect(sums).toHaveLength(35)
    const exact = sums.filter((s) => s >= 10).length / 35
    expect(await permutationPValue(sumOf(x), { n: 3, m: 4, permutations: 999, key })).toBe(exact)
  })

  it('samples else, and agrees with the enumeration within its error', async () => {
    const x = [5, 1, 4, 2, 2, 7, 3, 9, 1, 0, 6, 2, 8, 3]
    const sums = subsetSums(x, 7)
    const observed = x.slice(0, 7).reduce((a, b) => a + b, 0)
    const exact = sums.filter((s) => s >= observed).length / sums.length
    const sampled = await permutationPValue(sumOf(x), { n: 7, m: 7, permutations: 2000, key })
    expect(Math.abs(sampled - exact)).toBeLessThan(5 * Math.sqrt((exact * (1 - exact)) / 2000))
  })

  it('is never smaller than 1 / (1 + permutations), and 1 where the statistic is constant', async () => {
    const x = Array.from({ length: 60 }, (_, i) => (i < 30 ? 1 : 0))
    const options = { n: 30, m: 30, permutations: 99, key }
    expect(await permutationPValue(sumOf(x), options)).toBe(0.01)
    expect(await permutationPValue(() => 0.1 + 0.2, options)).toBe(1)
  })

  it('lets the event loop turn', async () => {
    let turned = 0
    const timer = setInterval(() => turned++, 1)
    const slow = () => {
      const begin = performance.now()
      while (performance.now() - begin < 2);
      return 0
    }
    await permutationPValue(slow, { n: 20, m: 20, permutations: 100, key })
    clearInterval(timer)
    expect(turned).toBeGreaterThan(0)
  })
})
