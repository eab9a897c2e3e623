/**
 * compose, extend, propose, resample, rename, marginal and factor on one chain of normals: which sites are drawn, from which noise, and
 * what is forgotten. That weights are proper is the law (laws.test.ts).
 */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyProgram, Weighing } from '../../../src/inference/combinators/program.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import { noiseOf } from '../../../src/runtime/noise.js'

const environment = (particles: number): Weighing => ({
  functions: {},
  data: {},
  given: {},
  noise: noiseOf(keyFromSeed(1)),
  batch: 2,
  particles,
  hold: false,
})
const sampled = (program: unknown, particles = 3) => (program as AnyProgram).sample(environment(particles))
const numbers = (v: { readonly tensor: tf.Tensor } | undefined) => Array.from(v?.tensor.dataSync() ?? [])

const start = g.pipe(
  g.Do,
  g.bind('z', () => g.standardNormal()),
)
const step = g.pipe(
  g.given({ z: g.real() }),
  g.bind('next', ({ z }) => g.normal({ loc: z, scale: 0.1 })),
)
const back = g.pipe(
  g.given({ next: g.real() }),
  g.bind('z', ({ next }) => g.normal({ loc: next, scale: 0.1 })),
)
const chain = g.compose(g.primitive(start), step)

describe('compose', () => {
  it('feeds the second by name, and draws each from noise of its own', () => {
    const { sites, logWeight } = sampled(chain)
    expect(Object.keys(sites)).toEqual(['z', 'next'])
    expect(numbers(logWeight)).toEqual([0])
    const [z, next] = [numbers(sites.z), numbers(sites.next)]
    next.forEach((x, i) => {
      expect(Math.abs(x - (z[i] as number))).toBeLessThan(0.5)
      expect(x).not.toBe(z[i])
    })
  })

  it('draws independently in a loop that uses one name again', () => {
    const again = (q: AnyProgram): AnyProgram =>
      g.rename(g.marginal(g.compose(q, step), ['next']), { z: 'next' })
    const increments = [1, 2, 3].map((n) => {
      let [q, before]: AnyProgram[] = [g.primitive(start), g.primitive(start)] as unknown as AnyProgram[]
      for (let i = 0; i < n; i++) [before, q] = [q as AnyProgram, again(q as AnyProgram)]
      return [numbers(sampled(q).sites.z), numbers(sampled(before).sites.z)]
    })
    const all = increments.flat(2)
    expect(new Set(all.map((x) => x.toFixed(5))).size).toBeGreaterThan(12)
  })

  it('is the composition of kernels where both are models', () => {
    expect(g.compose(start, step).tag).toBe('kernel')
    expect(g.marginal(g.compose(start, step), ['next']).tag).toBe('kernel')
  })

  it('leaves inputs that nothing feeds to the data', () => {
    const open = g.compose(g.primitive(step), g.pipe(g.given({ next: g.real(), u: g.real() })))
    expect(Object.keys(open.inputs).sort()).toEqual(['u', 'z'])
  })
})

describe('extend and propose', () => {
  const target = g.pipe(
    g.Do,
    g.bind('next', () => g.normal({ loc: 0, scale: 1 })),
  )

  it('weigh what the proposal draws on the way, and forget it', () => {
    const program = g.propose(g.extend(target, back), chain)
    const { sites, logWeight, logTarget } = sampled(program)
    expect(Object.keys(sites)).toEqual(['next'])
    const { z, next } = sampled(chain).sites
    const [zs, ns] = [numbers(z), numbers(next)]
    // γ(next) back(z | next) / (start(z) step(next | z)): the two kernels are symmetric and cancel.
    numbers(logWeight).forEach((lw, i) => {
      expect(lw).toBeCloseTo(0.5 * ((zs[i] as number) ** 2 - (ns[i] as number) ** 2), 4)
    })
    numbers(logTarget).forEach((lt, i) => {
      expect(lt).toBeCloseTo(-0.5 * (Math.log(2 * Math.PI) + (ns[i] as number) ** 2), 4)
    })
  })

  it('of a target by itself weighs 1', () => {
    numbers(sampled(g.propose(start, start)).logWeight).forEach((lw) => {
      expect(Math.abs(lw)).toBeLessThan(1e-6)
    })
  })
})

describe('resample', () => {
  const tilted = g.factor(start, ({ z }) => g.mul(3, z))

  it('draws particles that there were, each with the mean weight, each datum for itself', () => {
    const noise = noiseOf(keyFromSeed(1)).child(':resampled')
    const before = (tilted as unknown as AnyProgram).sample({ ...environment(3), noise })
    const after = sampled(g.resample(tilted))
    const z = before.sites.z as g.Value<[], g.Real>
    const old = numbers({ tensor: tf.transpose(z.tensor) })
    const found = numbers(after.sites.z)
    for (const d of [0, 1]) {
      const mine = old.slice(3 * d, 3 * d + 3)
      for (const x of found.slice(3 * d, 3 * d + 3)) expect(mine).toContain(x)
      const mean = mine.reduce((a, x) => a + Math.exp(3 * x), 0) / 3
      for (const lw of numbers(after.logWeight).slice(3 * d, 3 * d + 3))
        expect(lw).toBeCloseTo(Math.log(mean), 4)
    }
    numbers(after.logTarget).forEach((lt, i) => {
      const x = found[i] as number
      expect(lt).toBeCloseTo(3 * x - 0.5 * (Math.log(2 * Math.PI) + x ** 2), 4)
    })
  })

  it('does nothing to one particle', () => {
    const noise = noiseOf(keyFromSeed(1)).child(':resampled')
    const before = (tilted as unknown as AnyProgram).sample({ ...environment(1), noise })
    expect(numbers(sampled(g.resample(tilted), 1).logWeight)).toEqual(numbers(before.logWeight))
  })

  it('goes on where every weight is 0', () => {
    const dead = g.factor(start, ({ z }) => g.where(g.greater(z, 100), 0, Number.NEGATIVE_INFINITY) as never)
    const { sites, logWeight, logTarget } = sampled(g.resample(dead))
    for (const x of numbers(logWeight)) expect(x).toBe(Number.NEGATIVE_INFINITY)
    for (const x of numbers(logTarget)) expect(x).toBe(Number.NEGATIVE_INFINITY)
    for (const x of numbers(sites.z)) expect(Number.isFinite(x)).toBe(true)
  })
})

describe('rename and factor', () => {
  it('rename a target in its density too', () => {
    const renamed = g.rename(g.primitive(start), { u: 'z' }) as unknown as AnyProgram
    const { sites, logTarget } = renamed.sample(environment(3))
    expect(Object.keys(sites)).toEqual(['u'])
    const scored = renamed.score?.(environment(3), sites).all
    expect(numbers(scored)).toEqual(numbers(logTarget))
  })

  it('refuses a factor that is no scalar', () => {
    const vector = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal(2)),
    )
    expect(() => sampled(g.factor(vector, (({ z }: { z: unknown }) => z) as never))).toThrow(
      'factor takes a scalar function, but it returned Real[2]',
    )
  })
})
