/**
 * Splittable keys: noise is a pure function of a key, and a key is derived, never advanced.
 *
 *   fold(key, name or step) -> key'      a hash: different data give independent streams
 *   draw(key, n) -> n numbers            the first n of an endless stream, so shorter draws are prefixes
 *
 * The last counter word of every Philox block says what the block is for. Blocks that derive keys are thus
 * never blocks that are drawn, and two kinds of draws from one key share no bits. Two draws of one kind from
 * one key are equal: fold a new key for each use.
 *
 * Units: none. Errors: RangeError for a seed, a count or a bound outside its range.
 * Source: Claessen, Palka, "Splittable pseudorandom number generators using cryptographic hashing" (2013).
 * Tested in tests/runtime/keys.test.ts. The bits are the same on every machine; `normals` uses Math.log,
 * Math.cos and Math.sin in float64, whose last bit may differ between JavaScript engines.
 */
import { fillBits, fillPhilox, fillUniforms, philox } from './philox.js'

/** The name of a stream of random numbers: 64 bits, immutable. */
export type Key = { readonly k0: number; readonly k1: number }

/** What a block is for: the last word of its counter. */
const Purpose = { seed: 1, number: 2, text: 3, uniform: 4, normal: 5, integer: 6, permutation: 7 } as const

const TWO_32 = 2 ** 32
const WORD_STEP = 2 ** -32
const ANGLE_STEP = 2 * Math.PI * WORD_STEP

const requireInteger = (what: string, value: number, low: number, high: number): void => {
  if (Number.isInteger(value) && value >= low && value <= high) return
  throw new RangeError(`${what} is ${value}, but must be an integer from ${low} to ${high}`)
}

const requireSafeInteger = (what: string, value: number): void =>
  requireInteger(what, value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)

const lowWord = (value: number): number => value >>> 0
const highWord = (value: number): number => Math.floor(value / TWO_32) >>> 0

const keyOf = (block: Uint32Array): Key => ({ k0: block[0] ?? 0, k1: block[1] ?? 0 })

/** The key of a seed. Any safe integer will do, and different seeds give independent keys. */
export const keyFromSeed = (seed: number): Key => {
  requireSafeInteger('the seed', seed)
  return keyOf(philox([0, 0, 0, Purpose.seed], lowWord(seed), highWord(seed)))
}

const foldNumber = (key: Key, data: number): Key => {
  requireSafeInteger('the number folded into a key', data)
  return keyOf(philox([lowWord(data), highWord(data), 0, Purpose.number], key.k0, key.k1))
}

const codeUnits = (text: string, at: number): number =>
  at < text.length ? text.charCodeAt(at) + 0x10000 * (text.charCodeAt(at + 1) | 0) : 0

/** Four UTF-16 code units a block, chained through the key; the length makes 'a' and 'a\0' differ. */
const foldText = (key: Key, text: string): Key => {
  let folded = key
  for (let at = 0; at === 0 || at < text.length; at += 4) {
    const counter = [codeUnits(text, at), codeUnits(text, at + 2), text.length, Purpose.text] as const
    folded = keyOf(philox(counter, folded.k0, folded.k1))
  }
  return folded
}

/** The key for one use of `key`: the name of a site, the number of a step. `1` and `'1'` differ. */
export const fold = (key: Key, data: string | number): Key =>
  typeof data === 'string' ? foldText(key, data) : foldNumber(key, data)

/** Words made at a time: a small buffer stays in the cache, where one of n words would not. */
const CHUNK = 1024

const requireCount = (n: number): void => requireInteger('the number of draws', n, 0, TWO_32 - 1)

const toNormals = (bits: Uint32Array, out: Float32Array, from: number): void => {
  const count = Math.min(bits.length, out.length - from)
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(((bits[i] as number) + 0.5) * WORD_STEP))
    const angle = (bits[i + 1] as number) * ANGLE_STEP
    out[from + i] = radius * Math.cos(angle)
    // At an odd length the last store falls beyond the end, where a typed array ignores it.
    out[from + i + 1] = radius * Math.sin(angle)
  }
}

