/**
 * Philox4x32-10: random bits as a pure function of (counter, key), so a stream needs no state.
 *
 *   one round:   (hi0, lo0) = M0 * c0,  (hi1, lo1) = M1 * c2          64-bit products
 *                (c0, c1, c2, c3) <- (hi1 ^ c1 ^ k0, lo1, hi0 ^ c3 ^ k1, lo0)
 *   ten rounds;  (k0, k1) grows by (W0, W1) between rounds, mod 2^32
 *
 * Shapes: a counter is four 32-bit words, a key two, a block four.
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), section 3.3.
 * Tested in tests/runtime/philox.test.ts against Random123's known answers and a BigInt twin.
 */

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

/**
 * Fills `out` with consecutive blocks under the key (k0, k1): block b has the counter
 * (start + b mod 2^32, c1, c2, c3). A last block that does not fit is cut short.
 */
export const fillPhilox = (out: Uint32Array, k0: number, k1: number, counter: Counter): Uint32Array => {
  fillBlocks(out, k0, k1, counter)
  const rest = out.length % 4
  const whole = out.length - rest
  const [start, c1, c2, c3] = counter
  if (rest > 0) out.set(philox([start + whole / 4, c1, c2, c3], k0, k1).subarray(0, rest), whole)
  return out
}
