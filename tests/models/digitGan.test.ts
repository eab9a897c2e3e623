/**
 * The oracle is a data set of one picture: there the generator that wins draws it, whatever the code.
 */
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { digitGan } from '../../src/models/digitGan.js'
import { imageRecipe } from '../../src/models/imageRecipe.js'
import { once } from './once.js'

/** A white square on black. */
const square = Float32Array.from({ length: 784 }, (_, i) => {
  const [row, column] = [Math.floor(i / 28), i % 28]
  return row >= 8 && row < 20 && column >= 8 && column < 20 ? 1 : 0
})
const N = 64
const copies = Float32Array.from({ length: N * 784 }, (_, i) => square[i % 784] as number)

const { game, fake, accuracy } = digitGan({ latent: 4, channels: 4 })

const play = (steps: number) =>
  g.orThrow(
    g.fit(game, {
      data: { x: copies },
      optimizer: imageRecipe.optimizer(steps),
      batch: 16,
      steps,
      seed: 1,
      threads: 1,
      runtime: 'onnx-node',
    }),
  )

const trained = once(() => play(500))

/** Mean squared distance of a pixel from the picture. */
const distance = (params: g.Params<typeof fake.nets>): number => {
  const { x } = g.sample(fake, { params, n: 50, seed: 2 })
  const pixels = g.toTypedArray(x)
  return pixels.reduce((s, p, i) => s + (p - (square[i % 784] as number)) ** 2, 0) / pixels.length
}

describe('digitGan', () => {
  it('has one owner for each net', () => {
    expect(game.players.map((p) => [p.name, p.owns])).toEqual([
      ['D', ['D']],
      ['G', ['G']],
    ])
  })

  it('draws the one picture that there is', async () => {
    const fit = await trained()
    const [before, after] = [await play(1), fit].map((f) => distance(f.params as never))
    expect(before).toBeGreaterThan(0.2)
    // 144 white pixels of 784: black paper is 0.18 away.
    expect(after).toBeLessThan(0.09)
  })

  it('tells how well D judges', async () => {
    const fit = await trained()
    const share = await g.orThrow(
      g.evaluate(accuracy, { params: fit.params as never, data: { x: copies }, threads: 1 }),
    )
    expect(share).toBeGreaterThanOrEqual(0)
    expect(share).toBeLessThanOrEqual(1)
  })
})
