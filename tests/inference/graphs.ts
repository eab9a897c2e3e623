/**
 * Random graphs of a bound: p over a few latents in a random order of dependence, q over the same latents in another.
 * Families come from a small pool, so that some pairs have a closed form and some have none.
 */
import fc from 'fast-check'
import type { AnyDistribution } from '../../src/dsl/distribution.js'
import { laplace } from '../../src/dsl/distributions/laplace.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import type { AnyModel } from '../../src/dsl/model.js'
import { bind, Do, given } from '../../src/dsl/notation.js'
import { add } from '../../src/dsl/operations/arithmetic.js'
import { real } from '../../src/dsl/space.js'
import type { AnyValue } from '../../src/dsl/value.js'

/** A site of a random graph: its family and what it conditions on. */
export interface Node {
  readonly name: string
  readonly family: 'normal' | 'laplace'
  readonly parents: readonly string[]
}

/** The two sides of a random bound. */
export interface Graphs {
  readonly p: readonly Node[]
  readonly q: readonly Node[]
}

const nodes = (order: readonly string[], before: readonly string[]): fc.Arbitrary<readonly Node[]> =>
  fc.tuple(
    ...order.map((name, i) =>
      fc.record({
        name: fc.constant(name),
        family: fc.constantFrom('normal' as const, 'laplace' as const),
        parents: fc.subarray([...before, ...order.slice(0, i)]),
      }),
    ),
  )

/** Random graphs with one to four latents and one datum x. */
export const graphs: fc.Arbitrary<Graphs> = fc.integer({ min: 1, max: 4 }).chain((k) => {
  const latents = Array.from({ length: k }, (_, i) => `z${i + 1}`)
  return fc
    .shuffledSubarray(latents, { minLength: k, maxLength: k })
    .chain((order) => fc.record({ p: nodes([...latents, 'x'], []), q: nodes(order, ['x']) }))
})

const located = (node: Node, context: Readonly<Record<string, AnyValue>>): AnyDistribution => {
  const [first, ...rest] = node.parents.map((parent) => context[parent] as AnyValue)
  if (first === undefined) return node.family === 'normal' ? standardNormal() : laplace({ loc: 0, scale: 1 })
  const loc = rest.reduce((a, b) => add(a, b) as AnyValue, first)
  return (node.family === 'normal' ? normal : laplace)({ loc, scale: 1 } as never)
}

const drawing = (start: unknown, all: readonly Node[]): AnyModel =>
  all.reduce(
    (model, node) =>
      (bind as never as (n: string, d: unknown) => (m: AnyModel) => AnyModel)(node.name, (c: never) =>
        located(node, c),
      )(model),
    start as AnyModel,
  )

/** The models of a random bound. */
export const modelsOf = ({ p, q }: Graphs): { readonly p: AnyModel; readonly q: AnyModel } => ({
  p: drawing(Do, p),
  q: drawing(given({ x: real() }), q),
})
