/**
 * Codecs for the options of families: unknown data in, options with defaults out, or a sentence for each wrong one.
 */
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/** What was given, as JSON where that says it: NaN and Infinity would read `null`. */
const shown = (u: unknown): string =>
  typeof u === 'number' || typeof u === 'bigint' ? String(u) : (JSON.stringify(u) ?? String(u))

const refined = (
  name: string,
  wanted: string,
  is: (x: unknown) => x is number,
): t.Type<number, unknown, unknown> =>
  new t.Type(
    name,
    is,
    (u, c) =>
      is(u)
        ? t.success(u)
        : t.failure(u, c, `${c[c.length - 1]?.key ?? name} must be ${wanted}, but ${shown(u)} was given`),
    t.identity,
  )

/** A whole number >= 1. */
export const positiveInteger = refined(
  'PositiveInteger',
  'a whole number >= 1',
  (x): x is number => Number.isInteger(x) && (x as number) >= 1,
)

/** A codec for an option that the family decides where it is left out. */
export const maybe = <A>(codec: t.Type<A, unknown, unknown>): t.Type<A | undefined, unknown, unknown> =>
  new t.Type<A | undefined, unknown, unknown>(
    `${codec.name}, or left out`,
    (x): x is A | undefined => x === undefined || codec.is(x),
    (u, c) => (u === undefined ? t.success(undefined) : codec.validate(u, c)),
    t.identity,
  )

/** One of these names. */
export const nameOf = <N extends string>(names: readonly N[]): t.Type<N, unknown, unknown> =>
  new t.Type<N, unknown, unknown>(
    'Name',
    (x): x is N => names.includes(x as N),
    (u, c) =>
      names.includes(u as N)
        ? t.success(u as N)
        : t.failure(
            u,
            c,
            `${c[c.length - 1]?.key ?? 'name'} must be one of ${names.join(', ')}, but ${shown(u)} was given`,
          ),
    t.identity,
  )

/** A list of whole numbers >= 1, or one of them. */
export const sizes: t.Type<readonly number[], unknown, unknown> = new t.Type<
  readonly number[],
  unknown,
  unknown
>(
  'Sizes',
  (x): x is readonly number[] => Array.isArray(x) && x.every(positiveInteger.is),
  (u, c) => {
    const list = typeof u === 'number' ? [u] : u
    return Array.isArray(list) && list.every(positiveInteger.is)
      ? t.success(list as readonly number[])
      : t.failure(
          u,
          c,
          `${c[c.length - 1]?.key ?? 'sizes'} must be a whole number >= 1, or a list of them, but ${shown(u)} was given`,
        )
  },
  (x) => x,
)

type Codecs<O> = { readonly [K in keyof O]: t.Type<O[K], unknown, unknown> }

/** A codec for a record of options: missing ones take the defaults, unknown ones are refused, every fault is reported. */
export const optionsCodec = <O>(
  name: string,
  codecs: Codecs<NoInfer<O>>,
  defaults: NoInfer<O>,
): t.Type<O, unknown, unknown> =>
  new t.Type<O, unknown, unknown>(
    name,
    (x): x is O =>
      typeof x === 'object' &&
      x !== null &&
      Object.entries(codecs).every(([k, c]) => (c as t.Mixed).is((x as Record<string, unknown>)[k])),
    (u, context) => {
      if (typeof u !== 'object' || u === null || Array.isArray(u))
        return t.failure(u, context, `the options of ${name} must be a record`)
      const errors: t.ValidationError[] = []
      const out: Record<string, unknown> = { ...(defaults as Record<string, unknown>) }
      for (const [key, x] of Object.entries(u)) {
        const codec = Object.hasOwn(codecs, key) ? (codecs as Record<string, t.Mixed>)[key] : undefined
        const at = t.appendContext(context, key, codec ?? t.never, x)
        if (codec === undefined) {
          errors.push({
            value: x,
            context: at,
            message: `${name} has no option '${key}'; it has ${Object.keys(codecs).join(', ')}`,
          })
          continue
        }
        if (x === undefined) continue
        const decoded = codec.validate(x, at)
        if (E.isLeft(decoded)) errors.push(...decoded.left)
        else out[key] = decoded.right
      }
      return errors.length > 0 ? t.failures(errors) : t.success(out as O)
    },
    (o) => o,
  )
