/**
 * Random finite models: a directed graph of labels and coins with random tables.
 *
 *   z_i ~ Categorical or Bernoulli (logits = row of a table, chosen by the values of its parents)        i = 1 … 3
 *   x_j | parents among z, likewise                                                                      j = 1 … 2
 *   q: the latents in the order of p or in the reverse order, with parents among the data and what q drew before
 *
 * log P(x) is a sum over at most 64 configurations. The exact posterior factorizes along the order of p, each latent
 * given all data and all latents before. Tables are parameters of nets, so gradients reach them.
 */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { bernoulli } from '../../dsl/distributions/bernoulli.js'
import { categorical } from '../../dsl/distributions/categorical.js'
import { category } from '../../dsl/domain.js'
import type { AnyModel } from '../../dsl/model.js'
import { parameter } from '../../dsl/nets/parameter.js'
import { lift } from '../../dsl/operations/lift.js'
import { gather } from '../../dsl/operations/picking.js'
import { binary, category as label, real } from '../../dsl/space.js'
import type { AnyValue } from '../../dsl/value.js'
import {
  type AnyContext,
  type AnyParams,
  type AnyReal,
  arrayOf,
  type BoundCase,
  bindAny,
  emptyModel,
  givenAny,
  netsAny,
  seeds,
} from './boundCase.js'
import { type Stream, streamOf } from './stream.js'

/** One site: its name, its number of values, its parents, and the log odds (bernoulli) or logits of each row. */
export interface FiniteNode {
  readonly name: string
  readonly kind: 'bernoulli' | 'categorical'
  readonly size: number
  readonly parents: readonly string[]
  /** Row-major: one number a row for a bernoulli, `size` of them for a categorical. */
  readonly table: readonly number[]
}

/** The nodes of a finite case. */
export interface FiniteFacts {
  readonly latents: readonly FiniteNode[]
  readonly observed: readonly FiniteNode[]
  readonly proposal: readonly FiniteNode[]
  readonly posterior: readonly FiniteNode[]
}

/** The values of some sites, by name. */
export type Assignment = Readonly<Record<string, number>>

type Shapes = Pick<FiniteNode, 'name' | 'kind' | 'size'>

/** The row of a node's table that its parents choose: the first parent is the slowest digit. */
export const rowOf = (node: FiniteNode, sizes: Readonly<Record<string, number>>, at: Assignment): number =>
  node.parents.reduce((row, parent) => row * (sizes[parent] as number) + (at[parent] as number), 0)

/** The log mass of a node at an assignment. */
export const logMass = (
  node: FiniteNode,
  sizes: Readonly<Record<string, number>>,
  at: Assignment,
): number => {
  const row = rowOf(node, sizes, at)
  const x = at[node.name] as number
  const logits =
    node.kind === 'bernoulli'
      ? [0, node.table[row] as number]
      : node.table.slice(row * node.size, (row + 1) * node.size)
  const top = Math.max(...logits)
  return (logits[x] as number) - top - Math.log(logits.reduce((a, l) => a + Math.exp(l - top), 0))
}

/** Every assignment of the nodes. */
export const assignments = (nodes: readonly Shapes[]): readonly Assignment[] =>
  nodes.reduce<readonly Assignment[]>(
    (all, n) => all.flatMap((a) => Array.from({ length: n.size }, (_, x) => ({ ...a, [n.name]: x }))),
    [{}],
  )

const width = (n: Shapes): number => (n.kind === 'bernoulli' ? 1 : n.size)
const rowsOf = (parents: readonly string[], sizes: Readonly<Record<string, number>>): number =>
  parents.reduce((n, parent) => n * (sizes[parent] as number), 1)

const randomShape = (s: Stream, name: string): Shapes => {
  const kind = s.one(['bernoulli', 'categorical'] as const)
  return { name, kind, size: kind === 'bernoulli' ? 2 : s.integer(2, 4) }
}

/** One latent keeps its edge to the data whatever the toss says. */
const someParents = (s: Stream, from: readonly string[], atLeast: number): readonly string[] => {
  const chosen = s.some(from)
  return chosen.length >= Math.min(atLeast, from.length) ? chosen : [s.one(from)]
}

const nodeOf = (
  s: Stream,
  shape: Shapes,
  parents: readonly string[],
  sizes: Readonly<Record<string, number>>,
): FiniteNode => ({
  ...shape,
  parents,
  table: s.normals(rowsOf(parents, sizes) * width(shape), 1.5),
})

const tableName = (side: 'p' | 'q', name: string): string => `${side}_${name}`

/** The joint label of the parents. */
const rowValue = (
  node: FiniteNode,
  sizes: Readonly<Record<string, number>>,
  context: AnyContext,
): AnyValue => {
  const radix = node.parents.map((parent) => sizes[parent] as number)
  const join = (...parents: readonly tf.Tensor[]) =>
    parents.reduce(
      (row, parent, i) => tf.add(tf.mul(row, radix[i] as number), parent),
      tf.zerosLike(parents[0] as tf.Tensor),
    )
  const space = { shape: [] as [], domain: category(rowsOf(node.parents, sizes)) }
  return lift<[], unknown, readonly AnyValue[]>(space, join as never, { elementwise: true })(
    ...node.parents.map((parent) => context[parent] as AnyValue),
  )
}

