/** REBAR is unbiased, whatever its temperature and weight, up- and downstream of other methods. Oracle: enumeration. */
import { describe, expect, it } from 'vitest'
import { expectUnbiased, gradientsOver, scalarsOf } from '../gradients.js'
import { at, bound, gradient, value, x } from './coins.js'

const data = { x: new Array(128).fill(x) }

describe('rebar', () => {
  it.each([
    [{ c: 'enumerate', z: 'rebar', y: 'pathwise' }, {}],
    [
      { c: 'score', z: { method: 'rebar', temperature: 0.2, weight: 0.7 }, y: 'score' },
      { particles: 2, kl: 'sampled' },
    ],
    [{ c: 'rebar', z: 'enumerate', y: 'pathwise' }, { kl: 'sampled' }],
    [{ c: 'rebar', z: 'score', y: 'measureValued' }, {}],
    [{ c: 'rebar', z: { method: 'rebar', temperature: 2 }, y: 'pathwise' }, { particles: 3 }],
  ] as const)('%o is unbiased', (sites, options) => {
    const found = gradientsOver(bound(sites as never, options), scalarsOf(at), data, 14)
    expectUnbiased(found, gradient)
    expect(Math.abs(found.value.value - value)).toBeLessThan(5 * found.value.standardError + 1e-4)
  })
})
