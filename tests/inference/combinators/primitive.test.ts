/** primitive: its log weights and densities are those of `logProb`, at the same draws. */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { makeValue } from '../../../src/dsl/value.js'
import type { AnyProgram, Weighing } from '../../../src/inference/combinators/program.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import { noiseOf } from '../../../src/runtime/noise.js'

const p = g.pipe(
  g.Do,
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z }) => g.normal({ loc: z, scale: 0.5 })),
)
const datum = { name: 'datum', size: 3 }
const rows = [
  [0.1, 0.2],
  [1, -1],
  [0, 2],
]
const environment = (): Weighing => {
  const x = makeValue(tf.tensor(rows), [2], g.real().domain, [datum])
  return {
    functions: {},
    data: { x },
    given: { x },
    noise: noiseOf(keyFromSeed(1)),
    batch: 3,
    particles: 4,
    hold: false,
  }
}
const sampled = (program: unknown) => (program as AnyProgram).sample(environment())
const numbers = (v: { readonly tensor: tf.Tensor }) => Array.from(v.tensor.dataSync())
const close = (a: readonly number[], b: readonly number[]) => {
  expect(a).toHaveLength(b.length)
  a.forEach((x, i) => {
    expect(x).toBeCloseTo(b[i] as number, 4)
  })
}

describe('primitive', () => {
  it('draws what is not observed, along particles and data', () => {
    const { sites } = sampled(g.primitive(p, { observed: ['x'] }))
    expect(Object.keys(sites)).toEqual(['z'])
    expect(sites.z?.axes.map((a) => [a.name, a.size])).toEqual([
      ['particle', 4],
      ['datum', 3],
    ])
  })

  it.each([1, 0.3])('weighs observed sites by their density to the power %d', (power) => {
    const { sites, logWeight, logTarget } = sampled(g.primitive(p, { observed: ['x'], power }))
    const z = sites.z as g.Value<[2], g.Real>
    const x = environment().data.x as g.Value<[2], g.Real>
    const likelihood = numbers(g.normal({ loc: z, scale: 0.5 }).logProb(x))
    const prior = numbers(g.standardNormal(2).logProb(z))
    close(
      numbers(logWeight),
      likelihood.map((l) => power * l),
    )
    close(
      numbers(logTarget),
      likelihood.map((l, i) => power * l + (prior[i] as number)),
    )
  })

  it('tells the density of any trace: that of its own is the one it weighed', () => {
    const program = g.primitive(p, { observed: ['x'] }) as unknown as AnyProgram
    const { sites, logTarget } = program.sample(environment())
    close(numbers(program.score?.(environment(), sites).all as g.Value<[], g.Real>), numbers(logTarget))
  })

  it('counts sites that condition fixed', () => {
    const fixed = g.condition(p, { x: [0.1, 0.2] })
    const { sites, logWeight } = sampled(g.primitive(fixed))
    const z = sites.z as g.Value<[2], g.Real>
    const at = g.value(g.real(2), [0.1, 0.2])
    close(numbers(logWeight), numbers(g.normal({ loc: z, scale: 0.5 }).logProb(at)))
  })

  it('sums over plates', () => {
    const rowsOfThree = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('y', ({ z }) => g.normal({ loc: z, scale: 1 }), { plates: { row: 3 } }),
    )
    const { logTarget, logWeight } = sampled(g.primitive(rowsOfThree))
    expect(logTarget.axes.map((a) => a.name).sort()).toEqual(['datum', 'particle'])
    expect(numbers(logWeight)).toEqual([0])
  })

  it('refuses a draw along a plate that only its input lies in', () => {
    const q = g.pipe(
      g.given({ y: g.real() }),
      g.bind('z', ({ y }) => g.normal({ loc: y, scale: 1 })),
    )
    const y = makeValue(tf.zeros([3, 4]), [], g.real().domain, [datum, { name: 'row', size: 4 }])
    const env = { ...environment(), data: { y }, given: { y } }
    expect(() => (g.primitive(q) as unknown as AnyProgram).sample(env)).toThrow(
      "site 'z' is drawn along the plate row, but does not declare it",
    )
  })

  it('refuses an observed site along a plate that only a site of the program before lies in', async () => {
    const plates = { row: 2 }
    const z = g.pipe(
      g.Do,
      g.bind('z', () => g.bernoulli({ logits: 0.3 }), { plates }),
    )
    const of = (declared: { readonly plates?: typeof plates }) =>
      g.primitive(
        g.pipe(
          g.given({ z: g.binary() }),
          g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 }), declared),
        ),
        { observed: ['x'] },
      )
    const log = (x: number, loc: number) => -0.5 * (x - loc) ** 2 - 0.5 * Math.log(2 * Math.PI)
    const one = 1 / (1 + Math.exp(-0.3))
    const exact = [1.5, -1].reduce(
      (sum, x) => sum + Math.log(one * Math.exp(log(x, 1)) + (1 - one) * Math.exp(log(x, 0))),
      0,
    )
    const found = await g.orThrow(
      g.logNormalizer(g.compose(g.primitive(z), of({ plates })), { data: { x: [[1.5, -1]] as never } }),
    )
    expect(Math.abs((found.value[0] as number) - exact)).toBeLessThan(5 * (found.standardError[0] as number))
    await expect(
      g.orThrow(g.logNormalizer(g.compose(g.primitive(z), of({})), { data: { x: [1.5] } })),
    ).rejects.toThrow("site 'x' is drawn along the plate row, but does not declare it")
  })

  it('counts nothing at power 0, a datum of density 0 either', () => {
    const impossible = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('x', () => g.bernoulli({ probs: 0 })),
    )
    const at = (power: number) => {
      const x = makeValue(tf.ones([3]), [], g.binary().domain, [datum])
      const env = { ...environment(), data: { x }, given: { x } }
      const program = g.primitive(impossible, { observed: ['x'], power }) as unknown as AnyProgram
      return numbers(program.sample(env).logWeight)[0]
    }
    expect(at(0)).toBe(0)
    expect(at(1)).toBe(Number.NEGATIVE_INFINITY)
  })

  it('leaks no tensor', () => {
    const program = g.primitive(g.condition(p, { x: [0, 1] })) as unknown as AnyProgram
    const before = tf.memory().numTensors
    tf.tidy(() => void program.sample(environment()))
    expect(tf.memory().numTensors).toBe(before)
  })
})
