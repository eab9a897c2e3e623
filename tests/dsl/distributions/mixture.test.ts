import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { can } from '../../../src/dsl/distribution.js'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { exponential } from '../../../src/dsl/distributions/exponential.js'
import { laplace } from '../../../src/dsl/distributions/laplace.js'
import { mixture } from '../../../src/dsl/distributions/mixture.js'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import { poisson } from '../../../src/dsl/distributions/poisson.js'
import { push } from '../../../src/dsl/distributions/push.js'
import { count, real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import {
  followsCdf,
  hasGradient,
  hasMean,
  integral,
  integratesToOne,
  sumsToOne,
} from '../../../src/testing/laws/distribution.js'
import { expectClose, expectLaw, number, numbers, scalar, scalars } from './laws.js'
import { mixtureLogProbs } from './reference.js'

const S2 = space.simplex(2)
const S3 = space.simplex(3)
const R2 = space.real(2)

describe('mixture', () => {
  const d = mixture({ probs: value(S3, [0.25, 0.5, 0.25]) }, [
    normal({ loc: -1, scale: 0.5 }),
    laplace({ loc: 2, scale: 1 }),
    exponential({ rate: 0.5 }),
  ])
  const density = (xs: readonly number[]) => numbers(d.logProb(scalars(real, xs)))

  it('agrees with SciPy on log densities', () => {
    for (const r of mixtureLogProbs) expectClose(density([r.x as number])[0] as number, r.logProb)
  })

  it('integrates to 1, in two pieces around the jump at 0', () => {
    const below = integral((xs) => density(xs).map(Math.exp), -25, -1e-6)
    const above = integral((xs) => density(xs).map(Math.exp), 0, 60)
    expectClose(below + above, 1, 1e-4)
    expectLaw(integratesToOne((xs) => numbers(standardNormal().logProb(scalars(real, xs))), -10, 10))
  })

  it('has the moments of the law of total variance', () => {
    const mean = -0.25 + 1 + 0.5
    expectClose(number(d.mean()), mean)
    const second = 0.25 * (0.25 + 1) + 0.5 * (2 + 4) + 0.25 * (4 + 4)
    expectClose(number(d.variance()), second - mean ** 2)
  })

  it('is sampled by its cdf', () => {
    const draws = numbers(d.sample(noiseFromSeed(4), [{ name: 'draw', size: 4000 }]))
    expectLaw(followsCdf(draws, (xs) => numbers(d.cdf(scalars(real, xs)))))
    expectLaw(hasMean(draws, 1.25))
    expect(can(d, 'pathwise')).toBe(false)
  })

  it('chooses one component for the whole event, along named axes', () => {
    const logits = makeValue(
      tf.tensor([
        [9, 0],
        [0, 9],
      ]),
      [2] as [2],
      real,
      [{ name: 'datum', size: 2 }],
    )
    const far = mixture({ logits }, [
      normal({ loc: value(R2, [-50, -50]), scale: 1 }),
      normal({ loc: value(R2, [50, 50]), scale: 1 }),
    ])
    const x = far.sample(noiseFromSeed(5), [{ name: 'particle', size: 8 }])
    const xs = numbers(x)
    for (let i = 0; i < xs.length; i += 2)
      expect(Math.sign(xs[i] as number)).toBe(Math.sign(xs[i + 1] as number))
    const p = far.logProb(x as never)
    expect(new Set(p.axes.map((a) => a.name))).toEqual(new Set(['particle', 'datum']))
  })

  it('mixes counts of different supports', () => {
    const counts = mixture({ probs: value(S2, [0.5, 0.5]) }, [
      bernoulli({ probs: 0.25 }),
      poisson({ rate: 2 }),
    ])
    expect(counts.space.domain.name).toBe('Count')
    expectLaw(
      sumsToOne(
        numbers(
          counts.logProb(
            scalars(
              count,
              Array.from({ length: 20 }, (_, i) => i),
            ),
          ),
        ),
      ),
    )
  })

  it('is finite with finite gradients far from every component, and at weights of 0', () => {
    const near = mixture({ probs: value(S2, [1, 0]) }, [standardNormal(), normal({ loc: 1, scale: 1 })])
    expectClose(number(near.logProb(scalar(real, 100))), -5000.918938533205) // scipy.stats.norm.logpdf(100)
    const slope = tf.grad(
      (t) =>
        mixture({ logits: value(R2, [0, 0]) }, [
          standardNormal(),
          normal({ loc: makeValue(t, [], real), scale: 1 }),
        ]).logProb(scalar(real, 100)).tensor,
    )(tf.scalar(-100))
    expect(slope.dataSync()[0]).toBe(0)
  })

  it('is differentiable twice in its weights and components', () => {
    const f = (t: tf.Tensor) =>
      mixture({ logits: makeValue(tf.slice(t, 0, 2), [2] as [2], real) }, [
        normal({ loc: makeValue(tf.reshape(tf.slice(t, 2, 1), []), [], real), scale: 1 }),
        laplace({ loc: 0, scale: 1 }),
      ]).logProb(scalar(real, 0.75)).tensor
    const at = [0.5, -0.25, 1.5]
    const g = (t: tf.Tensor) => tf.sum(tf.mul(tf.grad(f)(t), tf.tensor([1, 2, 3])))
    for (const h of [f, g])
      expectLaw(
        hasGradient(
          (xs) => h(tf.tensor([...xs])).dataSync()[0] as number,
          tf.grad(h)(tf.tensor(at)).dataSync(),
          at,
        ),
      )
  })

  it('has no density when a component has none, and refuses unlike components', () => {
    const implicit = mixture({ probs: value(S2, [0.5, 0.5]) }, [standardNormal(), push(scalar(real, 1))])
    expect(can(implicit, 'density')).toBe(false)
    expect(() =>
      mixture({ probs: value(S3, [0.5, 0.25, 0.25]) }, [standardNormal(), standardNormal()] as never),
    ).toThrow('mixture was given 3 weights and 2 distributions')
    expect(() =>
      mixture({ probs: value(S2, [0.5, 0.5]) }, [standardNormal(), standardNormal(2)] as never),
    ).toThrow('mixture was given a normal on Real and a normal on Real[2]')
  })
})
