/** The laws of a change of variables: exp and a shear pass; a Jacobian of the wrong sign and an inverse that is none are caught. */
import * as g from 'giry'
import { check, laws } from 'giry/testing'
import { describe, expect, it } from 'vitest'

type Reals = g.Value<[3], g.Real>
type Positives = g.Value<[3], g.Positive>
const from = g.real(3)
const to = g.positive(3)
const exp = {
  forward: (x: Reals) => g.exp(x),
  inverse: (y: Positives) => g.log(y),
  logDet: (x: Reals) => g.sum(x),
}

describe('laws.bijection', () => {
  it('holds for exp: Real[3] → Positive[3]', () => {
    check(laws.bijection(exp, from, to))
  })

  it('holds for a shear, whose Jacobian is not diagonal', () => {
    const shear = g.value(g.real(3, 3), [
      [2, 1, 0],
      [0, 1, 3],
      [0, 0, 0.5],
    ])
    const back = g.value(g.real(3, 3), [
      [0.5, -0.5, 3],
      [0, 1, -6],
      [0, 0, 2],
    ])
    check(
      laws.bijection(
        {
          forward: (x: Reals) => g.matMul(shear, x) as Reals,
          inverse: (y: Reals) => g.matMul(back, y) as Reals,
          logDet: (x: Reals) => g.mul(0, g.sum(x)),
        },
        from,
        from,
      ),
    )
  })

  it('catches a log determinant of the wrong sign', () => {
    const failed = laws
      .bijection({ ...exp, logDet: (x: Reals) => g.neg(g.sum(x)) }, from, to)
      .filter((v) => !v.holds)
    expect(failed.map((v) => v.law)).toEqual([
      'logDet is that of the Jacobian',
      'logDet is that of differences',
    ])
    expect(failed[0]?.sentence).toMatch(/^logDet says -?\d\S* where the Jacobian has -?\d\S*: off by \d/)
  })

  it('catches an inverse that is none, and an image outside of its space', () => {
    const failed = laws
      .bijection({ ...exp, inverse: (y: Positives) => g.mul(0.9, g.log(y)) as Reals }, from, to)
      .filter((v) => !v.holds)
    expect(failed.map((v) => v.law)).toEqual(['inverse(forward(x)) = x', 'forward(inverse(y)) = y'])
    const astray = laws.bijection(
      {
        forward: (x: Reals) => x as never,
        inverse: (y: Positives) => y as Reals,
        logDet: (x: Reals) => g.mul(0, g.sum(x)),
      },
      from,
      to,
    )
    expect(astray.filter((v) => !v.holds)[0]?.sentence).toMatch(/is not positive/)
  })

  it('refuses spaces of different sizes', () => {
    expect(() => laws.bijection(exp as never, from, g.positive(2) as never)).toThrow(
      'Real[3] has 3 numbers and Positive[2] has 2',
    )
  })
})
