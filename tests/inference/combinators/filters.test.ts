/**
 * Known algorithms as programs of a few lines, against exact oracles:
 *
 *   bootstrap filter of a hidden Markov model      the forward algorithm, in float64
 *   filter of a linear-Gaussian state space        the Kalman filter, in float64, and `evidence`
 *   annealed importance sampling                   log Z in closed form
 *
 * Estimates lie within 5 standard errors.
 */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'

const within = (
  estimate: { value: readonly number[]; standardError: readonly number[] },
  exact: readonly number[],
) =>
  exact.forEach((truth, i) => {
    const error = estimate.standardError[i] as number
    expect(error).toBeLessThan(0.1)
    expect(Math.abs((estimate.value[i] as number) - truth)).toBeLessThan(5 * error)
  })

describe('a hidden Markov model of 3 states', () => {
  const start = [0.5, 0.3, 0.2]
  const move = [
    [0.8, 0.1, 0.1],
    [0.2, 0.6, 0.2],
    [0.1, 0.3, 0.6],
  ]
  const emit = [
    [0.7, 0.2, 0.1],
    [0.1, 0.8, 0.1],
    [0.2, 0.2, 0.6],
  ]
  const T = 8
  const data = [
    [0, 0, 1, 1, 2, 2, 0, 1],
    [2, 2, 0, 1, 0, 2, 1, 1],
  ]
  const K = g.category(3)
  const table = (rows: readonly (readonly number[])[]) => g.value(g.simplex(3, 3), rows)

  const first = g.factor(
    g.pipe(
      g.given({ xs: g.category(3, T) }),
      g.bind('z', () => g.categorical({ probs: g.value(g.simplex(3), start) })),
    ),
    ({ z, xs }) => g.categorical({ probs: g.gather(table(emit), z) }).logProb(g.at(xs, 0)),
  )
  const step = (t: number) =>
    g.factor(
      g.pipe(
        g.given({ z: K, xs: g.category(3, T) }),
        g.bind('next', ({ z }) => g.categorical({ probs: g.gather(table(move), z) })),
      ),
      ({ next, xs }) => g.categorical({ probs: g.gather(table(emit), next) }).logProb(g.at(xs, t)),
    )
  const filter = (method: g.Resampling) =>
    Array.from({ length: T - 1 }, (_, t) => t + 1).reduce<g.AnyProgram>(
      (q, t) => g.rename(g.marginal(g.compose(g.resample(q, method), step(t)), ['next']), { z: 'next' }),
      first,
    )

  /** log P(x) and P(z_T = 1 | x), by the forward algorithm. */
  const forward = (xs: readonly number[]) => {
    let alpha = start.map((p, k) => p * (emit[k]?.[xs[0] as number] as number))
    for (const x of xs.slice(1))
      alpha = alpha.map(
        (_, k) =>
          alpha.reduce((sum, a, j) => sum + a * (move[j]?.[k] as number), 0) * (emit[k]?.[x] as number),
      )
    const z = alpha.reduce((a, b) => a + b, 0)
    return { logZ: Math.log(z), last: (alpha[1] as number) / z }
  }

  it.each(['systematic', 'multinomial'] as const)('is filtered, %s', async (method) => {
    const options = { data: { xs: data }, particles: 20, n: 400, seed: 3 }
    const found = await g.orThrow(g.logNormalizer(filter(method), options))
    expect(found.kind).toBe('estimate')
    within(
      found,
      data.map((xs) => forward(xs).logZ),
    )
    const last = await g.orThrow(
      g.targetMean(
        filter(method),
        (({ z }: { z: g.Value<[], g.Category<3>> }) => g.equal(z, 1)) as never,
        options,
      ),
    )
    within(
      last,
      data.map((xs) => forward(xs).last),
    )
  })
})