const logitsOf = (
  node: FiniteNode,
  side: 'p' | 'q',
  sizes: Readonly<Record<string, number>>,
  context: AnyContext,
): AnyReal => {
  const table = (context[tableName(side, node.name)] as (...xs: readonly AnyValue[]) => AnyReal)()
  return (
    node.parents.length === 0 ? table : gather(table, rowValue(node, sizes, context) as never)
  ) as AnyReal
}

const addNode =
  (side: 'p' | 'q', sizes: Readonly<Record<string, number>>) =>
  (model: AnyModel, node: FiniteNode): AnyModel => {
    const space = real(...tableShape(node, sizes))
    const draw = (context: AnyContext) => {
      const logits = logitsOf(node, side, sizes, context)
      return node.kind === 'bernoulli' ? bernoulli({ logits }) : categorical({ logits })
    }
    return bindAny(node.name, draw)(netsAny({ [tableName(side, node.name)]: parameter(space) })(model))
  }

const tableShape = (node: FiniteNode, sizes: Readonly<Record<string, number>>): readonly number[] => [
  ...(node.parents.length === 0 ? [] : [rowsOf(node.parents, sizes)]),
  ...(node.kind === 'bernoulli' ? [] : [node.size]),
]

const paramsOf = (
  side: 'p' | 'q',
  nodes: readonly FiniteNode[],
  sizes: Readonly<Record<string, number>>,
): AnyParams =>
  Object.fromEntries(
    nodes.map((n) => [tableName(side, n.name), { value: arrayOf(tableShape(n, sizes), n.table) }]),
  )

const logSumExp = (xs: readonly number[]): number => {
  const top = Math.max(...xs)
  return top === Number.NEGATIVE_INFINITY
    ? top
    : top + Math.log(xs.reduce((a, x) => a + Math.exp(x - top), 0))
}

/** The conditional tables of the exact posterior, along the order of p. */
const posteriorOf = (
  latents: readonly FiniteNode[],
  observed: readonly FiniteNode[],
  sizes: Readonly<Record<string, number>>,
) =>
  latents.map((node, i): FiniteNode => {
    const parents = [...observed, ...latents.slice(0, i)]
    const rest = assignments(latents.slice(i + 1))
    const logJoint = (a: Assignment) =>
      [...latents, ...observed].reduce((l, n) => l + logMass(n, sizes, a), 0)
    const table = assignments(parents).flatMap((a) => {
      const logits = Array.from({ length: node.size }, (_, x) =>
        logSumExp(rest.map((r) => logJoint({ ...a, ...r, [node.name]: x }))),
      )
      const top = logSumExp(logits)
      return node.kind === 'bernoulli'
        ? [(logits[1] as number) - (logits[0] as number)]
        : logits.map((l) => l - top)
    })
    return { ...node, parents: parents.map((n) => n.name), table }
  })

/** A random finite model from a seed, with this many latents. */
export const finiteCase = (
  seed: number,
  count = 1 + (seed % 3),
  rows = 2,
): BoundCase<FiniteFacts> & { readonly posterior: AnyModel } => {
  const s = streamOf(seed)
  const shapes = Array.from({ length: count }, (_, i) => randomShape(s, `z${i + 1}`))
  const seen = Array.from({ length: s.integer(1, 2) }, (_, j) => randomShape(s, `x${j + 1}`))
  const sizes = Object.fromEntries([...shapes, ...seen].map((n) => [n.name, n.size]))
  const names = shapes.map((n) => n.name)
  const latents = shapes.map((n, i) => nodeOf(s, n, s.some(names.slice(0, i)), sizes))
  const observed = seen.map((n) => nodeOf(s, n, someParents(s, names, 1), sizes))
  const order = s.one([shapes, [...shapes].reverse()])
  const before = (i: number) => [...seen.map((n) => n.name), ...order.slice(0, i).map((n) => n.name)]
  const proposal = order.map((n, i) => nodeOf(s, n, s.some(before(i)), sizes))
  const posterior = posteriorOf(latents, observed, sizes)
  const inputs = givenAny(
    Object.fromEntries(seen.map((n) => [n.name, n.kind === 'bernoulli' ? binary() : label(n.size)])),
  )
  const arrow = (n: FiniteNode) => `${n.parents.join(' ')} → ${n.name}`
  return {
    description: `finite model ${[...latents, ...observed].map(arrow).join(', ')} with q ${proposal.map(arrow).join(', ')}`,
    p: [...latents, ...observed].reduce(addNode('p', sizes), emptyModel),
    q: proposal.reduce(addNode('q', sizes), inputs),
    posterior: posterior.reduce(addNode('q', sizes), inputs),
    params: { ...paramsOf('p', [...latents, ...observed], sizes), ...paramsOf('q', proposal, sizes) },
    posteriorParams: {
      ...paramsOf('p', [...latents, ...observed], sizes),
      ...paramsOf('q', posterior, sizes),
    },
    data: Object.fromEntries(
      seen.map((n) => [n.name, Array.from({ length: rows }, () => s.integer(0, n.size - 1))]),
    ),
    shared: false,
    facts: { latents, observed, proposal, posterior },
  }
}

/** Random finite models; they shrink toward few latents. */
export const finiteModels = (): fc.Arbitrary<BoundCase<FiniteFacts>> =>
  fc.tuple(seeds(), fc.integer({ min: 1, max: 3 })).map(([seed, count]) => finiteCase(seed, count))
