/**
 * The laws of a distribution: true ones pass, and deliberately wrong ones are caught, each by the law that it breaks, with a
 * sentence that says by how much. Oracle of the figures in the sentences: what was done to the distribution.
 */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { type AnyDistribution, type AnyValue, type Arg, normal, type Value } from 'giry'
import { check, laws } from 'giry/testing'
import { describe, expect, it } from 'vitest'

type Scalar = Value<[], g.Real>
type LocScale = { readonly loc: Arg; readonly scale: Arg }

const normalAt = ({ loc, scale }: LocScale) => normal({ loc: loc as number, scale: scale as number })

/** A normal with something wrong with it. */
const altered =
  (change: (d: ReturnType<typeof normalAt>, p: LocScale) => object) =>
  (p: LocScale): AnyDistribution => {
    const d = normalAt(p)
    return { ...d, ...change(d, p) } as AnyDistribution
  }

const at = { loc: 0.5, scale: 2 }
const broken = (make: (p: LocScale) => AnyDistribution, where: LocScale = at) =>
  laws.distribution(make, where).filter((v) => !v.holds)
const names = (make: (p: LocScale) => AnyDistribution) => broken(make).map((v) => v.law)
const vector = (n: number, xs: readonly number[]) => g.value(g.real(n), xs)

describe('what giry has', () => {
  const cases: Readonly<
    Record<string, () => readonly { readonly holds: boolean; readonly sentence: string }[]>
  > = {
    normal: () => laws.distribution(g.normal, { loc: 0.5, scale: 2 }),
    'normal, 3 entries': () =>
      laws.distribution(g.normal, { loc: vector(3, [0, 1, 2]), scale: g.value(g.positive(3), [1, 2, 0.5]) }),
    laplace: () => laws.distribution(g.laplace, { loc: 0.5, scale: 2 }),
    logNormal: () => laws.distribution(g.logNormal, { loc: 0.5, scale: 1 }),
    exponential: () => laws.distribution(g.exponential, { rate: 2 }),
    uniform: () => laws.distribution(g.uniform, { low: -1, high: 2 }),
    'standardUniform, 2 entries': () => laws.distribution(() => g.standardUniform(2)),
    poisson: () => laws.distribution(g.poisson, { rate: 3.5 }),
    'bernoulli, 3 logits': () => laws.distribution(g.bernoulli, { logits: vector(3, [0, 1, -2]) }),
    'bernoulli, probs': () => laws.distribution(g.bernoulli, { probs: 0.3 }),
    categorical: () => laws.distribution(g.categorical, { probs: g.value(g.simplex(3), [0.2, 0.3, 0.5]) }),
    oneHotCategorical: () => laws.distribution(g.oneHotCategorical, { logits: vector(3, [0, 1, -2]) }),
    multivariateNormal: () =>
      laws.distribution(g.multivariateNormal, {
        loc: vector(2, [0, 1]),
        scaleTril: g.value(g.cholesky(2), [
          [1, 0],
          [0.5, 2],
        ]),
      }),
    delta: () => laws.distribution(() => g.delta(g.value(g.binary(2), [0, 1]))),
    'iid laplace': () => laws.distribution(() => g.iid(3, g.laplace({ loc: 0, scale: 1 }))),
    'iid poisson': () => laws.distribution(() => g.iid(2, g.poisson({ rate: 2 }))),
    mixture: () =>
      laws.distribution(
        ({ loc, logits }) =>
          g.mixture({ logits }, [g.normal({ loc, scale: 1 }), g.laplace({ loc: 1, scale: 2 })]),
        { loc: g.value(g.real(), 2), logits: vector(2, [0, 1]) },
      ),
    push: () => laws.distribution(() => g.push(vector(2, [0, 1]))),
  }

  it.each(Object.keys(cases))('%s passes', (name) => {
    check((cases[name] as () => never)())
  })
})

describe('a log density that is off by a constant', () => {
  const heavy = altered((d) => ({ logProb: (x: Scalar) => g.add(d.logProb(x), 0.25) }))

  it('is caught by its integral, e^0.25 = 1.284', () => {
    const [first] = broken(heavy)
    expect(first?.law).toBe('the density integrates to 1')
    expect(first?.sentence).toMatch(
      /^the density integrates to 1\.284 by quadrature over \d+ points: off by 0\.284 \(a log density off by 0\.25\), where 0\.001 is allowed$/,
    )
    expect(names(heavy)).toContain('the entropy is that of the density')
  })

  it('fails the one line of a test, which names the law', () => {
    expect(() => check(laws.distribution(heavy, at))).toThrow(
      'normal({ loc: 0.5, scale: 2 }) breaks the law "the density integrates to 1": the density integrates to 1.284',
    )
  })
})

