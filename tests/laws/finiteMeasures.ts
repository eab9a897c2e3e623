/** Random measures on finite sets as models, with a critic that is a free number for each point: everything is a finite sum. */
import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { expect } from 'vitest'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, nets } from '../../src/dsl/notation.js'
import type { AnyObjective, Objective } from '../../src/dsl/objective.js'
import { gather } from '../../src/dsl/operations/picking.js'
import { real } from '../../src/dsl/space.js'
import { fDivergence } from '../../src/inference/fDivergence.js'
import { activationOnto } from '../../src/inference/fDivergences/activation.js'
import type { FDivergence } from '../../src/inference/fDivergences/table.js'
import type { AnyParams } from '../../src/testing/arbitraries/boundCase.js'
import type { Agreement } from '../../src/testing/laws/agreement.js'

/** Two measures on one set, and any critic: a number at each point. */
export interface Pair {
  readonly p: readonly number[]
  readonly q: readonly number[]
  readonly v: readonly number[]
}

const masses = (logits: readonly number[]): readonly number[] => {
  const weights = logits.map(Math.exp)
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => w / total)
}

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })

/** Pairs of measures on 2 to 8 points, of masses over three orders of magnitude, with critics. */
export const pairs: fc.Arbitrary<Pair> = fc
  .array(fc.tuple(number(-7, 0), number(-7, 0), number(-6, 6)), { minLength: 2, maxLength: 8 })
  .map((all) => ({
    p: masses(all.map(([a]) => a)),
    q: masses(all.map(([, b]) => b)),
    v: all.map(([, , v]) => Math.fround(v)),
  }))

/** A critic or a logit of n free numbers. */
export const table = (n: number) => parameter(real(n))

/** c ~ Categorical, its n logits the net P. */
export const measureP = (n: number) =>
  pipe(
    Do,
    nets({ P: table(n) }),
    bind('c', ({ P }) => categorical({ logits: P() })),
  )

/** c ~ Categorical, its n logits the net Q. */
export const measureQ = (n: number) =>
  pipe(
    Do,
    nets({ Q: table(n) }),
    bind('c', ({ Q }) => categorical({ logits: Q() })),
  )

/** The bound of D_f(p ‖ q) with a free critic V, on n points. */
export const boundOf = (f: FDivergence, n: number) =>
  fDivergence(f, measureP(n), measureQ(n), {
    nets: { V: table(n) },
    score: ({ c, V }) => gather(V(), c),
  })

/** Free numbers as the parameters of nets. */
export const paramsOf = (numbers: Readonly<Record<string, readonly number[]>>): AnyParams =>
  Object.fromEntries(
    Object.entries(numbers).map(([name, xs]) => [
      name,
      { value: { shape: [xs.length], data: Float32Array.from(xs) } },
    ]),
  )

/** The parameters of a pair with a critic: `boundOf` at these is the bound of this pair. */
export const paramsAt = ({ p, q }: Pair, v: readonly number[]): AnyParams =>
  paramsOf({ P: p.map(Math.log), Q: q.map(Math.log), V: v })

/** Fails with both numbers unless a law holds. */
export const verdict = (v: {
  readonly holds: boolean
  readonly found: number
  readonly bound: number
}): void => {
  expect(v.holds, `${v.found} exceeds ${v.bound}`).toBe(true)
}

/** Agreement up to this error. */
export const within =
  (tolerance: number): Agreement =>
  (found, expected) => {
    const error = Math.abs(found - expected)
    return { holds: error <= tolerance, found: error, bound: tolerance }
  }

/**
 * Agreement of a float32 sum: each summand is rounded to 2^−24 of itself a few times (masses go through their logarithm), so
 * the error is at most K · 2^−24 · Σ |summand|, K = 40 (found: 15 for α = 3, below 4 for the rows with a name).
 */
export const ulps = (size: number): Agreement => within(40 * 2 ** -24 * size)

/** One objective for each number of points. */
export const forSize = <T, D>(build: (n: number) => Objective<T, D>) => {
  const built = new Map<number, AnyObjective>()
  return (n: number): AnyObjective => {
    const o = built.get(n) ?? (build(n) as never)
    built.set(n, o)
    return o
  }
}

/** Σ |summand| of the bound at a critic. */
export const sizeOf = (row: FDivergence, { p, q }: Pair, v: readonly number[]): number => {
  const g = activationOnto(row.finiteOn)
  const end = Number.isFinite(row.finiteOn.high) ? Math.abs(row.finiteOn.high) : 0
  return v.reduce((s, x, i) => {
    const t = g.onNumber(x)
    return (
      s + (p[i] as number) * (1 + Math.abs(t) + end) + (q[i] as number) * (1 + Math.abs(row.conjugate(t)))
    )
  }, 0)
}
