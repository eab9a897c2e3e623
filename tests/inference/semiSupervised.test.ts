/** semiSupervised against enumeration by hand: labels known, missing, mixed; gradients; samples beside it; sentences; a fit. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../src/dsl/dataset.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { oneHotCategorical } from '../../src/dsl/distributions/oneHotCategorical.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { gather } from '../../src/dsl/operations/picking.js'
import { flattenParams } from '../../src/dsl/params.js'
import { binary, category, oneHot, real, simplex, value } from '../../src/dsl/space.js'
import { batchAt } from '../../src/inference/batches.js'
import { elbo } from '../../src/inference/elbo.js'
import { missing } from '../../src/inference/missing.js'
import { semiSupervised } from '../../src/inference/semiSupervised.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import { evaluateOnce } from '../laws/evaluation.js'
import { compiled, disagreement, eagerly } from './compiled/agree.js'
import { gradientAt, gradientsOver, scalarsOf, slopes } from './gradients.js'
import { sentences } from './sentences.js'

const any = (o: unknown): AnyObjective => o as AnyObjective
const log = Math.log
const sigmoid = (a: number) => 1 / (1 + Math.exp(-a))
const logBernoulli = (x: number, logit: number) => log(x === 1 ? sigmoid(logit) : sigmoid(-logit))
const softmax = (a: readonly number[]) => {
  const e = a.map(Math.exp)
  return e.map((x) => x / e.reduce((s, y) => s + y, 0))
}

// y ~ Categorical, z ~ Bernoulli(a y), x ~ Bernoulli(b y − z); q(y | x) = softmax(c x y), q(z | x, y) = Bernoulli(d x − e y)
const prior = [0.2, 0.3, 0.5]
const scalar = () => parameter(real())
const table = () => value(real(3), [0, 1, 2])
const p = pipe(
  Do,
  nets({ a: scalar(), b: scalar() }),
  bind('y', () => categorical({ probs: value(simplex(3), prior) })),
  bind('z', ({ y, a }) => bernoulli({ logits: mul(a(), gather(table(), y)) })),
  bind('x', ({ y, z, b }) => bernoulli({ logits: add(mul(b(), gather(table(), y)), mul(-1, z)) })),
)
const q = pipe(
  given({ x: binary() }),
  nets({ c: scalar(), d: scalar(), e: scalar() }),
  bind('y', ({ x, c }) => categorical({ logits: mul(mul(c(), x), table()) })),
  bind('z', ({ x, y, d, e }) =>
    bernoulli({ logits: add(mul(d(), x), mul(mul(-1, e()), gather(table(), y))) }),
  ),
)
const at = { a: 0.7, b: -0.4, c: 0.9, d: 0.3, e: 0.6 }
type At = Readonly<Record<string, number>>

const xs = [1, 0, 1, 1, 0]
const ys = [2, null, null, 0, 1] as const
const { filled, known } = missing(category(3), ys)
const data = { x: xs, y: filled, labelled: known }

const guess = (x: number, t: At) => softmax([0, 1, 2].map((y) => (t.c as number) * x * y))
/** L(x, y) by enumeration of z. */
const known1 = (x: number, y: number, t: At): number =>
  [0, 1].reduce((sum, z) => {
    const logQ = logBernoulli(z, (t.d as number) * x - (t.e as number) * y)
    const logP =
      log(prior[y] as number) +
      logBernoulli(z, (t.a as number) * y) +
      logBernoulli(x, (t.b as number) * y - z)
    return sum + Math.exp(logQ) * (logP - logQ)
  }, 0)
const missing1 = (x: number, t: At): number =>
  guess(x, t).reduce((sum, w, y) => sum + w * (known1(x, y, t) - log(w)), 0)
const truth =
  (alpha: number, labels: readonly (number | null)[] = ys) =>
  (t: At): number =>
    xs.reduce((sum, x, i) => {
      const y = labels[i] as number | null
      return sum + (y === null ? missing1(x, t) : known1(x, y, t) + alpha * log(guess(x, t)[y] as number))
    }, 0) / xs.length

describe('against enumeration', () => {
  it.each([0, 1, 3.5])('value and gradient, α = %d', (alpha) => {
    for (const kl of ['closed form', 'sampled'] as const) {
      const o = any(semiSupervised(p, q, { label: 'y', alpha, kl }))
      const { value: found, gradients } = gradientAt(o, scalarsOf(at), data)
      expect(Math.abs(found - truth(alpha)(at))).toBeLessThan(1e-5)
      for (const [path, slope] of Object.entries(slopes(truth(alpha), at)))
        expect(Math.abs((gradients[path.slice(0, -3)]?.[0] as number) - slope), path).toBeLessThan(1e-4)
    }
  })

  it('without a label it is elbo; with all of them, elbo given the labels and the classifier', () => {
    const none = { ...data, labelled: xs.map(() => 0) }
    const unlabelled = gradientAt(any(semiSupervised(p, q, { label: 'y' })), scalarsOf(at), none)
    const bound = gradientAt(any(elbo(p, q)), scalarsOf(at), { x: xs })
    expect(Math.abs(unlabelled.value - bound.value)).toBeLessThan(1e-6)
    const labels = [2, 1, 0, 0, 1]
    const all = { x: xs, y: labels, labelled: xs.map(() => 1) }
    const labelled = gradientAt(any(semiSupervised(p, q, { label: 'y', alpha: 2 })), scalarsOf(at), all)
    expect(Math.abs(labelled.value - truth(2, labels)(at))).toBeLessThan(1e-5)
  })

  it('what stands in the place of a missing label is not read', () => {
    const o = any(semiSupervised(p, q, { label: 'y' }))
    const other = { ...data, y: ys.map((y) => y ?? 2) }
    expect(gradientAt(o, scalarsOf(at), data)).toEqual(gradientAt(o, scalarsOf(at), other))
  })

  it('a sampled latent beside the label: unbiased, by score function with leave-one-out', () => {
    const o = any(semiSupervised(p, q, { label: 'y', particles: 8, sites: { z: 'score' } }))
    const found = gradientsOver(o, scalarsOf(at), data, 80)
    const slope = slopes(truth(1), at)
    expect(Math.abs(found.value.value - truth(1)(at))).toBeLessThan(5 * found.value.standardError)
    for (const e of found.entries)
      expect(Math.abs(e.value - (slope[e.path] as number)), e.path).toBeLessThan(5 * e.standardError + 1e-4)
  })

  it('compiled = eager', async () => {
    const o = any(semiSupervised(p, q, { label: 'y', particles: 3, sites: { z: 'score' } }))
    const arrays = flattenParams(scalarsOf(at))
    const batch = batchAt(dataset(o.data, data as never), [0, 1, 2, 3, 4], keyFromSeed(4))
    expect(disagreement(await eagerly(o, arrays, batch), await compiled(o, arrays, batch))).toBeLessThan(1e-5)
  })
})

