import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { optionsCodec, positiveInteger, sizes } from '../../src/models/options.js'

interface Options {
  readonly latent: number
  readonly hidden: readonly number[]
}
const codec = optionsCodec<Options>(
  'model',
  { latent: positiveInteger, hidden: sizes },
  { latent: 2, hidden: [] },
)
const faults = (u: unknown) => {
  const result = codec.decode(u)
  return E.isLeft(result) ? result.left.map((fault) => fault.message) : []
}

describe('positiveInteger', () => {
  it('takes whole numbers from 1 on', () => {
    expect([1, 7, 2 ** 40].every(positiveInteger.is)).toBe(true)
    expect(
      [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null, undefined].some(positiveInteger.is),
    ).toBe(false)
  })

  it('says what was given, also where JSON cannot', () => {
    const said = (u: unknown) => faults({ latent: u })
    expect(said('2')).toEqual(['latent must be a whole number >= 1, but "2" was given'])
    expect(said(Number.NaN)).toEqual(['latent must be a whole number >= 1, but NaN was given'])
    expect(said(Number.POSITIVE_INFINITY)).toEqual([
      'latent must be a whole number >= 1, but Infinity was given',
    ])
    expect(said(null)).toEqual(['latent must be a whole number >= 1, but null was given'])
    expect(said(3n)).toEqual(['latent must be a whole number >= 1, but 3 was given'])
  })
})

describe('sizes', () => {
  it('takes a list or one number', () => {
    expect(codec.decode({ hidden: [3, 4] })).toEqual(E.right({ latent: 2, hidden: [3, 4] }))
    expect(codec.decode({ hidden: 3 })).toEqual(E.right({ latent: 2, hidden: [3] }))
    expect(codec.decode({ hidden: [] })).toEqual(E.right({ latent: 2, hidden: [] }))
  })
})

describe('optionsCodec', () => {
  it('reports every fault, in the order of the options given', () => {
    expect(faults({ width: 1, hidden: [0], latent: 0 })).toEqual([
      "model has no option 'width'; it has latent, hidden",
      'hidden must be a whole number >= 1, or a list of them, but [0] was given',
      'latent must be a whole number >= 1, but 0 was given',
    ])
  })

  it('refuses what is no record', () => {
    for (const u of [undefined, null, 3, 'latent', [], [1]])
      expect(faults(u)).toEqual(['the options of model must be a record'])
  })

  it('does not take the properties of every object for options', () => {
    expect(faults(JSON.parse('{ "toString": 1, "__proto__": 2 }'))).toEqual([
      "model has no option 'toString'; it has latent, hidden",
      "model has no option '__proto__'; it has latent, hidden",
    ])
  })

  it('keeps what it decoded', () => {
    const options = { latent: 3, hidden: [5] }
    expect(codec.decode(codec.encode(options))).toEqual(E.right(options))
    expect(codec.is(options)).toBe(true)
    expect(codec.is({ latent: 3 })).toBe(false)
  })
})
