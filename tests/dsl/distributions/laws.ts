/** The laws of one univariate distribution, as one block of tests; each distribution's test file calls it. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import {
  type AnyDistribution,
  type Cdf,
  can,
  type Distribution,
  type Entropy,
  type EventSpace,
  type Moments,
  type Quantile,
} from '../../../src/dsl/distribution.js'
import { real } from '../../../src/dsl/domain.js'
import type { Domain } from '../../../src/dsl/domains/marks.js'
import type { Shape } from '../../../src/dsl/shape.js'
import { type AnyValue, type Axis, makeValue, type Value } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import {
  followsCdf,
  followsMasses,
  grid,
  hasGradient,
  hasMean,
  integratesToOne,
  invertsCdf,
  sumsToOne,
  type Verdict,
} from '../../../src/testing/laws/distribution.js'
import type { Reference, Summary } from './reference.js'

/** A distribution with whatever extras it has. */
export type Testable = AnyDistribution &
  Partial<Moments<Shape>> &
  Partial<Entropy> &
  Partial<Cdf<Shape>> &
  Partial<Quantile<Shape>>

/** What the laws need to know of a univariate distribution. */
export interface Univariate {
  readonly make: (p: Record<string, AnyValue>) => Testable
  /** Domains of the parameters. */
  readonly domains: Readonly<Record<string, Domain<unknown>>>
  /** Parameters at which the laws are tested. */
  readonly at: Readonly<Record<string, number>>
  readonly logProbs: readonly Reference[]
  readonly summaries: readonly Summary[]
  /** An interval with all but 1e-5 of the mass (continuous), or the points with it (discrete, from 0 on). */
  readonly support: readonly [number, number]
}

/** A value of scalars along named axes. */
export const scalars = <D>(
  domain: Domain<D>,
  data: readonly number[],
  axes: readonly Axis[] = [{ name: 'point', size: data.length }],
): Value<[], D> =>
  makeValue(
    tf.tensor(
      [...data],
      axes.map((a) => a.size),
    ),
    [] as [],
    domain,
    axes,
  )

/** A constant of a domain. */
export const scalar = <D>(domain: Domain<D>, x: number): Value<[], D> => scalars(domain, [x], [])

/** The numbers of a value. */
export const numbers = (v: AnyValue): number[] => Array.from(v.tensor.dataSync())

/** The only number of a value. */
export const number = (v: AnyValue): number => numbers(v)[0] as number

/** logProb without the compiler's checks. */
export const logProbAt = (d: AnyDistribution, x: AnyValue): AnyValue =>
  (d as Distribution<EventSpace<Shape, unknown>, 'density'>).logProb(x)

/** |found − expected| <= tolerance · max(1, |expected|), infinities alike. */
export const closeTo = (found: number, expected: number, tolerance = 1e-5): boolean =>
  found === expected || Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected))

/** Expects agreement, and says what disagrees. */
export const expectClose = (found: number, expected: number, tolerance = 1e-5, what = ''): void =>
  expect(closeTo(found, expected, tolerance), `${what}: ${found} should be ${expected}`).toBe(true)

/** Expects a law to hold, and says by how much it fails. */
export const expectLaw = (verdict: Verdict, what = ''): void =>
  expect(verdict.holds, `${what}: ${verdict.found} exceeds ${verdict.bound}`).toBe(true)

/** Parameters as values. */
export const parametersOf = (d: Univariate, at: Readonly<Record<string, number>>): Record<string, AnyValue> =>
  Object.fromEntries(Object.entries(at).map(([k, x]) => [k, scalar(d.domains[k] as Domain<unknown>, x)]))

const fromTensors = (d: Univariate, ts: readonly tf.Tensor[]): Testable =>
  d.make(
    Object.fromEntries(
      Object.keys(d.at).map((k, i) => [
        k,
        makeValue(ts[i] as tf.Tensor, [] as [], d.domains[k] as Domain<unknown>, []),
      ]),
    ),
  )

