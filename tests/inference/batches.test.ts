import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyValue } from '../../src/dsl/value.js'
import { type Batch, batchAt, noiseOnly, shuffled } from '../../src/inference/batches.js'
import { valuesOf } from '../../src/inference/step.js'
import { fold, keyFromSeed } from '../../src/runtime/keys.js'
import { noiseOf } from '../../src/runtime/noise.js'

const key = keyFromSeed(1)
/** Data whose only entry is its own row number. */
const counted = (n: number) => g.dataset({ x: g.real() }, { x: Array.from({ length: n }, (_, i) => i) })
const numbers = (batch: Batch): number[] =>
  tf.tidy(() => [...((valuesOf(batch).x as AnyValue).tensor.dataSync() as Float32Array)])
const noiseIn = (batch: Batch): number[] => tf.tidy(() => [...noiseOf(batch.noise).normal([4]).dataSync()])
const sizes = fc
  .integer({ min: 1, max: 40 })
  .chain((n) => fc.record({ n: fc.constant(n), b: fc.integer({ min: 1, max: n }), seed: fc.nat(1000) }))

describe('shuffled', () => {
  it('goes through a permutation of the data in each epoch; the last batch may be smaller', () => {
    fc.assert(
      fc.property(sizes, ({ n, b, seed }) => {
        const batches = shuffled(counted(n), b, keyFromSeed(seed))
        expect(batches.perEpoch).toBe(Math.ceil(n / b))
        for (const epoch of [0, 1]) {
          const steps = Array.from({ length: batches.perEpoch }, (_, i) =>
            batches.at(epoch * batches.perEpoch + i),
          )
          const rows = steps.map(numbers)
          expect(rows.flat().sort((i, j) => i - j)).toEqual(Array.from({ length: n }, (_, i) => i))
          expect(steps.map((s) => s.size)).toEqual(rows.map((r) => r.length))
          expect(rows.slice(0, -1).every((r) => r.length === b)).toBe(true)
          expect(rows.at(-1)?.length).toBe(n - b * (batches.perEpoch - 1))
          expect(steps.every((s) => s.dataSize === n)).toBe(true)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('takes another order in each epoch', () => {
    const batches = shuffled(counted(20), 20, key)
    expect(numbers(batches.at(0))).not.toEqual(numbers(batches.at(1)))
  })

  it('gives the same batch and the same noise for one seed and step, in whatever order steps are asked for', () => {
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(100), { minLength: 1, maxLength: 5 }), ({ n, b, seed }, steps) => {
        const there = shuffled(counted(n), b, keyFromSeed(seed))
        for (const step of steps) {
          const alone = shuffled(counted(n), b, keyFromSeed(seed)).at(step)
          expect(numbers(there.at(step))).toEqual(numbers(alone))
          expect(noiseIn(there.at(step))).toEqual(noiseIn(alone))
        }
      }),
      { numRuns: 20 },
    )
  })

  it('keeps a batch as it was when later ones are asked for', () => {
    const batches = shuffled(counted(20), 8, key)
    const first = batches.at(0)
    const before = numbers(first)
    batches.at(5)
    expect(numbers(first)).toEqual(before)
  })

  it('has fresh noise at each step, and other noise for another seed', () => {
    const [a, b] = [shuffled(counted(4), 2, key), shuffled(counted(4), 2, keyFromSeed(2))]
    expect(noiseIn(a.at(0))).not.toEqual(noiseIn(a.at(1)))
    expect(noiseIn(a.at(0))).not.toEqual(noiseIn(b.at(0)))
  })
})

describe('binarization', () => {
  const greys = Array.from({ length: 50 }, (_, i) => [0, 1, 0.5, (i % 10) / 10])
  const binarized = g.dataset({ x: g.binary(4) }, { x: greys }, { binarize: { x: true } })

  it('draws bits anew in each epoch, the same for one seed and step', () => {
    const batches = shuffled(binarized, 50, key)
    const [first, second] = [numbers(batches.at(0)), numbers(batches.at(1))]
    expect(numbers(shuffled(binarized, 50, key).at(0))).toEqual(first)
    // The rows are in another order, so the ones of the third column are compared.
    const thirds = (x: number[]) => x.filter((_, i) => i % 4 === 2)
    expect(thirds(first)).not.toEqual(thirds(second))
    expect([...first, ...second].every((x) => x === 0 || x === 1)).toBe(true)
  })

  it('draws bits anew also for the same row', () => {
    const [row, many] = [Int32Array.of(7), 400]
    const draws = Array.from({ length: many }, (_, i) => numbers(batchAt(binarized, row, fold(key, i))))
    const rate = (j: number) => draws.reduce((sum, d) => sum + (d[j] as number), 0) / many
    expect([rate(0), rate(1)]).toEqual([0, 1])
    // Bernoulli rates within 4 standard errors.
    expect(Math.abs(rate(2) - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / many))
    expect(Math.abs(rate(3) - 0.7)).toBeLessThan(4 * Math.sqrt(0.21 / many))
  })

  it('gives two columns bits of their own', () => {
    const half = Array(200).fill(0.5)
    const two = g.dataset(
      { x: g.binary(), y: g.binary() },
      { x: half, y: half },
      { binarize: { x: true, y: true } },
    )
    const values = valuesOf(shuffled(two, 200, key).at(0))
    const [x, y] = [values.x, values.y].map((v) => [...(v as AnyValue).tensor.dataSync()])
    expect(x).not.toEqual(y)
    tf.dispose([(values.x as AnyValue).tensor, (values.y as AnyValue).tensor])
  })
})

describe('noiseOnly', () => {
  it('has one step per epoch, no data, and noise of its own at each step', () => {
    const batches = noiseOnly(16, key)
    expect(batches.perEpoch).toBe(1)
    expect(batches.at(3)).toMatchObject({ size: 16, dataSize: 16 })
    expect(valuesOf(batches.at(3))).toEqual({})
    expect(noiseIn(batches.at(0))).not.toEqual(noiseIn(batches.at(1)))
    expect(noiseIn(batches.at(0))).toEqual(noiseIn(noiseOnly(16, key).at(0)))
  })
})
