/** Every adversarial family: builds from its defaults, its nets have one owner each, it takes steps, samples, and tells no data to G. */
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { aae, conditionalGan, gameFamilies, gan, infogan, pacgan, wganGp } from 'giry/models'
import { describe, expect, it } from 'vitest'

const n = 48
const x = Array.from({ length: n }, (_, i) => [3 + 2 * Math.cos(i), 3 + 2 * Math.sin(i)])
const c = x.map((_, i) => i % 4)
const shape = { size: 2, domain: 'Real', center: 3, spread: 2, classes: 4 } as const

const untyped = g.fit as unknown as (
  game: unknown,
  options: unknown,
) => ReturnType<typeof g.fit<Readonly<Record<string, g.AnyNet>>, object>>

describe('options', () => {
  it('that a family has no place for do not compile', () => {
    const o = { size: 2, latent: 2, hidden: [4] } as const
    const net = g.mlp(g.real(2), [4], g.real()) as never
    // @ts-expect-error 'critic' does not exist
    expect(infogan({ ...o, classes: 2, code: 1, critic: net }).game.players).toHaveLength(2)
    // @ts-expect-error 'generator' does not exist
    expect(conditionalGan({ ...o, classes: 2, generator: net }).game.players).toHaveLength(2)
    // @ts-expect-error 'critic' does not exist
    expect(pacgan({ ...o, pack: 2, critic: net }).game.players).toHaveLength(2)
  })
})

describe('numbers', () => {
  const o = { size: 2, latent: 2, hidden: [4] } as const

  it.each([
    [() => gan({ ...o, penalty: -1 }), 'penalty must be a number >= 0, but -1 was given'],
    [() => wganGp({ ...o, penalty: Number.NaN }), 'penalty must be a number >= 0, but NaN was given'],
    [() => aae({ ...o, beta: -1 }), 'beta must be a number >= 0, but -1 was given'],
    [() => gan({ ...o, spread: 0 }), 'spread must be a number > 0, but 0 was given'],
    [() => gan({ ...o, center: Number.NaN }), 'center must be a number, but NaN was given'],
  ])('that make no sense are refused: %#', (build, message) => {
    expect(build).toThrow(message)
  })
})

describe('gameFamilies', () => {
  it('lists every family under its own name', () => {
    expect(Object.keys(gameFamilies)).toEqual([
      'gan',
      'wgan-gp',
      'pacgan',
      'conditional-gan',
      'acgan',
      'infogan',
      'bigan',
      'vae-gan',
      'aae',
      'avb',
    ])
    for (const [name, family] of Object.entries(gameFamilies)) expect(family.name).toBe(name)
  })

  it('gives images 64 numbers of noise, and to gan convolutions, unless layers are asked for', () => {
    const images = { size: 64, domain: 'Unit', image: [8, 8], classes: 10 } as const
    for (const family of Object.values(gameFamilies))
      expect(family.build(images, family.defaults).latent).toBe(64)
    const kernel = (options: object) =>
      gameFamilies.gan?.build(images, options).game.nets.D?.parameters['0/kernel']?.shape
    expect(kernel({})?.length ?? 4).toBe(4)
    expect(kernel({ hidden: [16] })).toEqual([64, 16])
  })

  describe.each(Object.values(gameFamilies))('$name', (family) => {
    const built = family.build(shape, { ...(family.defaults as object), hidden: [16] })
    const data = family.labelled ? { x, c } : { x }

    it('decodes its defaults', () => {
      expect(family.options.decode({})).toEqual(E.right(family.defaults))
      expect(family.summary.length).toBeGreaterThan(20)
    })

    it('has an optimizer for each player', () => {
      expect(Object.keys(built.recipe.optimizer(10)).sort()).toEqual(
        built.game.players.map((p) => p.name).sort(),
      )
    })

    it('moves every player to the end of its recipe', async () => {
      const at: g.Params<unknown>[] = []
      const fit = await g.orThrow(
        untyped(built.game, {
          data,
          optimizer: built.recipe.optimizer(10),
          steps: 10,
          batch: 24,
          runtime: 'cpu',
          checkpoint: { every: 8, write: ({ params }: g.Fit) => void at.push(params) },
        }),
      )
      for (const { owns } of built.game.players)
        expect(owns.map((net) => fit.params[net])).not.toEqual(
          owns.map((net) => (at[0] as typeof fit.params)[net]),
        )
    })

    it('shows its generator no data but classes', () => {
      expect(Object.keys(built.fake.given)).toEqual(built.classes === undefined ? [] : ['c'])
    })

    it('plays, compiled as eagerly', async () => {
      const options = {
        data,
        heldOut: data,
        monitors: { accuracy: built.accuracy },
        optimizer: g.sgd(0.01),
        steps: 3,
        batch: 24,
        seed: 1,
      }
      const compiled = await g.orThrow(untyped(built.game, { ...options, runtime: 'onnx-node' }))
      const eager = await g.orThrow(untyped(built.game, { ...options, runtime: 'cpu' }))
      expect(compiled.diagnostics.notices).toEqual([])
      for (const [net, arrays] of Object.entries(compiled.params))
        for (const [path, { data }] of Object.entries(arrays))
          for (const [i, w] of data.entries())
            expect(Math.abs(w - (eager.params[net]?.[path]?.data[i] as number))).toBeLessThan(2e-5)
      expect(compiled.history.at(-1)?.monitors?.accuracy).toBeGreaterThanOrEqual(0)
      const drawn = g.sample(
        built.fake as never,
        {
          params: compiled.params,
          n: 5,
          ...(built.classes === undefined ? {} : { given: { c: [0, 1] } }),
        } as never,
      ) as unknown as { x: g.AnyValue }
      expect(drawn.x.shape).toEqual([2])
      expect(g.toTypedArray(drawn.x).every(Number.isFinite)).toBe(true)
      for (const v of Object.values(drawn)) (v as g.AnyValue).tensor.dispose()
    })
  })
})
