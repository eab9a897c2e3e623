import * as tf from '@tensorflow/tfjs'
import { pipe } from 'fp-ts/lib/function.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { condition } from '../../src/dsl/condition.js'
import { dataset } from '../../src/dsl/dataset.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { poisson } from '../../src/dsl/distributions/poisson.js'
import { push } from '../../src/dsl/distributions/push.js'
import { showError } from '../../src/dsl/error.js'
import { dense } from '../../src/dsl/nets/dense.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import { mul, sub } from '../../src/dsl/operations/arithmetic.js'
import { sum } from '../../src/dsl/operations/reductions.js'
import { binary, real, value } from '../../src/dsl/space.js'
import { toTypedArray } from '../../src/dsl/value.js'
import { evidence, posterior } from '../../src/inference/evidence.js'
import { orThrow } from '../../src/inference/fit.js'
import { init } from '../../src/inference/init.js'
import { logProb } from '../../src/inference/logProb.js'
import { refusal } from './evidence/refusal.js'

const pair = pipe(
  Do,
  bind('z', () => normal({ loc: 0, scale: 1 })),
  bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
)
const log2Pi = Math.log(2 * Math.PI)
const marginal = (x: number) => -0.5 * (log2Pi + Math.log(2) + x ** 2 / 2)

