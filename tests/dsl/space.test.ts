import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import { PathReporter } from 'io-ts/lib/PathReporter.js'
import { describe, expect, it } from 'vitest'
import type { GiryError, GiryException } from '../../src/dsl/error.js'
import * as S from '../../src/dsl/space.js'
import { toArray } from '../../src/dsl/value.js'

const spaces: readonly S.AnySpace[] = [
  S.real(),
  S.real(3),
  S.real(2, 3),
  S.nonNegative(2),
  S.positive(),
  S.unit(4),
  S.binary(2, 2),
  S.count(3),
  S.category(5),
  S.category(3, 2),
  S.simplex(3),
  S.oneHot(2, 3),
  S.interval(2),
  S.ordered(3),
  S.cholesky(2),
  S.correlation(3),
  S.circle(2),
]

/** An event of a space: the example of its domain. */
const nest = (data: ArrayLike<number>, shape: readonly number[], offset = 0): unknown => {
  const [n, ...rest] = shape
  if (n === undefined) return data[offset]
  const size = rest.reduce((a, b) => a * b, 1)
  return Array.from({ length: n }, (_, i) => nest(data, rest, offset + i * size))
}

const fault = (space: S.AnySpace, data: unknown): string => {
  const decoded = space.decode(data)
  return E.isLeft(decoded) ? decoded.left.map((e) => e.message).join('\n') : 'no fault'
}

const errors = (f: () => unknown): readonly GiryError[] => {
  try {
    f()
  } catch (e) {
    return (e as GiryException).errors
  }
  return []
}

describe('a space is a codec', () => {
  it('encode ∘ decode and decode ∘ encode are the identity, for one event and for batches', () => {
    fc.assert(
      fc.property(fc.constantFrom(...spaces), fc.integer({ min: -1, max: 4 }), (space, n) => {
        const event = nest(space.domain.example(space.shape), space.shape)
        const data = n < 0 ? event : Array.from({ length: n }, () => event)
        const decoded = space.decode(data)
        if (E.isLeft(decoded)) throw new Error(PathReporter.report(decoded).join())
        expect(decoded.right.single).toBe(n < 0)
        expect(decoded.right.count).toBe(Math.abs(n))
        const codec = space as S.Space
        expect(codec.encode(decoded.right)).toEqual(float32(data))
        expect(codec.decode(codec.encode(decoded.right))).toEqual(decoded)
        expect(codec.is(decoded.right)).toBe(true)
        expect(codec.decode(decoded.right)).toEqual(decoded)
      }),
      { numRuns: 300 },
    )
  })

  const float32 = (x: unknown): unknown =>
    typeof x === 'number' ? Math.fround(x) : (x as unknown[]).map(float32)

  it('keeps every float32 number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }),
        (xs) => {
          const decoded = S.real(3).decode(xs)
          expect(E.isRight(decoded) && S.real(3).encode(decoded.right)).toEqual(xs)
        },
      ),
    )
  })

  it('is of its own kind only', () => {
    const decoded = S.unit(2).decode([0, 1])
    if (E.isLeft(decoded)) throw new Error('not decoded')
    expect(S.unit(2).is(decoded.right)).toBe(true)
    expect(S.real(2).is(decoded.right)).toBe(true)
    expect(S.binary(2).is(decoded.right)).toBe(false)
    expect(S.real(1, 2).is(decoded.right)).toBe(false)
    expect(S.real(2).is([0, 1])).toBe(false)
    expect(E.isRight(S.binary(2).decode(decoded.right))).toBe(true)
  })

  it('is named in the words of the sentences', () => {
    expect(spaces.map((s) => s.name).slice(0, 5)).toEqual([
      'Real',
      'Real[3]',
      'Real[2, 3]',
      'NonNegative[2]',
      'Positive',
    ])
    expect(S.category(10).name).toBe('Category(10)')
  })

  it('refuses numbers of labels that are none', () => {
    for (const k of [0, -3, 2.5])
      expect(() => S.category(k)).toThrow(
        `a Category has a whole number of labels >= 1, but ${k} was given\n  → pass the number of labels: category(10) for the labels 0 … 9`,
      )
  })

  it('refuses sizes that are none', () => {
    for (const n of [0, -1, 1.5, Number.NaN])
      expect(() => S.real(2, n)).toThrow(
        `a space cannot have size ${n} along axis 1\n  → sizes are whole numbers >= 1`,
      )
  })
})

