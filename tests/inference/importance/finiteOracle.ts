/**
 * The exact expectation of bounds on importance weights of a finite model, in float64: the sum over every tuple of draws.
 *
 * A site is drawn, or takes all its values. What is drawn after a site that takes all its values is drawn for each of them,
 * where it depends on it. One particle then has finitely many outcomes, each with a probability and with
 * a = log Σ_e q(e) (w / q(e))^s (or Σ_e q(e) log (w / q(e)) for s = 0), and K particles are independent.
 */
import {
  type Assignment,
  assignments,
  type FiniteFacts,
  type FiniteNode,
  logMass,
} from '../../../src/testing/arbitraries/finite.js'
import { logSumExp } from '../../laws/oracle.js'

/** The sites that take all their values. */
export type Enumerated = (name: string) => boolean

interface Branch {
  readonly at: Assignment
  readonly logQ: number
  readonly logMass: number
}
interface Outcome {
  readonly probability: number
  readonly branches: readonly Branch[]
}

const sizesOf = (f: FiniteFacts) =>
  Object.fromEntries([...f.latents, ...f.observed].map((n) => [n.name, n.size]))

/** The enumerated sites that a node of q descends from. */
const summedAbove = (f: FiniteFacts, name: string, enumerated: Enumerated): readonly string[] => {
  const node = f.proposal.find((n) => n.name === name)
  const above = (node?.parents ?? []).flatMap((parent) => [
    ...(f.proposal.some((n) => n.name === parent) && enumerated(parent) ? [parent] : []),
    ...summedAbove(f, parent, enumerated),
  ])
  return [...new Set(above)].sort()
}

const extended = (
  f: FiniteFacts,
  outcome: Outcome,
  node: FiniteNode,
  enumerated: Enumerated,
): readonly Outcome[] => {
  const sizes = sizesOf(f)
  const values = Array.from({ length: node.size }, (_, x) => x)
  const log = (b: Branch, x: number) => logMass(node, sizes, { ...b.at, [node.name]: x })
  if (enumerated(node.name))
    return [
      {
        ...outcome,
        branches: outcome.branches.flatMap((b) =>
          values.map((x) => ({ ...b, at: { ...b.at, [node.name]: x }, logMass: b.logMass + log(b, x) })),
        ),
      },
    ]
  const above = summedAbove(f, node.name, enumerated)
  const keyOf = (b: Branch) => above.map((name) => b.at[name]).join()
  const groups = [...new Set(outcome.branches.map(keyOf))]
  return groups.reduce<readonly Outcome[]>(
    (all, key) =>
      all.flatMap((o) =>
        values.map((x) => {
          const one = o.branches.find((b) => keyOf(b) === key) as Branch
          return {
            probability: o.probability * Math.exp(log(one, x)),
            branches: o.branches.map((b) =>
              keyOf(b) === key ? { ...b, at: { ...b.at, [node.name]: x }, logQ: b.logQ + log(b, x) } : b,
            ),
          }
        }),
      ),
    [outcome],
  )
}

/** The outcomes of one particle: probability, and log Σ q(e) (w / q(e))^s. */
export const particleOutcomes = (
  f: FiniteFacts,
  x: Assignment,
  s: number,
  enumerated: Enumerated,
): readonly { readonly probability: number; readonly a: number }[] => {
  const sizes = sizesOf(f)
  const logP = (at: Assignment) =>
    [...f.latents, ...f.observed].reduce((sum, n) => sum + logMass(n, sizes, at), 0)
  const start: Outcome = { probability: 1, branches: [{ at: x, logQ: 0, logMass: 0 }] }
  return f.proposal
    .reduce<readonly Outcome[]>((all, n) => all.flatMap((o) => extended(f, o, n, enumerated)), [start])
    .map((o) => ({
      probability: o.probability,
      a:
        s === 0
          ? o.branches.reduce((sum, b) => sum + Math.exp(b.logMass) * (logP(b.at) - b.logQ - b.logMass), 0)
          : logSumExp(o.branches.map((b) => s * (logP(b.at) - b.logQ) + (1 - s) * b.logMass)),
    }))
}

/** E[g(a_1 … a_K)] over K independent particles. */
export const overTuples = (
  outcomes: readonly { readonly probability: number; readonly a: number }[],
  particles: number,
  g: (a: readonly number[]) => number,
): number => {
  const go = (left: number, probability: number, a: readonly number[]): number =>
    left === 0
      ? probability * g(a)
      : outcomes.reduce((sum, o) => sum + go(left - 1, probability * o.probability, [...a, o.a]), 0)
  return go(particles, 1, [])
}

/** E[F_s] of K particles. */
export const finitePower = (
  f: FiniteFacts,
  x: Assignment,
  s: number,
  particles: number,
  enumerated: Enumerated = () => false,
): number =>
  overTuples(particleOutcomes(f, x, s, enumerated), particles, (a) =>
    s === 0 ? a.reduce((sum, y) => sum + y, 0) / particles : (logSumExp(a) - Math.log(particles)) / s,
  )

/** log p(x, z) and log q(z | x) of every assignment. */
export const jointOf = (f: FiniteFacts, x: Assignment) => {
  const sizes = sizesOf(f)
  const of = (nodes: readonly FiniteNode[], at: Assignment) =>
    nodes.reduce((sum, n) => sum + logMass(n, sizes, at), 0)
  return assignments(f.latents).map((z) => ({
    logP: of([...f.latents, ...f.observed], { ...x, ...z }),
    logQ: of(f.proposal, { ...x, ...z }),
  }))
}

/** Central differences of a function of the facts, in every entry of the tables of these sides. */
export const tableSlopes = (
  f: FiniteFacts,
  value: (f: FiniteFacts) => number,
  sides: readonly ('p' | 'q')[] = ['p', 'q'],
): Readonly<Record<string, number>> => {
  const h = 1e-3
  const of = (side: 'p' | 'q', list: 'latents' | 'observed' | 'proposal') =>
    f[list].flatMap((node, at) =>
      node.table.map((_, i): [string, number] => {
        if (!sides.includes(side)) return [`${side}_${node.name}/value[${i}]`, 0]
        const moved = (d: number) => {
          const changed: FiniteNode = { ...node, table: node.table.map((t, j) => (i === j ? t + d : t)) }
          return value({ ...f, [list]: f[list].map((n, j) => (j === at ? changed : n)) })
        }
        return [
          `${side}_${node.name}/value[${i}]`,
          (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h),
        ]
      }),
    )
  return Object.fromEntries([...of('p', 'latents'), ...of('p', 'observed'), ...of('q', 'proposal')])
}

/** The first datum, n times: n independent estimates for the price of one. */
export const copies = (data: Readonly<Record<string, readonly unknown[]>>, n: number) =>
  Object.fromEntries(
    Object.entries(data).map(([name, column]) => [name, Array.from({ length: n }, () => column[0])]),
  )

/** The first datum. */
export const first = (data: Readonly<Record<string, readonly unknown[]>>): Assignment =>
  Object.fromEntries(Object.entries(data).map(([name, column]) => [name, column[0] as number]))
