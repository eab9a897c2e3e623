/** The laws of kernels through `laws.kernel`: random finite kernels pass, one, two and three at a time. */
import * as fc from 'fast-check'
import * as g from 'giry'
import { check, finiteKernels, laws } from 'giry/testing'
import { describe, expect, it } from 'vitest'
import { kernelVerdicts } from '../../../src/testing/verdicts/kernel.js'

const settings = { seed: 3, numRuns: 3 }

describe('laws.kernel', () => {
  it('holds for random kernels and chains of them', () => {
    const f = finiteKernels({ x: 2 }, { y: 2, z: 2 })
    const h = finiteKernels({ y: 2, z: 2 }, { w: 3 })
    const k = finiteKernels({ w: 3 }, { u: 2 })
    fc.assert(
      fc.property(f, h, k, (a, b, c) => {
        const names = check(kernelVerdicts(a, b, c)).map((v) => v.law)
        expect(names).toContain('(f ; g) ; h = f ; (g ; h)')
        expect(names).toContain('matrix(f ; g) = matrix(f) matrix(g)')
      }),
      settings,
    )
  })

  it('takes models', () => {
    const noisy = g.pipe(
      g.given({ x: g.binary() }),
      g.bind('y', ({ x }) => g.bernoulli({ logits: g.sub(g.mul(2, x), 1) })),
    )
    expect(check(laws.kernel(noisy)).map((v) => v.law)).toContain('rows sum to 1')
  })

  it('catches a kernel that does not repeat itself', () => {
    let calls = 0
    const drifting = g.pipe(
      g.given({ x: g.binary() }),
      g.bind('y', ({ x }) => g.bernoulli({ logits: g.add(x, 0.1 * ++calls) })),
    )
    const failed = laws.kernel(drifting).filter((v) => !v.holds)
    expect(failed.map((v) => v.law)).toContain('id ; f = f = f ; id')
    expect(failed[0]?.sentence).toBe('two matrices that should be equal differ by more than 0.000001')
  })
})
