import { describe, expect, it } from 'vitest'
import { can } from '../../../src/dsl/distribution.js'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { exponential } from '../../../src/dsl/distributions/exponential.js'
import { independent } from '../../../src/dsl/distributions/independent.js'
import { laplace } from '../../../src/dsl/distributions/laplace.js'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import { poisson } from '../../../src/dsl/distributions/poisson.js'
import { real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsCdf } from '../../../src/testing/laws/distribution.js'
import { expectClose, expectLaw, number, numbers, scalar, scalars } from './laws.js'

const R3 = space.real(3)

describe('independent', () => {
  const parts = [
    normal({ loc: 1, scale: 2 }),
    laplace({ loc: 0, scale: 1 }),
    exponential({ rate: 2 }),
  ] as const
  const d = independent(parts)

  it('adds log densities and entropies, and stacks moments', () => {
    const [x, y, z] = [0.5, -1, 0.25]
    const expected =
      number(parts[0].logProb(scalar(real, x))) +
      number(parts[1].logProb(scalar(real, y))) +
      number(parts[2].logProb(scalar(real, z) as never))
    expectClose(number(d.logProb(value(R3, [x, y, z]))), expected)
    expect(numbers(d.mean())).toEqual([1, 0, 0.5])
    expect(numbers(d.variance())).toEqual([4, 2, 0.25])
    expectClose(
      number(d.entropy()),
      parts.map((p) => number(p.entropy())).reduce((a, b) => a + b),
    )
    expect(d.family).toBe('independent(normal,laplace,exponential)')
    expect(d.space.domain.name).toBe('Real')
  })

  it('has log density −Infinity where a part has', () =>
    expect(number(d.logProb(value(R3, [0, 0, -1])))).toBe(-Infinity))

  it('draws each part by its own noise', () => {
    const x = numbers(d.sample(noiseFromSeed(9), [{ name: 'draw', size: 1500 }]))
    parts.forEach((part, i) => {
      const cdf = (xs: readonly number[]) => numbers(part.cdf(scalars(real, xs)))
      expectLaw(
        followsCdf(
          x.filter((_, j) => j % 3 === i),
          cdf,
        ),
      )
    })
    const two = numbers(independent([standardNormal(), standardNormal()]).sample(noiseFromSeed(9)))
    expect(two[0]).not.toBe(two[1])
  })

  it('lists the product of the supports', () => {
    const coins = independent([bernoulli({ probs: 0.25 }), bernoulli({ logits: 2 })])
    expect(numbers(coins.enumerate('point'))).toEqual([0, 0, 0, 1, 1, 0, 1, 1])
    expectClose(
      numbers(coins.logProb(coins.enumerate('point')))
        .map(Math.exp)
        .reduce((a, b) => a + b),
      1,
    )
    expect(can(coins, 'enumerable')).toBe(true)
    expect(can(independent([bernoulli({ probs: 0.25 }), poisson({ rate: 1 })]), 'enumerable')).toBe(false)
  })

  it('refuses parts of other shapes or measures, in the words of the compiler', () => {
    expect(() => independent([standardNormal(2), standardNormal()] as never)).toThrow(
      'independent was given a normal on Real[2] and a normal on Real\n  → give distributions of one event shape',
    )
    expect(() => independent([standardNormal(), bernoulli({ logits: 0 })] as never)).toThrow(
      'independent was given a normal on Real and a bernoulli on Binary',
    )
    expect(() => independent([] as never)).toThrow('independent was given no distributions')
  })
})
