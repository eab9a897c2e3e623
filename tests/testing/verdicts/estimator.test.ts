/** The law of estimators: those of `elbo` pass, and one that lacks the term of the score function is caught. */
import * as g from 'giry'
import { check, laws } from 'giry/testing'
import { describe, expect, it } from 'vitest'

const scalarsOf = (numbers: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(numbers).map(([name, x]) => [name, { value: { shape: [], data: Float32Array.of(x) } }]),
  ) as never

/** z ~ Bernoulli(½), x | z ~ N(2 z, 1); q(z) = Bernoulli(logits w). */
const p = g.pipe(
  g.Do,
  g.bind('z', () => g.bernoulli({ logits: 0 })),
  g.bind('x', ({ z }) => g.normal({ loc: g.mul(2, z), scale: 1 })),
)
const q = g.pipe(
  g.given({ x: g.real() }),
  g.nets({ w: g.parameter(g.real()) }),
  g.bind('z', ({ w }) => g.bernoulli({ logits: w() })),
)
const data = { x: [1.5, 0.2] }
const params = scalarsOf({ w: 0.4 })
const sigmoid = (t: number) => 1 / (1 + Math.exp(-t))
const logN = (x: number, m: number) => -0.5 * (x - m) ** 2 - 0.5 * Math.log(2 * Math.PI)

/** L_b in float64, by enumeration. */
const exact = (at: { readonly w?: { readonly value?: { readonly data: Float32Array } } }): number => {
  const h = sigmoid(at.w?.value?.data[0] as number)
  const one = (x: number) =>
    h * (logN(x, 2) + Math.log(0.5 / h)) + (1 - h) * (logN(x, 0) + Math.log(0.5 / (1 - h)))
  return (one(1.5) + one(0.2)) / 2
}

describe('estimators of elbo', () => {
  it('by enumeration has no variance, and is the slope of the exact bound', () => {
    const [v] = check(laws.estimator(g.elbo(p, q), data, { params, exact: exact as never, estimates: 4 }))
    expect(v?.sentence).toContain('(variance of one 0)')
  })

  it('by the score function is unbiased against enumeration', () => {
    const bound = g.elbo(p, q, { sites: { z: 'score' }, particles: 2 })
    const [v] = check(laws.estimator(bound, data, { params, exact: exact as never }))
    expect(v?.law).toBe('the gradient by w/value is unbiased')
    expect(v?.sentence).toMatch(/\(variance of one 0\.\d+\)/)
  })

  it('by the pathwise method is the slope of the same noise', () => {
    const normal = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
    )
    const family = g.pipe(
      g.given({ x: g.real() }),
      g.nets({ encode: g.dense(g.real(), g.real()) }),
      g.bind('z', ({ x, encode }) => g.normal({ loc: encode(x), scale: 0.6 })),
    )
    for (const v of check(laws.estimator(g.elbo(normal, family), data, { estimates: 20 })))
      expect(v.found).toBeLessThan(1e-3)
  })
})

describe('a gradient without the term of the score function', () => {
  // E over draws of a coin whose probability depends on w; the draw carries no gradient.
  const biased = g.expect(
    g.pipe(
      g.Do,
      g.nets({ w: g.parameter(g.real()) }),
      g.bind('z', ({ w }) => g.bernoulli({ logits: w() })),
    ),
    {},
    ({ z }) => g.mul(3, z),
  )
  const cut = { ...biased, evaluate: (env: never) => g.stopGradient(biased.evaluate(env)) } as typeof biased

  it('is caught, with both numbers and their distance in standard errors', () => {
    // d/dw E[3 z] = 3 σ(w) σ(−w) = 0.7208 at w = 0.4
    const slope = ({ w }: { readonly w?: { readonly value?: { readonly data: Float32Array } } }) =>
      3 * sigmoid(w?.value?.data[0] as number)
    const [v] = laws.estimator(cut, undefined, { params, exact: slope as never, estimates: 10 })
    expect(v?.holds).toBe(false)
    expect(v?.sentence).toMatch(
      /^along a random direction of w\/value the mean of 10 gradients is 0 \(variance of one 0\), and differences of the exact value give -?0\.7208: off by 0\.7208, where 0\.001 is allowed$/,
    )
    expect(v?.remedy).toContain('a term of the gradient is missing')
  })

  it('is caught without the exact value too', () => {
    const [v] = laws.estimator(cut, undefined, { params, estimates: 600 })
    expect(v?.holds).toBe(false)
    expect(v?.sentence).toContain('differences of the value give')
  })
})