/** A differentiable function of the parameters, with its value and gradient as plain functions. */
const plain = (f: (...ts: tf.Tensor[]) => tf.Tensor) => {
  const tensors = (at: readonly number[]) => at.map((x) => tf.scalar(x))
  const gradient = (at: readonly number[]) =>
    tf
      .grads(f)(tensors(at))
      .map((g) => g.dataSync()[0] as number)
  return { value: (at: readonly number[]) => f(...tensors(at)).dataSync()[0] as number, gradient }
}

/** Σ_i c_i ∂f/∂θ_i, itself differentiable. */
const derivative =
  (f: (...ts: tf.Tensor[]) => tf.Tensor) =>
  (...ts: tf.Tensor[]): tf.Tensor =>
    tf.addN(
      tf
        .grads(f)(ts)
        .map((g, i) => tf.mul(g, 1 / (i + 1))),
    )

/** Log densities, moments and entropy against SciPy. */
export const testReferences = (d: Univariate): void => {
  it('agrees with SciPy on log densities', () => {
    for (const r of d.logProbs) {
      const made = d.make(parametersOf(d, r.parameters as Record<string, number>))
      expectClose(
        number(logProbAt(made, scalar(made.space.domain, r.x as number))),
        r.logProb,
        1e-5,
        JSON.stringify(r),
      )
    }
  })
  it('agrees with SciPy on moments and entropy', () => {
    for (const r of d.summaries) {
      const made = d.make(parametersOf(d, r.parameters as Record<string, number>))
      const relative = (found: number, x: number) =>
        Number.isNaN(x) ||
        found === x ||
        expectClose(found / (x || 1), x === 0 ? 0 : 1, 1e-5, JSON.stringify(r))
      if (made.mean) relative(number(made.mean()), r.mean)
      if (made.variance) relative(number(made.variance()), r.variance)
      if (made.entropy && r.entropy !== undefined)
        expectClose(number(made.entropy()), r.entropy, 1e-5, JSON.stringify(r))
    }
  })
}

/** Parameters and six points meet by axis name. */
export const testAlignment = (d: Univariate, points: readonly number[]): void =>
  it('aligns parameters and points by axis name', () => {
    const factors = [1, 1.125, 0.75]
    const axis = [{ name: 'datum', size: 3 }]
    const made = d.make(
      Object.fromEntries(
        Object.entries(d.at).map(([k, x]) => [
          k,
          scalars(
            d.domains[k] as Domain<unknown>,
            factors.map((f) => f * x),
            axis,
          ),
        ]),
      ),
    )
    const x = scalars(made.space.domain, [...points, ...points].slice(0, 6), [
      { name: 'particle', size: 2 },
      ...axis,
    ])
    const together = logProbAt(made, x)
    expect(together.axes.map((a) => a.name)).toEqual(['particle', 'datum'])
    const alone = [0, 1, 2, 3, 4, 5].map((i) => {
      const at = Object.fromEntries(Object.entries(d.at).map(([k, v]) => [k, v * (factors[i % 3] as number)]))
      const one = d.make(parametersOf(d, at))
      return number(logProbAt(one, scalar(one.space.domain, numbers(x)[i] as number)))
    })
    numbers(together).forEach((p, i) => {
      expectClose(p, alone[i] as number, 1e-5)
    })
    const drawn = (made as AnyDistribution).sample(noiseFromSeed(1), [{ name: 'particle', size: 2 }])
    expect(new Set(drawn.axes.map((a) => a.name))).toEqual(new Set(['particle', 'datum']))
  })

