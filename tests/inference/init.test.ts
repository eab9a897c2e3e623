import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyNet, Start } from '../../src/dsl/net.js'
import { init } from '../../src/inference/init.js'

const dataOf = (net: g.NetParams | undefined, path: string): Float32Array => {
  const array = net?.[path]
  if (array === undefined) throw new Error(`no ${path}`)
  return array.data
}
const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length
const meanSquare = (x: ArrayLike<number>): number => mean(Array.from(x, (v) => v * v))

const X = g.real(60)
const encode = g.mlp(X, [40], g.real(5))

describe('init', () => {
  it('draws kernels from U(−r, r), r = √(6 / (fanIn + fanOut)), and sets biases to 0', () => {
    const { encode: net } = init({ nets: { encode } }, 1)
    for (const [path, fanIn, fanOut] of [
      ['0/kernel', 60, 40],
      ['1/kernel', 40, 5],
    ] as const) {
      const kernel = dataOf(net, path)
      const r = Math.sqrt(6 / (fanIn + fanOut))
      const n = kernel.length
      expect(n).toBe(fanIn * fanOut)
      expect(kernel.every((w) => Math.abs(w) < r)).toBe(true)
      // The largest of n uniforms on (0, r) lies above r (1 − 10 / n) but for a chance of exp(−10).
      expect(Math.max(...kernel.map(Math.abs))).toBeGreaterThan(r * (1 - 10 / n))
      // E w = 0, Var w = r² / 3, Var w² = 4 r⁴ / 45: within 4 standard errors.
      expect(Math.abs(mean(kernel))).toBeLessThan((4 * r) / Math.sqrt(3 * n))
      expect(Math.abs(meanSquare(kernel) - r ** 2 / 3)).toBeLessThan(4 * r ** 2 * Math.sqrt(4 / 45 / n))
    }
    expect(dataOf(net, '0/bias')).toEqual(new Float32Array(40))
    expect(dataOf(net, '1/bias')).toEqual(new Float32Array(5))
  })

  it('starts free parameters as they say', () => {
    const startAt = (start: Start) =>
      dataOf(init({ nets: { w: g.parameter(g.real(2000), { start }) } }, 1).w, 'value')
    expect(startAt({ kind: 'constant', value: 3 })).toEqual(new Float32Array(2000).fill(3))
    const given = Float32Array.from({ length: 2000 }, (_, i) => i)
    expect(startAt({ kind: 'given', data: given })).toEqual(given)
    expect(startAt({ kind: 'given', data: given })).not.toBe(given)
    const drawn = startAt({ kind: 'normal', scale: 0.5 })
    // Var w = ¼, Var w² = 2 / 16: within 4 standard errors.
    expect(Math.abs(mean(drawn))).toBeLessThan((4 * 0.5) / Math.sqrt(2000))
    expect(Math.abs(meanSquare(drawn) - 0.25)).toBeLessThan(4 * 0.25 * Math.sqrt(2 / 2000))
  })

  it('has the shapes the nets ask for', () => {
    const { encode: net } = init({ nets: { encode } }, 1)
    const specs = (encode as AnyNet).parameters
    expect(Object.keys(net)).toEqual(Object.keys(specs))
    for (const [path, spec] of Object.entries(specs)) expect(net[path]?.shape).toEqual(spec.shape)
  })

  it('gives one start for one seed, and another for another', () => {
    expect(init({ nets: { encode } }, 7)).toEqual(init({ nets: { encode } }, 7))
    const kernel = (seed: number) => dataOf(init({ nets: { encode } }, seed).encode, '0/kernel')
    expect(kernel(7)).not.toEqual(kernel(8))
  })

  it('gives each net a stream of its own: adding one changes no other', () => {
    const other = g.mlp(X, [40], g.real(5))
    const alone = init({ nets: { encode } }, 1)
    const both = init({ nets: { other, encode } }, 1)
    expect(both.encode).toEqual(alone.encode)
    const [a, b] = [dataOf(both.encode, '0/kernel'), dataOf(both.other, '0/kernel')]
    // The correlation of n independent pairs is 0 ± 1 / √n.
    const correlation = mean(a.map((x, i) => x * (b[i] as number))) / Math.sqrt(meanSquare(a) * meanSquare(b))
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(a.length))
  })

  it('serves models, objectives and games alike', () => {
    const p = g.pipe(
      g.Do,
      g.nets({ decode: g.dense(g.real(2), g.real(3)) }),
      g.bind('z', () => g.standardNormal(2)),
      g.bind('x', ({ z, decode }) => g.normal({ loc: decode(z), scale: 1 })),
    )
    const q = g.pipe(
      g.given({ x: g.real(3) }),
      g.nets({ encode: g.gaussian(g.real(3), [], g.real(2)) }),
      g.bind('z', ({ x, encode }) => g.normal(encode(x))),
    )
    const bound = g.elbo(p, q)
    expect(init(bound, 3).decode).toEqual(init(p, 3).decode)
    expect(init(bound, 3).encode).toEqual(init(q, 3).encode)
    expect(init(g.maximize(bound), 3)).toEqual(init(bound, 3))
  })
})
