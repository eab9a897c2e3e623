import { expect, it } from 'vitest'
import { shown } from '../../src/dsl/shown.js'

it('tells a number from its text, and says of what has no short text what it is', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [2, '2'],
    [Number.NaN, 'NaN'],
    [-0, '0'],
    ['2', "'2'"],
    ['', "''"],
    [[0.5, Number.NaN, '1'], "[0.5, NaN, '1']"],
    [[], '[]'],
    [(t: number) => t, 'a function'],
    [{ a: 1 }, 'an object'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [3n, '3'],
  ]
  for (const [x, text] of cases) expect(shown(x)).toBe(text)
})
