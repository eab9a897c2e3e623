import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { categorical } from '../../../src/dsl/distributions/categorical.js'
import { exponential } from '../../../src/dsl/distributions/exponential.js'
import { iid } from '../../../src/dsl/distributions/iid.js'
import { laplace } from '../../../src/dsl/distributions/laplace.js'
import { logNormal } from '../../../src/dsl/distributions/logNormal.js'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import { poisson } from '../../../src/dsl/distributions/poisson.js'
import { standardUniform, uniform } from '../../../src/dsl/distributions/uniform.js'
import { mlp } from '../../../src/dsl/nets/dense.js'
import { bind, Do, nets } from '../../../src/dsl/notation.js'
import { add, mul, square } from '../../../src/dsl/operations/arithmetic.js'
import { lift } from '../../../src/dsl/operations/lift.js'
import { at, gather } from '../../../src/dsl/operations/picking.js'
import { matMul } from '../../../src/dsl/operations/products.js'
import { positive, real, simplex, value } from '../../../src/dsl/space.js'
import { evidence, posterior } from '../../../src/inference/evidence.js'
import { orThrow } from '../../../src/inference/fit.js'
import { refusal } from './refusal.js'

const f32 = Math.fround
const log2Pi = Math.log(2 * Math.PI)
const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1))
const close = (values: readonly number[], exact: readonly number[], tolerance = 1e-5) =>
  values.forEach((v, i) => {
    expect(Math.abs(v - (exact[i] as number)), `datum ${i}: ${v} and ${exact[i]}`).toBeLessThan(tolerance)
  })

