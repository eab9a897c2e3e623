import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { iid } from '../../../src/dsl/distributions/iid.js'
import { multivariateNormal } from '../../../src/dsl/distributions/multivariateNormal.js'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import { poisson } from '../../../src/dsl/distributions/poisson.js'
import { dense, mlp } from '../../../src/dsl/nets/dense.js'
import { bind, Do, given, nets } from '../../../src/dsl/notation.js'
import { add, mul, sub } from '../../../src/dsl/operations/arithmetic.js'
import { exp, relu, tanh } from '../../../src/dsl/operations/functions.js'
import { matMul } from '../../../src/dsl/operations/products.js'
import { sum } from '../../../src/dsl/operations/reductions.js'
import { cholesky, positive, real, value } from '../../../src/dsl/space.js'
import { evidence, posterior } from '../../../src/inference/evidence.js'
import { orThrow } from '../../../src/inference/fit.js'
import { refusal } from './refusal.js'

const f32 = Math.fround
const log2Pi = Math.log(2 * Math.PI)

/** log N(x; m, S) in float64. */
const logNormal = (x: readonly number[], m: readonly number[], s: Matrix): number => {
  const l = new CholeskyDecomposition(s)
  const r = Matrix.columnVector(x.map((v, i) => v - (m[i] as number)))
  const logDet = l.lowerTriangularMatrix.diagonal().reduce((t, d) => t + 2 * Math.log(d), 0)
  return -0.5 * (r.transpose().mmul(l.solve(r)).get(0, 0) + logDet + x.length * log2Pi)
}

const numbers = (n: number, size = 2) =>
  fc.array(fc.double({ min: -size, max: size, noNaN: true }).map(f32), { minLength: n, maxLength: n })
const rows = (a: readonly number[], n: number) =>
  Array.from({ length: a.length / n }, (_, i) => a.slice(i * n, (i + 1) * n))

