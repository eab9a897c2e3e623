/** The laws of families: one of each kind passes (the others: tests/models/laws.test.ts), and broken ones are caught. */
import { gameFamilies, linearGaussianFamily } from 'giry/models'
import { check, laws } from 'giry/testing'
import { describe, expect, it } from 'vitest'
import { scale } from '../../../src/dsl/objective.js'

const small = { options: { latent: 2 }, steps: 20 }
const failed = async (family: typeof linearGaussianFamily) =>
  (await laws.family(family, small)).filter((v) => !v.holds)

describe('laws.family', { timeout: 300_000 }, () => {
  it('holds for a family that is a bound', async () => {
    const names = (await check(laws.family(linearGaussianFamily, small))).map((v) => v.law)
    expect(names).toEqual(
      expect.arrayContaining([
        'options decode {} to the defaults',
        'q fits p',
        'derive prints',
        '20 steps stay finite',
        'one seed, one result',
        'training beats the start',
        'L_b <= log P(x)',
        'compiled = eager',
      ]),
    )
  })

  it('holds for a family that is a game', async () => {
    const gan = gameFamilies.gan as NonNullable<(typeof gameFamilies)[string]>
    const names = (
      await check(laws.family(gan, { options: { ...(gan.defaults as object), hidden: [8] } }))
    ).map((v) => v.law)
    expect(names).toEqual(expect.arrayContaining(['20 steps stay finite', 'frozen nets hold still']))
  })

  it('catches an objective of the wrong sign', async () => {
    const downhill = {
      ...linearGaussianFamily,
      build: (...args: Parameters<typeof linearGaussianFamily.build>) => {
        const built = linearGaussianFamily.build(...args)
        return { ...built, objective: scale(-1, built.objective) }
      },
    }
    const found = await failed(downhill)
    expect(found.map((v) => v.law)).toEqual(['the objective lies below log P(x)'])
    expect(found[0]?.sentence).toMatch(
      /^at the start the objective is \d\S* ± \S+ and log P\(x\) -\d\S* \(linear-Gaussian\): above by \d/,
    )
  })

  it('catches defaults that its codec does not know', async () => {
    const wrong = { ...linearGaussianFamily, defaults: { latent: 7 } }
    expect((await failed(wrong))[0]?.sentence).toBe(
      '{} decodes to {"latent":20}, and the defaults are {"latent":7}',
    )
  })
})
