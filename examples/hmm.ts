/**
 * A hidden Markov model, trained by gradient through exact enumeration, beside Baum–Welch in plain code from the same start.
 *
 * iwae sums finite latents out by variable elimination: its value is log P(x), whatever q is, at a cost that grows with the
 * length and not with 3^50. Its gradient by the log densities is the posterior: the backward pass is forward–backward.
 */
import * as g from 'giry'

const small = process.env.GIRY_SHRINK === '1'
const [K, S, T, N, steps] = [3, 4, small ? 6 : 50, small ? 8 : 40, small ? 5 : 300]

// z_0 ~ initial, z_t ~ transition[z_t-1], x_t ~ emission[z_t]: 2 T sites, named z0 … and x0 …
const p = g.pipe(
  g.Do,
  g.nets({ initial: g.parameter(g.real(K), { start: { kind: 'constant', value: 0 } }) }),
  g.nets({ transition: g.parameter(g.real(K, K), { start: { kind: 'normal', scale: 1 } }) }),
  g.nets({ emission: g.parameter(g.real(K, S), { start: { kind: 'normal', scale: 1 } }) }),
  g.bindEach('z', { space: g.category(K), count: T }, ({ initial, transition }, t, before) => {
    const last = before[t - 1]
    return g.categorical({ logits: last === undefined ? initial() : g.gather(transition(), last) })
  }),
  g.bindEach('x', { space: g.category(S), count: T }, (c, t) =>
    g.categorical({ logits: g.gather(c.emission(), g.nth(c, 'z', t)) }),
  ),
)
const q = g.pipe(
  g.given(g.numbered('x', T, () => g.category(S))),
  g.bindEach('z', { space: g.category(K), count: T }, () =>
    g.categorical({ logits: g.value(g.real(K), [0, 0, 0]) }),
  ),
)

type Table = readonly (readonly number[])[]
interface Tables {
  readonly initial: readonly number[]
  readonly transition: Table
  readonly emission: Table
}
const at = (t: Table, i: number, j: number) => t[i]?.[j] as number
const normalize = (row: readonly number[]) => {
  const sum = row.reduce((a, b) => a + b, 0)
  return row.map((x) => x / sum)
}
const states = Array.from({ length: K }, (_, i) => i)

/** Sequences from a chain that tends to stay where it is. */
const truth: Tables = {
  initial: normalize([1, 1, 1]),
  transition: states.map((i) => states.map((j) => (i === j ? 0.8 : 0.1))),
  emission: states.map((i) => normalize(Array.from({ length: S }, (_, s) => (s === i ? 6 : 1)))),
}
let state = 7
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
const draw = (row: readonly number[]) => {
  const u = random()
  let below = 0
  for (const [i, x] of row.entries()) {
    below += x
    if (u < below) return i
  }
  return row.length - 1
}
const sequences = Array.from({ length: N }, () => {
  let z = draw(truth.initial)
  return Array.from({ length: T }, () => {
    const x = draw(truth.emission[z] as number[])
    z = draw(truth.transition[z] as number[])
    return x
  })
})

/** Scaled forward–backward of one sequence: log P(x), P(z_t | x), and Σ_t P(z_t, z_t+1 | x). */
const smooth = (m: Tables, x: readonly number[]) => {
  const scales: number[] = []
  const scaled = (row: readonly number[]) => {
    scales.push(row.reduce((a, b) => a + b, 0))
    return normalize(row)
  }
  const alpha = [scaled(states.map((i) => (m.initial[i] as number) * at(m.emission, i, x[0] as number)))]
  for (let t = 1; t < T; t++)
    alpha.push(
      scaled(
        states.map(
          (j) =>
            at(m.emission, j, x[t] as number) *
            states.reduce((s, i) => s + at(alpha, t - 1, i) * at(m.transition, i, j), 0),
        ),
      ),
    )
  const beta: number[][] = Array.from({ length: T }, () => states.map(() => 1))
  const step = (t: number, i: number, j: number) =>
    (at(m.transition, i, j) * at(m.emission, j, x[t + 1] as number) * at(beta, t + 1, j)) /
    (scales[t + 1] as number)
  for (let t = T - 2; t >= 0; t--) beta[t] = states.map((i) => states.reduce((s, j) => s + step(t, i, j), 0))
  const pairs = states.map((i) =>
    states.map((j) => alpha.slice(0, -1).reduce((s, row, t) => s + (row[i] as number) * step(t, i, j), 0)),
  )
  return {
    log: scales.reduce((s, c) => s + Math.log(c), 0),
    marginals: alpha.map((row, t) => row.map((a, i) => a * at(beta, t, i))),
    pairs,
  }
}

/** One update of Baum–Welch, and the mean log P(x) before it. */
const baumWelch = (m: Tables): { readonly next: Tables; readonly log: number } => {
  const all = sequences.map((x) => smooth(m, x))
  const add = (f: (one: (typeof all)[number], x: readonly number[]) => number) =>
    all.reduce((s, one, n) => s + f(one, sequences[n] as number[]), 0)
  const next = {
    initial: normalize(states.map((i) => add((one) => at(one.marginals, 0, i)))),
    transition: states.map((i) => normalize(states.map((j) => add((one) => at(one.pairs, i, j))))),
    emission: states.map((i) =>
      normalize(
        Array.from({ length: S }, (_, s) =>
          add((one, x) => one.marginals.reduce((c, row, t) => c + (x[t] === s ? (row[i] as number) : 0), 0)),
        ),
      ),
    ),
  }
  return { next, log: add((one) => one.log) / N }
}

const softmax = (row: readonly number[]) => normalize(row.map(Math.exp))
const rows = (data: ArrayLike<number>, n: number): Table =>
  Array.from({ length: data.length / n }, (_, i) => softmax(Array.from(data).slice(i * n, (i + 1) * n)))

const objective = g.iwae(p, q, { particles: 1 })
const start = g.init(objective, 1)
const numbers = (name: 'initial' | 'transition' | 'emission') => start[name].value?.data as Float32Array
let tables: Tables = {
  initial: softmax(Array.from(numbers('initial'))),
  transition: rows(numbers('transition'), K),
  emission: rows(numbers('emission'), S),
}
const first = baumWelch(tables).log
for (let i = 0; i < steps; i++) tables = baumWelch(tables).next
const em = baumWelch(tables).log

const columns = g.numbered('x', T, (t) => sequences.map((x) => x[t] as number))
const before = await g.orThrow(g.evidence(p, columns, { params: start }))
const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length
console.log(
  `start: log P(x) ${mean(before.value).toFixed(4)} by evidence, ${first.toFixed(4)} by forward–backward`,
)
const fit = await g.orThrow(
  g.fit(objective, { data: columns, optimizer: g.adam(5e-2), steps, batch: N, seed: 1 }),
)
const after = await g.orThrow(g.evidence(p, columns, { params: fit.params }))
console.log(
  `after ${steps} steps: ${mean(after.value).toFixed(4)} by gradient, ${em.toFixed(4)} by Baum–Welch`,
)
