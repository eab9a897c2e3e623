/** Random spaces, and elements of them: every element decodes. Oracle: the codec of the space. */

import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { elements, spaces } from 'giry/testing'
import { describe, expect, it } from 'vitest'
import { elementsFromSeed } from '../../../src/testing/arbitraries/elements.js'

describe('elements', () => {
  it('of every random space decode', () => {
    fc.assert(
      fc.property(
        spaces().chain((space) => elements(space).map((x) => [space, x] as const)),
        ([space, x]) => {
          expect(E.isRight(space.decode(x))).toBe(true)
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  it('cover every domain', () => {
    const names = fc.sample(spaces(), { seed: 1, numRuns: 300 }).map((s) => s.domain.name.replace(/\d+/, 'k'))
    expect([...new Set(names)].sort()).toEqual(
      [
        'Real',
        'Positive',
        'NonNegative',
        'Unit',
        'Binary',
        'Count',
        'Circle',
        'Interval',
        'Simplex',
        'OneHot',
        'Ordered',
        'Category(k)',
        'Cholesky',
        'Correlation',
      ].sort(),
    )
  })

  it('use every label about equally often', () => {
    const xs = elementsFromSeed(g.category(4), 4000, 3)
    for (const k of [0, 1, 2, 3]) {
      const share = xs.filter((x) => x === k).length / 4000
      expect(Math.abs(share - 0.25)).toBeLessThan(0.05)
    }
  })
})
