/**
 * Philox4x32-10 in 128-bit lanes: the bits of `src/runtime/philox.ts`, eight blocks a turn.
 *
 *   two blocks a, b in two vectors:   E = (a0, a2, b0, b2),  O = (a1, a3, b1, b3),  K = (k0, k1, k0, k1)
 *   P, Q = 64-bit products of E and (M0, M1, M0, M1):   H, L = their high and low words, each pair exchanged
 *   E <- H ^ O ^ K,  O <- L
 *
 * Three ways to write a word w: as it is; as the uniform number ((w >> 9) + 1/2) / 2^23, exact in float32; as the bit
 * [uniform < p] for the number p at the same place of a second array. The first `SCRATCH` numbers of the memory are written,
 * the next ones hold p.
 * Tested in tests/runtime/wasm/philox.test.ts.
 */
import type { Bytes } from './bytes.js'
import { compile, memoryOf } from './instance.js'
import { f32, f32x4, i32, i32x4, i64x2, local, loop, repeat, v128 } from './instructions.js'
import type { FunctionSource } from './module.js'

const M0 = 0xd2511f53
const M1 = 0xcd9e8d57
const W0 = 0x9e3779b9
const W1 = 0xbb67ae85
const ROUNDS = 10
/** Independent pairs of blocks in one turn: enough to hide the latency of the products. */
const PAIRS = 4
const TURN_BYTES = 32 * PAIRS

/** Numbers in the scratch array: they stay in the cache. */
export const SCRATCH = 4096

// Parameters and locals by number.
const [start, c1, c2, c3, k0, k1, bytes, at, base, odd] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
const evenOf = (pair: number): number => 10 + pair
const oddOf = (pair: number): number => 10 + PAIRS + pair
const keyOf = (round: number): number => 10 + 2 * PAIRS + round
const [low, high] = [10 + 2 * PAIRS + ROUNDS, 11 + 2 * PAIRS + ROUNDS]

const EXCHANGED_HIGH = [3, 1, 7, 5] as const
const EXCHANGED_LOW = [2, 0, 6, 4] as const

/** (x, y, x, y) of two words that are parameters. */
const interleaved = (x: number, y: number): Bytes => [
  ...[...local.get(x), ...i32x4.splat, ...local.get(y), ...i32x4.splat],
  ...v128.shuffle([0, 4, 0, 4]),
]

const addWords = (four: readonly [number, number, number, number]): Bytes => [
  ...v128.const(four),
  ...i32x4.add,
]

const prologue: Bytes = [
  ...[...interleaved(start, c2), ...addWords([0, 0, 1, 0]), ...local.set(base)],
  ...[...interleaved(c1, c3), ...local.set(odd)],
  ...[...interleaved(k0, k1), ...local.set(keyOf(0))],
  ...Array.from({ length: ROUNDS - 1 }, (_, r) => [
    ...[...local.get(keyOf(r)), ...addWords([W0, W1, W0, W1]), ...local.set(keyOf(r + 1))],
  ]).flat(),
]

const begin = (pair: number): Bytes => [
  ...[...local.get(base), ...addWords([2 * pair, 0, 2 * pair, 0]), ...local.set(evenOf(pair))],
  ...[...local.get(odd), ...local.set(oddOf(pair))],
]

const multiplied = (pair: number, product: Bytes, to: number): Bytes => [
  ...[...local.get(evenOf(pair)), ...v128.const([M0, M1, M0, M1]), ...product, ...local.set(to)],
]

const roundOf = (pair: number, round: number): Bytes => [
  ...multiplied(pair, i64x2.productLow, low),
  ...multiplied(pair, i64x2.productHigh, high),
  ...[...local.get(low), ...local.get(high), ...v128.shuffle(EXCHANGED_HIGH)],
  ...[...local.get(oddOf(pair)), ...v128.xor, ...local.get(keyOf(round)), ...v128.xor],
  ...local.set(evenOf(pair)),
  ...[...local.get(low), ...local.get(high), ...v128.shuffle(EXCHANGED_LOW), ...local.set(oddOf(pair))],
]

const UNIFORM: Bytes = [
  ...[...i32.const(9), ...i32x4.shiftRightUnsigned, ...f32x4.fromSigned],
  ...[...f32.const(0.5), ...f32x4.splat, ...f32x4.add],
  ...[...f32.const(2 ** -23), ...f32x4.splat, ...f32x4.mul],
]

/** From the word on the stack to what is stored at a byte offset within the turn. */
type Finish = (offset: number) => Bytes

const finishes = {
  words: () => [],
  uniforms: () => UNIFORM,
  bits: (offset) => [
    ...UNIFORM,
    ...[...local.get(at), ...v128.load(4 * SCRATCH + offset), ...f32x4.lessThan],
    ...[...f32.const(1), ...f32x4.splat, ...v128.and],
  ],
} satisfies Record<string, Finish>

/** What a kernel writes for each word. */
export type PhiloxOutput = keyof typeof finishes

const store = (pair: number, finish: Finish): Bytes =>
  [[0, 4, 1, 5] as const, [2, 6, 3, 7] as const].flatMap((lanes, block) => {
    const offset = 32 * pair + 16 * block
    return [
      ...local.get(at),
      ...[...local.get(evenOf(pair)), ...local.get(oddOf(pair)), ...v128.shuffle(lanes)],
      ...finish(offset),
      ...v128.store(offset),
    ]
  })

const pairs = Array.from({ length: PAIRS }, (_, pair) => pair)
const rounds = Array.from({ length: ROUNDS }, (_, round) => round)

const functionOf = (
  name: PhiloxOutput,
  finish: Finish,
): FunctionSource & { readonly name: PhiloxOutput } => ({
  name,
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  results: [],
  locals: ['i32', ...Array.from({ length: high - base + 1 }, () => 'v128' as const)],
  body: [
    ...prologue,
    ...loop([
      ...pairs.flatMap(begin),
      ...rounds.flatMap((round) => pairs.flatMap((pair) => roundOf(pair, round))),
      ...pairs.flatMap((pair) => store(pair, finish)),
      ...[...local.get(base), ...addWords([2 * PAIRS, 0, 2 * PAIRS, 0]), ...local.set(base)],
      ...[...local.get(at), ...i32.const(TURN_BYTES), ...i32.add, ...local.tee(at)],
      ...[...local.get(bytes), ...i32.lessUnsigned, ...repeat],
    ]),
  ],
})

/** Philox over a scratch memory. */
export interface PhiloxKernels {
  /** What the last call wrote, as words and as numbers. */
  readonly words: Uint32Array
  readonly numbers: Float32Array
  /** The probabilities that `bits` reads. */
  readonly probs: Float32Array
  /** Writes the first `n` <= SCRATCH words from a counter on, and up to 31 more. */
  readonly run: (
    output: PhiloxOutput,
    n: number,
    key: readonly [number, number],
    counter: readonly [number, number, number, number],
  ) => void
}

/** Compiles the kernels. */
export const philoxKernels = (): PhiloxKernels => {
  const memory = memoryOf(8 * SCRATCH)
  const names = Object.keys(finishes) as PhiloxOutput[]
  const kernels = compile(
    memory,
    names.map((name) => functionOf(name, finishes[name])),
  )
  return {
    words: new Uint32Array(memory.buffer, 0, SCRATCH),
    numbers: new Float32Array(memory.buffer, 0, SCRATCH),
    probs: new Float32Array(memory.buffer, 4 * SCRATCH, SCRATCH),
    run: (output, n, key, counter) => void kernels[output](...counter, ...key, 4 * n),
  }
}
