/**
 * The WebAssembly instructions that the kernels use, as bytes: code is a concatenation of them, on a stack machine.
 *
 *   local.get(0), local.get(1), f32x4.add, local.set(2)     ~     l2 <- l0 + l1, four float32 at once
 *
 * Addresses are in bytes, offsets are added to the address on the stack. f32x4 arithmetic rounds each lane like Math.fround
 * of the exact result.
 * Source: WebAssembly Core Specification 2.0, section 5.4. Tested in tests/runtime/wasm/module.test.ts.
 */
import { type Bytes, float32, signed, unsigned, words } from './bytes.js'

const simd = (opcode: number): Bytes => [0xfd, ...unsigned(opcode)]

/** An access of 2^align bytes at `offset` beyond the address on the stack; the alignment is a hint only. */
const access =
  (opcode: Bytes, align: number) =>
  (offset = 0): Bytes => [...opcode, ...unsigned(align), ...unsigned(offset)]

/** Local variables, parameters first. */
export const local = {
  get: (index: number): Bytes => [0x20, ...unsigned(index)],
  set: (index: number): Bytes => [0x21, ...unsigned(index)],
  tee: (index: number): Bytes => [0x22, ...unsigned(index)],
}

/** A block that is entered again at its head when `repeat` finds a number other than 0 on the stack. */
export const loop = (body: Bytes): Bytes => [0x03, 0x40, ...body, 0x0b]

/** Repeats the innermost loop if the number on the stack is not 0. */
export const repeat: Bytes = [0x0d, 0x00]

/** 32-bit integers, and addresses. */
export const i32 = {
  const: (value: number): Bytes => [0x41, ...signed(value)],
  add: [0x6a],
  or: [0x72],
  shl: [0x74],
  lessUnsigned: [0x49],
} as const

/** Scalars in float32. */
export const f32 = { const: (value: number): Bytes => [0x43, ...float32(value)] } as const

/** Scalars in float64. */
export const f64 = { add: [0xa0] } as const

/** 128 bits of any kind. */
export const v128 = {
  load: access(simd(0x00), 4),
  store: access(simd(0x0b), 4),
  loadHalf: access(simd(0x5d), 3),
  const: (four: readonly [number, number, number, number]): Bytes => [...simd(0x0c), ...words(four)],
  or: simd(0x50),
  and: simd(0x4e),
  xor: simd(0x51),
  anyTrue: simd(0x53),
  /** Words 0 .. 3 are those of the first operand, 4 .. 7 those of the second. */
  shuffle: (lanes: readonly [number, number, number, number]): Bytes => [
    ...simd(0x0d),
    ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
  ],
}

/** Four 32-bit integers. */
export const i32x4 = {
  splat: simd(0x11),
  shiftRightUnsigned: simd(0xad),
  add: simd(0xae),
} as const

/** Two 64-bit integers: the products of the low or of the high two of four unsigned 32-bit ones. */
export const i64x2 = { productLow: simd(0xde), productHigh: simd(0xdf) } as const

/** Four float32. */
export const f32x4 = {
  splat: simd(0x13),
  lessThan: simd(0x43),
  abs: simd(0xe0),
  neg: simd(0xe1),
  sqrt: simd(0xe3),
  add: simd(0xe4),
  sub: simd(0xe5),
  mul: simd(0xe6),
  div: simd(0xe7),
  /** b where b < a, else a: one machine instruction, where the other minimum of WebAssembly is six. */
  min: simd(0xea),
  /** b where a < b, else a. */
  max: simd(0xeb),
  fromSigned: simd(0xfa),
} as const

/** Two float64. */
export const f64x2 = {
  lane: (index: 0 | 1): Bytes => [...simd(0x21), index],
  promoteLow: simd(0x5f),
  add: simd(0xf0),
  mul: simd(0xf2),
} as const