/**
 * `n` uniform numbers strictly inside (0, 1): (k + 1/2) / 2^23 for k = 0 .. 2^23 - 1.
 * These are exact in float32, symmetric about 1/2 and bounded by 2^-24 and 1 - 2^-24. One bit more, and the
 * largest, 1 - 2^-25, would round to 1.
 */
export const uniforms = (key: Key, n: number): Float32Array => {
  requireCount(n)
  return writeUniforms(key, new Float32Array(n))
}

/** Fills `out` with the `uniforms` of the key: for loops that do without a new array at each step. */
export const writeUniforms = (key: Key, out: Float32Array): Float32Array =>
  fillUniforms(out, { ...key, counter: [0, 0, 0, Purpose.uniform] })

/**
 * Independent bits, 1 with the probabilities `probs`: [u < p] for the `uniforms` u of the key. `out` may be `probs` itself.
 * Errors: RangeError for arrays of different lengths.
 */
export const binarize = (
  key: Key,
  probs: Float32Array,
  out: Float32Array = new Float32Array(probs.length),
): Float32Array => {
  if (out.length !== probs.length)
    throw new RangeError(
      `${probs.length} probabilities need an output of ${probs.length}, but it holds ${out.length}`,
    )
  return fillBits(out, probs, { ...key, counter: [0, 0, 0, Purpose.uniform] })
}

/**
 * `n` standard normal numbers by Box-Muller, computed in float64 and rounded once:
 *   r = sqrt(-2 log u),  (r cos t, r sin t)     u and t / 2 pi uniform with 32 bits, so |value| < 6.77
 */
export const normals = (key: Key, n: number): Float32Array => {
  requireCount(n)
  return writeNormals(key, new Float32Array(n))
}

/** Fills `out` with the `normals` of the key. */
export const writeNormals = (key: Key, out: Float32Array): Float32Array => {
  const n = out.length
  const bits = new Uint32Array(Math.min(CHUNK, n + (-n & 3)))
  for (let from = 0; from < n; from += CHUNK) {
    toNormals(fillPhilox(bits, key.k0, key.k1, [from / 4, 0, 0, Purpose.normal]), out, from)
  }
  return out
}

/** The endless stream of words of a key, read one at a time. */
const wordStream = (key: Key, purpose: number): (() => number) => {
  const buffer = new Uint32Array(CHUNK)
  let read = 0
  return () => {
    const at = read % CHUNK
    if (at === 0) fillPhilox(buffer, key.k0, key.k1, [read / 4, 0, 0, purpose])
    read++
    return buffer[at] as number
  }
}

/** An integer uniform on 0 .. bound - 1: the top bits that bound - 1 needs, drawn again where they reach it. */
const below = (next: () => number, bound: number): number => {
  if (bound === 1) return 0
  const unused = Math.clz32(bound - 1)
  for (;;) {
    const candidate = next() >>> unused
    if (candidate < bound) return candidate
  }
}

/** `n` integers uniform on 0 .. bound - 1, without the bias of a remainder; by default all 32-bit words. */
export const integers = (key: Key, n: number, bound: number = TWO_32): Uint32Array => {
  requireCount(n)
  requireInteger('the bound', bound, 1, TWO_32)
  const next = wordStream(key, Purpose.integer)
  return new Uint32Array(n).map(() => below(next, bound))
}

/** A uniform permutation of 0 .. n - 1 (Fisher-Yates). */
export const permutation = (key: Key, n: number): Int32Array => {
  requireInteger('the length of a permutation', n, 0, 2 ** 31 - 1)
  const next = wordStream(key, Purpose.permutation)
  const out = new Int32Array(n).map((_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = below(next, i + 1)
    const held = out[i] as number
    out[i] = out[j] as number
    out[j] = held
  }
  return out
}
