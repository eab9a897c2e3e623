import { describe, expect, it } from 'vitest'
import { collector } from '../../../src/runtime/onnx/emit.js'
import { float, int } from '../../../src/runtime/onnx/lowering.js'

describe('emit', () => {
  it('writes an operator once, and again where anything differs', () => {
    const { emit, nodes } = collector()
    const once = emit.op('Cast', ['x'], { to: int(1) })
    expect(emit.op('Cast', ['x'], { to: int(1) })).toBe(once)
    const others = [
      emit.op('Cast', ['y'], { to: int(1) }),
      emit.op('Cast', ['x'], { to: int(7) }),
      emit.op('Cast', ['x'], { to: float(1) }),
      emit.op('Cast', ['x'], { to: int(1) }, 'com.microsoft'),
      emit.op('Cost', ['x'], { to: int(1) }),
      emit.op('Cast', ['x']),
      emit.op('Cast', ['x'], { to: float(Number.POSITIVE_INFINITY) }),
      emit.op('Cast', ['x'], { to: float(Number.NaN) }),
    ]
    expect(new Set([once, ...others]).size).toBe(others.length + 1)
    expect(nodes.length).toBe(others.length + 1)
  })

  it('stores a constant once, by its bits', () => {
    const { emit, constants } = collector()
    expect(emit.number(2)).toBe(emit.constant(Float32Array.of(2), [], 'float32'))
    const distinct = [
      emit.number(0),
      emit.number(-0),
      emit.number(0, 'int32'),
      emit.number(0, 'bool'),
      emit.ints([0]),
      emit.ints([]),
      emit.constant(Float32Array.of(0), [1], 'float32'),
      emit.constant(Float32Array.of(0), [2], 'float32'),
      emit.number(Number.NaN),
    ]
    expect(new Set(distinct).size).toBe(distinct.length)
    expect(constants.length).toBe(distinct.length + 1)
  })

  it('shares large constants by identity', () => {
    const { emit } = collector()
    const table = new Float32Array(1000)
    const name = emit.constant(table, [1000], 'float32')
    expect(emit.constant(table, [1000], 'float32')).toBe(name)
    expect(emit.constant(table, [10, 100], 'float32')).not.toBe(name)
    expect(emit.constant(table.slice(), [1000], 'float32')).not.toBe(name)
  })

  it('refuses a constant that does not fill its shape', () => {
    expect(() => collector().emit.constant(new Float32Array(3), [2, 2], 'float32')).toThrow(
      'a constant of shape [2, 2] cannot hold 3 numbers',
    )
  })
})
