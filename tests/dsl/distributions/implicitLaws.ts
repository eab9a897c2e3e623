/** The laws of one univariate distribution that is reparameterized implicitly, by its cdf; each such distribution calls it. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { can } from '../../../src/dsl/distribution.js'
import type { Domain } from '../../../src/dsl/domains/marks.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsCdf, hasMean, integratesToOne } from '../../../src/testing/laws/distribution.js'
import {
  expectClose,
  expectLaw,
  integralTo,
  logProbAt,
  number,
  numbers,
  parametersOf,
  scalars,
  type Testable,
  testAlignment,
  testReferences,
  testSecondOrder,
  type Univariate,
} from './laws.js'

/** What is also needed: six points of the support, and a function whose expectation has a closed form, E f = value(θ). */
export interface Implicit extends Univariate {
  readonly points: readonly number[]
  readonly f: (x: tf.Tensor) => tf.Tensor
  /** E f and its gradient by each parameter of `at`. */
  readonly expectation: number
  readonly gradient: readonly number[]
  /** Parameters at which draws, densities and gradients must be finite. */
  readonly extremes: readonly Readonly<Record<string, number>>[]
}

const DRAWS = 3000
/** Draws at each extreme. */
const FEW = 300

/** Draws, each from parameters of its own, so that a gradient by the parameters is one of each draw. */
const drawsAt = (d: Implicit, at: readonly number[], seed: number, n = DRAWS) => {
  const axis = [{ name: 'draw', size: n }]
  const names = Object.keys(d.at)
  const made = (ts: readonly tf.Tensor[]): Testable =>
    d.make(
      Object.fromEntries(
        names.map((k, i) => [
          k,
          makeValue(ts[i] as tf.Tensor, [] as [], d.domains[k] as Domain<unknown>, axis),
        ]),
      ),
    )
  const parameters = at.map((x) => tf.fill([n], x))
  const sample = (ts: readonly tf.Tensor[]) => made(ts).sample(noiseFromSeed(seed), axis).tensor
  return { parameters, sample }
}

/** Laws of a continuous univariate distribution with a cdf and implicit pathwise gradients. */
export const implicitLaws = (name: string, d: Implicit) =>
  describe(`${name}: laws`, () => {
    const made = d.make(parametersOf(d, d.at))
    const [from, to] = d.support
    const logDensity = (xs: readonly number[]) => numbers(logProbAt(made, scalars(made.space.domain, xs)))
    const cdf = (xs: readonly number[]) =>
      numbers((made as Required<Testable>).cdf(scalars(made.space.domain, xs) as never))
    const { parameters, sample } = drawsAt(d, Object.values(d.at), 5)

    testReferences(d)
    testAlignment(d, d.points)
    testSecondOrder(d, d.points)
    it('integrates to 1', () => expectLaw(integratesToOne(logDensity, from, to)))
    it('has the cdf that the density integrates to', () => {
      for (const x of d.points)
        expectClose(cdf([x])[0] as number, (cdf([from])[0] as number) + integralTo(logDensity, from, x), 1e-4)
    })
    it('is sampled by its cdf', () => expectLaw(followsCdf(sample(parameters).dataSync(), cdf)))
    it('has pathwise gradients that average to the gradient of E f', () => {
      expect(can(made, 'pathwise')).toBe(true)
      expectLaw(hasMean(d.f(sample(parameters)).dataSync(), d.expectation), 'E f')
      const each = tf.grads((...ts: tf.Tensor[]) => tf.sum(d.f(sample(ts))))([...parameters])
      each.forEach((g, i) => {
        expectLaw(hasMean(g.dataSync(), d.gradient[i] as number), Object.keys(d.at)[i])
      })
    })
    it('is finite at extreme parameters', () => {
      for (const at of d.extremes) {
        const { parameters: extreme, sample: draw } = drawsAt(d, Object.values(at), 6, FEW)
        const x = draw(extreme)
        const density = logProbAt(
          d.make(parametersOf(d, at)),
          makeValue(x, [] as [], made.space.domain, [{ name: 'draw', size: FEW }]),
        )
        const each = tf.grads((...ts: tf.Tensor[]) => tf.sum(draw(ts)))([...extreme])
        for (const t of [x, density.tensor, ...each])
          expect(tf.all(tf.isFinite(t)).dataSync()[0], JSON.stringify(at)).toBe(1)
      }
    })
    it('has an entropy that is −E log p', () => {
      const x = made.sample(noiseFromSeed(9), [{ name: 'draw', size: DRAWS }])
      expectLaw(
        hasMean(
          numbers(logProbAt(made, x)).map((l) => -l),
          number((made as Required<Testable>).entropy()),
        ),
      )
    })
  })
