/** Random measures on finite sets as models, with a critic that is a free number for each point: everything is a finite sum. */
import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do } from '../../src/dsl/notation.js'
import { gather } from '../../src/dsl/operations/picking.js'
import { real, simplex, value } from '../../src/dsl/space.js'
import { fDivergence } from '../../src/inference/fDivergence.js'
import type { FDivergence } from '../../src/inference/fDivergences/table.js'
import type { AnyParams } from '../../src/testing/arbitraries/boundCase.js'

/** Two measures on one set; the masses are float32 numbers. */
export interface Pair {
  readonly p: readonly number[]
  readonly q: readonly number[]
}

const masses = (weights: readonly number[]): readonly number[] => {
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => Math.fround(w / total))
}

/** Weights over about three orders of magnitude. */
const weight = fc.double({ min: -7, max: 0, noNaN: true }).map(Math.exp)

/** Pairs of measures on 2 to 8 points, all of positive mass. */
export const pairs: fc.Arbitrary<Pair> = fc
  .array(fc.tuple(weight, weight), { minLength: 2, maxLength: 8 })
  .map((all) => ({ p: masses(all.map(([a]) => a)), q: masses(all.map(([, b]) => b)) }))

/** A pair with a critic: any number at each point. */
export const criticized: fc.Arbitrary<Pair & { readonly v: readonly number[] }> = pairs.chain((pair) =>
  fc
    .array(fc.double({ min: -6, max: 6, noNaN: true }).map(Math.fround), {
      minLength: pair.p.length,
      maxLength: pair.p.length,
    })
    .map((v) => ({ ...pair, v })),
)

/** c ~ Categorical(masses). */
export const labels = (probs: readonly number[]) =>
  pipe(
    Do,
    bind('c', () => categorical({ probs: value(simplex(probs.length), probs) })),
  )

/** A critic of n free numbers. */
export const table = (n: number) => parameter(real(n))

/** The bound of D_f(p ‖ q) with a free critic V. */
export const boundOf = (f: FDivergence, { p, q }: Pair) =>
  fDivergence(f, labels(p), labels(q), {
    nets: { V: table(p.length) },
    score: ({ c, V }) => gather(V(), c),
  })

/** The parameters of a free critic. */
export const paramsOf = (numbers: readonly number[], name = 'V'): AnyParams => ({
  [name]: { value: { shape: [numbers.length], data: Float32Array.from(numbers) } },
})
