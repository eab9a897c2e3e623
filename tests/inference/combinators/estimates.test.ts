/** logNormalizer and targetMean: closed forms within 5 standard errors, errors that are honest, options, data, seeds. */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'

// z ~ N(0, 1), x | z ~ N(z, 1): x ~ N(0, 2), P(z | x) = N(x/2, 1/2).
const p = g.pipe(
  g.Do,
  g.bind('z', () => g.standardNormal()),
  g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
)
const q = g.pipe(
  g.given({ x: g.real() }),
  g.nets({ slope: g.parameter(g.real()) }),
  g.bind('z', ({ x, slope }) => g.normal({ loc: g.mul(slope(), x), scale: 1 })),
)
const program = g.propose(g.primitive(p, { observed: ['x'] }), q)
const params = { slope: { value: { shape: [], data: Float32Array.of(0.4) } } }
const x = [0.5, -2, 3]
const logEvidence = (at: number) => -0.5 * (Math.log(4 * Math.PI) + at ** 2 / 2)

describe('logNormalizer', () => {
  it('is log Z within its error', async () => {
    const found = await g.orThrow(g.logNormalizer(program, { params, data: { x }, particles: 100, n: 100 }))
    expect(found.kind).toBe('estimate')
    x.forEach((at, i) => {
      const error = found.standardError[i] as number
      expect(error).toBeLessThan(0.02)
      expect(Math.abs((found.value[i] as number) - logEvidence(at))).toBeLessThan(5 * error)
      expect(found.effective[i]).toBeGreaterThan(50)
      expect(found.effective[i]).toBeLessThanOrEqual(100)
    })
  })

  it('has errors of the size that repetitions show', async () => {
    const z: number[] = []
    for (let seed = 0; seed < 40; seed++) {
      const { value, standardError } = await g.orThrow(
        g.logNormalizer(program, { params, data: { x: [1] }, particles: 10, n: 20, seed }),
      )
      z.push(((value[0] as number) - logEvidence(1)) / (standardError[0] as number))
    }
    const square = z.reduce((a, b) => a + b * b, 0) / z.length
    // Mean of 40 squares of about a standard normal: 1 ± √(2/40), five times.
    expect(square).toBeGreaterThan(0.3)
    expect(square).toBeLessThan(1 + 5 * Math.sqrt(2 / 40))
  })

  it('is exact where the proposal is the posterior', async () => {
    const exact = g.pipe(
      g.given({ x: g.real() }),
      g.bind('z', ({ x }) => g.normal({ loc: g.mul(0.5, x), scale: Math.sqrt(0.5) })),
    )
    const found = await g.orThrow(
      g.logNormalizer(g.propose(g.primitive(p, { observed: ['x'] }), exact), {
        data: { x },
        particles: 3,
        n: 2,
      }),
    )
    x.forEach((at, i) => {
      expect(found.value[i]).toBeCloseTo(logEvidence(at), 4)
      expect(found.standardError[i]).toBeLessThan(1e-5)
    })
  })

  it('takes no data where there are none, and one seed gives one result', async () => {
    const tilted = g.factor(
      g.pipe(
        g.Do,
        g.bind('z', () => g.standardNormal()),
      ),
      ({ z }) => z,
    )
    const [a, b] = [
      await g.orThrow(g.logNormalizer(tilted, { particles: 200, n: 50, seed: 7 })),
      await g.orThrow(g.logNormalizer(tilted, { particles: 200, n: 50, seed: 7 })),
    ]
    expect(a).toEqual(b)
    // E[exp z] = exp ½.
    expect(Math.abs((a.value[0] as number) - 0.5)).toBeLessThan(5 * (a.standardError[0] as number))
  })

  it('leaks no tensor, and returns every fault', async () => {
    await g.orThrow(g.logNormalizer(program, { params, data: { x }, particles: 4, n: 2 }))
    const before = tf.memory().numTensors
    await g.orThrow(g.logNormalizer(program, { params, data: { x }, particles: 4, n: 2 }))
    expect(tf.memory().numTensors).toBe(before)
    const wrong = await g.logNormalizer(program, {
      params: {} as never,
      data: { x: ['a'] } as never,
      particles: 0,
      n: 0,
    })()
    expect(E.isLeft(wrong) && wrong.left.map((e) => e.tag)).toEqual(
      expect.arrayContaining(['option', 'params', 'data']),
    )
  })
})

describe('targetMean', () => {
  it('is the posterior mean within its error', async () => {
    const found = await g.orThrow(
      g.targetMean(program, ({ z }) => z, { params, data: { x }, particles: 100, n: 100 }),
    )
    x.forEach((at, i) => {
      const error = found.standardError[i] as number
      expect(error).toBeLessThan(0.03)
      expect(Math.abs((found.value[i] as number) - at / 2)).toBeLessThan(5 * error)
    })
  })

  it('refuses a function that is no scalar', async () => {
    const found = await g.targetMean(program, (() => 1) as never, { params, data: { x } })()
    expect(E.isLeft(found) && found.left[0]?.message).toBe(
      'targetMean takes a scalar function, but it returned number',
    )
  })
})
