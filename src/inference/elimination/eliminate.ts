/**
 * Variable elimination with plates: the sum over finite variables of a product of factors, without the joint table.
 *
 *   log Σ_z Π_i f_i(z_i)        z_i: the variables of factor i; f_i stands for an element of each of its plates
 *
 * A variable in a plate has one value per element, and its factors are one per element as well. So plates are done from
 * the inside out: the variables of the innermost plate are summed out of their factors, element by element; what is left
 * depends on outer variables only and is multiplied over the plate; and so on. The cost is the largest table met
 * (order.ts), which in a chain does not grow with its length.
 * Factors are of any kind with an algebra: tensors with gradients (logValues.ts), float64 tables (logTables.ts).
 * Errors: tag `model`, where a factor mixes the elements of a plate that one of its variables lies in, and where no order
 * of the plates does (two variables in different plates that meet in both).
 * Obermeyer et al., 2019, "Tensor variable elimination for plated factor graphs", algorithm 1.
 * Tested against all configurations in tests/inference/elimination/eliminate.test.ts.
 */
import { fail } from '../../dsl/error.js'
import type { Axis } from '../../dsl/value.js'
import { eliminationOrder } from './order.js'

/** What can be done with factors; all in logarithms. */
export interface Algebra<F> {
  /** Variables, plates, and whatever else a factor is a batch of. */
  readonly axes: (f: F) => readonly Axis[]
  /** Σ of the logarithms, aligned by name. */
  readonly product: (factors: readonly F[]) => F
  /** log Σ exp along a variable. */
  readonly sumOut: (f: F, variable: string) => F
  /** Σ of the logarithms along plates. */
  readonly productOver: (f: F, plates: readonly string[]) => F
}

/** The variables to sum out, each with the plates that it lies in. */
export type Variables = ReadonlyMap<string, readonly string[]>

interface Setting<F> {
  readonly algebra: Algebra<F>
  readonly variables: Variables
  readonly plates: ReadonlySet<string>
}

/** A factor, with its variables and its plates. */
interface Node<F> {
  readonly factor: F
  readonly variables: readonly string[]
  readonly plates: readonly string[]
  readonly axes: readonly Axis[]
}

const nodeOf = <F>({ algebra, variables, plates }: Setting<F>, factor: F): Node<F> => {
  const axes = algebra.axes(factor)
  const names = axes.map((a) => a.name)
  const node = {
    factor,
    axes,
    variables: names.filter((name) => variables.has(name)),
    plates: names.filter((name) => plates.has(name)).sort(),
  }
  for (const v of node.variables)
    for (const plate of variables.get(v) ?? []) if (!node.plates.includes(plate)) failMixed(v, plate)
  return node
}

/** The name of a variable in sentences: that of its site. */
const shown = (variable: string): string => variable.replace(/^enum:/, '')

const failMixed = (variable: string, plate: string): never =>
  fail(
    'model',
    shown(variable),
    `site '${shown(variable)}' is summed out for each element of the plate ${plate}, but a factor depends on several elements at once`,
    "give the site another method than 'enumerate'",
  )

const failCrossed = (variables: readonly string[], plates: readonly string[]): never =>
  fail(
    'model',
    shown(variables[0] ?? ''),
    `sites ${variables.map((v) => `'${shown(v)}'`).join(' and ')} meet in the plates ${plates.join(' and ')}, and none of them lies in both: no order sums them out`,
    "give one of them another method than 'enumerate'",
  )

/** Sums the variables out of the factors, the smallest table first. */
const sumProduct = <F>(
  setting: Setting<F>,
  nodes: readonly Node<F>[],
  which: readonly string[],
): readonly Node<F>[] => {
  const sizes = new Map(nodes.flatMap((n) => n.axes.map((a) => [a.name, a.size] as const)))
  const { order } = eliminationOrder(
    nodes.map((n) => n.variables),
    (name) => sizes.get(name) ?? 1,
    [which],
  )
  return order.reduce((left, v) => {
    const along = left.filter((n) => n.variables.includes(v))
    if (along.length === 0) return left
    const joined = setting.algebra.product(bySize(along).map((n) => n.factor))
    return [
      ...left.filter((n) => !n.variables.includes(v)),
      nodeOf(setting, setting.algebra.sumOut(joined, v)),
    ]
  }, nodes)
}

/** Small factors first, so that few products are of the full size. */
const bySize = <F>(nodes: readonly Node<F>[]): readonly Node<F>[] =>
  [...nodes].sort((a, b) => a.axes.length - b.axes.length)

/** The innermost plates among these factors. */
const innermost = <F>(nodes: readonly Node<F>[]): readonly string[] =>
  nodes.reduce<readonly string[]>((best, n) => (n.plates.length > best.length ? n.plates : best), [])

/** What is left of a factor goes to the plates of the variables that it still has. */
const toOuterPlates = <F>(setting: Setting<F>, n: Node<F>): Node<F> => {
  const needed = new Set(n.variables.flatMap((v) => setting.variables.get(v) ?? []))
  const gone = n.plates.filter((plate) => !needed.has(plate))
  if (gone.length === 0) return failCrossed(n.variables, n.plates)
  return nodeOf(setting, setting.algebra.productOver(n.factor, gone))
}

/** log Σ over all variables of the product of the factors, and Π over the plates; other axes stay. */
export const eliminate = <F>(
  factors: readonly F[],
  variables: Variables,
  plates: Iterable<string>,
  algebra: Algebra<F>,
): F => {
  const setting: Setting<F> = { algebra, variables, plates: new Set(plates) }
  let nodes: readonly Node<F>[] = factors.map((f) => nodeOf(setting, f))
  for (;;) {
    const at = innermost(nodes).join()
    const inside = nodes.filter((n) => n.plates.join() === at)
    const own = [...variables.keys()].filter((v) => [...(variables.get(v) ?? [])].sort().join() === at)
    const summed = sumProduct(setting, inside, own)
    if (at === '') return algebra.product(summed.map((n) => n.factor))
    nodes = [...nodes.filter((n) => n.plates.join() !== at), ...summed.map((n) => toOuterPlates(setting, n))]
  }
}