describe('one coordinate, against closed forms', () => {
  it('conjugate normals, where the linear-Gaussian answer is exact', async () => {
    const models = fc.record({
      m: fc.double({ min: -3, max: 3, noNaN: true }).map(f32),
      s: fc.double({ min: 0.1, max: 5, noNaN: true }).map(f32),
      noise: fc.double({ min: 0.02, max: 3, noNaN: true }).map(f32),
      x: fc.array(fc.double({ min: -8, max: 8, noNaN: true }).map(f32), { minLength: 4, maxLength: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(models, async ({ m, s, noise, x }) => {
        const model = pipe(
          Do,
          bind('z', () => normal({ loc: m as number, scale: s as number })),
          bind('x', ({ z }) => normal({ loc: z, scale: noise as number })),
        )
        const e = await orThrow(evidence(model, { x }, { method: 'quadrature' }))
        const variance = s * s + noise * noise
        x.forEach((v, i) => {
          {
            const exact = -0.5 * (log2Pi + Math.log(variance) + (v - m) ** 2 / variance)
            // Rounding of z in float32 moves the residual by |z| 2^-24 / noise scales.
            expect(Math.abs((e.value[i] as number) - exact)).toBeLessThan(3e-5 + 2e-7 * Math.abs(exact))
            expect(e.standardError[i]).toBeGreaterThan(0)
            expect(e.standardError[i]).toBeLessThan(1e-3)
          }
        })
      }),
      { numRuns: 40 },
    )
  })

  it('exponential and Poisson: geometric', async () => {
    const model = pipe(
      Do,
      bind('z', () => exponential({ rate: 2 })),
      bind('x', ({ z }) => poisson({ rate: z })),
    )
    const x = [0, 1, 5, 40]
    const e = await orThrow(evidence(model, { x }, { method: 'quadrature' }))
    expect(e.method).toBe('quadrature')
    expect(e.kind).toBe('exact')
    close(
      e.value,
      x.map((k) => Math.log(2 / 3) - k * Math.log(3)),
    )
  })

  it('a uniform probability and bits: Beta, on Unit and on Interval', async () => {
    const heads = [
      [1, 1, 0, 1, 1],
      [0, 0, 0, 0, 0],
      [1, 1, 1, 1, 1],
    ]
    const exact = heads.map((r) => {
      const k = r.reduce((a, b) => a + b, 0)
      return Math.log((factorial(k) * factorial(5 - k)) / factorial(6))
    })
    const unit = pipe(
      Do,
      bind('z', () => standardUniform()),
      bind('x', ({ z }) => iid(5, bernoulli({ probs: z }))),
    )
    close((await orThrow(evidence(unit, { x: heads }))).value, exact)
    // x ~ N(z, 1), z ~ U(−1, 3): log [Φ(3 − x) − Φ(−1 − x)] / 4, at x = 1: erf(√2) = 0.9544997361036416
    const interval = pipe(
      Do,
      bind('z', () => uniform({ low: -1, high: 3 })),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    close((await orThrow(evidence(interval, { x: [1] }))).value, [Math.log(0.9544997361036416 / 4)])
  })

  it('with an enumerable latent beside it', async () => {
    const model = pipe(
      Do,
      bind('c', () => categorical({ probs: value(simplex(2), [0.25, 0.75]) })),
      bind('z', ({ c }) =>
        normal({ loc: gather(value(real(2), [-2, 3]), c), scale: gather(value(positive(2), [1, 0.5]), c) }),
      ),
      bind('x', ({ z, c }) => normal({ loc: z, scale: gather(value(positive(2), [0.5, 2]), c) })),
    )
    const x = [-2, 0, 4]
    const n = (v: number, m: number, variance: number) =>
      Math.exp(-0.5 * (log2Pi + Math.log(variance) + (v - m) ** 2 / variance))
    const e = await orThrow(evidence(model, { x }))
    close(
      e.value,
      x.map((v) => Math.log(0.25 * n(v, -2, 1.25) + 0.75 * n(v, 3, 4.25))),
    )
    const post = await orThrow(posterior(model, { x }))
    if (post.kind !== 'grid') throw new Error(post.kind)
    x.forEach((v, i) => {
      {
        const share = (0.75 * n(v, 3, 4.25)) / (0.25 * n(v, -2, 1.25) + 0.75 * n(v, 3, 4.25))
        expect(post.mean[i]?.[0]).toBeCloseTo(share, 5)
        const means = [(-2 * 0.25 + v * 1) / 1.25, (3 * 4 + v * 0.25) / 4.25]
        expect(post.mean[i]?.[1]).toBeCloseTo(
          (1 - share) * (means[0] as number) + share * (means[1] as number),
          4,
        )
      }
    })
  })
})

describe('one coordinate, against scipy', () => {
  // q = lambda lj, a, b, n: sum of scipy.integrate.quad(lambda t: exp(lj(t) - top), …, epsabs=1e-15, epsrel=1e-12) on
  // n panels of [a, b], SciPy 1.17.1; returns top + log of it
  it('logNormal(0.5, 0.7) and Poisson', async () => {
    const model = pipe(
      Do,
      bind('z', () => logNormal({ loc: 0.5, scale: 0.7 })),
      bind('x', ({ z }) => poisson({ rate: z })),
    )
    // [q(lambda t: norm.logpdf(t, 0.5, 0.7) + poisson.logpmf(k, exp(t)), -8, 8, 400) for k in (0, 3, 20)]
    close(
      (await orThrow(evidence(model, { x: [0, 3, 20] }))).value,
      [-1.4613128557037303, -2.0864157458880896, -9.213294409207395],
    )
  })

  it('two narrow modes: x ~ N(z², 0.01²)', async () => {
    const model = pipe(
      Do,
      bind('z', () => normal({ loc: 0, scale: 1 })),
      bind('x', ({ z }) => normal({ loc: square(z), scale: 0.01 })),
    )
    // [q(lambda z: norm.logpdf(z) + norm.logpdf(x, z * z, 0.01), -4, 4, 4000) for x in (0.2, 4.0)]
    close(
      (await orThrow(evidence(model, { x: [0.2, 4] }))).value,
      [-0.21313935106702164, -3.612064619887664],
      3e-5,
    )
  })

  it('a prior with a kink: Laplace(0, 1), x ~ N(z, 0.5²)', async () => {
    const model = pipe(
      Do,
      bind('z', () => laplace({ loc: 0, scale: 1 })),
      bind('x', ({ z }) => normal({ loc: z, scale: 0.5 })),
    )
    // [q(lambda z: laplace.logpdf(z) + norm.logpdf(x, z, 0.5), -20, 20, 800) for x in (0, 2, -5)]
    close(
      (await orThrow(evidence(model, { x: [0, 2, -5] }))).value,
      [-1.0509117615936185, -2.5681943040822492, -5.568147180559945],
      2e-6,
    )
  })

  it('a nonlinear decoder, smooth and with kinks', async () => {
    const net = { W1: [1.5, -2, 0.7], b1: [0.3, -0.4, 1], W2: [1, -1, 0.5, 2, -1.5, 0.25], b2: [0.1, -0.2] }
    const array = (data: readonly number[], ...shape: number[]) => ({ shape, data: Float32Array.from(data) })
    const params = {
      f: {
        '0/kernel': array(net.W1, 1, 3),
        '0/bias': array(net.b1, 3),
        '1/kernel': array(net.W2, 3, 2),
        '1/bias': array(net.b2, 2),
      },
    }
    const x = [
      [0, 0],
      [1, -1],
      [-2, 3],
      [0.5, 0.5],
    ]
    const model = (activation: 'tanh' | 'relu') =>
      pipe(
        Do,
        nets({ f: mlp(real(1), [3], real(2), { activation }) }),
        bind('z', () => standardNormal(1)),
        bind('x', ({ z, f }) => normal({ loc: f(z), scale: 0.3 })),
      )
    // lj = lambda z: norm.logpdf(z) + norm.logpdf(x, act(z * W1 + b1) @ W2 + b2, 0.3).sum(); q(lj, -10, 10, 200)
    close(
      (await orThrow(evidence(model('tanh'), { x }, { params }))).value,
      [-7.2768834548074635, -23.092333609626895, -12.06780920766488, -13.786478504799486],
    )
    close(
      (await orThrow(evidence(model('relu'), { x }, { params }))).value,
      [-7.5312593040401, -18.421720927781447, -27.42359446729853, -11.045752883218638],
    )
  })
})

describe('two coordinates', () => {
  it('agrees with the linear-Gaussian answer, posterior and all', async () => {
    const w = value(real(3, 2), [
      [1, 2],
      [0.5, -1],
      [0, 1],
    ])
    const model = pipe(
      Do,
      bind('z', () => standardNormal(2)),
      bind('x', ({ z }) => normal({ loc: matMul(w, z), scale: 0.1 })),
    )
    const x = [
      [1, 2, 3],
      [0.2, 0, 0.1],
      [-4, 1, 1],
    ]
    const [a, b] = [
      await orThrow(posterior(model, { x }, { method: 'linear-Gaussian' })),
      await orThrow(posterior(model, { x }, { method: 'quadrature' })),
    ]
    if (a.kind !== 'gaussian' || b.kind !== 'grid') throw new Error(`${a.kind} ${b.kind}`)
    close(b.logEvidence, a.logEvidence, 5e-5)
    x.forEach((_, i) => {
      close(b.mean[i] as number[], a.mean[i] as number[])
      close(
        b.variance[i] as number[],
        (a.covariance[i] as number[][]).map((r, j) => r[j] as number),
        1e-6,
      )
    })
    close(b.logDensity({ z: a.mean as number[][] }), a.logDensity({ z: a.mean as number[][] }), 1e-3)
  })

  it('of two sites, one a nonlinear function of the other', async () => {
    const sin = lift(real(), (t: tf.Tensor) => tf.sin(t))
    const model = pipe(
      Do,
      bind('u', () => normal({ loc: 0, scale: 1 })),
      bind('v', ({ u }) => normal({ loc: sin(u), scale: 0.5 })),
      bind('x', ({ u, v }) => normal({ loc: mul(u, v), scale: 0.2 })),
    )
    // l = -.5*z1**2 - .5*((z2-np.sin(z1))/.5)**2 - .5*((x-z1*z2)/.2)**2, z1 = linspace(-8,8,8001)[:,None],
    // z2 = linspace(-6,6,8001)[None,:]; np.log(np.exp(l).sum()*(16/8000)*(12/8000)) - 1.5*np.log(2*np.pi) - np.log(.1)
    // for x in (0, 1, 3), NumPy 2; the same to 14 digits with 4001 points
    close(
      (await orThrow(evidence(model, { x: [0, 1, 3] }))).value,
      [-0.22079432474712357, -1.2618639241565348, -3.739243070739262],
    )
  })

  it('of dependent domains: a uniform below a positive latent', async () => {
    // ∫ e^−r ∫_0^r (1/r) 2 e^{−2 (x − …)}: with x ~ Exp(rate 2) independent, P(x) = 2 e^{−2x}, whatever the latents
    const model = pipe(
      Do,
      bind('r', () => exponential({ rate: 1 })),
      bind('z', ({ r }) => uniform({ low: 0, high: add(r, 1) })),
      bind('x', ({ z, r }) => normal({ loc: add(mul(0, z), mul(0, r)), scale: 1 })),
    )
    close((await orThrow(evidence(model, { x: [0.5] }))).value, [-0.5 * log2Pi - 0.125])
  })
})

describe('refusals', () => {
  const method = 'quadrature' as const
  const reason = async (task: Parameters<typeof refusal>[0]) => (await refusal(task))[0]?.message
  const start = "the method 'quadrature' does not apply to this model: "

  it('says why', async () => {
    const three = pipe(
      Do,
      bind('z', () => standardNormal(3)),
      bind('x', ({ z }) => normal({ loc: at(z, 0), scale: 1 })),
    )
    expect(await reason(evidence(three, { x: [0] }, { method }))).toBe(
      `${start}the continuous latents have 3 coordinates, more than 2`,
    )
    const counted = pipe(
      Do,
      bind('n', () => poisson({ rate: 1 })),
      bind('x', ({ n }) => normal({ loc: n, scale: 1 })),
    )
    expect(await reason(evidence(counted, { x: [0] }, { method }))).toBe(
      `${start}latent 'n' lives on Count, which quadrature does not map to the line`,
    )
    const finite = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.5 })),
      bind('x', ({ c }) => normal({ loc: c, scale: 1 })),
    )
    expect(await reason(evidence(finite, { x: [0] }, { method }))).toBe(
      `${start}the model has no continuous latent`,
    )
  })

  it('gives no number where the integral does not converge', async () => {
    const wild = lift(real(), (t: tf.Tensor) => tf.mul(3, tf.sin(tf.mul(1e4, tf.square(t)))))
    const model = pipe(
      Do,
      bind('z', () => normal({ loc: 0, scale: 1 })),
      bind('x', ({ z }) => normal({ loc: wild(z), scale: 0.5 })),
    )
    expect(await reason(evidence(model, { x: [0] }, { method }))).toMatch(
      /the integral of datum 0 did not converge: its estimated error is .* nats/,
    )
    const apart = pipe(
      Do,
      bind('z', () => uniform({ low: 0, high: 1 })),
      bind('x', ({ z }) => uniform({ low: z, high: add(z, 1) })),
    )
    expect(await reason(evidence(apart, { x: [5] }, { method }))).toBe(
      `${start}no point was found where datum 0 has a density above 0`,
    )
  })
})
