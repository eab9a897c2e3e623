/**
 * The meaning of elementwise expressions, in JavaScript: float32 by rounding the result of every operation in float64, which
 * for these operations is the correctly rounded float32 result.
 */
import type { Expression } from '../../../src/runtime/fused/expression.js'

// biome-ignore lint/complexity/useMathMinMax: NaN and -0 are treated differently
const smaller = (a: number, b: number): number => (b < a ? b : a)
// biome-ignore lint/complexity/useMathMinMax: NaN and -0 are treated differently
const larger = (a: number, b: number): number => (a < b ? b : a)

/** The value of an expression at one entry. */
export const interpret = (e: Expression, at: (name: string) => number): number => {
  const value = (x: Expression): number => interpret(x, at)
  switch (e.tag) {
    case 'constant':
      return Math.fround(e.value)
    case 'input':
    case 'scalar':
      return Math.fround(at(e.name))
    case 'unary': {
      const x = value(e.of)
      return Math.fround(e.op === 'neg' ? -x : e.op === 'abs' ? Math.abs(x) : Math.sqrt(x))
    }
    case 'binary': {
      const [a, b] = [value(e.left), value(e.right)]
      const results = {
        add: a + b,
        sub: a - b,
        mul: a * b,
        div: a / b,
        min: smaller(a, b),
        max: larger(a, b),
      }
      return Math.fround(results[e.op])
    }
  }
}
