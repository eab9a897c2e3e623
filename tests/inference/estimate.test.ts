import { either as E } from 'fp-ts'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { bind, Do, given } from '../../src/dsl/notation.js'
import { square } from '../../src/dsl/operations/arithmetic.js'
import { sum } from '../../src/dsl/operations/reductions.js'
import { real } from '../../src/dsl/space.js'
import { elbo } from '../../src/inference/elbo.js'
import { estimate, meanAndError } from '../../src/inference/estimate.js'
import { expect as expectation } from '../../src/inference/expect.js'
import { boundOf } from '../../src/testing/arbitraries/boundCase.js'
import { finiteCase } from '../../src/testing/arbitraries/finite.js'

const right = <A>(e: E.Either<unknown, A>): A => {
  if (E.isLeft(e)) throw new Error(JSON.stringify(e.left))
  return e.right
}

describe('meanAndError', () => {
  it('is the sample mean and the standard deviation over √n', () => {
    const { value, standardError, n } = meanAndError([1, 2, 3, 6])
    expect([value, n]).toEqual([3, 4])
    // sd = √(14/3)
    expect(standardError).toBeCloseTo(Math.sqrt(14 / 3) / 2, 12)
  })
})

describe('estimate', () => {
  const p = pipe(
    Do,
    bind('z', () => standardNormal(1)),
    bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
  )
  const q = pipe(
    given({ x: real(1) }),
    bind('z', () => standardNormal(1)),
  )
  const data = { x: [[0], [2]] }

  it('finds the mean within its error: q = prior, so L_b = E log N(x; z, 1) = −½ (x² + 1) − ½ log 2π', async () => {
    const found = right(await estimate(elbo(p, q), { params: {}, data, n: 300, seed: 2 })())
    const exact = -0.5 * (2 + 1) - 0.5 * Math.log(2 * Math.PI)
    expect(Math.abs(found.value - exact)).toBeLessThan(5 * found.standardError)
    // Var of the mean over 2 data: Var(−½ (x − z)²) = ½ + x², so (½ + ½ + 4)/4
    expect(found.standardError / Math.sqrt(1.25 / 300)).toBeGreaterThan(0.7)
    expect(found.standardError / Math.sqrt(1.25 / 300)).toBeLessThan(1.4)
  })

  it('depends on the seed only, and not on the size of the batch where it is not random', async () => {
    const options = { params: {}, data, n: 5 }
    const [a, b, c] = [
      right(await estimate(elbo(p, q), { ...options, seed: 1 })()),
      right(await estimate(elbo(p, q), { ...options, seed: 1 })()),
      right(await estimate(elbo(p, q), { ...options, seed: 3 })()),
    ]
    expect(a).toEqual(b)
    expect(a.value).not.toBe(c.value)
    const finite = finiteCase(4, 2, 7)
    const o = boundOf(finite.p, finite.q)
    const of = async (batch: number) =>
      right(await estimate(o as never, { params: finite.params, data: finite.data, n: 3, batch } as never)())
    const [whole, parts] = [await of(7), await of(2)]
    expect(whole.standardError).toBe(0)
    expect(Math.abs(whole.value - parts.value)).toBeLessThan(1e-5)
  })

  it('takes objectives without data', async () => {
    const o = expectation(
      pipe(
        Do,
        bind('z', () => standardNormal(3)),
      ),
      ({ z }) => sum(square(z)),
    )
    const found = right(await estimate(o, { params: {}, n: 50, batch: 100 })())
    expect(Math.abs(found.value - 3)).toBeLessThan(5 * found.standardError)
  })

  it('refuses n = 0, missing params and missing data', async () => {
    const faults = async (options: object) => {
      const e = await estimate(elbo(p, q), { params: {}, data, ...options })()
      return E.isLeft(e) ? e.left.map((x) => x.message) : []
    }
    expect(await faults({ n: 0 })).toEqual(['n must be a whole number >= 1, but 0 was given'])
    expect(await faults({ data: {} })).toEqual(["the column 'x' is missing"])
  })
})