describe('a linear-Gaussian state space', () => {
  const T = 6
  const [a, s, r] = [0.9, 0.5, 0.7]
  const data = [
    [0.3, -0.2, 0.8, 1.1, 0.4, 0.9],
    [-1.2, -0.5, -0.9, 0.1, 0.3, -0.4],
  ]
  const first = g.factor(
    g.pipe(
      g.given({ xs: g.real(T) }),
      g.bind('z', () => g.standardNormal()),
    ),
    ({ z, xs }) => g.normal({ loc: z, scale: r }).logProb(g.at(xs, 0)),
  )
  const seen = (t: number) =>
    g.factor(
      g.pipe(
        g.given({ z: g.real(), xs: g.real(T) }),
        g.bind('next', ({ z }) => g.normal({ loc: g.mul(a, z), scale: s })),
      ),
      ({ next, xs }) => g.normal({ loc: next, scale: r }).logProb(g.at(xs, t)),
    )
  /** The conditional of next given z and its datum: the best proposal of one step. */
  const guided = (t: number) => {
    const gain = s ** 2 / (s ** 2 + r ** 2)
    return g.pipe(
      g.given({ z: g.real(), xs: g.real(T) }),
      g.bind('next', ({ z, xs }) => {
        const ahead = g.mul(a, z)
        const loc = g.add(ahead, g.mul(gain, g.sub(g.at(xs, t), ahead)))
        return g.normal({ loc, scale: Math.sqrt(gain) * r })
      }),
    )
  }
  const filter = (step: (t: number) => g.Source) =>
    Array.from({ length: T - 1 }, (_, t) => t + 1).reduce<g.AnyProgram>(
      (q, t) =>
        g.rename(g.marginal(g.compose(g.resample(q), step(t) as g.AnyProgram), ['next']), { z: 'next' }),
      first,
    )

  /** log P(x) and E[z_T | x], by the Kalman filter. */
  const kalman = (xs: readonly number[]) => {
    let [m, v, logZ] = [0, 1, 0]
    xs.forEach((x, t) => {
      if (t > 0) [m, v] = [a * m, a * a * v + s * s]
      const total = v + r * r
      logZ -= 0.5 * (Math.log(2 * Math.PI * total) + (x - m) ** 2 / total)
      const gain = v / total
      ;[m, v] = [m + gain * (x - m), v * (1 - gain)]
    })
    return { logZ, mean: m }
  }

  it.each([
    ['bootstrap', filter(seen)],
    ['guided', filter((t) => g.propose(seen(t), guided(t)))],
  ])('is filtered: %s', async (_, program) => {
    const options = { data: { xs: data }, particles: 20, n: 400, seed: 4 }
    within(
      await g.orThrow(g.logNormalizer(program, options)),
      data.map((xs) => kalman(xs).logZ),
    )
    const mean = await g.orThrow(
      g.targetMean(program, (({ z }: { z: g.Value<[], g.Real> }) => z) as never, options),
    )
    within(
      mean,
      data.map((xs) => kalman(xs).mean),
    )
  })

  it('has the evidence of the model written out', async () => {
    const two = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: r })),
      g.bind('z2', ({ z }) => g.normal({ loc: g.mul(a, z), scale: s })),
      g.bind('x2', ({ z2 }) => g.normal({ loc: z2, scale: r })),
    )
    const columns = { x: data.map((row) => row[0] as number), x2: data.map((row) => row[1] as number) }
    const exact = await g.orThrow(g.evidence(two, columns))
    exact.value.forEach((value, i) => {
      expect(value).toBeCloseTo(kalman((data[i] as number[]).slice(0, 2)).logZ, 4)
    })
    const program = g.primitive(two, { observed: ['x', 'x2'] })
    within(await g.orThrow(g.logNormalizer(program, { data: columns, particles: 200, n: 100 })), exact.value)
  })
})

describe('annealed importance sampling', () => {
  // z ~ N(0, 1), x | z ~ N(z, 0.3²): log Z in closed form. The path p(z) p(x | z)^β, and moves that leave the prior as it is.
  const scale = 0.3
  const p = g.pipe(
    g.Do,
    g.bind('z', () => g.standardNormal()),
    g.bind('x', ({ z }) => g.normal({ loc: z, scale })),
  )
  const target = (power: number) => g.rename(g.primitive(p, { observed: ['x'], power }), { next: 'z' })
  /** The posterior at power β is N(m x, v): a step towards it, reversible with respect to it. */
  const kernel = (beta: number) => {
    const v = 1 / (1 + beta / scale ** 2)
    const rho = 0.5
    const towards = (x: g.Value<[], g.Real>, from: g.Value<[], g.Real>) => {
      const mean = g.mul((beta * v) / scale ** 2, x)
      const loc = g.add(mean, g.mul(rho, g.sub(from, mean)))
      return g.normal({ loc, scale: Math.sqrt(v * (1 - rho ** 2)) })
    }
    return {
      forward: g.pipe(
        g.given({ z: g.real(), x: g.real() }),
        g.bind('next', ({ z, x }) => towards(x, z)),
      ),
      back: g.pipe(
        g.given({ next: g.real(), x: g.real() }),
        g.bind('z', ({ next, x }) => towards(x, next)),
      ),
    }
  }
  const prior = g.pipe(
    g.Do,
    g.bind('z', () => g.standardNormal()),
  )
  const betas = Array.from({ length: 8 }, (_, i) => ((i + 1) / 8) ** 2)
  const annealed = betas.reduce<g.AnyProgram>((q, beta) => {
    const { forward, back } = kernel(beta)
    return g.rename(g.propose(g.extend(target(beta), back), g.compose(q, forward)), { z: 'next' })
  }, g.primitive(prior))

  it('finds log Z, with less error than importance sampling from the prior', async () => {
    const x = [0.4, 2.5]
    const exact = x.map(
      (at) => -0.5 * (Math.log(2 * Math.PI * (1 + scale ** 2)) + at ** 2 / (1 + scale ** 2)),
    )
    const options = { data: { x }, particles: 100, n: 100, seed: 5 }
    const found = await g.orThrow(g.logNormalizer(annealed, options))
    within(found, exact)
    const plain = await g.orThrow(g.logNormalizer(g.primitive(p, { observed: ['x'] }), options))
    plain.value.forEach((value, i) => {
      expect(Math.abs(value - (exact[i] as number))).toBeLessThan(5 * (plain.standardError[i] as number))
      expect(found.standardError[i]).toBeLessThan(plain.standardError[i] as number)
      expect(found.effective[i]).toBeGreaterThan(plain.effective[i] as number)
    })
  })
})
