import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { lgamma as lgammaOracle, pnorm } from 'lib-r-math.js'
import { describe, expect, it } from 'vitest'
import * as D from '../../src/dsl/domain.js'
import { isWithin } from '../../src/dsl/domain.js'
import type * as M from '../../src/dsl/domains/marks.js'
import { GiryException } from '../../src/dsl/error.js'
import {
  abs,
  add,
  clip,
  div,
  maximum,
  minimum,
  mul,
  neg,
  powInteger,
  square,
  sub,
} from '../../src/dsl/operations/arithmetic.js'
import {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  notEqual,
  where,
} from '../../src/dsl/operations/comparisons.js'
import {
  elu,
  erf,
  exp,
  expm1,
  gelu,
  leakyRelu,
  lgamma,
  log,
  log1p,
  logSigmoid,
  logSoftmax,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  sqrt,
  stopGradient,
  tanh,
} from '../../src/dsl/operations/functions.js'
import { concat, stack } from '../../src/dsl/operations/joining.js'
import { lift } from '../../src/dsl/operations/lift.js'
import { at, encodeOneHot, gather, slice } from '../../src/dsl/operations/picking.js'
import { matMul } from '../../src/dsl/operations/products.js'
import { reshape, transpose } from '../../src/dsl/operations/rearranging.js'
import { logSumExp, max, mean, min, sum } from '../../src/dsl/operations/reductions.js'
import type { Shape } from '../../src/dsl/shape.js'
import * as S from '../../src/dsl/space.js'
import {
  type AnyValue,
  type Axis,
  makeValue,
  type ShowValue,
  showSpaceOf,
  toArray,
  type Value,
  withOrigins,
} from '../../src/dsl/value.js'
import { expectClose, expectDifferentiableTwice, noise, onEachBackend } from './numerics/agreement.js'

type Real = Value<Shape, M.Real>
type Positive = Value<Shape, M.Positive>
type Unary = (x: Positive) => AnyValue
type Formula = (x: number) => number

const refusal = (f: () => unknown): string => {
  try {
    f()
  } catch (e) {
    if (e instanceof GiryException) return e.errors.map((x) => x.message).join('\n')
    throw e
  }
  return 'nothing was thrown'
}

// ── one value ───────────────────────────────────────────────────────────────────────────────────────────────────

const logistic: Formula = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))
const plus: Formula = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

const everywhere = [-100, -50, -20, -5, -1.5, -0.3, -0.01, 0.01, 0.2, 0.9, 2.5, 7, 20, 50, 100]
const above = [0.05, 0.3, 0.9, 1, 1.7, 4, 20, 100]

/** The operation, its formula in float64, and the points where both are compared. */
const unaries: readonly (readonly [string, Unary, Formula, readonly number[]])[] = [
  ['exp', exp, Math.exp, everywhere],
  ['log', log, Math.log, above],
  ['log1p', log1p, Math.log1p, above],
  ['expm1', expm1, Math.expm1, everywhere],
  ['sqrt', sqrt, Math.sqrt, above],
  ['tanh', tanh, Math.tanh, everywhere],
  ['sigmoid', sigmoid, logistic, everywhere],
  ['softplus', softplus, plus, everywhere],
  ['logSigmoid', logSigmoid, (x) => -plus(-x), everywhere],
  ['relu', relu, (x) => Math.max(x, 0), everywhere],
  ['leakyRelu', leakyRelu, (x) => (x > 0 ? x : 0.2 * x), everywhere],
  ['leakyRelu of slope 0.01', (x) => leakyRelu(x, 0.01), (x) => (x > 0 ? x : 0.01 * x), everywhere],
  ['elu', elu, (x) => (x > 0 ? x : Math.expm1(x)), everywhere],
  ['gelu', gelu, (x) => x * pnorm(x), everywhere],
  ['silu', silu, (x) => x * logistic(x), everywhere],
  ['lgamma', lgamma, (x) => lgammaOracle(x), above],
  ['erf', erf, (x) => 2 * pnorm(x * Math.SQRT2) - 1, everywhere],
  ['neg', neg, (x) => -x, everywhere],
  ['abs', abs, Math.abs, everywhere],
  ['square', square, (x) => x * x, everywhere],
  ['powInteger 1', (x) => powInteger(x, 1), (x) => x, everywhere],
  ['powInteger 5', (x) => powInteger(x, 5), (x) => x ** 5, everywhere],
  ['powInteger 6', (x) => powInteger(x, 6), (x) => x ** 6, everywhere],
  ['clip', (x) => clip(x, -1, 2), (x) => Math.min(Math.max(x, -1), 2), everywhere],
  ['add a number', (x) => add(x, 3), (x) => x + 3, everywhere],
  ['sub from a number', (x) => sub(3, x), (x) => 3 - x, everywhere],
  ['mul by a number', (x) => mul(-2, x), (x) => -2 * x, everywhere],
  ['div a number', (x) => div(3, x), (x) => 3 / x, above],
  // exp does not fall below e^−87.33, near the smallest normal float32: at 100 that is what is multiplied by 100²
  [
    'x^2 e^-x',
    (x) => mul(square(x), exp(neg(x))),
    (x) => x * x * Math.exp(-Math.min(x, Math.fround(87.33))),
    above,
  ],
]

const LARGEST = 3.4028234663852886e38
const SMALLEST = 1.2e-38

