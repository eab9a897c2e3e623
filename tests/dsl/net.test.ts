import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventSpace } from '../../src/dsl/distribution.js'
import * as D from '../../src/dsl/domain.js'
import type * as M from '../../src/dsl/domains/marks.js'
import { exampleOf, makeNet, prefixed, requireInput, tensorAt, under } from '../../src/dsl/net.js'
import * as S from '../../src/dsl/space.js'
import { makeValue, withOrigins } from '../../src/dsl/value.js'

const double = makeNet({
  description: 'x → w x',
  input: S.real(2),
  output: S.real(2),
  parameters: { w: { shape: [], start: { kind: 'constant', value: 2 } } },
  apply: (tensors, x) => ({ ...x, tensor: tf.mul(tensorAt(tensors, 'w'), x.tensor) }),
})

const datum = [{ name: 'datum', size: 3 }]
const x = withOrigins(makeValue<[2], M.Real>(tf.ones([3, 2]), [2], D.real, datum), ['z'])

describe('a net', () => {
  it('is a pure function of its parameters and its argument', () => {
    const f = double.apply({ w: tf.scalar(5) })
    expect(f(x).tensor.dataSync()).toEqual(tf.fill([3, 2], 5).dataSync())
    expect(
      double
        .apply({ w: tf.scalar(7) })(x)
        .tensor.dataSync()[0],
    ).toBe(7)
    expect(f(x).tensor.dataSync()[0]).toBe(5)
  })

  it('has an example with the space, the axes and the origins of a result, which needs no parameters', () => {
    const y = double.example(x)
    expect([y.shape, y.axes, [...y.origins], y.domain.name]).toEqual([[2], datum, ['z'], 'Real'])
    expect(y.tensor.shape).toEqual([3, 2])
  })

  it('says what it was fed, at run time as at compile time', () => {
    const wrong = S.value(S.real(3), [1, 2, 3])
    for (const f of [double.apply({ w: tf.scalar(1) }), double.example])
      expect(() => f(wrong as never)).toThrow(
        'a net from Real[2] was fed Real[3]\n  → declare the net with the space of its argument',
      )
    expect(() => requireInput(S.positive(2), x)).toThrow('a net from Positive[2] was fed Real[2]')
    for (const no of [undefined, 3, {}])
      expect(() => requireInput(S.real(2), no as never)).toThrow(
        'a net from Real[2] was fed something that is no value',
      )
    expect(() => requireInput(S.real(2), S.value(S.positive(2), [1, 2]))).not.toThrow()
  })

  it('names a parameter that is missing', () => {
    expect(() => double.apply({})(x)).toThrow(
      "the parameter 'w' is missing\n  → pass the parameters of this very net",
    )
  })
})

describe('examples', () => {
  it('are members of their space', () => {
    const spaces: readonly EventSpace[] = [
      S.real(2),
      S.positive(),
      S.simplex(3),
      S.oneHot(2),
      S.cholesky(2),
      S.category(4),
      S.unit(2, 2),
    ]
    for (const space of spaces) {
      const v = exampleOf(space)
      expect(space.domain.outside(v.tensor.dataSync(), space.shape)).toBeUndefined()
      expect(v.tensor.shape).toEqual([...space.shape])
    }
  })
})

describe('paths', () => {
  const path = fc.stringMatching(/^[a-z0-9]{1,3}(\/[a-z]{1,3})?$/)
  it('under takes away what prefixed puts before', () => {
    fc.assert(
      fc.property(fc.dictionary(path, fc.integer()), fc.dictionary(path, fc.integer()), (a, b) => {
        const both = { ...prefixed(a, 'left'), ...prefixed(b, 2) }
        expect(under(both, 'left')).toEqual({ ...a })
        expect(under(both, '2')).toEqual({ ...b })
        expect(under(both, 'lef')).toEqual({})
      }),
    )
  })
})
