import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { imageCritic, imageGenerator } from '../../src/models/imageNets.js'

const z = g.value(
  g.real(5),
  Float32Array.from({ length: 15 }, (_, i) => Math.sin(i)),
  'datum',
)
const started = <T>(nets: T) => g.init({ nets } as never, 3) as Readonly<Record<string, g.NetParams>>
const count = (net: g.AnyNet): number =>
  Object.values(net.parameters).reduce((n, p) => n + p.shape.reduce((a, b) => a * b, 1), 0)

describe('nets for images', () => {
  it('generate 784 pixels in [0, 1], and judge them by one score', () => {
    const [G, D] = [
      imageGenerator({ latent: 5, image: [28, 28], channels: 4 }),
      imageCritic({ image: [28, 28], channels: 4 }),
    ]
    const fake = g.pipe(
      g.given({ z: g.real(5) }),
      g.nets({ G, D }),
      g.bind('x', ({ z, G }) => g.push(G(z))),
      g.bind('s', ({ x, D }) => g.push(D(x))),
    )
    const { x, s } = g.sample(fake, { params: started({ G, D }) as never, given: { z } })
    expect(x.shape).toEqual([784])
    expect(s.shape).toEqual([])
    const pixels = [...g.toTypedArray(x)]
    expect(pixels.length).toBe(3 * 784)
    expect(Math.min(...pixels)).toBeGreaterThan(0)
    expect(Math.max(...pixels)).toBeLessThan(1)
  })

  it('have the parameters that their sizes say', () => {
    // Windows of 4 × 4: 16 weights for each pair of channels.
    expect(count(imageGenerator({ latent: 64, image: [28, 28] }))).toBe(
      65 * 3136 + (16 * 64 * 32 + 32) + (16 * 32 + 1),
    )
    expect(count(imageCritic({ image: [28, 28] }))).toBe(
      16 * 32 + 32 + (16 * 32 * 64 + 64) + 3137 * 128 + (128 + 1),
    )
  })
})
