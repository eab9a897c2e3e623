/**
 * A bad value as it stands in a sentence, whatever it is:
 *
 *   2 → 2     '2' → '2' in quotes     [1, NaN] → [1, NaN]     a function, an object
 *
 * Tested in tests/dsl/shown.test.ts.
 */
export const shown = (x: unknown): string => {
  if (typeof x === 'string') return `'${x}'`
  if (Array.isArray(x)) return `[${x.map(shown).join(', ')}]`
  if (typeof x === 'function') return 'a function'
  return typeof x === 'object' && x !== null ? 'an object' : String(x)
}