describe('a label that q rules out', () => {
  const certain = pipe(
    given({ x: real() }),
    bind('y', () => categorical({ probs: value(simplex(3), [1, 0, 0]) })),
  )
  const alike = pipe(
    Do,
    bind('y', () => categorical({ probs: value(simplex(3), prior) })),
    bind('x', () => standardNormal()),
  )
  const bound = (alpha: number, y: number) =>
    evaluateOnce(
      any(semiSupervised(alike, certain, { label: 'y', alpha })),
      {},
      { x: [0], y: [y], labelled: [1] },
    )

  it('counts its own log p(x, y), and α log q(y | x) = −Infinity', () => {
    const standard = -0.5 * log(2 * Math.PI)
    expect(bound(0, 1)).toBeCloseTo(log(0.3) + standard, 5)
    expect(bound(1, 1)).toBe(Number.NEGATIVE_INFINITY)
    expect(bound(1, 0)).toBeCloseTo(log(0.2) + standard, 5)
  })
})

describe('labels of other spaces', () => {
  const hot = pipe(
    Do,
    nets({ b: scalar() }),
    bind('y', () => oneHotCategorical({ probs: value(simplex(2), [0.4, 0.6]) })),
    bind('x', ({ y, b }) => bernoulli({ logits: mul(b(), y) })),
  )
  const guessHot = pipe(
    given({ x: binary(2) }),
    nets({ c: scalar() }),
    bind('y', ({ x, c }) => oneHotCategorical({ logits: mul(c(), x) })),
  )
  it('one-hot: a label is wrong where one of its entries is', () => {
    const { filled: y, known: labelled } = missing(oneHot(2), [[0, 1], null])
    const o = any(semiSupervised(hot, guessHot, { label: 'y' }))
    const t = { b: 0.5, c: 0.8 }
    const x = [
      [1, 0],
      [1, 1],
    ] as const
    const joint = (i: 0 | 1, k: number) =>
      log([0.4, 0.6][k] as number) +
      logBernoulli(x[i][0], k === 0 ? t.b : 0) +
      logBernoulli(x[i][1], k === 1 ? t.b : 0)
    const first = joint(0, 1) + log(softmax([t.c, 0])[1] as number)
    const second = 0.5 * (joint(1, 0) + joint(1, 1)) - log(0.5)
    expect(gradientAt(o, scalarsOf(t), { x, y, labelled }).value).toBeCloseTo((first + second) / 2, 5)
  })

  it('takes no weight of the divergence, which a known label does not have', () => {
    const of = (more: object) => semiSupervised(hot, guessHot, { label: 'y', ...more })
    expect(sentences(() => of({ beta: 3, freeBits: 9 }))).toEqual([
      "semiSupervised has no option 'beta'",
      "semiSupervised has no option 'freeBits'",
    ])
  })

  it('the column that says what is known may have another name', () => {
    const o = semiSupervised(hot, guessHot, { label: 'y', known: 'seen' })
    expect(Object.keys(o.data).sort()).toEqual(['seen', 'x', 'y'])
    expect(o.description).toBe("L_b, 'y' partly observed")
  })
})

describe('sentences', () => {
  it('a label is a finite site of q, one per datum', () => {
    const reals = pipe(
      Do,
      bind('y', () => standardNormal()),
      bind('x', ({ y }) => normal({ loc: y, scale: 1 })),
    )
    const family = pipe(
      given({ x: real() }),
      bind('y', () => standardNormal()),
    )
    expect(sentences(() => semiSupervised(reals, family, { label: 'y' as never }))).toEqual([
      "label 'y': q draws it from normal, which cannot be summed out where the label is missing",
    ])
    expect(sentences(() => semiSupervised(p, q, { label: 'w' as never }))).toEqual([
      "label 'w': q has no such site, so it cannot be guessed where it is missing",
    ])
    const one = pipe(
      Do,
      shared('y', () => bernoulli({ probs: 0.5 })),
    )
    expect(sentences(() => semiSupervised(one, one, { label: 'y' as never }))).toEqual([
      "label 'y' is shared by all data",
    ])
  })

  it('options', () => {
    expect(sentences(() => semiSupervised(p, q, { label: 'y', alpha: -1, known: 'z' }))).toEqual([
      "the column 'z' says which labels are known, but the models have a name 'z'",
      'alpha must be a number >= 0, but -1 was given',
    ])
    expect(sentences(() => semiSupervised(p, q, { label: 'y', sites: { y: 'score' } as never }))).toEqual([
      "label 'y' is summed out, so it cannot have the gradient method 'score'",
    ])
  })
})
