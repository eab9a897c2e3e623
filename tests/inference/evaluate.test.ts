import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../src/inference/evaluate.js'
import { families } from '../../src/models/registry.js'

// c ~ Categorical, x | c ~ N(m_c, s_c): everything is enumerated, so the bound has no noise.
const p = g.pipe(
  g.Do,
  g.nets({ weights: g.parameter(g.real(3)), means: g.parameter(g.real(3)) }),
  g.bind('c', ({ weights }) => g.categorical({ logits: weights() })),
  g.bind('x', ({ c, means }) => g.normal({ loc: g.gather(means(), c), scale: 0.7 })),
)
const q = g.pipe(
  g.given({ x: g.real() }),
  g.nets({ assign: g.dense(g.real(), g.real(3)) }),
  g.bind('c', ({ x, assign }) => g.categorical({ logits: assign(x) })),
)
const bound = g.elbo(p, q)
const params = g.init(bound, 1)
const x = Array.from({ length: 23 }, (_, i) => Math.sin(3 * i) * 2)
const at = (
  options: { readonly batch?: number; readonly seed?: number; readonly runtime?: 'cpu' | 'wasm' } = {},
) => g.orThrow(evaluate(bound, { params, data: { x }, ...options }))

// A bound with noise.
const noisy = g.elbo(p, q, { sites: { c: 'score' }, kl: 'sampled' })
const untyped = evaluate as unknown as (o: unknown, options: unknown) => ReturnType<typeof evaluate>
const refusals = async (options: unknown) => {
  const result = await untyped(bound, options)()
  return E.isLeft(result) ? result.left : []
}

/** L_b of one datum by plain loops. */
const byHand = (v: number): number => {
  const numbers = (net: g.NetParams, path: string) => [...(net[path]?.data ?? [])]
  const logSoftmax = (l: readonly number[]) => {
    const z = Math.log(l.reduce((sum, y) => sum + Math.exp(y), 0))
    return l.map((y) => y - z)
  }
  const prior = logSoftmax(numbers(params.weights, 'value'))
  const means = numbers(params.means, 'value')
  const [kernel, bias] = [numbers(params.assign, 'kernel'), numbers(params.assign, 'bias')]
  const posterior = logSoftmax(kernel.map((k, c) => k * v + (bias[c] as number)))
  return posterior.reduce((sum, l, c) => {
    const z = (v - (means[c] as number)) / 0.7
    const logLikelihood = -0.5 * z * z - Math.log(0.7) - 0.5 * Math.log(2 * Math.PI)
    return sum + Math.exp(l) * (logLikelihood + (prior[c] as number) - l)
  }, 0)
}

describe('evaluate', () => {
  it('is the mean of the values of the data', async () => {
    const each: number[] = []
    for (const v of x) each.push(await g.orThrow(evaluate(bound, { params, data: { x: [v] } })))
    each.forEach((value, i) => {
      expect(Math.abs(value - byHand(x[i] as number))).toBeLessThan(1e-5)
    })
    const mean = each.reduce((a, b) => a + b, 0) / x.length
    expect(Math.abs((await at()) - mean)).toBeLessThan(1e-5)
  })

  it('does not depend on the batch where the objective has no noise', async () => {
    const whole = await at({ batch: 500 })
    for (const batch of [1, 4, 7, 22, 23]) expect(Math.abs((await at({ batch })) - whole)).toBeLessThan(1e-5)
  })

  it('does not depend on the seed where the objective has no noise, and agrees between backends', async () => {
    expect(await at({ seed: 1 })).toBe(await at({ seed: 2 }))
    expect(Math.abs((await at({ runtime: 'cpu' })) - (await at({ runtime: 'wasm' })))).toBeLessThan(1e-5)
  })

  it('gives one value for one seed, and another for another, where it has noise', async () => {
    const noise = (seed: number) => g.orThrow(evaluate(noisy, { params, data: { x }, seed }))
    expect(await noise(1)).toBe(await noise(1))
    expect(await noise(1)).not.toBe(await noise(2))
  })

  it('agrees with a fit: the held-out value of the last epoch', async () => {
    const fit = await g.orThrow(
      g.fit(noisy, { data: { x }, heldOut: { x }, optimizer: g.adam(1e-2), epochs: 2, batch: 10, seed: 3 }),
    )
    const value = await g.orThrow(evaluate(noisy, { params: fit.params, data: { x }, seed: 3 }))
    expect(value).toBe(fit.diagnostics.heldOut)
  })

  it('takes a data set', async () => {
    const set = g.dataset({ x: g.real() }, { x })
    expect(await g.orThrow(evaluate(bound, { params, data: set }))).toBe(await at())
  })

  it('takes the mean over draws of an objective without data', async () => {
    const draws = g.expect(
      g.pipe(
        g.Do,
        g.bind('z', () => g.normal({ loc: 2, scale: 1 })),
      ),
      ({ z }) => z,
    )
    const value = await g.orThrow(
      untyped(draws, { params: {}, batch: 10_000, seed: 1 }) as ReturnType<typeof evaluate>,
    )
    // A mean of 10,000 draws of N(2, 1): within 4 standard errors.
    expect(Math.abs(value - 2)).toBeLessThan(4 / 100)
  })

  it('leaves no tensor behind', async () => {
    await at()
    const before = tf.memory().numTensors
    await at({ batch: 5 })
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('bad input', () => {
  it('is refused with a sentence: parameters', async () => {
    const { assign, ...rest } = params
    expect(await refusals({ params: rest, data: { x } })).toMatchObject([
      { tag: 'params', message: "the params have no net 'assign'" },
    ])
    const wrong = { ...params, means: { value: { shape: [2], data: new Float32Array(2) } } }
    expect(await refusals({ params: wrong, data: { x } })).toMatchObject([
      { tag: 'params', message: "the parameter 'means/value' has shape [2], but the net has [3]" },
    ])
    const incomplete = { ...params, assign: { kernel: assign.kernel } }
    expect(await refusals({ params: incomplete, data: { x } })).toMatchObject([
      { tag: 'params', message: "the parameter 'assign/bias' is missing" },
    ])
    expect((await refusals({ data: { x } })).map((e) => e.message)).toEqual([
      "the params have no net 'weights'",
      "the params have no net 'means'",
      "the params have no net 'assign'",
    ])
  })

  it('is refused with a sentence: data and options, all at once', async () => {
    expect(
      (await refusals({ params: {}, data: { x: [Number.NaN] }, batch: 0, seed: 0.5, runtime: 'gpu' })).map(
        (e) => e.message,
      ),
    ).toEqual([
      'batch must be a whole number >= 1, but 0 was given',
      'the seed must be a whole number, but 0.5 was given',
      "'gpu' is no runtime",
      "column 'x', datum 0: NaN is not a finite number (Real)",
      "the params have no net 'weights'",
      "the params have no net 'means'",
      "the params have no net 'assign'",
    ])
  })

  it('does not harm: every family can still be evaluated at its start', async () => {
    for (const family of Object.values(families)) {
      const built = family.build(
        { size: 2, domain: family.models },
        { ...(family.defaults as object), latent: 2 },
      )
      const start = g.init({ nets: built.objective.nets }, 1)
      const value = await g.orThrow(
        untyped(built.objective, { params: start, data: { x: [[0, 1]] } }) as ReturnType<typeof evaluate>,
      )
      expect(Number.isFinite(value)).toBe(true)
    }
  })
})
