import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../../src/dsl/distributions/normal.js'
import { compose, copy, marginal, product } from '../../../src/dsl/kernels/category.js'
import { draw } from '../../../src/dsl/kernels/draw.js'
import { matrix } from '../../../src/dsl/kernels/matrix.js'
import { parameter } from '../../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets } from '../../../src/dsl/notation.js'
import { mul, sub } from '../../../src/dsl/operations/arithmetic.js'
import { binary, real, value } from '../../../src/dsl/space.js'
import { toTypedArray } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'

const walk = pipe(
  given({ x: real() }),
  bind('z', ({ x }) => normal({ loc: x, scale: 1 })),
)
const step = compose(walk, copy({ z: real() }, { x: 'z' }))
const channel = pipe(
  given({ y: binary() }),
  bind('z', ({ y }) => bernoulli({ logits: sub(mul(2, y), 1) })),
)
const x = value(real(), [0, 10])
const axes = [{ name: 'draw', size: 4 }]

describe('draw', () => {
  it('draws along the axes and for each input', () => {
    const { z } = draw(walk, { noise: noiseFromSeed(1), axes, given: { x } })
    expect(new Set(z.axes)).toEqual(new Set([...axes, { name: 'datum', size: 2 }]))
  })

  it('gives the same numbers however composition is bracketed', () => {
    const options = { noise: noiseFromSeed(2), axes, given: { x } }
    const left = draw(compose(compose(step, step), step), options)
    const right = draw(compose(step, compose(step, step)), options)
    expect(toTypedArray(left.x)).toEqual(toTypedArray(right.x))
  })

  it('draws sites of one name independently', () => {
    const n = 4000
    const prior = pipe(
      Do,
      bind('z', () => standardNormal()),
    )
    const two = product(
      compose(prior, copy({ z: real() }, { a: 'z' })),
      compose(prior, copy({ z: real() }, { b: 'z' })),
    )
    const { a, b } = draw(two, { noise: noiseFromSeed(3), axes: [{ name: 'draw', size: n }] })
    const bs = toTypedArray(b)
    const covariance = toTypedArray(a).reduce((s, v, i) => s + v * (bs[i] as number), 0) / n
    // The product of independent standard normals has variance 1: four standard errors.
    expect(Math.abs(covariance)).toBeLessThan(4 / Math.sqrt(n))
  })

  it('has the frequencies of the matrix', () => {
    const n = 4000
    const joint = pipe(
      Do,
      bind('y', () => bernoulli({ probs: 0.25 })),
    )
    const kernel = marginal(compose(joint, channel), ['z'])
    const { z } = draw(kernel, { noise: noiseFromSeed(4), axes: [{ name: 'draw', size: n }] })
    const p = matrix(kernel)[0]?.[1] as number
    const frequency = toTypedArray(z).reduce((s, v) => s + v, 0) / n
    expect(Math.abs(frequency - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n))
  })

  it('takes params where there are nets', () => {
    const model = pipe(
      Do,
      nets({ w: parameter(real()) }),
      bind('y', ({ w }) => bernoulli({ logits: w() })),
    )
    const params = { w: { value: { shape: [], data: Float32Array.of(100) } } }
    const { y } = draw(model, { noise: noiseFromSeed(5), axes, params })
    expect([...toTypedArray(y)]).toEqual([1, 1, 1, 1])
  })
})