/** The log density has first and second derivatives in its parameters. */
export const testSecondOrder = (d: Univariate, points: readonly number[]): void =>
  it('has a log density that is differentiable twice in its parameters', () => {
    const logDensity = (...ts: tf.Tensor[]) => {
      const made = fromTensors(d, ts)
      return tf.mean(logProbAt(made, scalars(made.space.domain, points)).tensor)
    }
    const at = Object.values(d.at)
    const first = plain(logDensity)
    expectLaw(hasGradient(first.value, first.gradient(at), at), 'first order')
    const second = plain(derivative(logDensity))
    expectLaw(hasGradient(second.value, second.gradient(at), at), 'second order')
  })

/** Laws of a continuous univariate distribution with cdf and quantile. */
export const continuousLaws = (name: string, d: Univariate) =>
  describe(`${name}: laws`, () => {
    const made = d.make(parametersOf(d, d.at))
    const [from, to] = d.support
    const points = [0.05, 0.3, 0.45, 0.6, 0.85, 0.98]
    const at = (us: readonly number[]) => numbers((made as Required<Testable>).quantile(scalars(real, us)))
    const logDensity = (xs: readonly number[]) => numbers(logProbAt(made, scalars(made.space.domain, xs)))
    const cdf = (xs: readonly number[]) => numbers((made as Required<Testable>).cdf(scalars(real, xs)))
    const draw = (n: number) => numbers(made.sample(noiseFromSeed(7), [{ name: 'draw', size: n }]))

    testReferences(d)
    testAlignment(d, at(points))
    testSecondOrder(d, at(points))
    it('integrates to 1', () => expectLaw(integratesToOne(logDensity, from, to)))
    it('has the cdf that the density integrates to', () => {
      for (const x of at([0.25, 0.75]))
        expectClose(
          numbers(scalars(made.space.domain, cdf([x])))[0] as number,
          integralTo(logDensity, from, x),
          1e-3,
        )
    })
    it('has a quantile that inverts the cdf', () => expectLaw(invertsCdf(cdf, at, at(points))))
    it('is sampled by its cdf and its mean', () => {
      expectLaw(followsCdf(draw(4000), cdf), 'Kolmogorov-Smirnov')
      expectLaw(hasMean(draw(4000), number((made as Required<Testable>).mean())), 'mean')
    })
    it('has pathwise gradients that agree with finite differences', () => {
      expect(can(made, 'pathwise')).toBe(true)
      const f = plain((...ts) =>
        tf.mean(tf.sin(fromTensors(d, ts).sample(noiseFromSeed(3), [{ name: 'draw', size: 50 }]).tensor)),
      )
      const theta = Object.values(d.at)
      expectLaw(hasGradient(f.value, f.gradient(theta), theta))
    })
  })

/** ∫ p up to a point. */
export const integralTo = (
  logDensity: (xs: readonly number[]) => number[],
  from: number,
  to: number,
): number => {
  const xs = grid(from, to, 4000)
  const ys = logDensity(xs).map(Math.exp)
  return (ys.reduce((s, y, i) => s + y * (i === 0 || i === 4000 ? 0.5 : 1), 0) * (to - from)) / 4000
}

/** Laws of a discrete univariate distribution on 0, 1, 2, … */
export const discreteLaws = (name: string, d: Univariate) =>
  describe(`${name}: laws`, () => {
    const made = d.make(parametersOf(d, d.at))
    const points = Array.from({ length: d.support[1] + 1 }, (_, i) => i)
    const logMasses = numbers(logProbAt(made, scalars(made.space.domain, points)))

    testReferences(d)
    testAlignment(d, [0, 1, points.length > 2 ? 2 : 0, 1, 0, 1])
    testSecondOrder(d, points)
    it('sums to 1', () => expectLaw(sumsToOne(logMasses)))
    it('is sampled by its masses and its mean', () => {
      const draws = numbers(made.sample(noiseFromSeed(11), [{ name: 'draw', size: 4000 }]))
      expectLaw(
        followsMasses(
          points.map((k) => draws.filter((x) => x === k).length),
          logMasses.map(Math.exp),
        ),
        'chi-square',
      )
      expectLaw(hasMean(draws, number((made as Required<Testable>).mean())), 'mean')
    })
  })