describe('evidence', () => {
  it('takes the first method that applies, or the one that is asked for', async () => {
    const coin = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.5 })),
      bind('x', ({ c }) => normal({ loc: c, scale: 1 })),
    )
    expect((await orThrow(evidence(coin, { x: [0] }))).method).toBe('enumeration')
    expect((await orThrow(evidence(pair, { x: [0] }))).method).toBe('linear-Gaussian')
    expect((await orThrow(evidence(pair, { x: [0] }, { method: 'quadrature' }))).method).toBe('quadrature')
    const counts = pipe(
      Do,
      bind('z', () => normal({ loc: 0, scale: 1 })),
      bind('x', ({ z }) => poisson({ logRate: z })),
    )
    expect((await orThrow(evidence(counts, { x: [0] }))).method).toBe('quadrature')
  })

  it('takes plain data, typed arrays, values, data sets, and one event', async () => {
    const x = [0, 1, -2]
    for (const data of [
      { x },
      { x: Float32Array.from(x) },
      { x: value(real(), x) },
      dataset({ x: real() }, { x }),
      dataset({ x: real(), label: binary() }, { x, label: [0, 1, 1] }),
    ]) {
      const e = await orThrow(evidence(pair, data))
      x.forEach((v, i) => {
        expect(e.value[i]).toBeCloseTo(marginal(v), 6)
      })
    }
    expect((await orThrow(evidence(pair, { x: 1 }))).value).toHaveLength(1)
  })

  it('binarizes a data set from its seed', async () => {
    const p = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.5 })),
      bind('x', ({ c }) => bernoulli({ logits: sub(mul(2, c), 0.5) })),
    )
    const grey = dataset(
      { x: binary() },
      { x: Array.from({ length: 40 }, () => 0.5) },
      { binarize: { x: true } },
    )
    const [a, b, c] = [
      await orThrow(evidence(p, grey)),
      await orThrow(evidence(p, grey)),
      await orThrow(evidence(p, grey, { seed: 1 })),
    ]
    expect(a.value).toEqual(b.value)
    expect(a.value).not.toEqual(c.value)
  })

  it('takes inputs, one for all data or one each, and sites fixed by condition', async () => {
    const p = pipe(
      given({ t: real() }),
      bind('z', ({ t }) => normal({ loc: t, scale: 1 })),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    const each = await orThrow(evidence(p, { x: [0, 1] }, { given: { t: [2, -1] } }))
    expect(each.value[0]).toBeCloseTo(marginal(-2), 6)
    expect(each.value[1]).toBeCloseTo(marginal(2), 6)
    const all = await orThrow(evidence(p, { x: [0, 1] }, { given: { t: 2 } }))
    expect(all.value[1]).toBeCloseTo(marginal(-1), 6)
    const two = pipe(
      pair,
      bind('y', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    const fixed = await orThrow(evidence(condition(two, { y: [0.5, 1.5] }), { x: [0, 1] }))
    const observed = await orThrow(evidence(two, { x: [0, 1], y: [0.5, 1.5] }))
    expect(fixed.value).toEqual(observed.value)
  })

  it('is the identity log P(x) = log p(x, z) − log P(z | x), by every method', async () => {
    const coin = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.25 })),
      bind('x', ({ c }) => normal({ loc: c, scale: 1 })),
    )
    const x = [0, 1, -2]
    const finite = await orThrow(posterior(coin, { x }))
    const z = value(real(), [0.25, -0.5, 1])
    finite.logDensity({ c: [1, 0, 1] }).forEach((l, i) => {
      {
        const joint = toTypedArray(logProb(coin, { c: [1, 0, 1], x }))
        expect((joint[i] as number) - l).toBeCloseTo(finite.logEvidence[i] as number, 5)
      }
    })
    for (const method of ['linear-Gaussian', 'quadrature'] as const) {
      const post = await orThrow(posterior(pair, { x }, { method }))
      const joint = toTypedArray(logProb(pair, { z, x }))
      post.logDensity({ z }).forEach((l, i) => {
        expect((joint[i] as number) - l).toBeCloseTo(marginal(x[i] as number), 5)
        expect(post.logEvidence[i]).toBeCloseTo(marginal(x[i] as number), 5)
      })
    }
  })

  it('leaves no tensor behind', async () => {
    const held = value(real(), [0, 1])
    const p = pipe(
      Do,
      nets({ f: dense(real(2), real(3)) }),
      bind('z', () => standardNormal(2)),
      bind('x', ({ z, f }) => normal({ loc: f(z), scale: 1 })),
    )
    const params = init(p, 0)
    const data = { x: [[0, 1, 2]] }
    const warm = async () => {
      await orThrow(evidence(p, data, { params }))
      const post = await orThrow(posterior(pair, { x: held }, { method: 'quadrature' }))
      post.logDensity({ z: held })
    }
    await warm()
    const before = tf.memory().numTensors
    await warm()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('refusals', () => {
  it('lists why each method does not apply, in one error', async () => {
    const p = pipe(
      Do,
      bind('z', () => standardNormal(3)),
      bind('x', ({ z }) => poisson({ logRate: sum(z) })),
    )
    const errors = await refusal(evidence(p, { x: [0] }))
    expect(errors).toHaveLength(1)
    expect(errors[0]?.tag).toBe('exact')
    expect(showError(errors[0] as never)).toBe(
      "no exact method applies to this model (enumeration: latent 'z' is drawn from normal, whose support is not finite; " +
        "linear-Gaussian: site 'x' depends on a latent and is drawn from poisson, not from a normal; " +
        "conjugate: site 'x' is drawn from poisson, which the normal 'z' is not conjugate to; " +
        'quadrature: the continuous latents have 3 coordinates, more than 2)\n  → bound it from below with elbo',
    )
    expect(await refusal(posterior(p, { x: [0] }))).toEqual(errors)
  })

  it('names a shared latent, and a site without density (which does not compile)', async () => {
    const p = pipe(
      Do,
      shared('w', () => normal({ loc: 0, scale: 1 })),
      bind('x', ({ w }) => normal({ loc: w, scale: 1 })),
    )
    expect((await refusal(evidence(p, { x: [0] })))[0]?.message).toBe(
      "site 'w' is shared by all data, so log P(x) is no sum over the data",
    )
    const implicit = pipe(
      Do,
      bind('z', () => normal({ loc: 0, scale: 1 })),
      bind('x', ({ z }) => push(z)),
    )
    // @ts-expect-error: site 'x' is drawn from push, which has no density
    expect((await refusal(evidence(implicit, { x: [0] })))[0]?.message).toBe(
      "site 'x' is drawn from push, which has no density",
    )
  })

  it('names what is wrong with the data, all at once', async () => {
    // @ts-expect-error: 'y' is no site of this model
    expect((await refusal(evidence(pair, { y: [0] })))[0]?.message).toBe("'y' is no site of this model")
    expect((await refusal(evidence(pair, {})))[0]?.message).toBe('the data observes no site of this model')
    expect((await refusal(evidence(pair, { x: [0, Number.NaN] })))[0]?.message).toContain(
      'NaN is not a finite number',
    )
    expect((await refusal(evidence(pair, { x: [] })))[0]?.message).toContain("'x' is empty")
    expect((await refusal(evidence(pair, { x: [[1, 2]] })))[0]?.message).toContain('data of shape [1,2]')
    expect((await refusal(evidence(pair, { x: [0, 1], z: [0] })))[0]?.message).toContain(
      "has 1 data where column 'x' has 2",
    )
    // @ts-expect-error: 'cat' is no exact method
    expect((await refusal(evidence(pair, { x: [0] }, { method: 'cat' })))[0]?.message).toBe(
      "'cat' is no exact method",
    )
    const p = pipe(
      given({ t: real() }),
      nets({ f: dense(real(), real()) }),
      bind('x', ({ t, f }) => normal({ loc: f(t), scale: 1 })),
    )
    // @ts-expect-error: params and given are required
    const errors = await refusal(evidence(p, { x: [0] }, {}))
    expect(errors.map((e) => e.tag)).toEqual(['data', 'params'])
  })
})

describe('posterior points', () => {
  let post: Awaited<ReturnType<typeof draw>>
  const draw = () => orThrow(posterior(pair, { x: [0, 1, 2] }))
  beforeAll(async () => {
    post = await draw()
  })
  afterAll(() => tf.disposeVariables())

  it('one for all data, one each, or several draws', () => {
    const one = post.logDensity({ z: 0.5 })
    expect(one).toHaveLength(3)
    // P(z | x) = N(x/2, 1/2)
    one.forEach((l, i) => {
      expect(l).toBeCloseTo(-0.5 * (log2Pi + Math.log(0.5)) - (0.5 - i / 2) ** 2, 6)
    })
    const six = post.logDensity({ z: [0.5, 0.5, 0.5, 1, 1, 1] })
    expect(six.slice(0, 3)).toEqual(one)
    expect(post.logDensity({ z: [1, 1, 1] })).toEqual(six.slice(3))
  })

  it('refuses others with a sentence', () => {
    expect(() => post.logDensity({})).toThrow("the point has no value for latent 'z'")
    expect(() => post.logDensity({ z: [1, 2] })).toThrow("latent 'z' was given 2 points for 3 data")
  })
})

describe('conditioned models', () => {
  it('observe what is fixed, without further data', async () => {
    const fixed = condition(pair, { x: [0, 1, -2] })
    const found = await orThrow(evidence(fixed, {}))
    found.value.forEach((v, i) => {
      expect(v).toBeCloseTo(marginal([0, 1, -2][i] as number), 6)
    })
  })

  it('count a shared site that is fixed once over all data, by enumeration too', async () => {
    const coin = pipe(
      Do,
      shared('m', () => standardNormal()),
      bind('c', () => bernoulli({ probs: 0.5 })),
      bind('x', ({ c, m }) => normal({ loc: mul(c, m), scale: 1 })),
    )
    const x = [0.4, -1]
    const found = await orThrow(evidence(condition(coin, { m: 1.5 }), { x }))
    expect(found.method).toBe('enumeration')
    const normalAt = (v: number, m: number) => Math.exp(-0.5 * (v - m) ** 2 - 0.5 * log2Pi)
    x.forEach((v, i) => {
      const own = Math.log(0.5 * normalAt(v, 0) + 0.5 * normalAt(v, 1.5))
      expect(found.value[i]).toBeCloseTo(own + Math.log(normalAt(1.5, 0)) / 2, 5)
    })
  })
})
