import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blocksOf } from '../../../src/runtime/fused/blocks.js'
import {
  abs,
  add,
  carriesFaults,
  div,
  type Expression,
  input,
  max,
  min,
  mul,
  neg,
  scalar,
  sqrt,
  sub,
} from '../../../src/runtime/fused/expression.js'
import { loopFunction } from '../../../src/runtime/fused/loop.js'
import { compile } from '../../../src/runtime/wasm/instance.js'
import { interpret } from './interpreter.js'

const streams = ['x', 'y', 'z'] as const
const scalars = ['a', 'b'] as const

const expression = fc.letrec<{ e: Expression }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(...streams).map(input),
      fc.constantFrom(...scalars).map(scalar),
      fc.constantFrom(0, -0, 1, -1, 0.1, 1e-8, 3e30).map((value): Expression => ({ tag: 'constant', value })),
    ),
    fc.tuple(fc.constantFrom(neg, sqrt, abs), tie('e')).map(([f, e]) => f(e)),
    fc.tuple(fc.constantFrom(add, sub, mul, div, min, max), tie('e'), tie('e')).map(([f, a, b]) => f(a, b)),
  ),
})).e

const number = fc.oneof(
  fc.float({ min: -10, max: 10 }),
  fc.float(),
  fc.constantFrom(0, -0, 1, 1e-40, Number.NaN),
)
const length = fc.oneof(fc.constantFrom(0, 1, 3, 5, 17), fc.nat({ max: 40 }))

/** Runs a program over arrays of its own: outputs in blocks after the inputs. */
const run = (
  n: number,
  inputs: Readonly<Record<string, readonly number[]>>,
  values: readonly Expression[],
  checks: readonly Expression[],
  numbers: readonly number[],
) => {
  const names = Object.keys(inputs)
  const blocks = blocksOf({ v: n }, names.length + values.length)
  const { f } = compile(blocks.memory, [
    {
      ...loopFunction({
        name: 'f',
        count: blocks.count,
        inputs: Object.fromEntries(names.map((name, k) => [name, blocks.at(k)])),
        scalars,
        outputs: values.map((value, k) => ({ at: blocks.at(names.length + k), value })),
        checks,
      }),
      name: 'f' as const,
    },
  ])
  for (const [k, name] of names.entries()) blocks.views(k).v?.set(inputs[name] as readonly number[])
  const bits = f(...numbers)
  return { bits, outputs: values.map((_, k) => [...(blocks.views(names.length + k).v as Float32Array)]) }
}

const problem = length.chain((n) =>
  fc.record({
    n: fc.constant(n),
    values: fc.array(expression, { minLength: 1, maxLength: 3 }),
    numbers: fc.tuple(number, number),
    inputs: fc.record(
      Object.fromEntries(streams.map((s) => [s, fc.array(number, { minLength: n, maxLength: n })])),
    ),
  }),
)

describe('a fused loop', () => {
  it('gives the bits of the interpreter, for any expressions and lengths', () => {
    fc.assert(
      fc.property(problem, ({ n, values, numbers, inputs }) => {
        const at = (i: number) => (name: string) =>
          (inputs[name]?.[i] ?? numbers[scalars.indexOf(name as 'a')]) as number
        const expected = values.map((e) => Array.from({ length: n }, (_, i) => interpret(e, at(i))))
        expect(run(n, inputs, values, [], numbers).outputs).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('computes everything of an entry before it stores anything', () => {
    const blocks = blocksOf({ v: 5 }, 2)
    const [x, y] = [input('x'), input('y')]
    const source = {
      name: 'swap' as const,
      count: blocks.count,
      inputs: { x: blocks.at(0), y: blocks.at(1) },
      scalars: [],
      outputs: [
        { at: blocks.at(0), value: y },
        { at: blocks.at(1), value: add(x, y) },
      ],
      checks: [],
    }
    const { swap } = compile(blocks.memory, [{ ...loopFunction(source), name: 'swap' as const }])
    blocks.views(0).v?.set([1, 2, 3, 4, 5])
    blocks.views(1).v?.set([10, 20, 30, 40, 50])
    swap()
    expect([...(blocks.views(0).v as Float32Array)]).toEqual([10, 20, 30, 40, 50])
    expect([...(blocks.views(1).v as Float32Array)]).toEqual([11, 22, 33, 44, 55])
  })

  it('reports by one bit each which checked expressions were not finite, wherever it was', () => {
    const bad = fc.constantFrom(
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1,
      3.4e38,
      1e-45,
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), bad, bad, (n, i, j, a, b) => {
        const ones = (k: number, v: number) => Array.from({ length: n }, (_, l) => (l === k % n ? v : 1))
        const inputs = { x: ones(i, a), y: ones(j, b), z: ones(0, 1) }
        const { bits } = run(n, inputs, [input('z')], [input('x'), input('y')], [0, 0])
        expect(bits).toBe((Number.isFinite(a) ? 0 : 1) + (Number.isFinite(b) ? 0 : 2))
      }),
    )
  })
})

describe('products', () => {
  const [x, y, a, b] = [input('x'), input('y'), scalar('a'), scalar('b')]

  it('gather the factors that are the same for all entries', () => {
    const ab = mul(a, b)
    expect(mul(a, mul(b, x))).toEqual(mul(ab, x))
    expect(mul(a, div(mul(b, x), y))).toEqual(div(mul(ab, x), y))
    expect(mul(2, mul(a, mul(b, x)))).toEqual(mul(mul(2, ab), x))
  })

  it('and leave alone what varies', () => {
    expect(mul(x, mul(a, y))).toEqual({ tag: 'binary', op: 'mul', left: x, right: mul(a, y) })
    expect(mul(a, div(x, y))).toEqual({ tag: 'binary', op: 'mul', left: a, right: div(x, y) })
  })
})

describe('faults', () => {
  it('that are carried show in the result, whatever the other inputs are', () => {
    const bad = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
    fc.assert(
      fc.property(
        expression,
        bad,
        fc.dictionary(fc.constantFrom('y', 'z', 'a', 'b'), number),
        (e, x, rest) => {
          fc.pre(carriesFaults(e, 'x'))
          expect(interpret(e, (name) => (name === 'x' ? x : (rest[name] ?? 0)))).not.toSatisfy(
            Number.isFinite,
          )
        },
      ),
      { numRuns: 300 },
    )
  })

  it('are carried by the numerator, not by the denominator, nor where a bound cuts them off', () => {
    const [x, y] = [input('x'), input('y')]
    for (const e of [x, neg(x), sqrt(abs(x)), add(y, mul(2, x)), sub(y, x), div(x, y)])
      expect(carriesFaults(e, 'x')).toBe(true)
    for (const e of [y, div(y, x), min(x, 1), max(-1, x), scalar('x')])
      expect(carriesFaults(e, 'x')).toBe(false)
  })
})
