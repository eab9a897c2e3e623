import { either as E } from 'fp-ts'
import * as g from 'giry'
import { families } from 'giry/models'
import { describe, expect, it } from 'vitest'

describe('families', () => {
  it('lists every family under its own name', () => {
    expect(Object.keys(families)).toEqual(['vae', 'gaussianMixture', 'linearGaussian', 'factorAnalysis'])
    for (const [name, family] of Object.entries(families)) expect(family.name).toBe(name)
  })

  it.each(Object.values(families))('$name decodes its defaults, builds, and takes a step', async (family) => {
    expect(family.options.decode({})).toEqual(E.right(family.defaults))
    const domain = family.models
    const built = family.build({ size: 3, domain }, { ...(family.defaults as object), latent: 2 })
    const x = [
      [0, 1, 0],
      [1, 1, 0],
    ]
    const train = g.fit as unknown as (o: unknown, options: unknown) => ReturnType<typeof g.fit>
    const { history } = await g.orThrow(
      train(built.objective, { data: { x }, optimizer: g.adam(1e-3), steps: 1, seed: 1 }),
    )
    expect(Number.isFinite(history[0]?.values.objective)).toBe(true)
    expect(family.summary.length).toBeGreaterThan(20)
  })
})
