import { describe, expect, it } from 'vitest'
import { datumSize, fakes, numbersOf, scores } from '../../../src/cli/games/draws.js'
import { readingOf, surfaceOf } from '../../../src/cli/games/surface.js'
import type { AllParams } from '../../../src/cli/parameterFile.js'
import { ring } from '../../../src/data/synthetic/ring.js'
import { init } from '../../../src/inference/init.js'
import { gameFamilies } from '../../../src/models/registry.js'

const played = (family: string) => {
  const of = gameFamilies[family]
  if (of === undefined) throw new Error(`there is no family ${family}`)
  const built = of.build(
    { size: 2, domain: 'Real', spread: 2, classes: 3 },
    { ...(of.defaults as object), latent: 2, hidden: [] },
  )
  return { built, params: init(built.game, 1) as AllParams }
}

/** Without hidden layers D and G are affine: D(u) = w·u + b with u = x / 2, and x = 2 (W z + c). */
const affine = (() => {
  const { built, params } = played('gan')
  const D = {
    '0/kernel': { shape: [2, 1], data: Float32Array.of(3, -1) },
    '0/bias': { shape: [1], data: Float32Array.of(0.5) },
  }
  return { built, params: { ...params, D } }
})()

describe('fakes', () => {
  it('are draws of the generator, of one seed, the first blocks of more', () => {
    const some = fakes(affine, 700, 4)
    expect(datumSize(affine.built)).toBe(2)
    expect(some).toHaveLength(1400)
    expect(fakes(affine, 700, 4)).toEqual(some)
    expect(fakes(affine, 1000, 4).subarray(0, 1000)).toEqual(some.subarray(0, 1000))
    expect(fakes(affine, 700, 5)).not.toEqual(some)
    expect(some.subarray(0, 400)).not.toEqual(some.subarray(1000, 1400))
  })

  it('of a generator that is told the class, have the classes in turn', () => {
    const { built, params } = played('conditional-gan')
    // x = 2 (W (z, onehot c) + b): the class adds 2 W_c, here 100 (c + 1), to every entry.
    const kernel = Float32Array.of(0, 0, 0, 0, 50, 50, 100, 100, 150, 150)
    const G = {
      '0/kernel': { shape: [5, 2], data: kernel },
      '0/bias': { shape: [2], data: new Float32Array(2) },
    }
    expect([...fakes({ built, params: { ...params, G } }, 4, 1)]).toEqual([
      100, 100, 200, 200, 300, 300, 100, 100,
    ])
  })
})

describe('scores', () => {
  it('are the values of the critic at given data, in the units of the data', () => {
    expect([...(scores(affine, Float32Array.of(0, 0, 2, 0, 0, 2, 4, 4)) ?? [])]).toEqual([
      0.5, 3.5, -0.5, 4.5,
    ])
  })

  it('are none where a critic judges packs, pairs, classes or codes', () => {
    for (const family of ['pacgan', 'bigan', 'conditional-gan', 'aae', 'avb'])
      expect(scores(played(family), Float32Array.of(0, 0))).toBeUndefined()
  })
})

describe('surfaceOf', () => {
  const window = { x: [-1, 1], y: [-1, 1] } as const
  const samples = { real: Float32Array.of(2, 0), fake: Float32Array.of(-2, 0) }
  // The centers of the four cells, row by row from the top, and D there: ½ + 3 x/2 − y/2.
  const at = [-0.5, 1, 0, 1.5]
  const close = (found: ArrayLike<number> | undefined, wanted: readonly number[]) =>
    wanted.forEach((value, i) => {
      expect(found?.[i]).toBeCloseTo(value, 5)
    })

  it('reads a logit, a label and a slope', () => {
    const read = (payoff: string) => surfaceOf(affine, window, 2, readingOf(payoff), samples)
    close(
      read('nonSaturating')?.surface.values,
      at.map((s) => 1 / (1 + Math.exp(-s))),
    )
    close(read('leastSquares')?.surface.values, [0, 1, 0, 1])
    // D is 3.5 at the datum and −2.5 at the fake: ½ midway, with the deviation 3.
    close(
      read('wasserstein')?.surface.values,
      at.map((s) => 0.5 + (0.5 * (s - 0.5)) / (3 + Math.abs(s - 0.5))),
    )
    expect(read('wasserstein')?.title).toContain('midway')
  })
})

describe('numbersOf', () => {
  it('are the first data of a data set', () => {
    const { train } = ring({ n: 10, heldOut: 1 })
    expect(numbersOf(train)).toHaveLength(20)
    expect(numbersOf(train, 3)).toEqual(numbersOf(train).subarray(0, 6))
  })
})
