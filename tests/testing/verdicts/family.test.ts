/** The laws of families: one of each kind passes (the others: tests/models/laws.test.ts), and broken ones are caught. */
import { gameFamilies, linearGaussianFamily } from 'giry/models'
import { check, laws } from 'giry/testing'
import { describe, expect, it } from 'vitest'
import { scale } from '../../../src/dsl/objective.js'

const small = { options: { latent: 2 }, steps: 20 }
const failed = async (family: typeof linearGaussianFamily) =>
  (await laws.family(family, small)).filter((v) => !v.holds)

describe('laws.family', () => {
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
        // its value is that of the bound, its gradient that of minus the bound
        const { objective } = built
        const lied = { ...objective, evaluate: (env: never) => scale(-1, objective).evaluate(env) }
        return { ...built, objective: lied as typeof objective }
      },
    }
    const laws_ = (await failed(downhill)).map((v) => v.law)
    expect(laws_).not.toContain('20 steps stay finite')
  })

  it('catches defaults that its codec does not know', async () => {
    const wrong = { ...linearGaussianFamily, defaults: { latent: 7 } }
    expect((await failed(wrong))[0]?.sentence).toBe(
      '{} decodes to {"latent":20}, and the defaults are {"latent":7}',
    )
  })
})
