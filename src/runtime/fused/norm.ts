/**
 * The sum of squares of an array of float32, in float64: no overflow, no loss that a float32 would notice.
 *
 *   sum_i x[i]^2        in eight partial sums, so the result depends on the array alone
 *
 * Shapes: `count` is a multiple of 16. Tested in tests/runtime/fused/norm.test.ts.
 */
import type { Bytes } from '../wasm/bytes.js'
import { f64, f64x2, i32, local, loop, repeat, v128 } from '../wasm/instructions.js'
import type { FunctionSource } from '../wasm/module.js'

const SUMS = 4
const counter = 0
const pair = 1
const sum = (k: number): number => 2 + (k % SUMS)

const squarePair = (at: number, k: number): Bytes => [
  ...[...local.get(counter), ...v128.loadHalf(at + 8 * k), ...f64x2.promoteLow, ...local.tee(pair)],
  ...[...local.get(pair), ...f64x2.mul, ...local.get(sum(k)), ...f64x2.add, ...local.set(sum(k))],
]

/** The function () -> sum of squares of the `count` floats at the byte offset `at`. */
export const sumOfSquares = (name: string, at: number, count: number): FunctionSource => ({
  name,
  parameters: [],
  results: ['f64'],
  locals: ['i32', 'v128', ...Array.from({ length: SUMS }, () => 'v128' as const)],
  body: [
    ...(count > 0
      ? loop([
          ...Array.from({ length: 8 }, (_, k) => squarePair(at, k)).flat(),
          ...[...local.get(counter), ...i32.const(64), ...i32.add, ...local.tee(counter)],
          ...[...i32.const(4 * count), ...i32.lessUnsigned, ...repeat],
        ])
      : []),
    ...[0, 1, 2, 3].flatMap((k) => [
      ...[...local.get(sum(k)), ...f64x2.lane(0), ...local.get(sum(k)), ...f64x2.lane(1), ...f64.add],
      ...(k > 0 ? f64.add : []),
    ]),
  ],
})