/** Each number within the tolerances of the exact one; beyond float32's range infinite; never NaN. */
const expectFloat32 = (
  actual: ArrayLike<number>,
  exact: readonly number[],
  rtol: number,
  atol: number,
  what: string,
) =>
  exact.forEach((e, i) => {
    const a = actual[i] as number
    if (Math.abs(e) > LARGEST) expect(a, what).toBe(Math.sign(e) * Number.POSITIVE_INFINITY)
    else expect(Math.abs(a - e), `${what}: ${a}, exactly ${e}`).toBeLessThanOrEqual(rtol * Math.abs(e) + atol)
  })

const slopeOf = (f: Formula, x: number): number => {
  const h = 1e-3 * Math.max(1, Math.abs(x)) * (Math.abs(x) < 0.1 ? 0.1 : 1)
  return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)
}
const bendOf = (f: Formula, x: number): number => {
  const h = 2e-3 * Math.max(1, Math.min(Math.abs(x), 4)) * (Math.abs(x) < 0.1 ? 0.5 : 1)
  return (16 * (f(x + h) + f(x - h)) - (f(x + 2 * h) + f(x - 2 * h)) - 30 * f(x)) / (12 * h * h)
}

const asUnary = (f: Unary) => (t: tf.Tensor) =>
  f(makeValue<Shape, M.Positive>(t, [t.size], D.positive)).tensor

onEachBackend('functions of one value', () => {
  for (const [name, f, exact, points] of unaries) {
    it(`${name}: values, also at ±100`, () => {
      const y = tf.tidy(() => asUnary(f)(tf.tensor1d([...points])).dataSync())
      expectFloat32(
        y,
        points.map((x) => exact(Math.fround(x))),
        2e-6,
        SMALLEST,
        name,
      )
    })
    it(`${name}: first and second derivative`, () => {
      const g = tf.grad((t: tf.Tensor) => tf.sum(asUnary(f)(t)))
      const x = tf.tensor1d([...points])
      const first = g(x).dataSync()
      // tf.grad refuses a constant, which the slope of a linear function is.
      const second = tf
        .grad((t: tf.Tensor) => tf.add(tf.sum(g(t)), tf.mul(0, tf.sum(t))))(x)
        .dataSync()
      points.forEach((p, i) => {
        const at = Math.fround(p)
        expectFloat32([first[i] as number], [slopeOf(exact, at)], 1e-5, 1e-6, `${name}' at ${p}`)
        // The difference quotient itself loses 1e-16 |f| / h².
        const rounding = (3e-15 * Math.abs(exact(at))) / 2e-3 ** 2
        expectFloat32([second[i] as number], [bendOf(exact, at)], 1e-4, 1e-6 + rounding, `${name}'' at ${p}`)
      })
    })
  }

  it('random points', () => {
    const everyPoint = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
      minLength: 1,
      maxLength: 20,
    })
    for (const [name, f, exact, points] of unaries) {
      fc.assert(
        fc.property(everyPoint, (numbers) => {
          const xs = points === above ? numbers.map((x) => Math.fround(Math.abs(x) + 0.01)) : numbers
          const y = tf.tidy(() => asUnary(f)(tf.tensor1d(xs)).dataSync())
          expectFloat32(y, xs.map(exact), 3e-6, 1e-6, name)
        }),
        { numRuns: 20 },
      )
    }
  })

  it('exp and softplus stay positive, with a finite gradient of their logarithm', () => {
    for (const f of [exp, softplus]) {
      const logOf = (t: tf.Tensor) => log(f(makeValue<Shape, M.Real>(t, [t.size], D.real))).tensor
      const x = tf.tensor1d([-1000, -200, -104, -90, -87, -20])
      expect([...logOf(x).dataSync()].every(Number.isFinite)).toBe(true)
      const slopes = tf
        .grad((t: tf.Tensor) => tf.sum(logOf(t)))(x)
        .dataSync()
      expectClose(slopes, [0, 0, 0, 0, 1, 1], 1e-4, 1e-6)
    }
  })

  it('keeps the gradient finite at ±100 and at 0', () => {
    for (const [name, f, , points] of unaries) {
      if (points === above || name === 'exp' || name === 'expm1') continue
      const g = tf
        .grad((t: tf.Tensor) => tf.sum(asUnary(f)(t)))(tf.tensor1d([-100, 0, 100]))
        .dataSync()
      expect([...g].every(Number.isFinite), `${name}: ${g}`).toBe(true)
    }
  })
})

// ── vectors ─────────────────────────────────────────────────────────────────────────────────────────────────────

const lse = (xs: readonly number[]) => {
  const m = Math.max(...xs)
  return m + Math.log(xs.reduce((s, x) => s + Math.exp(x - m), 0))
}
const rows = (data: ArrayLike<number>, n: number): number[][] =>
  Array.from({ length: data.length / n }, (_, i) =>
    Array.from({ length: n }, (_, j) => data[i * n + j] as number),
  )

/** A [datum 2] × event value from its tensor. */
const batch = (t: tf.Tensor): Real =>
  makeValue<Shape, M.Real>(t, t.shape.slice(1), D.real, [{ name: 'datum', size: t.shape[0] as number }])

