/**
 * Elementwise kernels on single numbers, as tfjs's cpu backend computes them (in double precision, stored as float32).
 *
 * Kernels that are missing here (Erf, Selu, FloorDiv ...) are not evaluated while a graph is simplified.
 * Tested in tests/runtime/graph/passes/constantFolding.test.ts against tfjs's cpu backend.
 */
import type { Node } from '../graph.js'
import type { BinaryName, ComparisonName, TestName, UnaryName } from '../kernels.js'

type Partially<K extends string, F> = { readonly [N in K]?: F }

const toEven = (x: number): number => {
  const low = Math.floor(x)
  const rest = x - low
  return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1
}
const modulo = (a: number, b: number): number => {
  const rest = a % b
  return a < 0 === b < 0 ? rest : (rest + b) % b
}
const bit = (b: boolean): number => (b ? 1 : 0)

const unary: Partially<UnaryName, (x: number) => number> = {
  Abs: Math.abs,
  Acos: Math.acos,
  Acosh: Math.acosh,
  Asin: Math.asin,
  Asinh: Math.asinh,
  Atan: Math.atan,
  Atanh: Math.atanh,
  Ceil: Math.ceil,
  Cos: Math.cos,
  Cosh: Math.cosh,
  Exp: Math.exp,
  Expm1: Math.expm1,
  Floor: Math.floor,
  Log: Math.log,
  Log1p: Math.log1p,
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(0, x),
  Relu6: (x) => Math.min(Math.max(0, x), 6),
  Round: toEven,
  Rsqrt: (x) => 1 / Math.sqrt(x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Sign: (x) => (x < 0 ? -1 : x > 0 ? 1 : 0),
  Sin: Math.sin,
  Sinh: Math.sinh,
  Softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  Sqrt: Math.sqrt,
  Square: (x) => x * x,
  Tan: Math.tan,
  Tanh: Math.tanh,
}

const tests: { readonly [K in TestName]: (x: number) => number } = {
  IsFinite: (x) => bit(Number.isFinite(x)),
  IsInf: (x) => bit(Math.abs(x) === Number.POSITIVE_INFINITY),
  IsNan: (x) => bit(Number.isNaN(x)),
  LogicalNot: (x) => bit(x === 0),
}

const binary: Partially<BinaryName, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Atan2: Math.atan2,
  Maximum: Math.max,
  Minimum: Math.min,
  Mod: modulo,
  Multiply: (a, b) => a * b,
  Pow: (a, b) => a ** b,
  Prelu: (a, b) => (a < 0 ? a * b : a),
  RealDiv: (a, b) => a / b,
  SquaredDifference: (a, b) => (a - b) * (a - b),
  Sub: (a, b) => a - b,
}

const comparison: { readonly [K in ComparisonName]: (a: number, b: number) => number } = {
  Equal: (a, b) => bit(a === b),
  Greater: (a, b) => bit(a > b),
  GreaterEqual: (a, b) => bit(a >= b),
  Less: (a, b) => bit(a < b),
  LessEqual: (a, b) => bit(a <= b),
  LogicalAnd: (a, b) => bit(a !== 0 && b !== 0),
  LogicalOr: (a, b) => bit(a !== 0 || b !== 0),
  LogicalXor: (a, b) => bit((a !== 0) !== (b !== 0)),
  NotEqual: (a, b) => bit(a !== b),
}

/** A kernel on single numbers. */
export type ScalarKernel = (...xs: readonly number[]) => number

const named: Readonly<Record<string, ScalarKernel | undefined>> = {
  ...unary,
  ...tests,
  ...binary,
  ...comparison,
  Select: (condition, yes, no) => (condition !== 0 ? yes : no) as number,
} as Readonly<Record<string, ScalarKernel>>

const clipped =
  (min: number, max: number): ScalarKernel =>
  (x = Number.NaN) =>
    Math.min(Math.max(x, min), max)

/** The node's kernel on single numbers, or undefined where it has none here. */
export const scalarKernel = (node: Node): ScalarKernel | undefined => {
  if (node.kernel === 'Step') {
    const { alpha } = node.attributes
    return (x = Number.NaN) => (x > 0 ? 1 : Number.isNaN(x) ? x : alpha)
  }
  if (node.kernel === 'LeakyRelu') {
    const { alpha } = node.attributes
    return (x = Number.NaN) => (x < 0 ? alpha * x : x)
  }
  if (node.kernel === 'ClipByValue') return clipped(node.attributes.min, node.attributes.max)
  if (node.kernel === 'Cast')
    return node.attributes.dtype === 'bool' ? (x) => bit(x !== 0) : (x) => x as number
  return named[node.kernel]
}
