import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { layerSizes, oneOf, path, positiveNumber, refusal, wholeNumber } from '../../src/cli/codecs.js'

describe('codecs of the command line', () => {
  it('reads every whole number back from its digits', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        expect(wholeNumber(0).decode(String(n))).toEqual(E.right(n))
      }),
    )
  })

  it('reads every positive number back from its text', () => {
    const positive = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(positive, (x) => {
        expect(positiveNumber.decode(String(x))).toEqual(E.right(x))
      }),
    )
  })

  it('reads lists of layer sizes back', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1 })
    fc.assert(
      fc.property(sizes, (ns) => {
        expect(layerSizes.decode(layerSizes.encode(ns))).toEqual(E.right(ns))
      }),
    )
  })

  it.each(['', ' ', 'x', '1.5', '-3', '+3', '0x10', '1e3', 'NaN', 'Infinity', '9007199254740993', '１'])(
    "refuses '%s' as a whole number",
    (text) => expect(E.isLeft(wholeNumber(0).decode(text))).toBe(true),
  )

  it('keeps to the least whole number', () => {
    expect(E.isLeft(wholeNumber(1).decode('0'))).toBe(true)
    expect(wholeNumber(1).decode('1')).toEqual(E.right(1))
  })

  it.each(['', '0', '-1', '0.0', 'NaN', 'Infinity', '1e400', '1e-400', '1,5', '0x1'])(
    "refuses '%s' as a positive number",
    (text) => expect(E.isLeft(positiveNumber.decode(text))).toBe(true),
  )

  it.each(['', ',', '400,', '400,,200', '400,0', '400 200', 'x'])("refuses '%s' as layer sizes", (text) =>
    expect(E.isLeft(layerSizes.decode(text))).toBe(true),
  )

  it('takes a name or refuses it, saying what is allowed', () => {
    const color = oneOf(['red', 'blue'])
    expect(color.decode('red')).toEqual(E.right('red'))
    expect(E.isLeft(color.decode('toString'))).toBe(true)
    expect(refusal('--color', color, 'green')).toBe("--color must be one of red, blue, but 'green' was given")
  })

  it('refuses an empty path', () => expect(E.isLeft(path.decode(''))).toBe(true))
})
