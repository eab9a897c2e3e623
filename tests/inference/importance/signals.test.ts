/** score and vimco: unbiased against the sum over all tuples of draws, alone and beside sites that are summed out; less variance. */
import { describe, expect, it } from 'vitest'
import { iwae } from '../../../src/inference/iwae.js'
import { renyi } from '../../../src/inference/renyi.js'
import { finiteCase } from '../../../src/testing/arbitraries/finite.js'
import { expectUnbiased, gradientsOver } from '../gradients.js'
import { copies, finitePower, first, tableSlopes } from './finiteOracle.js'
import { untyped } from './untyped.js'

type Method = 'score' | 'vimco' | 'enumerate'

const check = (
  seed: number,
  sites: Readonly<Record<string, Method>>,
  s: number,
  particles: number,
  n = 16,
) => {
  const c = finiteCase(seed, Object.keys(sites).length)
  const x = first(c.data)
  const exact = (f: typeof c.facts) => finitePower(f, x, s, particles, (name) => sites[name] === 'enumerate')
  const o =
    s === 1
      ? untyped(iwae)(c.p, c.q, { particles, sites })
      : untyped(renyi)(c.p, c.q, { particles, sites, alpha: 1 - s })
  const found = gradientsOver(o, c.params, copies(c.data, 128), n)
  const what = `${c.description}, ${JSON.stringify(sites)}, s = ${s}, K = ${particles}`
  expect(Math.abs(found.value.value - exact(c.facts)), what).toBeLessThan(
    5 * found.value.standardError + 1e-5 * Math.max(1, Math.abs(exact(c.facts))),
  )
  expectUnbiased(found, tableSlopes(c.facts, exact), what)
  return found
}

const settings = [
  [3, 1, 2],
  [0, 0.5, 2],
  [0, -1, 2],
  [3, 0, 3],
] as const

describe('one latent', () => {
  it.each(['score', 'vimco'] as const)('%s', (method) => {
    for (const [seed, s, k] of method === 'score' ? settings.slice(0, 2) : settings)
      check(seed, { z1: method }, s, k)
    if (method === 'score') check(6, { z1: method }, 1, 1)
  })
})

describe('two latents', () => {
  it.each([
    ['vimco', 'vimco'],
    ['score', 'vimco'],
    ['vimco', 'enumerate'],
    ['enumerate', 'vimco'],
    ['enumerate', 'score'],
  ] as const)('%s and %s', (z1, z2) => {
    for (const [seed, s] of [
      [1, 1],
      [4, 0.5],
    ] as const)
      check(seed, { z1, z2 }, s, 2)
  })
  it('all summed out is exact', () => {
    for (const s of [1, 0.5, -1, 0]) {
      const { variance } = check(1, { z1: 'enumerate', z2: 'enumerate' }, s, 2, 3)
      expect(variance).toBeLessThan(1e-10)
    }
  })
})

describe('the variance', () => {
  it('of vimco is below that of score', () => {
    for (const seed of [0, 6]) {
      const variance = (z1: Method) => check(seed, { z1 }, 1, 4, 10).variance
      expect(variance('vimco')).toBeLessThan(variance('score') / 3)
    }
  })
})
