import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { condition } from '../../src/dsl/condition.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { standardNormal } from '../../src/dsl/distributions/normal.js'
import { GiryException } from '../../src/dsl/error.js'
import { kernelOf } from '../../src/dsl/kernel.js'
import { identity } from '../../src/dsl/kernels/category.js'
import { bind, Do, given } from '../../src/dsl/notation.js'
import { mul, sub } from '../../src/dsl/operations/arithmetic.js'
import { binary } from '../../src/dsl/space.js'

const bit = binary()
const channel = pipe(
  given({ y: bit }),
  bind('z', ({ y }) => bernoulli({ logits: sub(mul(2, y), 1) })),
)

const messages = (build: () => unknown): readonly string[] => {
  try {
    build()
  } catch (e) {
    if (e instanceof GiryException) return e.errors.map((x) => x.message)
    throw e
  }
  return []
}

describe('kernelOf', () => {
  it('reads a model as the kernel from its inputs to its sites', () => {
    const kernel = kernelOf(channel)
    expect(Object.keys(kernel.input)).toEqual(['y'])
    expect(Object.keys(kernel.output)).toEqual(['z'])
    expect(kernel.obstacles).toEqual([])
  })

  it('leaves a kernel as it is', () => {
    const kernel = identity({ y: bit })
    expect(kernelOf(kernel)).toBe(kernel)
  })

  it('says which draws keep it from having a matrix', () => {
    const model = pipe(
      Do,
      bind('z', () => standardNormal(2)),
    )
    expect(kernelOf(model).obstacles).toEqual(["site 'z' is drawn from normal, which is not enumerable"])
  })

  it('refuses a conditioned model', () => {
    const observed = condition(channel, { z: 1 })
    expect(messages(() => kernelOf(observed))).toEqual([
      "site 'z' is observed, and a conditioned model is no Markov kernel",
    ])
  })
})
