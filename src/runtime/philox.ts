/**
 * Philox4x32-10: random bits as a pure function of (counter, key), so a stream needs no state.
 *
 *   one round:   (hi0, lo0) = M0 * c0,  (hi1, lo1) = M1 * c2          64-bit products
 *                (c0, c1, c2, c3) <- (hi1 ^ c1 ^ k0, lo1, hi0 ^ c3 ^ k1, lo0)
 *   ten rounds;  (k0, k1) grows by (W0, W1) between rounds, mod 2^32
 *
 * Shapes: a counter is four 32-bit words, a key two, a block four.
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), section 3.3.
 * Long arrays go through 128-bit lanes where WebAssembly is to be had (`wasm/philox.ts`), with the same bits.
 * Tested in tests/runtime/philox.test.ts against Random123's known answers and a BigInt twin.
 */
import { type PhiloxKernels, philoxKernels, SCRATCH } from './wasm/philox.js'

const M0_LOW = 0x1f53
const M0_HIGH = 0xd251
const M0 = 0xd2511f53 | 0
const M1_LOW = 0x8d57
const M1_HIGH = 0xcd9e
const M1 = 0xcd9e8d57 | 0
const W0 = 0x9e3779b9 | 0
const W1 = 0xbb67ae85 | 0
const ROUNDS = 10

/** Four 32-bit words: the position of a block in the space of all blocks. */
export type Counter = readonly [number, number, number, number]

/**
 * The high 32 bits of an unsigned product whose first factor comes as 16-bit halves.
 * Every partial sum fits 32 bits, so integer arithmetic suffices throughout.
 */
const mulHigh = (low: number, high: number, b: number): number => {
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = (Math.imul(high, bLow) + (Math.imul(low, bLow) >>> 16)) | 0
  const cross = (Math.imul(low, bHigh) + (middle & 0xffff)) | 0
  return (Math.imul(high, bHigh) + (middle >>> 16) + (cross >>> 16)) | 0
}

/** Writes whole blocks only: the loop that must be fast. Plain locals, since destructuring here costs threefold. */
const fillBlocks = (out: Uint32Array, k0: number, k1: number, counter: Counter): void => {
  const c1 = counter[1] | 0
  const c2 = counter[2] | 0
  const c3 = counter[3] | 0
  const end = out.length - (out.length % 4)
  for (let at = 0, block = counter[0] | 0; at < end; at += 4, block = (block + 1) | 0) {
    let w0 = block
    let w1 = c1
    let w2 = c2
    let w3 = c3
    let a = k0 | 0
    let b = k1 | 0
    for (let round = 0; round < ROUNDS; round++) {
      const high0 = mulHigh(M0_LOW, M0_HIGH, w0)
      const high1 = mulHigh(M1_LOW, M1_HIGH, w2)
      const low0 = Math.imul(M0, w0)
      w0 = high1 ^ w1 ^ a
      w1 = Math.imul(M1, w2)
      w2 = high0 ^ w3 ^ b
      w3 = low0
      a = (a + W0) | 0
      b = (b + W1) | 0
    }
    out[at] = w0
    out[at + 1] = w1
    out[at + 2] = w2
    out[at + 3] = w3
  }
}

/** The one block at `counter` under the key (k0, k1): four unsigned 32-bit words. */
export const philox = (counter: Counter, k0: number, k1: number): Uint32Array => {
  const block = new Uint32Array(4)
  fillBlocks(block, k0, k1, counter)
  return block
}

/** Below so many words, the plain loop is as fast as the call of a kernel. */
const FEW = 128

let compiled: PhiloxKernels | 'none' | undefined

/** The kernels for so many words, compiled at the first use; none where a page forbids WebAssembly. */
const kernelsFor = (n: number): PhiloxKernels | 'none' => {
  if (n < FEW) return 'none'
  if (compiled !== undefined) return compiled
  try {
    compiled = philoxKernels()
  } catch {
    compiled = 'none'
  }
  return compiled
}

/** Where a run of blocks begins: the key and the first counter. */
export interface Position {
  readonly k0: number
  readonly k1: number
  readonly counter: Counter
}

/** The scratch arrays of the kernels, full of what `output` makes of consecutive blocks, handed over piece by piece. */
const inPieces = (
  k: PhiloxKernels,
  output: 'words' | 'uniforms' | 'bits',
  n: number,
  { k0, k1, counter: [start, c1, c2, c3] }: Position,
  take: (from: number, count: number) => void,
  prepare?: (from: number, count: number) => void,
): void => {
  for (let from = 0; from < n; from += SCRATCH) {
    const count = Math.min(SCRATCH, n - from)
    prepare?.(from, count)
    k.run(output, count, [k0, k1], [start + from / 4, c1, c2, c3])
    take(from, count)
  }
}

const fillPlainly = (out: Uint32Array, k0: number, k1: number, counter: Counter): Uint32Array => {
  fillBlocks(out, k0, k1, counter)
  const rest = out.length % 4
  const whole = out.length - rest
  const [start, c1, c2, c3] = counter
  if (rest > 0) out.set(philox([start + whole / 4, c1, c2, c3], k0, k1).subarray(0, rest), whole)
  return out
}

/**
 * Fills `out` with consecutive blocks under the key (k0, k1): block b has the counter
 * (start + b mod 2^32, c1, c2, c3). A last block that does not fit is cut short.
 */
export const fillPhilox = (out: Uint32Array, k0: number, k1: number, counter: Counter): Uint32Array => {
  const k = kernelsFor(out.length)
  if (k === 'none') return fillPlainly(out, k0, k1, counter)
  inPieces(k, 'words', out.length, { k0, k1, counter }, (from, count) =>
    out.set(k.words.subarray(0, count), from),
  )
  return out
}

/** Uniform numbers are the centers of 2^23 equal parts of (0, 1). */
const UNIFORM_STEP = 2 ** -23

/** The uniform number of a word: ((word >>> 9) + 1/2) / 2^23, exact in float32. */
const uniformOf = (word: number): number => ((word >>> 9) + 0.5) * UNIFORM_STEP

/** The numbers that `convert` makes of consecutive words, one by one. */
const convertPlainly = (out: Float32Array, at: Position, convert: (word: number, i: number) => number) => {
  const words = fillPlainly(new Uint32Array(out.length), at.k0, at.k1, at.counter)
  for (let i = 0; i < out.length; i++) out[i] = convert(words[i] as number, i)
  return out
}

/** Fills `out` with the uniform numbers of consecutive words. */
export const fillUniforms = (out: Float32Array, at: Position): Float32Array => {
  const k = kernelsFor(out.length)
  if (k === 'none') return convertPlainly(out, at, uniformOf)
  inPieces(k, 'uniforms', out.length, at, (from, count) => out.set(k.numbers.subarray(0, count), from))
  return out
}

/** Fills `out` with 1 where the uniform number of the word is below `probs` there, else 0; both may be one array. */
export const fillBits = (out: Float32Array, probs: Float32Array, at: Position): Float32Array => {
  const k = kernelsFor(out.length)
  if (k === 'none')
    return convertPlainly(out, at, (word, i) => (uniformOf(word) < (probs[i] as number) ? 1 : 0))
  const prepare = (from: number, count: number) => k.probs.set(probs.subarray(from, from + count))
  inPieces(k, 'bits', out.length, at, (from, count) => out.set(k.numbers.subarray(0, count), from), prepare)
  return out
}
