/**
 * Elementwise expressions: what one entry of an output is, as a function of the entries of the inputs at the same place.
 *
 *   e ::= input(name) | scalar(name) | number | -e | sqrt e | |e| | e + e | e - e | e * e | e / e | min(e, e) | max(e, e)
 *
 * An input has one number per entry, a scalar one number per call. Every operation is one of float32, rounded to the
 * nearest. min and max compare with the second operand, and keep the first where that says no: NaN on the left stays, NaN on
 * the right does not. Constants are rounded to float32 once.
 * Tested in tests/runtime/fused/loop.test.ts, where an interpreter in JavaScript gives the same bits.
 */

/** Operations of one operand. */
export type Unary = 'neg' | 'sqrt' | 'abs'

/** Operations of two operands. */
export type Binary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max'

/** An elementwise expression; plain data, shared subexpressions are computed once. */
export type Expression =
  | { readonly tag: 'input'; readonly name: string }
  | { readonly tag: 'scalar'; readonly name: string }
  | { readonly tag: 'constant'; readonly value: number }
  | { readonly tag: 'unary'; readonly op: Unary; readonly of: Expression }
  | { readonly tag: 'binary'; readonly op: Binary; readonly left: Expression; readonly right: Expression }

/** What an operation takes: an expression, or a number for a constant. */
export type Operand = Expression | number

const lift = (e: Operand): Expression => (typeof e === 'number' ? { tag: 'constant', value: e } : e)

const unary =
  (op: Unary) =>
  (of: Operand): Expression => ({ tag: 'unary', op, of: lift(of) })

const binary =
  (op: Binary) =>
  (left: Operand, right: Operand): Expression => ({ tag: 'binary', op, left: lift(left), right: lift(right) })

/** The entries of an array. */
export const input = (name: string): Expression => ({ tag: 'input', name })

/** A number that each call sets anew. */
export const scalar = (name: string): Expression => ({ tag: 'scalar', name })

/** -a */
export const neg = unary('neg')

/** The square root of a. */
export const sqrt = unary('sqrt')

/** |a| */
export const abs = unary('abs')

/** a + b */
export const add = binary('add')

/** a - b */
export const sub = binary('sub')

const product = binary('mul')

/** Whether an expression is the same for all entries. */
const uniform = (e: Expression): boolean =>
  e.tag === 'scalar' ||
  e.tag === 'constant' ||
  (e.tag === 'binary' && e.op === 'mul' && uniform(e.left) && uniform(e.right))

/** a b. Factors that are the same for all entries are gathered, so that they are multiplied once and not for every entry. */
export const mul = (left: Operand, right: Operand): Expression => {
  const [a, b] = [lift(left), lift(right)]
  if (!uniform(a) || b.tag !== 'binary') return product(a, b)
  if (b.op === 'mul' && uniform(b.left) && !uniform(b.right)) return product(product(a, b.left), b.right)
  const { left: over } = b
  const scaled = over.tag === 'binary' && over.op === 'mul' && uniform(over.left)
  return b.op === 'div' && scaled ? div(mul(a, over), b.right) : product(a, b)
}

/** a / b */
export const div = binary('div')

/** b where b < a, else a. */
export const min = binary('min')

/** b where a < b, else a. */
export const max = binary('max')

/**
 * Whether e is not finite wherever the input is not, whatever everything else is: infinity and NaN survive sums, products, roots
 * and the numerator of a fraction; a denominator, min and max can swallow them. False where that is not certain.
 */
export const carriesFaults = (e: Expression, name: string): boolean => {
  if (e.tag === 'input') return e.name === name
  if (e.tag === 'unary') return carriesFaults(e.of, name)
  if (e.tag !== 'binary' || e.op === 'min' || e.op === 'max') return false
  return carriesFaults(e.left, name) || (e.op !== 'div' && carriesFaults(e.right, name))
}
