/** svgd: the direction by hand, the median by sorting, conjugate posteriors, a banana by quadrature, compiled, sentences. */
import * as tf from '@tensorflow/tfjs'
import { pipe } from 'fp-ts/lib/function.js'
import { inverse, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../src/dsl/dataset.js'
import { exponential } from '../../src/dsl/distributions/exponential.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { add, mul, square, sub } from '../../src/dsl/operations/arithmetic.js'
import { at } from '../../src/dsl/operations/picking.js'
import { sum } from '../../src/dsl/operations/reductions.js'
import { flattenParams } from '../../src/dsl/params.js'
import { real } from '../../src/dsl/space.js'
import { batchAt } from '../../src/inference/batches.js'
import { orThrow, fit as train } from '../../src/inference/fit.js'
import { adam } from '../../src/inference/optimizers/optimizers.js'
import { particlesOf } from '../../src/inference/particles.js'
import { medianOf, squaredDistances, steinDirection } from '../../src/inference/stein.js'
import { svgd } from '../../src/inference/svgd.js'
import { keyFromSeed, normals } from '../../src/runtime/keys.js'
import { compiled, disagreement, eagerly } from './compiled/agree.js'
import { gradientAt } from './gradients.js'
import { sentences } from './sentences.js'

const any = (o: unknown): AnyObjective => o as AnyObjective

const cloud = (n: number, d: number, seed: number): number[][] => {
  const e = normals(keyFromSeed(seed), n * d)
  return Array.from({ length: n }, (_, i) => Array.from(e.subarray(i * d, (i + 1) * d)))
}
const distance2 = (a: readonly number[], b: readonly number[]) =>
  a.reduce((s, x, k) => s + (x - (b[k] as number)) ** 2, 0)
const pairsOf = (z: readonly (readonly number[])[]) =>
  z.flatMap((a, i) => z.filter((_, j) => j !== i).map((b) => distance2(a, b)))

/** φ by the sum of its definition. */
const byHand = (z: number[][], s: number[][], h: number, apart = 1): number[][] =>
  z.map((zi) =>
    zi.map(
      (_, k) =>
        z.reduce((total, zj, j) => {
          const kernel = Math.exp(-distance2(zj, zi) / h)
          const slope = (-2 / h) * ((zj[k] as number) - (zi[k] as number)) * kernel
          return total + kernel * (s[j]?.[k] as number) + apart * slope
        }, 0) / z.length,
    ),
  )

describe('the direction', () => {
  it('is the sum of its definition, for a given bandwidth and for that of the median', () => {
    const [z, s] = [cloud(7, 3, 1), cloud(7, 3, 2)]
    const sorted = pairsOf(z).sort((a, b) => a - b)
    const median = sorted[sorted.length / 2] as number
    for (const h of [0.7, undefined]) {
      const expected = byHand(z, s, h ?? median / Math.log(7), 0.25)
      const found = tf.tidy(() => steinDirection(tf.tensor2d(z), tf.tensor2d(s), h, 0.25).arraySync())
      found.flat().forEach((x, i) => {
        expect(Math.abs(x - (expected.flat()[i] as number))).toBeLessThan(1e-5)
      })
    }
  })

  it.each([2, 3, 8, 25])('the median of the distances of %i particles is that of sorting', (n) => {
    const z = cloud(n, 2, n)
    const sorted = pairsOf(z).sort((a, b) => a - b)
    const found = tf.tidy(() => medianOf(squaredDistances(tf.tensor2d(z))).dataSync()[0] as number)
    expect(Math.abs(found - (sorted[sorted.length / 2] as number))).toBeLessThan(1e-5)
  })

  it('of particles far from 0 keeps its digits, and of one particle is the slope', () => {
    const z = cloud(5, 2, 3)
    const far = z.map((x) => x.map((v) => v + 1000))
    const [a, b] = [z, far].map((x) => tf.tidy(() => squaredDistances(tf.tensor2d(x)).dataSync()))
    a?.forEach((x, i) => void expect(Math.abs(x - (b?.[i] as number))).toBeLessThan(2e-3))
    const one = tf.tidy(() => steinDirection(tf.tensor2d([[1, 2]]), tf.tensor2d([[3, -4]])).arraySync())
    expect(one).toEqual([[3, -4]])
  })
})

// w ~ N(0, 2²), y ~ N(w, 1)
const location = pipe(
  Do,
  shared('w', () => normal({ loc: 0, scale: 2 })),
  bind('y', ({ w }) => normal({ loc: w, scale: 1 })),
)
const ys = [1.2, 0.3, 2.1, 1.7]

describe('the objective', () => {
  const o = any(svgd(location, { data: ['y'], particles: 5 }))
  const points = cloud(5, 1, 4).flat()
  const params = { w: { value: { shape: [5], data: Float32Array.from(points) } } }

  it('has the mean of log p(w, y)/N for its value, and φ/N for its gradient', () => {
    const { value, gradients } = gradientAt(o, params, { y: ys })
    const log2Pi = Math.log(2 * Math.PI)
    const joint = (w: number) =>
      -0.5 * (w / 2) ** 2 - Math.log(2) - 2.5 * log2Pi - 0.5 * ys.reduce((a, y) => a + (y - w) ** 2, 0)
    expect(Math.abs(value - points.reduce((a, w) => a + joint(w), 0) / 20)).toBeLessThan(1e-5)
    const slope = (w: number) => -w / 4 + ys.reduce((a, y) => a + y - w, 0)
    const z = points.map((w) => [w])
    const sorted = pairsOf(z).sort((a, b) => a - b)
    const h = (sorted[sorted.length / 2] as number) / Math.log(5)
    const phi = byHand(
      z,
      points.map((w) => [slope(w)]),
      h,
    )
    phi.forEach(([x], i) => {
      expect(Math.abs((gradients['w/value']?.[i] as number) - (x as number) / 4)).toBeLessThan(1e-5)
    })
  })

  it('scales a minibatch by N/B', () => {
    const twice = { y: [...ys, ...ys] }
    const [part, whole] = [gradientAt(o, params, twice, { rows: [0, 1, 2, 3] }), gradientAt(o, params, twice)]
    expect(part.value).toBeCloseTo(whole.value, 5)
    part.gradients['w/value']?.forEach(
      (x, i) => void expect(x).toBeCloseTo(whole.gradients['w/value']?.[i] as number, 5),
    )
  })

  it('compiled = eager, with several latents and nets of p', async () => {
    const line = pipe(
      given({ x: real(2) }),
      nets({ scale: parameter(real(), { start: { kind: 'constant', value: 0.3 } }) }),
      shared('w', () => standardNormal(2)),
      shared('b', () => standardNormal()),
      bind('y', ({ x, w, b, scale }) => normal({ loc: add(add(sum(mul(x, w)), b), scale()), scale: 1 })),
    )
    const two = any(svgd(line, { data: ['y'], particles: 6 }))
    const arrays = flattenParams({
      w: { value: { shape: [6, 2], data: Float32Array.from(cloud(6, 2, 5).flat()) } },
      b: { value: { shape: [6], data: Float32Array.from(cloud(6, 1, 6).flat()) } },
      scale: { value: { shape: [], data: Float32Array.of(0.3) } },
    })
    const columns = dataset(two.data, { x: cloud(4, 2, 7), y: ys } as never)
    const batch = batchAt(columns, [0, 1, 2, 3], keyFromSeed(4))
    const eager = await eagerly(two, arrays, batch)
    expect(disagreement(eager, await compiled(two, arrays, batch))).toBeLessThan(2e-5)
    expect(eager.gradients['scale/value']?.[0]).not.toBe(0)
  })
})

describe('conjugate posteriors', () => {
  const posteriorVariance = 1 / (1 / 4 + ys.length)
  const posteriorMean = ys.reduce((a, b) => a + b, 0) * posteriorVariance

  const fitted = async (particles: number, steps = 300) => {
    const o = svgd(location, { data: ['y'], particles })
    const run = await orThrow(train(o, { data: { y: ys }, steps, optimizer: adam(0.1), seed: 1 }))
    return particlesOf(location, run.params as never)
  }

  it('normal: the mean, and the variance the closer the more particles', async () => {
    const errors: number[] = []
    for (const n of [5, 20, 80]) {
      const found = await fitted(n)
      expect(found.coordinates).toEqual(['w'])
      expect(found.points).toHaveLength(n)
      expect(Math.abs((found.mean[0] as number) - posteriorMean)).toBeLessThan(0.01)
      errors.push(Math.abs((found.variance[0] as number) / posteriorVariance - 1))
    }
    expect(errors[2]).toBeLessThan(0.05)
    expect(errors[2]).toBeLessThan(errors[0] as number)
  })

  it('eager and compiled, a fit takes the particles the same way', async () => {
    const o = svgd(location, { data: ['y'], particles: 5 })
    const fitting = async (runtime: 'cpu' | 'onnx') => {
      const run = await orThrow(
        train(o, { data: { y: ys }, steps: 20, optimizer: adam(0.1), seed: 1, runtime }),
      )
      return particlesOf(location, run.params as never).points.flat()
    }
    const [a, b] = [await fitting('cpu'), await fitting('onnx')]
    a?.forEach((x, i) => void expect(Math.abs(x - (b?.[i] as number))).toBeLessThan(1e-3))
  })

  it('linear regression: mean and covariance of two correlated coefficients', async () => {
    const xs = cloud(12, 2, 8).map(([a, b]) => [a as number, (a as number) + 0.5 * (b as number)])
    const targets = xs.map(([a, b], i) => 0.5 * (a as number) - (b as number) + 0.3 * Math.sin(i))
    const line = pipe(
      given({ x: real(2) }),
      shared('w', () => standardNormal(2)),
      bind('y', ({ x, w }) => normal({ loc: sum(mul(x, w)), scale: 0.5 })),
    )
    const run = await orThrow(
      train(svgd(line, { data: ['y'], particles: 100 }), {
        data: { x: xs, y: targets },
        steps: 300,
        optimizer: adam(0.05),
        seed: 1,
      }),
    )
    const X = new Matrix(xs)
    const precision = X.transpose().mmul(X).mul(4).add(Matrix.eye(2, 2))
    const covariance = inverse(precision)
    const mean = covariance.mmul(X.transpose()).mmul(Matrix.columnVector(targets)).mul(4)
    const found = particlesOf(line, run.params as never)
    for (const k of [0, 1]) {
      const deviation = Math.sqrt(covariance.get(k, k))
      expect(Math.abs((found.mean[k] as number) - mean.get(k, 0))).toBeLessThan(0.05 * deviation)
      expect(Math.abs((found.variance[k] as number) / covariance.get(k, k) - 1)).toBeLessThan(0.1)
    }
  })
})

describe('a banana', () => {
  // z ~ N(0, I), y ~ N(z_2 + z_1² , ½²) at y = 2: two arms
  const bent = pipe(
    Do,
    shared('z', () => standardNormal(2)),
    bind('y', ({ z }) => normal({ loc: add(at(z, 1), square(at(z, 0))), scale: 0.5 })),
  )
  it('has the moments of quadrature', async () => {
    const run = await orThrow(
      train(svgd(bent, { data: ['y'], particles: 150 }), {
        data: { y: [1] },
        steps: 300,
        optimizer: adam(0.05),
        seed: 2,
      }),
    )
    const grid = Array.from({ length: 401 }, (_, i) => -5 + i * 0.025)
    const moments = { mass: 0, second: 0, first: 0, square: 0 }
    for (const a of grid)
      for (const b of grid) {
        const w = Math.exp(-0.5 * (a * a + b * b) - 2 * (1 - b - a * a) ** 2)
        moments.mass += w
        moments.second += w * a * a
        moments.first += w * b
        moments.square += w * b * b
      }
    const { points } = particlesOf(bent, run.params as never)
    const average = (f: (z: readonly number[]) => number) =>
      points.reduce((s, z) => s + f(z), 0) / points.length
    expect(Math.abs(average(([a]) => a as number))).toBeLessThan(0.05)
    expect(Math.abs(average(([a]) => (a as number) ** 2) - moments.second / moments.mass)).toBeLessThan(0.05)
    expect(Math.abs(average(([, b]) => b as number) - moments.first / moments.mass)).toBeLessThan(0.05)
    expect(Math.abs(average(([, b]) => (b as number) ** 2) - moments.square / moments.mass)).toBeLessThan(
      0.05,
    )
  })
})

describe('sentences', () => {
  it('latents are shared and Real, data are sites', () => {
    const each = pipe(
      Do,
      bind('z', () => standardNormal()),
      shared('s', () => exponential({ rate: 1 })),
      bind('y', ({ z, s }) => normal({ loc: sub(z, s), scale: 1 })),
    )
    expect(sentences(() => svgd(each as never, { data: ['y', 'v'], particles: 2 }))).toEqual([
      "'v' is no site of p, so it cannot be data",
      "latent 'z' is drawn per datum, but particles are draws for all data",
      "latent 's': p has Positive, but particles move in Real",
    ])
    expect(sentences(() => svgd(location as never, { data: ['w', 'y'], particles: 2 }))).toEqual([
      "datum 'w' is shared in p but the data give one per datum",
    ])
    const known = pipe(
      Do,
      bind('y', () => standardNormal()),
    )
    expect(sentences(() => svgd(known, { data: ['y'], particles: 2 }))).toEqual([
      'every site of p is data, so there is nothing that particles could follow',
    ])
  })

  it('options', () => {
    expect(sentences(() => svgd(location, { data: ['y'], particles: 0, bandwidth: -1, start: 0 }))).toEqual([
      'particles must be a whole number >= 1, but 0 was given',
      'bandwidth must be a number > 0, but -1 was given',
      'start must be a number > 0, but 0 was given',
    ])
    expect(sentences(() => particlesOf(location, {}))).toEqual([
      'the parameters have no particles of this model',
    ])
  })
})
