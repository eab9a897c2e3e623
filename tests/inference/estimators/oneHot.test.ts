/** One-hot sites and coins by probabilities: each unbiased method, against enumeration in float64. */
import * as g from 'giry'
import { describe, it } from 'vitest'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import type { AnyParams } from '../../../src/testing/arbitraries/boundCase.js'
import { expectUnbiased, gradientsOver, scalarsOf, slopes } from '../gradients.js'

// k ~ Cat(0.2, 0.3, 0.5) one-hot, x ~ N(⟨(1, −2, w), k⟩, 1);  q: k ~ softmax(a, b, a b)
const p = g.pipe(
  g.Do,
  g.nets({ w: g.parameter(g.real()) }),
  g.bind('k', () => g.oneHotCategorical({ probs: g.value(g.simplex(3), [0.2, 0.3, 0.5]) })),
  g.bind('x', ({ k, w }) => {
    const means = g.stack([g.add(0, g.mul(0, w())), g.add(-2, g.mul(0, w())), w()])
    return g.normal({ loc: g.sum(g.mul(means, k)), scale: 1 })
  }),
)
const q = (named: 'logits' | 'probs') =>
  g.pipe(
    g.given({ x: g.real() }),
    g.nets({ a: g.parameter(g.real()), b: g.parameter(g.real()) }),
    g.bind('k', ({ a, b }) => {
      const logits = g.stack([a(), b(), g.mul(a(), b())])
      return named === 'logits'
        ? g.oneHotCategorical({ logits })
        : g.oneHotCategorical({ probs: g.softmax(logits) })
    }),
  )
const at = { w: 0.7, a: 0.4, b: -0.6 }
const x = 0.5
const exact = ({ w, a, b }: Readonly<Record<string, number>>): number => {
  const logits = [a as number, b as number, (a as number) * (b as number)]
  const logZ = Math.log(logits.reduce((s, l) => s + Math.exp(l), 0))
  return logits.reduce((s, l, k) => {
    const mean = [0, -2, w as number][k] as number
    const logP = Math.log([0.2, 0.3, 0.5][k] as number) - 0.5 * (x - mean) ** 2 - 0.5 * Math.log(2 * Math.PI)
    return s + Math.exp(l - logZ) * (logP - (l - logZ))
  }, 0)
}
const control = g.mlp(g.real(3), [4], g.real())
const relaxed = g.relax(g.given({ k: g.real(3) }), { control }, ({ k, control }) => control(k))
const params: AnyParams = {
  ...scalarsOf(at),
  ...(g.init({ nets: { control } } as never, 2) as AnyParams),
}

describe('a one-hot site', () => {
  for (const named of ['logits', 'probs'] as const)
    it.each([
      ['rebar', 'rebar'],
      ['relax', relaxed],
      ['score', 'score'],
    ] as const)(`%s, by ${named}`, (_, k) => {
      for (const kl of ['closed form', 'sampled'] as const) {
        const o = g.elbo(p, q(named), { sites: { k }, kl } as never) as unknown as AnyObjective
        const found = gradientsOver(o, params, { x: new Array(128).fill(x) }, 14)
        const entries = found.entries.filter((e) => !e.path.startsWith('control'))
        expectUnbiased({ ...found, entries }, slopes(exact, at), kl)
      }
    })
})

