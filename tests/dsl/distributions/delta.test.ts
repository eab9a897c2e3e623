import { describe, expect, it } from 'vitest'
import { can } from '../../../src/dsl/distribution.js'
import { delta } from '../../../src/dsl/distributions/delta.js'
import { real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { logProbAt, number, numbers, scalar } from './laws.js'

const B2 = space.binary(2)

describe('delta', () => {
  it('has a density and one point where the measure counts', () => {
    const d = delta(value(B2, [1, 0]))
    expect(number(d.logProb(value(B2, [1, 0])))).toBe(0)
    expect(number(d.logProb(value(B2, [1, 1])))).toBe(-Infinity)
    expect(numbers(d.enumerate('point'))).toEqual([1, 0])
    expect(d.supportSize).toBe(1)
    expect(number(d.entropy())).toBe(0)
    expect(numbers(d.mean())).toEqual([1, 0])
    expect(numbers(d.variance())).toEqual([0, 0])
  })

  it('is only pathwise on the real line', () => {
    const d = delta(scalar(real, 2))
    expect(can(d, 'density')).toBe(false)
    expect(can(d, 'pathwise')).toBe(true)
    expect(numbers(d.sample(noiseFromSeed(1), [{ name: 'draw', size: 3 }]))).toEqual([2, 2, 2])
    expect(() => logProbAt(d, scalar(real, 2))).toThrow('delta has no density')
  })
})
