/** A hidden Markov model of K states and T steps, in giry and in plain float64: forward algorithm and posterior chain. */
import { categorical } from '../../src/dsl/distributions/categorical.js'
import type { AnyModel } from '../../src/dsl/model.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { gather } from '../../src/dsl/operations/picking.js'
import { category, real } from '../../src/dsl/space.js'
import {
  type AnyContext,
  type AnyParams,
  arrayOf,
  bindAny,
  emptyModel,
  givenAny,
  netsAny,
} from '../../src/testing/arbitraries/boundCase.js'
import { streamOf } from '../../src/testing/arbitraries/stream.js'

export interface Hmm {
  readonly states: number
  readonly symbols: number
  readonly steps: number
  /** Logits. */
  readonly initial: readonly number[]
  readonly transition: readonly number[]
  readonly emission: readonly number[]
  /** The symbols of one sequence. */
  readonly x: readonly number[]
}

export const randomHmm = (seed: number, steps: number, states = 3, symbols = 4): Hmm => {
  const s = streamOf(seed)
  return {
    states,
    symbols,
    steps,
    initial: s.normals(states),
    transition: s.normals(states * states),
    emission: s.normals(states * symbols, 1.5),
    x: Array.from({ length: steps }, () => s.integer(0, symbols - 1)),
  }
}

const times = (h: Hmm) => Array.from({ length: h.steps }, (_, t) => t)
const logSoftmax = (row: readonly number[]): number[] => {
  const top = Math.max(...row)
  const z = top + Math.log(row.reduce((s, x) => s + Math.exp(x - top), 0))
  return row.map((x) => x - z)
}
const rows = (table: readonly number[], n: number): number[][] =>
  Array.from({ length: table.length / n }, (_, i) => logSoftmax(table.slice(i * n, (i + 1) * n)))
const logSumExp = (xs: readonly number[]): number => {
  const top = Math.max(...xs)
  return top === -Infinity ? top : top + Math.log(xs.reduce((s, x) => s + Math.exp(x - top), 0))
}
const at = (table: readonly number[][], i: number, j: number) => table[i]?.[j] as number

/** log β_t(i) = log P(x_t+1 … x_T | z_t = i), and log P(x). */
export const backward = (h: Hmm) => {
  const k = Array.from({ length: h.states }, (_, i) => i)
  const initial = logSoftmax(h.initial)
  const move = rows(h.transition, h.states)
  const emit = rows(h.emission, h.symbols)
  const seen = (t: number, i: number) => at(emit, i, h.x[t] as number)
  const beta: number[][] = times(h).map(() => k.map(() => 0))
  for (let t = h.steps - 2; t >= 0; t--)
    beta[t] = k.map((i) => logSumExp(k.map((j) => at(move, i, j) + seen(t + 1, j) + at(beta, t + 1, j))))
  const first = k.map((i) => (initial[i] as number) + seen(0, i) + at(beta, 0, i))
  return { k, initial, move, seen, beta, first, evidence: logSumExp(first) }
}

/** log P(x) by the forward algorithm. */
export const forward = (h: Hmm): number => {
  const { k, initial, move, seen } = backward(h)
  let alpha = k.map((i) => (initial[i] as number) + seen(0, i))
  for (let t = 1; t < h.steps; t++)
    alpha = k.map((j) => logSumExp(k.map((i) => (alpha[i] as number) + at(move, i, j))) + seen(t, j))
  return logSumExp(alpha)
}

/** A chain q(z_1) Π q(z_t | z_t−1), as log tables. */
export interface Chain {
  readonly first: readonly number[]
  readonly moves: readonly (readonly number[][])[]
}

/** The posterior: a chain with P(z_t = j | z_t−1 = i, x) ∝ a_ij b_j(x_t) β_t(j). */
export const posteriorChain = (h: Hmm): Chain => {
  const { k, move, seen, beta, first } = backward(h)
  return {
    first: logSoftmax(first),
    moves: times(h)
      .slice(1)
      .map((t) => k.map((i) => logSoftmax(k.map((j) => at(move, i, j) + seen(t, j) + at(beta, t, j))))),
  }
}

export const randomChain = (h: Hmm, seed: number): Chain => {
  const s = streamOf(seed)
  return {
    first: logSoftmax(s.normals(h.states)),
    moves: times(h)
      .slice(1)
      .map(() => rows(s.normals(h.states ** 2), h.states)),
  }
}

/** KL(q ‖ P(z | x)) of two chains, step by step. */
export const klOfChains = (q: Chain, p: Chain): number => {
  let marginal = q.first.map(Math.exp)
  let kl = q.first.reduce((s, l, i) => s + Math.exp(l) * (l - (p.first[i] as number)), 0)
  q.moves.forEach((table, t) => {
    const next = marginal.map(() => 0)
    table.forEach((row, i) => {
      row.forEach((l, j) => {
        const mass = (marginal[i] as number) * Math.exp(l)
        kl += mass * (l - (p.moves[t]?.[i]?.[j] as number))
        next[j] = (next[j] as number) + mass
      })
    })
    marginal = next
  })
  return kl
}

const call = (c: AnyContext, net: string) => (c[net] as never as () => never)()

/** p: one site z_t and one site x_t for each step. */
export const hmmModel = (h: Hmm): AnyModel => {
  const nets = netsAny({
    initial: parameter(real(h.states)),
    transition: parameter(real(h.states, h.states)),
    emission: parameter(real(h.states, h.symbols)),
  })(emptyModel)
  const hidden = times(h).reduce(
    (m, t) =>
      bindAny(`z${t}`, (c) =>
        categorical({
          logits: t === 0 ? call(c, 'initial') : gather(call(c, 'transition'), c[`z${t - 1}`] as never),
        } as never),
      )(m),
    nets,
  )
  return times(h).reduce(
    (m, t) =>
      bindAny(`x${t}`, (c) =>
        categorical({ logits: gather(call(c, 'emission'), c[`z${t}`] as never) } as never),
      )(m),
    hidden,
  )
}

/** q: a chain with a table for each step. */
export const chainModel = (h: Hmm): AnyModel =>
  times(h).reduce(
    (m, t) =>
      bindAny(`z${t}`, (c) =>
        categorical({
          logits: t === 0 ? call(c, 'q0') : gather(call(c, `q${t}`), c[`z${t - 1}`] as never),
        } as never),
      )(
        netsAny({ [`q${t}`]: parameter(real(...(t === 0 ? [h.states] : [h.states, h.states])) as never) })(m),
      ),
    givenAny(Object.fromEntries(times(h).map((t) => [`x${t}`, category(h.symbols)]))),
  )

export const paramsOfHmm = (h: Hmm): AnyParams => ({
  initial: { value: arrayOf([h.states], h.initial) },
  transition: { value: arrayOf([h.states, h.states], h.transition) },
  emission: { value: arrayOf([h.states, h.symbols], h.emission) },
})

export const paramsOfChain = (h: Hmm, q: Chain): AnyParams =>
  Object.fromEntries([
    ['q0', { value: arrayOf([h.states], q.first) }],
    ...q.moves.map((table, t) => [`q${t + 1}`, { value: arrayOf([h.states, h.states], table.flat()) }]),
  ])

export const dataOfHmm = (h: Hmm, copies = 1) =>
  Object.fromEntries(h.x.map((x, t) => [`x${t}`, new Array<number>(copies).fill(x)]))
