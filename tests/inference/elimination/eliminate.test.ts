/**
 * eliminate, with tensors and with float64 tables, against the sum over all configurations of all plate elements in plain
 * loops: random graphs of up to 5 variables in up to two nested plates, impossible configurations among them.
 */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { real } from '../../../src/dsl/domain.js'
import { GiryException } from '../../../src/dsl/error.js'
import { type Axis, makeValue } from '../../../src/dsl/value.js'
import { eliminate } from '../../../src/inference/elimination/eliminate.js'
import { type LogTable, logTables } from '../../../src/inference/elimination/logTables.js'
import { logValues } from '../../../src/inference/elimination/logValues.js'
import type { Scalar } from '../../../src/inference/estimators/draws.js'
import { type Stream, streamOf } from '../../../src/testing/arbitraries/stream.js'

interface Variable {
  readonly name: string
  readonly size: number
  readonly plates: readonly string[]
}

const plateSizes: Readonly<Record<string, number>> = { a: 2, b: 2 }
/** Plates that can be nested: none, a, a and b. */
const nestings = [[], ['a'], ['a', 'b']] as const

const randomGraph = (s: Stream, nested: boolean) => {
  const variables: readonly Variable[] = Array.from({ length: s.integer(1, nested ? 3 : 5) }, (_, i) => ({
    name: `enum:z${i}`,
    size: nested ? 2 : s.integer(2, 3),
    plates: nested ? [...s.one(nestings)] : [],
  }))
  const scopes = [
    ...variables.map((v) => [v]),
    ...Array.from({ length: s.integer(0, 5) }, () => s.some(variables)),
  ]
  const factors: readonly LogTable[] = scopes.map((scope) => {
    const plates = new Set(scope.flatMap((v) => v.plates))
    if (nested && s.integer(0, 2) === 0) plates.add('a')
    const axes: readonly Axis[] = [
      ...[...plates].map((name) => ({ name, size: plateSizes[name] as number })),
      ...scope.map((v) => ({ name: v.name, size: v.size })),
    ]
    const n = axes.reduce((k, a) => k * a.size, 1)
    // Float32 numbers, and now and then an impossible configuration.
    const data = Float64Array.from(s.normals(n, 1.5), (x) =>
      s.integer(0, 19) === 0 ? Number.NEGATIVE_INFINITY : Math.fround(x),
    )
    return { axes, data }
  })
  return { variables, factors }
}

/** Plate elements as records: every assignment of indices to plates. */
const elements = (plates: readonly string[]): readonly Readonly<Record<string, number>>[] =>
  plates.reduce<readonly Readonly<Record<string, number>>[]>(
    (all, k) =>
      all.flatMap((e) => Array.from({ length: plateSizes[k] as number }, (_, i) => ({ ...e, [k]: i }))),
    [{}],
  )

/** log Σ over every copy of every variable of Π over every element of every factor. */
const bruteForce = (variables: readonly Variable[], factors: readonly LogTable[]): number => {
  const keyOf = (v: Variable, at: Readonly<Record<string, number>>) =>
    `${v.name}${v.plates.map((k) => at[k]).join()}`
  const copies = variables.flatMap((v) =>
    elements(v.plates).map((at) => ({ key: keyOf(v, at), size: v.size })),
  )
  const values = new Map<string, number>()
  const term = (f: LogTable): number =>
    elements(f.axes.map((a) => a.name).filter((n) => n in plateSizes)).reduce((sum, at) => {
      const place = f.axes.reduce((i, a) => {
        const v = variables.find((x) => x.name === a.name)
        return i * a.size + (v === undefined ? (at[a.name] as number) : (values.get(keyOf(v, at)) as number))
      }, 0)
      return sum + (f.data[place] as number)
    }, 0)
  const sum = (i: number): number => {
    const copy = copies[i]
    if (copy === undefined) return Math.exp(factors.reduce((t, f) => t + term(f), 0))
    let s = 0
    for (let x = 0; x < copy.size; x++) {
      values.set(copy.key, x)
      s += sum(i + 1)
    }
    return s
  }
  return Math.log(sum(0))
}

const asValue = (f: LogTable): Scalar =>
  makeValue(
    tf.tensor(
      Float32Array.from(f.data),
      f.axes.map((a) => a.size),
    ),
    [],
    real,
    f.axes,
  ) as Scalar