onEachBackend('functions of vectors', () => {
  const extremes = [-100, 100, 0, 100, 100, -100, -100, -100, -100, 3, 1, 2]
  const x = () =>
    makeValue<[3], M.Real>(tf.tensor(extremes, [4, 3]), [3], D.real, [{ name: 'datum', size: 4 }])

  it('softmax, logSoftmax and logSumExp, also at ±100', () => {
    const exact = rows(extremes, 3)
    expectClose(logSumExp(x()).tensor.dataSync(), exact.map(lse), 1e-6, 1e-6)
    const shifted = exact.flatMap((r) => r.map((v) => v - lse(r)))
    expectClose(logSoftmax(x()).tensor.dataSync(), shifted, 1e-6, 1e-6)
    const probs = softmax(x())
    expectClose(probs.tensor.dataSync(), shifted.map(Math.exp), 2e-6, 1e-37)
    expect(D.simplex.outside(probs.tensor.dataSync(), [3])).toBeUndefined()
  })

  it('reductions over all event axes, or over one, from the front or the back', () => {
    const numbers = noise(2 * 3 * 4, 5)
    const v = makeValue<[3, 4], M.Real>(tf.tensor(numbers, [2, 3, 4]), [3, 4], D.real, [
      { name: 'datum', size: 2 },
    ])
    type Reduction = (v: AnyValue, axis?: number) => AnyValue
    const folds = [
      [sum, (xs: number[]) => xs.reduce((a, b) => a + b, 0)],
      [mean, (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length],
      [max, (xs: number[]) => Math.max(...xs)],
      [min, (xs: number[]) => Math.min(...xs)],
      [logSumExp, lse],
    ] as unknown as readonly (readonly [Reduction, (xs: readonly number[]) => number])[]
    const matrices = rows(numbers, 12).map((m) => rows(m, 4))
    const columns = (m: number[][]) => [0, 1, 2, 3].map((j) => m.map((r) => r[j] as number))
    for (const [f, fold] of folds) {
      expectClose(
        f(v).tensor.dataSync(),
        matrices.map((m) => fold(m.flat())),
        1e-5,
        1e-6,
      )
      for (const axis of [0, -2] as const) {
        const y = f(v, axis)
        expect(y.tensor.shape).toEqual([2, 4])
        expectClose(
          y.tensor.dataSync(),
          matrices.flatMap((m) => columns(m).map(fold)),
          1e-5,
          1e-6,
        )
      }
      for (const axis of [1, -1] as const) {
        const y = f(v, axis)
        expect(y.tensor.shape).toEqual([2, 3])
        expectClose(
          y.tensor.dataSync(),
          matrices.flatMap((m) => m.map(fold)),
          1e-5,
          1e-6,
        )
      }
    }
  })

  it('a reduction of a scalar is the scalar', () => {
    for (const f of [sum, mean, max, min, logSumExp]) expect(toArray(f(S.value(S.real(), 3)))).toBe(3)
  })

  const table = makeValue<[3, 2], M.Real>(tf.tensor(noise(6, 3), [3, 2]), [3, 2], D.real)
  const label = S.value(S.category(3), [2, 0])
  const bit = S.value(S.binary(3), [
    [1, 0, 1],
    [0, 1, 1],
  ])
  const other = () => batch(tf.tensor(noise(6, 9), [2, 3]))
  const particles = () =>
    makeValue<Shape, M.Real>(tf.tensor(noise(12, 9), [2, 2, 3]), [3], D.real, [
      { name: 'particle', size: 2 },
      { name: 'datum', size: 2 },
    ])
  /** Each as a function of x, an event of shape [3] with axis `datum` of size 2. */
  const twice: Readonly<Record<string, (x: Real) => AnyValue>> = {
    softmax,
    logSoftmax,
    logSumExp: (v) => logSumExp(v),
    sum: (v) => sum(v),
    mean: (v) => mean(v),
    max: (v) => max(v),
    min: (v) => min(v),
    add: (v) => add(v, particles()),
    sub: (v) => sub(particles(), v),
    mul: (v) => mul(v, particles()),
    'mul by itself': (v) => mul(v, v),
    'div by': (v) => div(other(), add(v, 3)),
    div: (v) => div(v, add(particles(), 3)),
    minimum: (v) => minimum(v, other()),
    maximum: (v) => maximum(v, particles()),
    'scalar and vector': (v) => mul(sum(v), v),
    'matMul on the left': (v) => matMul(v, table as Real),
    'matMul by itself': (v) => matMul(v, v),
    'matMul on the right': (v) => matMul(transpose(table) as Real, v),
    'matMul of batches': (v) => matMul(reshape(particles(), [3, 1]) as Real, reshape(v, [1, 3]) as Real),
    concat: (v) => concat(v, particles()),
    slice: (v) => slice(v, 1, 2),
    at: (v) => at(v, 2),
    stack: (v) => stack([v, particles(), v]),
    transpose: (v) => transpose(reshape(v, [1, 3])),
    'gather from a table of values': (v) => gather(reshape(v, [3, 1]), label as never),
    'gather from a table of parameters': (v) => mul(gather(table, label), sum(v)),
    where: (v) => where(bit, v, neg(v)),
    'where a comparison of it': (v) => where(greater(v, 0.1), square(v), mul(3, v)),
    'stopGradient beside it': (v) => mul(stopGradient(greater(v, 0)), v),
    lift: lift<Shape, M.Real, [Real]>(S.real(3), (t) => tf.mul(t, tf.square(t))),
  }
  for (const [name, f] of Object.entries(twice))
    it(`${name} is differentiable twice`, () => {
      tf.tidy(() =>
        expectDifferentiableTwice((t) => f(batch(t)).tensor, tf.tensor(noise(6, 7), [2, 3]), 0.01, 2e-3),
      )
    })

  it('gather is differentiable in the table', () => {
    const f = (t: tf.Tensor) => gather(makeValue<[3, 2], M.Real>(t, [3, 2], D.real), label).tensor
    tf.tidy(() => expectDifferentiableTwice(f, table.tensor))
    expectClose(
      f(table.tensor).dataSync(),
      [4, 5, 0, 1].map((i) => table.tensor.dataSync()[i] as number),
      0,
      0,
    )
  })

  it('stopGradient and comparisons have gradient 0', () => {
    for (const f of [
      stopGradient,
      (v: Real) => greater(v, 0),
      (v: Real) => equal(v, v),
      (v: Real) => lessEqual(0, v),
    ]) {
      const g = tf.grad((t: tf.Tensor) => tf.sum(f(batch(t)).tensor))(tf.tensor(noise(6, 7), [2, 3]))
      expect(Math.max(...g.abs().dataSync())).toBe(0)
    }
  })

  it('the branch that where does not take gets no gradient, even where it is infinite', () => {
    const g = tf.grad((t: tf.Tensor) => {
      const v = makeValue<Shape, M.Positive>(t, [3], D.positive)
      return tf.sum(where(greater(v, 0), v, -1).tensor)
    })(tf.tensor1d([-1, 0, 2]))
    expect([...g.dataSync()]).toEqual([0, 0, 1])
  })
})

// ── several values, aligned by name ─────────────────────────────────────────────────────────────────────────────

const sizes: Readonly<Record<string, number>> = { datum: 2, particle: 3, draw: 2 }
const axesArbitrary = fc
  .shuffledSubarray(Object.keys(sizes))
  .map((names): readonly Axis[] => names.map((name) => ({ name, size: sizes[name] as number })))

const numbered = (axes: readonly Axis[], shape: Shape, seed: number, map = (x: number) => x): Real => {
  const dims = [...axes.map((a) => a.size), ...shape]
  const data = noise(
    dims.reduce((a, b) => a * b, 1),
    seed,
  ).map(map)
  return makeValue<Shape, M.Real>(tf.tensor(data, dims), shape, D.real, axes, new Set([`v${seed}`]))
}

type Place = Readonly<Record<string, number>>

/** The event of a value at a place, whatever the order of its axes; axes that it lacks are ignored. */
const eventAt = (v: AnyValue, place: Place): number[] => {
  const size = v.shape.reduce((a, b) => a * b, 1)
  const offset = v.axes.reduce((o, a) => o * a.size + (place[a.name] as number), 0)
  return Array.from(v.tensor.dataSync().slice(offset * size, (offset + 1) * size))
}

const places = (axes: readonly Axis[]): Place[] =>
  axes.reduce<Place[]>(
    (all, a) => all.flatMap((p) => Array.from({ length: a.size }, (_, i) => ({ ...p, [a.name]: i }))),
    [{}],
  )

/** The result has exactly the axes of its arguments, and each of its events is what plain JS gives there. */
const expectAligned = (
  result: AnyValue,
  args: readonly AnyValue[],
  shape: Shape,
  f: (...events: number[][]) => number[],
) => {
  const names = new Set(args.flatMap((v) => v.axes.map((a) => a.name)))
  expect(new Set(result.axes.map((a) => a.name))).toEqual(names)
  expect(result.axes).toHaveLength(names.size)
  expect(result.shape).toEqual(shape)
  expect(result.tensor.shape).toEqual([...result.axes.map((a) => a.size), ...shape])
  expect(new Set(result.origins)).toEqual(new Set(args.flatMap((v) => [...v.origins])))
  for (const place of places(result.axes))
    expectClose(eventAt(result, place), f(...args.map((v) => eventAt(v, place))), 1e-5, 1e-6)
}

const entrywise =
  (f: (...xs: number[]) => number, n: number) =>
  (...events: number[][]): number[] =>
    Array.from({ length: n }, (_, i) => f(...events.map((e) => (e.length === 1 ? e[0] : e[i]) as number)))

const shapes = fc.constantFrom<readonly Shape[]>(
  [[], []],
  [[], [3]],
  [[3], []],
  [[3], [3]],
  [
    [2, 3],
    [2, 3],
  ],
  [[], [2, 3]],
)
const rounded = (x: number) => Math.round(x * 2)

onEachBackend('values meet by the names of their axes', () => {
  const binaries: readonly (readonly [
    string,
    (a: Real, b: Real) => AnyValue,
    (x: number, y: number) => number,
  ])[] = [
    ['add', (a, b) => add(a, b), (x, y) => x + y],
    ['sub', (a, b) => sub(a, b), (x, y) => x - y],
    ['mul', (a, b) => mul(a, b), (x, y) => x * y],
    ['div', (a, b) => div(a, b), (x, y) => x / y],
    ['minimum', (a, b) => minimum(a, b), Math.min],
    ['maximum', (a, b) => maximum(a, b), Math.max],
    ['greater', (a, b) => greater(a, b), (x, y) => Number(x > y)],
    ['greaterEqual', (a, b) => greaterEqual(a, b), (x, y) => Number(x >= y)],
    ['less', (a, b) => less(a, b), (x, y) => Number(x < y)],
    ['lessEqual', (a, b) => lessEqual(a, b), (x, y) => Number(x <= y)],
    ['equal', (a, b) => equal(a, b), (x, y) => Number(x === y)],
    ['notEqual', (a, b) => notEqual(a, b), (x, y) => Number(x !== y)],
  ]
  const compares = (name: string) => /qual|greater|less/.test(name)
  for (const [name, f, exact] of binaries)
    it(name, () => {
      fc.assert(
        fc.property(axesArbitrary, axesArbitrary, shapes, (ax, bx, both) => {
          const [sa, sb] = both as [Shape, Shape]
          tf.tidy(() => {
            // Comparisons meet ties; division stays away from 0.
            const map = compares(name) ? rounded : (x: number) => x + (name === 'div' ? 3 : 0)
            const [a, b] = [numbered(ax, sa, 3, map), numbered(bx, sb, 11, map)]
            const shape = sa.length === 0 ? sb : sa
            expectAligned(
              f(a, b),
              [a, b],
              shape,
              entrywise(
                exact,
                shape.reduce((p, n) => p * n, 1),
              ),
            )
          })
        }),
        { numRuns: 25 },
      )
    })

  it('where', () => {
    fc.assert(
      fc.property(axesArbitrary, axesArbitrary, axesArbitrary, shapes, (cx, ax, bx, both) => {
        const [sa, sb] = both as [Shape, Shape]
        const shape = sa.length === 0 ? sb : sa
        tf.tidy(() => {
          const bits = numbered(cx, shape, 7, (x) => Number(x > 0))
          const [a, b] = [numbered(ax, sa, 3), numbered(bx, sb, 11)]
          const c: Value<Shape, M.Binary> = { ...bits, domain: D.binary }
          expectAligned(
            where(c, a, b),
            [c, a, b],
            shape,
            entrywise(
              (k, x, y) => (k === 1 ? x : y) as number,
              shape.reduce((p, n) => p * n, 1),
            ),
          )
        })
      }),
      { numRuns: 40 },
    )
  })

  it('stack and concat', () => {
    fc.assert(
      fc.property(axesArbitrary, axesArbitrary, axesArbitrary, (ax, bx, cx) => {
        tf.tidy(() => {
          const [a, b, c] = [numbered(ax, [2], 3), numbered(bx, [2], 4), numbered(cx, [2], 5)]
          expectAligned(stack([a, b, c]), [a, b, c], [3, 2], (...events) => events.flat())
          const [m, n] = [numbered(ax, [2, 1], 3), numbered(bx, [2, 2], 4)]
          expectAligned(
            concat(m, n),
            [m, n],
            [2, 3],
            ([p, q] = [], [r, s, t, u] = []) => [p, r, s, q, t, u] as number[],
          )
        })
      }),
      { numRuns: 25 },
    )
  })

  const product =
    (m: number, k: number, n: number) =>
    (a: number[] = [], b: number[] = []) =>
      Array.from({ length: m * n }, (_, ij) =>
        Array.from(
          { length: k },
          (_, l) => (a[Math.floor(ij / n) * k + l] as number) * (b[l * n + (ij % n)] as number),
        ).reduce((x, y) => x + y, 0),
      )

  it('matMul, for matrices and vectors', () => {
    const forms: readonly (readonly [Shape, Shape, Shape, number, number, number])[] = [
      [[2, 3], [3, 4], [2, 4], 2, 3, 4],
      [[3], [3, 4], [4], 1, 3, 4],
      [[2, 3], [3], [2], 2, 3, 1],
      [[3], [3], [], 1, 3, 1],
    ]
    fc.assert(
      fc.property(
        axesArbitrary,
        axesArbitrary,
        fc.constantFrom(...forms),
        (ax, bx, [sa, sb, shape, m, k, n]) => {
          tf.tidy(() => {
            const [a, b] = [numbered(ax, sa, 3), numbered(bx, sb, 4)]
            expectAligned(matMul(a, b as never), [a, b], shape, product(m, k, n))
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it('gather, from tables with axes and without', () => {
    fc.assert(
      fc.property(axesArbitrary, axesArbitrary, (ax, bx) => {
        tf.tidy(() => {
          const table = numbered(ax, [3, 2], 3)
          const numbers = numbered(bx, [], 4, (x) => Math.floor(((x + 1) / 2) * 2.999))
          const label: Value<Shape, M.Category<3>> = { ...numbers, domain: D.category(3) }
          const row = (t: number[] = [], [l] = [0] as number[]) =>
            t.slice(2 * (l as number), 2 * (l as number) + 2)
          expectAligned(gather(table, label as never), [table, label], [2], row)
        })
      }),
      { numRuns: 25 },
    )
  })

  it('lift', () => {
    fc.assert(
      fc.property(axesArbitrary, axesArbitrary, (ax, bx) => {
        tf.tidy(() => {
          const [a, b] = [numbered(ax, [3], 3), numbered(bx, [1], 4)]
          const dot = lift<readonly [], M.Real, readonly [Real, Real]>(
            { shape: [], domain: D.real },
            (s, t) => tf.sum(tf.mul(s, t), -1),
          )
          expectAligned(dot(a, b), [a, b], [], ([x, y, z] = [], [w] = []) => [
            ((x as number) + (y as number) + (z as number)) * (w as number),
          ])
        })
      }),
      { numRuns: 25 },
    )
  })
})

describe('lift over a plate', () => {
  it('finds its elements in front of the event, behind whatever else a value is a batch of', () => {
    const k: Axis = { name: 'k', size: 3 }
    const [datum, support] = [
      { name: 'datum', size: 2 },
      { name: 'enum:e', size: 2 },
    ] as const
    const centered = lift<[], M.Real, readonly [Real]>({ shape: [], domain: D.real }, (t) =>
      tf.sub(t, tf.mean(t, -1, true)),
    )
    const orders: readonly (readonly Axis[])[] = [
      [datum, support, k],
      [datum, k, support],
      [k, datum, support],
    ]
    for (const axes of orders) {
      const x = makeValue<[], M.Real>(
        tf.tensor(
          noise(12, 2),
          axes.map((a) => a.size),
        ),
        [],
        D.real,
        axes,
      )
      const found = centered(x)
      const expected = tf.sub(x.tensor, tf.mean(x.tensor, axes.indexOf(k), true))
      const order = found.axes.map((a) => axes.findIndex((b) => b.name === a.name))
      expect(order.at(-1)).toBe(axes.indexOf(k))
      expectClose(found.tensor.dataSync(), tf.transpose(expected, order).dataSync(), 1e-6, 1e-6)
    }
  })
})

describe('shapes that do not meet', () => {
  const two = S.value(S.real(2), [1, 2])
  const three = S.value(S.real(3), [1, 2, 3])
  const matrix = S.value(S.real(2, 3), [
    [1, 2, 3],
    [4, 5, 6],
  ])

  it('a vector of N and a column of N never make N × N', () => {
    const x = S.value(S.real(), [1, 2, 3])
    const y = S.value(S.real(1), [[1], [2], [3]])
    expect(mul(x, y).tensor.shape).toEqual([3, 1])
    expect(refusal(() => add(S.value(S.real(3), [1, 2, 3]), y as never))).toBe(
      'add was given Real[3] and Real[1]',
    )
  })

  it('axes of one name and two sizes', () => {
    const a = S.value(S.real(), [1, 2])
    const b = S.value(S.real(), [1, 2, 3])
    for (const f of [
      () => add(a, b),
      () => stack([a, b]),
      () => where(greater(a, 0), b, 0),
      () => less(a, b),
    ])
      expect(refusal(f)).toBe("two values meet along the axis 'datum', one of size 2 and one of size 3")
  })

  it('names both parties', () => {
    expect(refusal(() => add(two, three as never))).toBe('add was given Real[2] and Real[3]')
    expect(refusal(() => where(greater(two, 0), three as never, 0 as never))).toBe(
      'where was given Binary[2] and Real[3]',
    )
    expect(refusal(() => stack([two, three]))).toBe('stack was given Real[2] and Real[3]')
    expect(refusal(() => concat(two, matrix))).toBe('concat was given Real[2] and Real[2, 3]')
    expect(refusal(() => concat(S.value(S.real(), 1), S.value(S.real(), 1)))).toBe(
      'concat was given Real and Real',
    )
    expect(refusal(() => matMul(matrix, two as never))).toBe('matMul: the inner sizes 3 and 2 differ')
    expect(refusal(() => matMul(S.value(S.real(), 1), two as never))).toBe(
      'matMul was given Real and Real[2]',
    )
    expect(refusal(() => slice(three, 2, 2))).toBe('slice(2, 2) was asked of Real[3]')
    expect(refusal(() => slice(three, -1, 2))).toBe('slice(-1, 2) was asked of Real[3]')
    expect(refusal(() => at(three, 3))).toBe('entry 3 was asked of Real[3]')
    expect(refusal(() => at(three, 0.5))).toBe('entry 0.5 was asked of Real[3]')
    expect(refusal(() => reshape(matrix, [4]))).toBe(
      'Real[2, 3] cannot be reshaped to [4]: 6 entries are not 4',
    )
    expect(refusal(() => sum(three, 1))).toBe('sum over axis 1 was asked of Real[3], which has 1 event axes')
    expect(refusal(() => softmax(S.value(S.real(), 1) as never))).toBe(
      'softmax works along the last event axis, but a scalar has none',
    )
    expect(refusal(() => log(two as never))).toBe('log takes Positive and was given Real[2]')
    const half = S.value(S.unit(), 0.5)
    expect(() => log(half as never)).toThrow(
      '→ Unit contains 0: clip(x, 1e-30, 1e30) is Positive, or write the',
    )
    expect(log(clip(half, 1e-30, 1e30)).tensor.dataSync()[0]).toBeCloseTo(Math.log(0.5), 6)
    expect(refusal(() => sqrt(two as never))).toBe('sqrt takes NonNegative and was given Real[2]')
    expect(refusal(() => gather(matrix, S.value(S.category(3), 1) as never))).toBe(
      'gather from a table of 2 rows was given Category(3)',
    )
    expect(refusal(() => gather(matrix, S.value(S.count(), 1) as never))).toBe(
      'gather takes a Category label and was given Count',
    )
    expect(refusal(() => where(two as never, two, 0))).toBe('where takes Binary and was given Real[2]')
    expect(refusal(() => powInteger(two, 0))).toBe('powInteger takes a whole number >= 1 and was given 0')
    expect(refusal(() => encodeOneHot(S.value(S.binary(), 1) as never))).toBe(
      'encodeOneHot takes a Category label and was given Binary',
    )
    expect(refusal(() => lift(S.real(2), (t: tf.Tensor) => t)(three))).toContain(
      'a tensor of shape [3] was given where axes [] and the event Real[2] ask for [2]',
    )
  })
})

// ── arrays ──────────────────────────────────────────────────────────────────────────────────────────────────────

describe('events as arrays', () => {
  const v = makeValue<[2, 3], M.Real>(tf.range(0, 12).reshape([2, 2, 3]), [2, 3], D.real, [
    { name: 'datum', size: 2 },
  ])
  it('slice, at, reshape and transpose leave the named axes in front', () => {
    expect(toArray(slice(v, 1, 2))).toEqual([
      [
        [1, 2],
        [4, 5],
      ],
      [
        [7, 8],
        [10, 11],
      ],
    ])
    expect(toArray(at(v, 1))).toEqual([
      [3, 4, 5],
      [9, 10, 11],
    ])
    expect(toArray(reshape(v, [3, 2]))).toEqual([
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
      [
        [6, 7],
        [8, 9],
        [10, 11],
      ],
    ])
    expect(toArray(transpose(v))).toEqual([
      [
        [0, 3],
        [1, 4],
        [2, 5],
      ],
      [
        [6, 9],
        [7, 10],
        [8, 11],
      ],
    ])
    expect(toArray(encodeOneHot(S.value(S.category(3), [2, 0])))).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ])
    for (const w of [slice(v, 1, 2), at(v, 1), reshape(v, [6]), transpose(v)]) expect(w.axes).toEqual(v.axes)
  })
  it('keep the origins', () => {
    const x = withOrigins(v, ['x'])
    for (const w of [
      slice(x, 1, 2),
      at(x, 1),
      reshape(x, [6]),
      transpose(x),
      sum(x),
      softmax(x),
      exp(x),
      stopGradient(x),
    ])
      expect([...w.origins]).toEqual(['x'])
  })
})

// ── domains ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** A row of the table: the compiler checks `printed` against the type of the result, the test against its value. */
const row = <V extends AnyValue>(v: V, printed: ShowValue<V>): readonly [AnyValue, string] => [v, printed]

const r = S.value(S.real(2), [-1, 2])
const n = S.value(S.nonNegative(2), [0, 2])
const p = S.value(S.positive(2), [0.5, 2])
const u = S.value(S.unit(2), [0, 0.5])
const c = S.value(S.count(2), [0, 3])
const b = S.value(S.binary(2), [0, 1])
const k = S.value(S.category(3), 1)
const s = S.value(S.simplex(2), [0.25, 0.75])
const o = S.value(S.oneHot(2), [0, 1])
const ordered = S.value(S.ordered(2), [0, 1])
const l = S.value(S.cholesky(2), [
  [1, 0],
  [0.5, 2],
])
const corr = S.value(S.correlation(2), [
  [1, 0.5],
  [0.5, 1],
])
const simplexes = S.value(S.simplex(3, 2), [
  [0.25, 0.75],
  [0, 1],
  [0.5, 0.5],
])

const domains = [
  row(add(r, p), 'Real[2]'),
  row(add(n, n), 'NonNegative[2]'),
  row(add(n, p), 'Positive[2]'),
  row(add(p, u), 'Positive[2]'),
  row(add(u, u), 'NonNegative[2]'),
  row(add(c, b), 'Count[2]'),
  row(add(o, o), 'Count[2]'),
  row(add(n, 1), 'Positive[2]'),
  row(add(n, 0), 'NonNegative[2]'),
  row(add(p, -1), 'Real[2]'),
  row(add(0.5, p), 'Positive[2]'),
  row(sub(p, p), 'Real[2]'),
  row(mul(r, p), 'Real[2]'),
  row(mul(p, p), 'Positive[2]'),
  row(mul(n, p), 'NonNegative[2]'),
  row(mul(u, u), 'Unit[2]'),
  row(mul(s, u), 'Unit[2]'),
  row(mul(b, b), 'Binary[2]'),
  row(mul(b, c), 'Count[2]'),
  row(mul(2, p), 'Positive[2]'),
  row(mul(-2, p), 'Real[2]'),
  row(div(p, p), 'Positive[2]'),
  row(div(n, p), 'NonNegative[2]'),
  row(div(r, p), 'Real[2]'),
  row(minimum(p, n), 'NonNegative[2]'),
  row(maximum(u, b), 'Unit[2]'),
  row(maximum(p, u), 'NonNegative[2]'),
  row(minimum(s, s), 'Unit[2]'),
  row(maximum(o, o), 'Binary[2]'),
  row(maximum(ordered, ordered), 'Real[2]'),
  row(neg(p), 'Real[2]'),
  row(abs(r), 'NonNegative[2]'),
  row(square(r), 'NonNegative[2]'),
  row(square(p), 'Positive[2]'),
  row(square(u), 'Unit[2]'),
  row(square(b), 'Binary[2]'),
  row(square(c), 'Count[2]'),
  row(square(s), 'Unit[2]'),
  row(exp(r), 'Positive[2]'),
  row(log(p), 'Real[2]'),
  row(log1p(n), 'NonNegative[2]'),
  row(expm1(r), 'Real[2]'),
  row(sqrt(n), 'NonNegative[2]'),
  row(sqrt(p), 'Positive[2]'),
  row(sqrt(b), 'NonNegative[2]'),
  row(tanh(r), 'Real[2]'),
  row(sigmoid(r), 'Unit[2]'),
  row(softplus(r), 'Positive[2]'),
  row(logSigmoid(r), 'Real[2]'),
  row(relu(r), 'NonNegative[2]'),
  row(leakyRelu(r), 'Real[2]'),
  row(elu(r), 'Real[2]'),
  row(gelu(r), 'Real[2]'),
  row(silu(r), 'Real[2]'),
  row(lgamma(p), 'Real[2]'),
  row(erf(r), 'Real[2]'),
  row(softmax(r), 'Simplex[2]'),
  row(logSoftmax(r), 'Real[2]'),
  row(stopGradient(s), 'Simplex[2]'),
  row(sum(r), 'Real'),
  row(sum(p), 'Positive'),
  row(sum(u), 'NonNegative'),
  row(sum(b), 'Count'),
  row(sum(o), 'Count'),
  row(sum(simplexes, 0), 'NonNegative[2]'),
  row(mean(p), 'Positive'),
  row(mean(b), 'NonNegative'),
  row(mean(r), 'Real'),
  row(logSumExp(p), 'Real'),
  row(max(b), 'Binary'),
  row(max(s), 'Unit'),
  row(min(o), 'Binary'),
  row(min(ordered), 'Real'),
  row(min(p), 'Positive'),
  row(greater(r, p), 'Binary[2]'),
  row(equal(r, 0), 'Binary[2]'),
  row(where(b, p, n), 'NonNegative[2]'),
  row(where(b, s, s), 'Unit[2]'),
  row(where(S.value(S.binary(), 1), s, o), 'Simplex[2]'),
  row(where(S.value(S.binary(), 1), ordered, ordered), 'Ordered[2]'),
  row(where(b, p, 1), 'Positive[2]'),
  row(where(b, p, -1), 'Real[2]'),
  row(matMul(p, p), 'Real'),
  row(matMul(simplexes, s), 'Real[3]'),
  row(stack([p, n]), 'NonNegative[2, 2]'),
  row(stack([s, s]), 'Simplex[2, 2]'),
  row(concat(p, p), 'Positive[4]'),
  row(concat(s, s), 'Unit[4]'),
  row(concat(s, o), 'Unit[4]'),
  row(concat(p, r), 'Real[4]'),
  row(slice(s, 0, 1), 'Unit[1]'),
  row(slice(o, 0, 1), 'Binary[1]'),
  row(slice(ordered, 0, 1), 'Real[1]'),
  row(slice(p, 0, 1), 'Positive[1]'),
  row(at(s, 0), 'Unit'),
  row(at(simplexes, 0), 'Simplex[2]'),
  row(at(l, 0), 'Real[2]'),
  row(at(p, 0), 'Positive'),
  row(reshape(simplexes, [2, 3]), 'Unit[2, 3]'),
  row(reshape(p, [2, 1]), 'Positive[2, 1]'),
  row(transpose(l), 'Real[2, 2]'),
  row(transpose(corr), 'Correlation[2, 2]'),
  row(transpose(simplexes), 'Unit[2, 3]'),
  row(gather(simplexes, k), 'Simplex[2]'),
  row(gather(S.value(S.simplex(3), [0.5, 0.25, 0.25]), k), 'Unit'),
  row(encodeOneHot(k), 'OneHot[3]'),
  row(lift(S.positive(2), (t: tf.Tensor) => tf.exp(t))(r), 'Positive[2]'),
  row(minimum(k, k), 'Category(3)'),
  row(mul(k, k), 'Count'),
  row(clip(r, -1, 1), 'Real[2]'),
  row(powInteger(r, 2), 'NonNegative[2]'),
  row(powInteger(r, 3), 'Real[2]'),
  row(powInteger(p, 3), 'Positive[2]'),
  row(sub(1, u), 'Unit[2]'),
  row(sub(1, b), 'Binary[2]'),
  row(sub(2, u), 'Real[2]'),
  row(clip(r, 0.1, 9), 'Positive[2]'),
  row(clip(r, 0, 9), 'NonNegative[2]'),
  row(clip(r, 0, 1), 'Unit[2]'),
]

describe('the domain of a result', () => {
  for (const [v, printed] of domains)
    it(`${printed} at compile time and at run time`, () => {
      expect(showSpaceOf(v)).toBe(printed)
      expect(v.domain.outside(v.tensor.dataSync(), v.shape)).toBeUndefined()
    })

  it('a clip within the unit interval, or above 0, is known at run time', () => {
    for (const [low, high, domain] of [
      [0, 1, D.unit],
      [0.5, 9, D.positive],
      [0.5, 0.9, D.positive],
      [0.5, 0.9, D.unit],
      [0, 9, D.nonNegative],
      [-1, 1, D.real],
    ] as const)
      expect(isWithin(clip(r, low, high).domain, domain)).toBe(true)
  })
})
