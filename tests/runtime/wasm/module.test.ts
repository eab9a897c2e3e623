import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Bytes } from '../../../src/runtime/wasm/bytes.js'
import { compile, memoryOf } from '../../../src/runtime/wasm/instance.js'
import {
  f32x4,
  f64x2,
  i32,
  i32x4,
  i64x2,
  local,
  loop,
  repeat,
  v128,
} from '../../../src/runtime/wasm/instructions.js'

/** Runs vector code on two vectors in memory; the result as four words. */
const onVectors = (code: Bytes) => {
  const memory = memoryOf(48)
  const load = (at: number): Bytes => [...i32.const(0), ...v128.load(at)]
  const body = [...i32.const(0), ...load(0), ...load(16), ...code, ...v128.store(32)]
  const { f } = compile(memory, [{ name: 'f', parameters: [], results: [], locals: [], body }])
  const view = new Uint32Array(memory.buffer, 0, 12)
  return (a: ArrayLike<number>, b: ArrayLike<number>): Uint32Array => {
    view.set(a, 0)
    view.set(b, 4)
    f()
    return view.slice(8, 12)
  }
}

/** Drops the second operand, so that the first remains: for operations of one operand. */
const alone = (code: Bytes): Bytes => [...v128.shuffle([0, 1, 2, 3]), ...code]

const bits = (x: ArrayLike<number>): Uint32Array => new Uint32Array(Float32Array.from(x).buffer)
const numbers = (w: Uint32Array): number[] => [...new Float32Array(w.buffer, w.byteOffset, w.length)]

const word = fc.nat({ max: 0xffffffff })
const fourWords = fc.tuple(word, word, word, word)
const float = fc.float()
const fourFloats = fc.tuple(float, float, float, float)

describe('instructions on four float32', () => {
  it.each<[string, Bytes, (a: number, b: number) => number]>([
    ['add', f32x4.add, (a, b) => a + b],
    ['sub', f32x4.sub, (a, b) => a - b],
    ['mul', f32x4.mul, (a, b) => a * b],
    ['div', f32x4.div, (a, b) => a / b],
    // biome-ignore lint/complexity/useMathMinMax: NaN and -0 are treated differently
    ['min', f32x4.min, (a, b) => (b < a ? b : a)],
    // biome-ignore lint/complexity/useMathMinMax: NaN and -0 are treated differently
    ['max', f32x4.max, (a, b) => (a < b ? b : a)],
    ['neg', alone(f32x4.neg), (a) => -a],
    ['abs', alone(f32x4.abs), (a) => Math.abs(a)],
    ['sqrt', alone(f32x4.sqrt), (a) => Math.sqrt(a)],
  ])('%s', (_, code, expected) => {
    const run = onVectors(code)
    fc.assert(
      fc.property(fourFloats, fourFloats, (a, b) => {
        const results = a.map((x, i) => Math.fround(expected(x, b[i] as number)))
        expect(numbers(run(bits(a), bits(b)))).toEqual(results)
      }),
      { numRuns: 200 },
    )
  })

  it('compare, giving all bits or none', () => {
    const below = onVectors(f32x4.lessThan)
    expect([...below(bits([1, 2, Number.NaN, -0]), bits([2, 2, 1, 0]))]).toEqual([0xffffffff, 0, 0, 0])
  })

  it('convert from integers', () => {
    expect(numbers(onVectors(alone(f32x4.fromSigned))([0, 7, 2 ** 23 - 1, -3 >>> 0], [0, 0, 0, 0]))).toEqual([
      0,
      7,
      2 ** 23 - 1,
      -3,
    ])
  })
})

describe('instructions on words', () => {
  const lanes: readonly (readonly [number, number, number, number])[] = [
    [3, 1, 7, 5],
    [0, 4, 1, 5],
    [2, 6, 3, 7],
    [0, 0, 0, 0],
  ]
  it.each(lanes.map((l) => [l]))('shuffle %j', (four) => {
    expect([...onVectors(v128.shuffle(four))([10, 11, 12, 13], [14, 15, 16, 17])]).toEqual(
      four.map((lane) => 10 + lane),
    )
  })

  it.each<[string, Bytes, (a: number, b: number) => number]>([
    ['and', v128.and, (a, b) => a & b],
    ['or', v128.or, (a, b) => a | b],
    ['xor', v128.xor, (a, b) => a ^ b],
    ['add', i32x4.add, (a, b) => a + b],
    ['shift', alone([...i32.const(9), ...i32x4.shiftRightUnsigned]), (a) => a >>> 9],
    ['add a constant', alone([...v128.const([1, 1, 1, 1]), ...i32x4.add]), (a) => a + 1],
  ])('%s', (_, code, expected) => {
    const run = onVectors(code)
    fc.assert(
      fc.property(fourWords, fourWords, (a, b) => {
        expect([...run(a, b)]).toEqual(a.map((x, i) => expected(x, b[i] as number) >>> 0))
      }),
    )
  })

  it('products of 64 bits, low and high pairs', () => {
    const [low, high] = [onVectors(i64x2.productLow), onVectors(i64x2.productHigh)]
    const pair = (a: number, b: number): number[] => {
      const p = BigInt(a) * BigInt(b)
      return [Number(p & 0xffffffffn), Number(p >> 32n)]
    }
    fc.assert(
      fc.property(fourWords, fourWords, (a, b) => {
        expect([...low(a, b)]).toEqual([...pair(a[0], b[0]), ...pair(a[1], b[1])])
        expect([...high(a, b)]).toEqual([...pair(a[2], b[2]), ...pair(a[3], b[3])])
      }),
    )
  })
})

describe('functions', () => {
  it('take parameters, keep locals and loop', () => {
    const [n, sum] = [0, 1]
    const minusOne = [...local.get(n), ...i32.const(-1), ...i32.add, ...local.tee(n)]
    const body = [
      ...loop([
        ...[...local.get(sum), ...local.get(n), ...i32.add, ...local.set(sum)],
        ...minusOne,
        ...repeat,
      ]),
      ...local.get(sum),
    ]
    const { sumTo } = compile(memoryOf(0), [
      { name: 'sumTo', parameters: ['i32'], results: ['i32'], locals: ['i32'], body },
    ])
    for (const k of [1, 2, 100]) expect(sumTo(k)).toBe((k * (k + 1)) / 2)
  })

  it('share one memory, whose views stay valid', () => {
    const memory = memoryOf(8)
    const view = new Float32Array(memory.buffer, 0, 2)
    const half = (name: 'first' | 'second', lane: 0 | 1) => ({
      name,
      parameters: [],
      results: ['f64' as const],
      locals: [],
      body: [...i32.const(0), ...v128.loadHalf(0), ...f64x2.promoteLow, ...f64x2.lane(lane)],
    })
    const { first, second } = compile(memory, [half('first', 0), half('second', 1)])
    view.set([1.5, -0.1])
    expect([first(), second()]).toEqual([1.5, Math.fround(-0.1)])
  })
})

describe('what cannot run', () => {
  it('a memory beyond 4 GiB is refused with a sentence', () => {
    expect(() => memoryOf(5 * 2 ** 30)).toThrow('5.00 GiB of memory are not to be had')
    expect(() => memoryOf(5 * 2 ** 30)).toThrow('one memory holds at most 4 GiB')
  })

  it('so is code that is not valid', () => {
    const invalid = { name: 'f', parameters: [], results: ['i32' as const], locals: [], body: [] }
    expect(() => compile(memoryOf(0), [invalid])).toThrow('a kernel could not be compiled: ')
  })
})
