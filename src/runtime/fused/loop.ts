/**
 * One loop over all entries for any number of expressions: each input is read once, each output is written once.
 *
 *   for i in 0 .. count - 1:  out_k[i] <- e_k(in_1[i], ..., in_n[i], scalars);   bad_j |= c_j[i] - c_j[i]
 *
 * Four entries at a time in 128-bit lanes, eight per turn. What depends on scalars alone is computed before the loop, equal
 * subexpressions once. All values of an entry are computed before any of it is stored, so an output may lie in the place of an
 * input. x - x is +0 where x is finite and NaN where it is not, so the checks cost a subtraction each and no second pass; the
 * function returns a number whose bit j says that check j found something that is not finite.
 * Shapes: `count` is a multiple of 16; places are byte offsets. Tested in tests/runtime/fused/loop.test.ts.
 */
import type { Bytes } from '../wasm/bytes.js'
import { f32, f32x4, i32, local, loop, repeat, v128 } from '../wasm/instructions.js'
import type { FunctionSource } from '../wasm/module.js'
import type { Expression } from './expression.js'

/** Arrays are padded to a multiple of so many entries: whole turns of every loop, and whole cache lines. */
export const PADDED_TO = 16

/** Vectors of four entries in one turn: two were measured to be as fast as four, one slower for short expressions. */
const UNROLL = 2

/** What a loop reads, writes and checks. */
export interface LoopSource {
  readonly name: string
  readonly count: number
  /** Where each input lies. */
  readonly inputs: Readonly<Record<string, number>>
  /** The scalars, in the order in which they are passed. */
  readonly scalars: readonly string[]
  readonly outputs: readonly { readonly at: number; readonly value: Expression }[]
  /** Expressions that must be finite, one bit of the result each. */
  readonly checks: readonly Expression[]
}

/** A value of the program: its code from the locals that hold its operands, and whether it varies over entries. */
type Value = {
  readonly id: number
  readonly varies: boolean
  readonly code: (own: (id: number) => Bytes, lane: number) => Bytes
}

/** Numbers the distinct values of the expressions, operands first. */
const numbering = (source: LoopSource) => {
  const values: Value[] = []
  const byKey = new Map<string, Value>()
  const byIdentity = new Map<Expression, Value>()

  const made = (key: string, varies: boolean, code: Value['code']): Value => {
    const known = byKey.get(key)
    if (known !== undefined) return known
    const value = { id: values.length, varies, code }
    values.push(value)
    byKey.set(key, value)
    return value
  }

  const build = (e: Expression): Value => {
    if (e.tag === 'constant')
      return made(`constant ${Object.is(e.value, -0) ? '-0' : e.value}`, false, () => [
        ...f32.const(e.value),
        ...f32x4.splat,
      ])
    if (e.tag === 'scalar') {
      const index = source.scalars.indexOf(e.name)
      return made(`scalar ${e.name}`, false, () => [...local.get(index), ...f32x4.splat])
    }
    if (e.tag === 'input') {
      const at = source.inputs[e.name] as number
      return made(`input ${e.name}`, true, (_, lane) => [
        ...local.get(source.scalars.length),
        ...v128.load(at + 16 * lane),
      ])
    }
    const operands = e.tag === 'unary' ? [numbered(e.of)] : [numbered(e.left), numbered(e.right)]
    return made(
      `${e.op} ${operands.map((o) => o.id).join(' ')}`,
      operands.some((o) => o.varies),
      (own) => [...operands.flatMap((o) => own(o.id)), ...f32x4[e.op]],
    )
  }

  const numbered = (e: Expression): Value => {
    const value = byIdentity.get(e) ?? build(e)
    byIdentity.set(e, value)
    return value
  }

  return { values, numbered }
}

/** The function of a loop: (scalars) -> bits of the checks that failed. */
export const loopFunction = (source: LoopSource): FunctionSource => {
  const { values, numbered } = numbering(source)
  const outputs = source.outputs.map(({ at, value }) => ({ at, id: numbered(value).id }))
  const checks = source.checks.map((c) => numbered(c).id)
  const counter = source.scalars.length
  const held = (id: number): Bytes => local.get(counter + 1 + id)
  const flag = (j: number): number => counter + 1 + values.length + j
  const compute = (value: Value, lane: number): Bytes => [
    ...value.code(held, lane),
    ...local.set(counter + 1 + value.id),
  ]
  const lanes = Array.from({ length: UNROLL }, (_, lane) => [
    ...values.filter((v) => v.varies).flatMap((v) => compute(v, lane)),
    ...checks.flatMap((id, j) => [
      ...local.get(flag(j)),
      ...held(id),
      ...held(id),
      ...f32x4.sub,
      ...v128.or,
      ...local.set(flag(j)),
    ]),
    ...outputs.flatMap(({ at, id }) => [...local.get(counter), ...held(id), ...v128.store(at + 16 * lane)]),
  ])
  const turn = [
    ...lanes.flat(),
    ...[...local.get(counter), ...i32.const(16 * UNROLL), ...i32.add, ...local.tee(counter)],
    ...[...i32.const(4 * source.count), ...i32.lessUnsigned, ...repeat],
  ]
  return {
    name: source.name,
    parameters: source.scalars.map(() => 'f32'),
    results: ['i32'],
    locals: ['i32', ...values.map(() => 'v128' as const), ...checks.map(() => 'v128' as const)],
    body: [
      ...values.filter((v) => !v.varies).flatMap((v) => compute(v, 0)),
      ...(source.count > 0 ? loop(turn) : []),
      ...i32.const(0),
      ...checks.flatMap((_, j) => [
        ...local.get(flag(j)),
        ...v128.anyTrue,
        ...i32.const(j),
        ...i32.shl,
        ...i32.or,
      ]),
    ],
  }
}