describe('a sampler', () => {
  it('with the wrong scale is caught by the density, the cdf and the pathwise gradient', () => {
    const wide = altered((_, { loc, scale }) => {
      const other = normalAt({ loc, scale: g.mul(1.2, scale as number) as Arg })
      return { sample: other.sample }
    })
    expect(names(wide)).toEqual(
      expect.arrayContaining([
        'draws follow the density',
        'draws follow the cdf',
        'draws have the means of the density',
      ]),
    )
    // sup |Φ(x) − Φ(x/1.2)| = 0.0441, at x = 1.09
    const gap = broken(wide).find((v) => v.law === 'draws follow the density')?.sentence ?? ''
    expect(Number(/density by (0\.\d+)/.exec(gap)?.[1])).toBeCloseTo(0.044, 2)
  })

  it('that draws for itself is caught by its seed', () => {
    const stray = altered((d) => ({
      sample: (noise: g.Noise, axes: readonly g.Axis[]) => g.add(d.sample(noise, axes), Math.random() * 1e-3),
    }))
    expect(names(stray)).toContain('one seed, one sample')
  })

  it('that keeps a tensor is caught', () => {
    const kept: tf.Tensor[] = []
    const leaky = altered((d) => ({
      sample: (noise: g.Noise, axes: readonly g.Axis[]) => {
        kept.push(tf.keep(tf.scalar(1)))
        return d.sample(noise, axes)
      },
    }))
    expect(broken(leaky).map((v) => v.sentence)).toContain('sampling and log density leave 1 tensors behind')
    tf.dispose(kept)
  })
})

describe('a pathwise gradient', () => {
  it('that stops at the scale is caught, and no other law is broken', () => {
    const stopped = ({ loc, scale }: LocScale): AnyDistribution => {
      const d = normalAt({ loc, scale })
      const still = normalAt({ loc, scale: g.stopGradient(scale as AnyValue) as Arg })
      return { ...d, sample: still.sample } as AnyDistribution
    }
    const found = broken((p) =>
      stopped({ ...p, scale: typeof p.scale === 'number' ? g.value(g.positive(), p.scale) : p.scale }),
    )
    expect(found.map((v) => v.law)).toEqual(['the pathwise gradient by scale is unbiased'])
    expect(found[0]?.sentence).toMatch(
      /^the mean pathwise derivative of f along a random direction of scale, over 4000 draws, is 0, and differences of E\[f\] by the density give -?0\.\d+: off by 0\.\d+, where 0\.002 is allowed$/,
    )
  })

  it('of the log density that is too large is caught', () => {
    const doubled = altered((d) => ({
      logProb: (x: Scalar) => {
        const l = d.logProb(x)
        return g.sub(g.mul(2, l), g.stopGradient(l))
      },
    }))
    expect(names(doubled)).toEqual([
      'the gradient of the log density by x is its slope',
      'the gradient of the log density by loc is its slope',
      'the gradient of the log density by scale is its slope',
    ])
  })
})

describe('a support', () => {
  it('that was truncated and not normalized again is caught', () => {
    // N(0.5, 2²) restricted to x >= 0.5 has mass ½
    const half = altered((d, { loc }) => ({
      logProb: (x: Scalar) =>
        g.where(g.greaterEqual(x, loc as number), d.logProb(x), Number.NEGATIVE_INFINITY),
    }))
    const mass = broken(half).find((v) => v.law === 'the density integrates to 1')
    expect(mass?.sentence).toContain('the density integrates to 0.5 by quadrature')
    expect(names(half)).toContain('what is drawn has a density')
  })

  it('that reaches beyond its domain is caught', () => {
    const endless = ({ rate }: { readonly rate: Arg }): AnyDistribution => {
      const d = g.exponential({ rate: rate as number })
      return {
        ...d,
        logProb: (x: Scalar) => g.sub(g.log(d.parameters.rate), g.mul(rate as number, x)),
      } as never
    }
    const found = laws.distribution(endless, { rate: 2 }).filter((v) => !v.holds)
    expect(found.map((v) => v.law)).toEqual(['the density is 0 outside of the domain'])
    expect(found[0]?.sentence).toBe('the log density at -1, outside of Positive, is 2.693, not −Infinity')
  })

  it('whose masses do not add up is caught', () => {
    const short = ({ rate }: { readonly rate: Arg }): AnyDistribution => {
      const d = g.poisson({ rate: rate as number })
      return { ...d, logProb: (x: Value<[], g.Count>) => g.add(d.logProb(x), Math.log(0.9)) } as never
    }
    const found = laws.distribution(short, { rate: 3 }).filter((v) => !v.holds)
    expect(found[0]?.sentence).toContain('the density sums to 0.9 by summation')
  })
})

describe('what a distribution says of itself', () => {
  it.each([
    ['mean', 'the mean is that of the density', 'mean() is 0.6, and by the density it is 0.5'],
    ['variance', 'the variance is that of the density', 'variance() is 4.1, and by the density it is 4'],
    ['entropy', 'the entropy is that of the density', 'entropy() is 2.212, and by the density it is 2.112'],
  ] as const)('a wrong %s is caught', (name, law, sentence) => {
    const wrong = altered((d) => ({ [name]: () => g.add(d[name](), 0.1) }))
    const found = broken(wrong)
    expect(found.map((v) => v.law)).toEqual([law])
    expect(found[0]?.sentence).toContain(sentence)
  })

  it('a wrong quantile is caught', () => {
    const wrong = altered((d) => ({ quantile: (u: Scalar) => g.add(d.quantile(u), 0.1) }))
    expect(names(wrong)).toEqual(['the quantile inverts the cdf'])
  })
})

describe('parameters', () => {
  it('along an axis belong to the elements, which a reduction over the batch breaks', () => {
    const pooled = altered((d) => ({
      logProb: (x: Scalar) => {
        const l = d.logProb(x)
        return { ...l, tensor: tf.add(tf.mul(0.5, l.tensor), tf.mul(0.5, tf.mean(l.tensor))) }
      },
    }))
    expect(names(pooled).length).toBeGreaterThan(0)
  })
})
