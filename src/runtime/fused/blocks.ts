/**
 * Blocks: one memory, cut into blocks of equal length; every block holds all arrays one after the other.
 *
 *   block k = [ array 1, 0 ... 0, array 2, 0 ... 0, ... ]       each array begins at a multiple of 16 floats (64 bytes)
 *
 * So a loop over a block is a loop over all parameters of a player, and a view of one array is a Float32Array that an ONNX
 * session reads and writes in place. The memory never grows, so views stay valid.
 * Tested in tests/runtime/fused/blocks.test.ts.
 */
import { type Memory, memoryOf } from '../wasm/instance.js'
import { PADDED_TO } from './loop.js'

/** Arrays by name. */
export type Views = Readonly<Record<string, Float32Array>>

/** A memory of several blocks. */
export interface Blocks {
  readonly memory: Memory
  /** Floats in a block, padding included. */
  readonly count: number
  /** The byte offset of a block. */
  readonly at: (block: number) => number
  /** The arrays of a block. */
  readonly views: (block: number) => Views
  /** Zeroes the padding of a block, which loops write like everything else. */
  readonly clearPadding: (block: number) => void
}

const padded = (n: number): number => Math.ceil(n / PADDED_TO) * PADDED_TO

/** `blocks` zeroed blocks for arrays of the given lengths. */
export const blocksOf = (lengths: Readonly<Record<string, number>>, blocks: number): Blocks => {
  const names = Object.keys(lengths)
  const begins = new Map<string, number>()
  let count = 0
  for (const name of names) {
    begins.set(name, count)
    count += padded(lengths[name] as number)
  }
  const memory = memoryOf(4 * count * blocks)
  const at = (block: number): number => 4 * count * block
  const view = (block: number, name: string, from: number, to: number): Float32Array =>
    new Float32Array(memory.buffer, at(block) + 4 * ((begins.get(name) as number) + from), to - from)
  return {
    memory,
    count,
    at,
    views: (block) =>
      Object.fromEntries(names.map((name) => [name, view(block, name, 0, lengths[name] as number)])),
    clearPadding: (block) => {
      for (const name of names) {
        const n = lengths[name] as number
        if (padded(n) > n) view(block, name, n, padded(n)).fill(0)
      }
    },
  }
}