const variablesOf = (variables: readonly Variable[]) => new Map(variables.map((v) => [v.name, v.plates]))

describe('eliminate', () => {
  it.each([
    ['without plates', false],
    ['in nested plates', true],
  ])('is the sum over all configurations, %s', (_, nested) => {
    for (let seed = 0; seed < 150; seed++) {
      const { variables, factors } = randomGraph(streamOf(seed), nested)
      const exact = bruteForce(variables, factors)
      const tables = eliminate(factors, variablesOf(variables), Object.keys(plateSizes), logTables)
      const tensors = tf.tidy(
        () =>
          eliminate(
            factors.map(asValue),
            variablesOf(variables),
            Object.keys(plateSizes),
            logValues,
          ).tensor.dataSync()[0],
      ) as number
      if (exact === Number.NEGATIVE_INFINITY) {
        expect([tables.data[0], tensors], `seed ${seed}`).toEqual([exact, exact])
        continue
      }
      expect(Math.abs((tables.data[0] as number) - exact), `seed ${seed}`).toBeLessThan(
        1e-12 * (1 + Math.abs(exact)),
      )
      expect(Math.abs(tensors - exact), `seed ${seed}`).toBeLessThan(3e-6 * (1 + Math.abs(exact)))
    }
  })

  it('keeps other axes as a batch', () => {
    const datum = { name: 'datum', size: 2 }
    const z = { name: 'enum:z', size: 2 }
    const f: LogTable = { axes: [datum, z], data: Float64Array.of(0, 1, 2, 3) }
    const g: LogTable = { axes: [z], data: Float64Array.of(-1, 0.5) }
    const found = eliminate([f, g], new Map([['enum:z', []]]), [], logTables)
    expect(found.axes).toEqual([datum])
    expect(found.data[1]).toBeCloseTo(Math.log(Math.exp(1) + Math.exp(3.5)), 12)
  })

  it('has the posterior marginals as its gradient', () => {
    const { variables, factors } = randomGraph(streamOf(3), false)
    const exact = bruteForce(variables, factors)
    const first = factors[0] as LogTable
    const gradient = tf.tidy(() =>
      tf
        .grad((t: tf.Tensor) => {
          const moved = factors.map((f, i) =>
            i === 0 ? (makeValue(t, [], real, f.axes) as Scalar) : asValue(f),
          )
          return eliminate(moved, variablesOf(variables), [], logValues).tensor
        })(asValue(first).tensor)
        .dataSync(),
    )
    first.data.forEach((_, i) => {
      const only = { ...first, data: first.data.map((x, j) => (j === i ? x : Number.NEGATIVE_INFINITY)) }
      const marginal = Math.exp(bruteForce(variables, [only, ...factors.slice(1)]) - exact)
      expect(Math.abs((gradient[i] as number) - marginal)).toBeLessThan(1e-5)
    })
  })
})

const sentenceOf = (f: () => unknown): string => {
  try {
    f()
  } catch (e) {
    expect(e).toBeInstanceOf(GiryException)
    return (e as GiryException).errors[0]?.message ?? ''
  }
  return 'no error'
}

describe('sentences', () => {
  const z = { name: 'enum:z', size: 2 }
  const w = { name: 'enum:w', size: 2 }
  const a = { name: 'a', size: 2 }
  const b = { name: 'b', size: 2 }
  const zeros = (...axes: Axis[]): LogTable => ({ axes, data: new Float64Array(2 ** axes.length) })

  it('for a factor that mixes the elements of a plate', () => {
    expect(sentenceOf(() => eliminate([zeros(z)], new Map([['enum:z', ['a']]]), ['a'], logTables))).toBe(
      "site 'z' is summed out for each element of the plate a, but a factor depends on several elements at once",
    )
  })

  it('for variables that meet across plates', () => {
    const variables = new Map([
      ['enum:z', ['a']],
      ['enum:w', ['b']],
    ])
    expect(sentenceOf(() => eliminate([zeros(a, b, z, w)], variables, ['a', 'b'], logTables))).toBe(
      "sites 'z' and 'w' meet in the plates a and b, and none of them lies in both: no order sums them out",
    )
  })
})