describe('a coin by its probability, in a plate', () => {
  // three coins z_k ~ B(0.4) and x_k | z_k ~ N(w z_k, 1) for each datum;  q: z_k ~ B(σ(a x_k))
  const plates = { k: 3 }
  const model = g.pipe(
    g.Do,
    g.nets({ w: g.parameter(g.real()) }),
    g.bind('z', () => g.bernoulli({ logits: 0.4 }), { plates }),
    g.bind('x', ({ z, w }) => g.normal({ loc: g.mul(w(), z), scale: 1 }), { plates }),
  )
  const family = g.pipe(
    g.given({ x: g.real() }),
    g.nets({ a: g.parameter(g.real()) }),
    g.bind('z', ({ a, x }) => g.bernoulli({ probs: g.sigmoid(g.mul(a(), x)) }), { plates }),
  )
  const xs = [0.5, -1, 1.7]
  const free = { w: 0.9, a: 0.7 }
  const logSigmoid = (t: number) => -Math.log1p(Math.exp(-t))
  const sum = ({ w, a }: Readonly<Record<string, number>>): number =>
    xs.reduce((total, x) => {
      const terms = [0, 1].map((z) => {
        const logQ = logSigmoid((2 * z - 1) * (a as number) * x)
        const logP =
          logSigmoid((2 * z - 1) * 0.4) - 0.5 * (x - (w as number) * z) ** 2 - 0.5 * Math.log(2 * Math.PI)
        return Math.exp(logQ) * (logP - logQ)
      })
      return total + terms.reduce((s, t) => s + t, 0)
    }, 0)
  it('REBAR is unbiased where a term combines the elements of its plate, and with a score site after it', () => {
    // b ~ B(mean_k z_k) for each datum, x_k ~ N(w z_k + b, 1);  q: b ~ B(e Σ_k z_k)
    const joined = g.pipe(
      g.Do,
      g.nets({ w: g.parameter(g.real()) }),
      g.bind('z', () => g.bernoulli({ logits: 0.4 }), { plates }),
      g.bind('b', ({ z }) => g.bernoulli({ logits: g.meanOverPlate(z, 'k') })),
      g.bind('x', ({ z, w, b }) => g.normal({ loc: g.add(g.mul(w(), z), b), scale: 1 }), { plates }),
    )
    const guess = g.pipe(
      g.given({ x: g.real() }),
      g.nets({ a: g.parameter(g.real()), e: g.parameter(g.real()) }),
      g.bind('z', ({ a, x }) => g.bernoulli({ logits: g.mul(a(), x) }), { plates }),
      g.bind('b', ({ e, z }) => g.bernoulli({ logits: g.mul(e(), g.sumOverPlate(z, 'k')) })),
    )
    const exactly = ({ w, a, e }: Readonly<Record<string, number>>): number => {
      let sum = 0
      for (let i = 0; i < 16; i++) {
        const z = [i & 1, (i >> 1) & 1, (i >> 2) & 1]
        const b = i >> 3
        const total = z.reduce((s, v) => s + v, 0)
        let logQ = logSigmoid((2 * b - 1) * (e as number) * total)
        let logP = logSigmoid(((2 * b - 1) * total) / 3)
        z.forEach((v, k) => {
          logQ += logSigmoid((2 * v - 1) * (a as number) * (xs[k] as number))
          const error = (xs[k] as number) - (w as number) * v - b
          logP += logSigmoid((2 * v - 1) * 0.4) - 0.5 * error * error - 0.5 * Math.log(2 * Math.PI)
        })
        sum += Math.exp(logQ) * (logP - logQ)
      }
      return sum
    }
    const at = { ...free, e: 0.6 }
    for (const b of ['score', 'rebar', 'enumerate'] as const) {
      const o = g.elbo(joined, guess, { sites: { z: 'rebar', b } }) as unknown as AnyObjective
      const found = gradientsOver(o, scalarsOf(at), { x: new Array(96).fill(xs) }, 16)
      expectUnbiased(found, slopes(exactly, at), b)
    }
  })

  const c = g.dense(g.real(), g.real())
  const b = g.dense(g.real(), g.real())
  it.each([
    ['rebar', 'rebar'],
    ['relax', g.relax(g.given({ z: g.real(), x: g.real() }), { c }, ({ z, x, c }) => g.mul(x, c(z)))],
    [
      'a baseline for each element',
      g.score({ baseline: g.learned(g.given({ x: g.real() }), { b }, ({ x, b }) => b(x)) }),
    ],
    ['a moving average', g.score({ baseline: g.movingAverage(0.9) })],
  ] as const)('%s is unbiased', (_, z) => {
    const o = g.elbo(model, family, { sites: { z }, particles: 2 } as never) as unknown as AnyObjective
    const nets = g.init({ nets: { c, b } } as never, 5) as AnyParams
    const found = gradientsOver(
      o,
      { ...scalarsOf({ ...free, z_baseline: -3 }), ...nets },
      { x: new Array(64).fill(xs) },
      16,
    )
    const entries = found.entries.filter((e) => /^[wa]\//.test(e.path))
    expectUnbiased({ ...found, entries }, slopes(sum, free))
  })
})