describe('what a space takes', () => {
  const two = S.real(2)
  const numbers = [1, 2, 3, 4]
  it('nested arrays, typed arrays of every kind, tensors, and mixtures of arrays', () => {
    const expected = two.decode([
      [1, 2],
      [3, 4],
    ])
    expect(E.isRight(expected)).toBe(true)
    for (const data of [
      Float32Array.from(numbers),
      Float64Array.from(numbers),
      Uint8Array.from(numbers),
      Uint8ClampedArray.from(numbers),
      Int8Array.from(numbers),
      Int16Array.from(numbers),
      Uint16Array.from(numbers),
      Int32Array.from(numbers),
      Uint32Array.from(numbers),
      tf.tensor([1, 2, 3, 4], [2, 2]),
      [Float32Array.from([1, 2]), [3, 4]],
    ])
      expect(two.decode(data)).toEqual(expected)
  })

  it('views into a larger buffer', () => {
    const view = new Float32Array([9, 1, 2, 9]).subarray(1, 3)
    expect(E.toUnion(two.decode(view))).toMatchObject({ count: 1, data: new Float32Array([1, 2]) })
  })

  it('an empty batch', () => {
    for (const data of [[], new Float32Array(0)])
      expect(E.toUnion(two.decode(data))).toMatchObject({ count: 0 })
  })

  it('values, when they are of the space', () => {
    const v = S.value(S.positive(2), [1, 2])
    expect(S.value(two, v as never)).toBe(v)
    expect(() => S.value(S.real(3), v as never)).toThrow('a value of Positive[2] was given for Real[3]')
    expect(() => S.value(S.unit(2), v as never)).toThrow('a value of Positive[2] was given for Unit[2]')
  })

  it('as values: one event has no axes, a batch the axis datum or the one named', () => {
    expect(S.value(two, [1, 2]).axes).toEqual([])
    expect(toArray(S.value(two, [1, 2]))).toEqual([1, 2])
    expect(S.value(two, [[1, 2]]).axes).toEqual([{ name: 'datum', size: 1 }])
    expect(S.value(two, Float32Array.from(numbers), 'draw').axes).toEqual([{ name: 'draw', size: 2 }])
    expect(S.value(S.real(), [1, 2, 3]).axes).toEqual([{ name: 'datum', size: 3 }])
    expect(toArray(S.value(S.real(), 3))).toBe(3)
  })
})

describe('what a space refuses, with the place and the remedy', () => {
  const two = S.real(2)
  it('ragged arrays, strings, null and other things that are no numbers', () => {
    expect(fault(two, [[1, 2], [3]])).toBe(
      'entry [1] has 1 entries where the first has 2; pass nested arrays of numbers that are events of Real[2]',
    )
    expect(fault(two, [[1, 2], 3])).toContain('entry [1] has no entries where the first has 2')
    expect(
      fault(two, [
        [1, 2],
        [3, [4]],
      ]),
    ).toContain('entry [1,1] is an array, not a number')
    expect(fault(two, [1, '2'])).toContain('entry [1] is string, not a number')
    expect(fault(two, [1, null])).toContain('entry [1] is null, not a number')
    expect(fault(two, [1, undefined])).toContain('entry [1] is undefined, not a number')
    for (const [data, kind] of [
      ['abc', 'string'],
      [null, 'null'],
      [undefined, 'undefined'],
      [{}, 'object'],
      [true, 'boolean'],
      [new DataView(new ArrayBuffer(8)), 'object'],
      [new BigInt64Array(2), 'object'],
    ] as const)
      expect(fault(two, data)).toContain(`is ${kind}, not a number`)
  })

  it('another shape', () => {
    expect(fault(two, [1, 2, 3])).toBe(
      'data of shape [3] is neither one event of Real[2] nor a batch of them; pass shape [2] for one event, or [n, 2] for a batch',
    )
    expect(fault(S.real(2, 3), [[1, 2]])).toContain(
      'pass shape [2,3] for one event, or [n, 2, 3] for a batch',
    )
    expect(fault(S.real(), [[1]])).toContain(
      'data of shape [1,1] is neither one event of Real nor a batch of them',
    )
    expect(fault(two, new Float32Array(3))).toBe(
      'a typed array of 3 numbers does not divide into events of Real[2], 2 numbers each; pass n × 2 numbers',
    )
    expect(fault(two, [[], []])).toContain('data of shape [2,0]')
    expect(fault(two, tf.zeros([2, 3]))).toContain('data of shape [2,3]')
  })

  it('NaN and infinities, of every domain', () => {
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300])
      expect(
        fault(two, [
          [1, 2],
          [3, x],
        ]),
      ).toBe(
        `datum 1, entry [1]: ${Math.fround(x)} is not a finite number (Real[2]); remove or impute it; giry takes finite numbers only`,
      )
    expect(fault(S.simplex(2), [Number.NaN, 1])).toContain('NaN is not a finite number (Simplex[2])')
  })

  it('grey pixels in a Binary space, with the remedy', () => {
    const grey = new Float32Array(2 * 784)
    grey[784 + 100] = 0.5
    const [error] = errors(() => S.elementsOf(S.binary(28, 28), grey))
    expect(error).toEqual({
      tag: 'data',
      where: 'Binary[28, 28], datum 1, entry [3,16]',
      message: 'datum 1, entry [3,16]: 0.5 is neither 0 nor 1 (Binary[28, 28])',
      remedy:
        'grey values need binarizing: load the data set with { binarize: true } (mnist) or { binarize: { x: true } } (dataset), or model them with unit(…)',
      details: { datum: 1, entry: [3, 16] },
    })
    expect(fault(S.unit(2), Uint8Array.from([0, 255]))).toContain(
      'datum 0, entry [1]: 255 lies outside [0, 1] (Unit[2]); divide grey values 0 … 255 by 255',
    )
  })

  it('a scalar datum is named by its index', () => {
    expect(fault(S.positive(), [1, 2, 0])).toContain('datum 2: 0 is not positive (Positive)')
  })
})