describe('linear-Gaussian evidence, against the joint covariance in float64', () => {
  it('probabilistic PCA and factor analysis', async () => {
    const sizes = fc.record({ n: fc.integer({ min: 1, max: 6 }), k: fc.integer({ min: 1, max: 4 }) })
    const models = sizes.chain(({ n, k }) =>
      fc.record({
        n: fc.constant(n),
        k: fc.constant(k),
        w: numbers(n * k),
        b: numbers(n),
        s: fc.array(fc.double({ min: 0.2, max: 2, noNaN: true }).map(f32), { minLength: n, maxLength: n }),
        x: numbers(3 * n, 4),
      }),
    )
    await fc.assert(
      fc.asyncProperty(models, async ({ n, k, w, b, s, x }) => {
        const model = pipe(
          Do,
          nets({ decode: dense(real(k), real(n)) }),
          bind('z', () => standardNormal(k)),
          bind('x', ({ z, decode }) => normal({ loc: decode(z), scale: value(positive(n), s) })),
        )
        const W = Matrix.from1DArray(n, k, w)
        const params = {
          decode: {
            kernel: { shape: [k, n], data: Float32Array.from(W.transpose().to1DArray()) },
            bias: { shape: [n], data: Float32Array.from(b) },
          },
        }
        const data = rows(x, n)
        const e = await orThrow(evidence(model, { x: data }, { params }))
        expect(e.method).toBe('linear-Gaussian')
        expect(e.standardError).toEqual([0, 0, 0])
        const cov = W.mmul(W.transpose()).add(Matrix.diag(s.map((v) => v * v)))
        const post = await orThrow(posterior(model, { x: data }, { params }))
        if (post.kind !== 'gaussian') throw new Error(post.kind)
        // P(z | x) = N(M⁻¹ Wᵀ Ψ⁻¹ (x − b), M⁻¹),  M = I + Wᵀ Ψ⁻¹ W
        const precision = Matrix.diag(s.map((v) => 1 / (v * v)))
        const raw = inverse(Matrix.eye(k).add(W.transpose().mmul(precision).mmul(W)))
        const covariance = raw.clone().add(raw.transpose()).mul(0.5)
        data.forEach((xi, i) => {
          {
            const exact = logNormal(xi, b, cov)
            expect(Math.abs((e.value[i] as number) - exact)).toBeLessThan(1e-5 * (1 + Math.abs(exact)))
            const mean = covariance
              .mmul(W.transpose())
              .mmul(precision)
              .mmul(Matrix.columnVector(xi.map((v, j) => v - (b[j] as number))))
            for (let a = 0; a < k; a++) {
              expect(post.mean[i]?.[a]).toBeCloseTo(mean.get(a, 0), 4)
              for (let c = 0; c < k; c++)
                expect(post.covariance[i]?.[a]?.[c]).toBeCloseTo(covariance.get(a, c), 5)
              expect(post.scale[i]?.[a]).toBeCloseTo(Math.sqrt(covariance.get(a, a)), 5)
            }
            const z = Array.from({ length: k }, (_, a) => f32(mean.get(a, 0) + 0.1 * a))
            expect(post.logDensity({ z })[i]).toBeCloseTo(logNormal(z, mean.to1DArray(), covariance), 3)
          }
        })
      }),
      { numRuns: 40 },
    )
  })

  it('a conjugate normal pair, for data from the middle to the far tail', async () => {
    const model = pipe(
      Do,
      bind('z', () => normal({ loc: 1, scale: 2 })),
      bind('x', ({ z }) => normal({ loc: z, scale: 0.5 })),
    )
    const x = [0, 1, 5, -100].map(f32)
    const e = await orThrow(evidence(model, { x }))
    x.forEach((v, i) => {
      expect(e.value[i]).toBeCloseTo(-0.5 * log2Pi - 0.5 * Math.log(4.25) - (v - 1) ** 2 / 8.5, 6)
    })
  })

  it('chains of several latents, a full prior covariance, iid latents, and latents in a plate', async () => {
    const L = [
      [1, 0],
      [0.5, 2],
    ]
    const model = pipe(
      Do,
      bind('a', () => multivariateNormal({ loc: value(real(2), [1, -1]), scaleTril: value(cholesky(2), L) })),
      bind('b', ({ a }) => normal({ loc: add(matMul(value(real(1, 2), [[2, -1]]), a), 0.5), scale: 0.25 })),
      bind('c', () => iid(2, normal({ loc: 3, scale: 0.5 }))),
      bind('d', () => normal({ loc: 0, scale: 1 }), { plates: { word: 2 } }),
      bind('x', ({ a, b, c }) => normal({ loc: add(add(a, sum(b)), c), scale: 0.5 })),
      bind('y', ({ d, b }) => normal({ loc: add(d, sum(b)), scale: 2 })),
    )
    // (x, y) = m + A e with e the standard normals of a (2), b, c (2), d (2), x (2), y (2)
    const aRow = (i: number) => [L[i]?.[0] as number, L[i]?.[1] as number, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    const plus = (...r: number[][]) =>
      (r[0] as number[]).map((_, j) => r.reduce((t, v) => t + (v[j] as number), 0))
    const times = (c: number, r: number[]) => r.map((v) => c * v)
    const unit = (j: number, v: number) => Array.from({ length: 11 }, (_, i) => (i === j ? v : 0))
    const bRow = plus(times(2, aRow(0)), times(-1, aRow(1)), unit(2, 0.25))
    const A = new Matrix([
      plus(aRow(0), bRow, unit(3, 0.5), unit(7, 0.5)),
      plus(aRow(1), bRow, unit(4, 0.5), unit(8, 0.5)),
      plus(unit(5, 1), bRow, unit(9, 2)),
      plus(unit(6, 1), bRow, unit(10, 2)),
    ])
    const bMean = 2 + 1 + 0.5
    const m = [1 + bMean + 3, -1 + bMean + 3, bMean, bMean]
    const [x, y] = [
      [
        [7, 5],
        [0, 0],
      ],
      [
        [3, 4],
        [-1, 8],
      ],
    ]
    const e = await orThrow(evidence(model, { x, y }))
    expect(e.method).toBe('linear-Gaussian')
    x.forEach((xi, i) => {
      expect(e.value[i]).toBeCloseTo(logNormal([...xi, ...(y[i] as number[])], m, A.mmul(A.transpose())), 5)
    })
    // Observing a latent moves it to the data: P(x, y, b).
    const withB = await orThrow(evidence(model, { x, y, b: [[3], [1]] }))
    const B = new Matrix([...A.to2DArray(), bRow])
    x.forEach((xi, i) => {
      expect(withB.value[i]).toBeCloseTo(
        logNormal([...xi, ...(y[i] as number[]), i === 0 ? 3 : 1], [...m, bMean], B.mmul(B.transpose())),
        5,
      )
    })
  })

  it('slopes and scales that differ from datum to datum: Bayesian regression on a given design', async () => {
    const model = pipe(
      given({ t: real(), s: positive() }),
      bind('w', () => standardNormal(2)),
      bind('x', ({ t, s, w }) => normal({ loc: matMul(value(real(2), [1, 2]), mul(t, w)), scale: s })),
    )
    const [t, s, x] = [
      [1, -2, 0],
      [1, 0.5, 2],
      [0.3, 4, -1],
    ]
    const e = await orThrow(evidence(model, { x }, { given: { t, s } }))
    x.forEach((v, i) => {
      {
        const variance = 5 * (t[i] as number) ** 2 + (s[i] as number) ** 2
        expect(e.value[i]).toBeCloseTo(-0.5 * (log2Pi + Math.log(variance) + (v * v) / variance), 6)
      }
    })
  })

  it('agrees whether the data come in one chunk or many, and with 784 entries', async () => {
    const n = 784
    const w = Float32Array.from({ length: 2 * n }, (_, i) => Math.sin(i))
    const model = pipe(
      Do,
      nets({ decode: dense(real(2), real(n)) }),
      bind('z', () => standardNormal(2)),
      bind('x', ({ z, decode }) => normal({ loc: decode(z), scale: 0.5 })),
    )
    const params = {
      decode: { kernel: { shape: [2, n], data: w }, bias: { shape: [n], data: new Float32Array(n) } },
    }
    const x = Array.from({ length: 900 }, (_, r) =>
      Array.from({ length: n }, (_, j) => f32(Math.cos(r + j * j))),
    )
    const e = await orThrow(evidence(model, { x }, { params }))
    const W = Matrix.from1DArray(2, n, Array.from(w)).transpose()
    for (const r of [0, 899]) {
      // Woodbury, with S = ¼ I
      const M = Matrix.eye(2).add(W.transpose().mmul(W).mul(4))
      const p = W.transpose()
        .mmul(Matrix.columnVector(x[r] as number[]))
        .mul(4)
      const quadratic =
        4 * (x[r] as number[]).reduce((a, b) => a + b * b, 0) -
        p.transpose().mmul(inverse(M)).mmul(p).get(0, 0)
      const logDet = Math.log(M.get(0, 0) * M.get(1, 1) - M.get(0, 1) ** 2) + n * Math.log(0.25)
      expect(Math.abs((e.value[r] as number) + 0.5 * (quadratic + logDet + n * log2Pi))).toBeLessThan(1e-3)
    }
  })
})

describe('what is not linear-Gaussian', () => {
  const reason = async (task: Parameters<typeof refusal>[0]) => (await refusal(task))[0]?.message
  const start = "the method 'linear-Gaussian' does not apply to this model: "
  const method = 'linear-Gaussian' as const
  const prior = pipe(
    Do,
    bind('z', () => normal({ loc: 0, scale: 1 })),
  )

  it('is told from the mean', async () => {
    for (const loc of [
      tanh,
      relu,
      exp,
      (z: Parameters<typeof tanh>[0]) => mul(z, z),
      (z: Parameters<typeof tanh>[0]) => relu(sub(z, 2.5)),
      (z: Parameters<typeof tanh>[0]) => tanh(mul(0.01, z)),
    ]) {
      const model = pipe(
        prior,
        bind('x', ({ z }) => normal({ loc: loc(z) as typeof z, scale: 1 })),
      )
      expect(await reason(evidence(model, { x: [0] }, { method }))).toBe(
        `${start}the mean of site 'x' is not affine in the latents`,
      )
    }
    // Kinks far out in the prior, to which the second datum pulls.
    for (const kink of [500, -500, 20000, -20000]) {
      const kinked = pipe(
        Do,
        bind('z', () => normal({ loc: 0, scale: 100 })),
        bind('x', ({ z }) =>
          normal({ loc: relu(mul(Math.sign(kink) as number, sub(z, kink as number))), scale: 1 }),
        ),
      )
      expect(await reason(evidence(kinked, { x: [0, 3000] }, { method }))).toBe(
        `${start}the mean of site 'x' is not affine in the latents`,
      )
    }
    const net = pipe(
      Do,
      nets({ f: mlp(real(2), [5], real(3)) }),
      bind('z', () => standardNormal(2)),
      bind('x', ({ z, f }) => normal({ loc: f(z), scale: 1 })),
    )
    const array = (...shape: number[]) => ({
      shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(3 * i + 1)),
    })
    const params = {
      f: { '0/kernel': array(2, 5), '0/bias': array(5), '1/kernel': array(5, 3), '1/bias': array(3) },
    }
    expect(await reason(evidence(net, { x: [[0, 0, 0]] }, { params, method }))).toContain(
      "the mean of site 'x' is not affine",
    )
  })

  it('is told from the scale, the families and the graph', async () => {
    const scaled = pipe(
      prior,
      bind('x', ({ z }) => normal({ loc: z, scale: exp(z) })),
    )
    expect(await reason(evidence(scaled, { x: [0] }, { method }))).toBe(
      `${start}the scale of site 'x' depends on a latent`,
    )
    const counts = pipe(
      prior,
      bind('x', ({ z }) => poisson({ logRate: z })),
    )
    expect(await reason(evidence(counts, { x: [0] }, { method }))).toBe(
      `${start}site 'x' depends on a latent and is drawn from poisson, not from a normal`,
    )
    const rate = pipe(
      Do,
      bind('n', () => poisson({ rate: 1 })),
      bind('x', ({ n }) => normal({ loc: n, scale: 1 })),
    )
    expect(await reason(evidence(rate, { x: [0] }, { method }))).toBe(
      `${start}latent 'n' is drawn from poisson, not from a normal`,
    )
  })

  it('is not an observed site that no latent reaches', async () => {
    const model = pipe(
      prior,
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
      bind('k', ({ x }) => poisson({ rate: exp(x) })),
    )
    const e = await orThrow(evidence(model, { x: [0.5], k: [2] }, { method }))
    const rate = Math.exp(0.5)
    expect(e.value[0]).toBeCloseTo(-0.5 * (log2Pi + Math.log(2) + 0.125) + 2 * 0.5 - rate - Math.LN2, 5)
  })
})
