/**
 * What may be written on a command line, as io-ts codecs from text.
 *
 *   decode('128') = right(128)        decode('12x') = left        name = 'a whole number >= 1'
 *
 * The name of a codec is the phrase that says what is allowed, for the sentence of a fault and for `--help`.
 * Tested in tests/cli/codecs.test.ts.
 */
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/** A codec that reads one word of a command line. */
export type WordCodec<A> = t.Type<A, string, string>

const word = <A>(
  name: string,
  is: t.Is<A>,
  read: (text: string) => A | undefined,
  write: (a: A) => string = String,
): WordCodec<A> =>
  new t.Type(
    name,
    is,
    (text, context) => {
      const a = read(text)
      return a === undefined ? t.failure(text, context) : t.success(a)
    },
    write,
  )

/** A whole number from `least` to `most`, in decimal digits. */
export const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER): WordCodec<number> => {
  const is = (u: unknown): u is number =>
    Number.isSafeInteger(u) && (u as number) >= least && (u as number) <= most
  const bound = most === Number.MAX_SAFE_INTEGER ? '' : ` and <= ${most}`
  return word(`a whole number >= ${least}${bound}`, is, (text) =>
    /^\d+$/.test(text) && is(Number(text)) ? Number(text) : undefined,
  )
}

const NUMBER = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** A number above zero, such as 0.001 or 1e-3. */
export const positiveNumber: WordCodec<number> = (() => {
  const is = (u: unknown): u is number => Number.isFinite(u) && (u as number) > 0
  return word('a number > 0', is, (text) =>
    NUMBER.test(text) && is(Number(text)) ? Number(text) : undefined,
  )
})()

/** One of the names. */
export const oneOf = <const N extends string>(names: readonly N[]): WordCodec<N> => {
  const is = (u: unknown): u is N => names.includes(u as N)
  return word(`one of ${names.join(', ')}`, is, (text) => (is(text) ? text : undefined))
}

const UNITS = 100_000

/** Whole numbers from 1 to 100000, joined by commas: 400 or 400,200. */
export const layerSizes: WordCodec<readonly number[]> = (() => {
  const size = wholeNumber(1, UNITS)
  const is = (u: unknown): u is readonly number[] => Array.isArray(u) && u.length > 0 && u.every(size.is)
  const read = (text: string) => {
    const sizes = text
      .split(',')
      .flatMap((part) =>
        E.getOrElse((): readonly number[] => [])(E.map((n: number) => [n])(size.decode(part))),
      )
    return sizes.length === text.split(',').length ? sizes : undefined
  }
  return word(`${size.name}, or several joined by commas, such as 400,200`, is, read, (a) => a.join(','))
})()

/** Any text that is not empty. */
const someText = (name: string): WordCodec<string> =>
  word(
    name,
    (u): u is string => typeof u === 'string' && u !== '',
    (text) => (text === '' ? undefined : text),
  )

/** A path. */
export const path = someText('a path')

/** The name of a net; which nets there are, the run says. */
export const netName = someText('the name of a net')

/** The sentence for a word that the codec refuses. */
export const refusal = (name: string, codec: { readonly name: string }, given: string): string =>
  `${name} must be ${codec.name}, but '${given}' was given`
