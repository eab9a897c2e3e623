/** The laws of a bound on models of each exactly solvable kind, tight at the posterior; a density that lies is caught. */
import * as g from 'giry'
import { check, conjugateCase, finiteCase, laws, mixtureCase, nonlinearCase, pcaCase } from 'giry/testing'
import { describe, expect, it } from 'vitest'
import { evidenceLaws } from '../../../src/testing/verdicts/evidence.js'

const cases = {
  'a finite model': finiteCase(4),
  'a Gaussian mixture': mixtureCase(5),
  'a probabilistic PCA': pcaCase(3),
  'a conjugate pair': conjugateCase(0, 'normal'),
  'a shared latent': conjugateCase(0, 'shared'),
  'a nonlinear model': nonlinearCase(2),
}

const identity = 'log P(x) = L_b + KL(q ‖ posterior)'

describe.each(Object.entries(cases))('%s', (name, c) => {
  it('obeys the laws', async () => {
    const found = (await check(evidenceLaws(c.p, c.q, c.data, { params: c.params }))).map((v) => v.law)
    expect(found).toEqual(expect.arrayContaining(['L_b <= log P(x)', 'L_1 <= L_4 <= L_16 <= log P(x)']))
    expect(found.includes(identity)).toBe(name !== 'a shared latent')
  })

  it.runIf(c.posterior !== undefined)('has a bound that is tight at the posterior', async () => {
    const options = { params: c.posteriorParams, tight: true }
    const found = await check(evidenceLaws(c.p, c.posterior, c.data, options))
    expect(found.map((v) => v.law)).toContain('L_b = log P(x) at the posterior')
  })
})

describe('laws.evidenceBound', () => {
  const p = g.pipe(
    g.Do,
    g.bind('z', () => g.standardNormal(1)),
    g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
  )
  const q = g.pipe(
    g.given({ x: g.real(1) }),
    g.nets({ encode: g.gaussian(g.real(1), [3], g.real(1)) }),
    g.bind('z', ({ x, encode }) => g.normal(encode(x))),
  )
  const x = { x: [[0.4], [-2]] }

  it('takes models with their types', async () => {
    await check(laws.evidenceBound(p, q, x))
  })

  it('catches a divergence that is too small: the bound lies above the evidence', async () => {
    const klTable = { ...g.klTable, 'normal|normal': () => g.sub(g.value(g.real(), 0), 3) as never }
    const failed = (await laws.evidenceBound(p, q, x, { bound: { klTable } })).filter((v) => !v.holds)
    expect(failed.map((v) => v.law)).toContain('L_b <= log P(x)')
    expect(failed[0]?.sentence).toMatch(/^at seed 0, datum 0 log P\(x\) is -\d\S+ .*and L_b .*: above by \d/)
    expect(failed.map((v) => v.law)).toContain(identity)
  })

  it('catches a q that is said to be the posterior and is not', async () => {
    const failed = (await laws.evidenceBound(p, q, x, { tight: true })).filter((v) => !v.holds)
    expect(new Set(failed.map((v) => v.law))).toEqual(new Set(['L_b = log P(x) at the posterior']))
  })
})
