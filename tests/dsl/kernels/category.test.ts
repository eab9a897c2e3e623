import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { standardNormal } from '../../../src/dsl/distributions/normal.js'
import { GiryException } from '../../../src/dsl/error.js'
import { type AnyKernel, kernelOf } from '../../../src/dsl/kernel.js'
import { compose, copy, discard, identity, marginal, product } from '../../../src/dsl/kernels/category.js'
import { parameter } from '../../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets } from '../../../src/dsl/notation.js'
import { mul, sub } from '../../../src/dsl/operations/arithmetic.js'
import { binary, category, real } from '../../../src/dsl/space.js'

const bit = binary()
const prior = pipe(
  Do,
  bind('y', () => bernoulli({ probs: 0.25 })),
)
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

/** The same arrow with its types erased: what the run time must refuse by itself. */
const erased = (kernel: unknown): AnyKernel => kernel as AnyKernel

describe('compose', () => {
  it('goes from the inputs of the first to the outputs of the second', () => {
    const both = compose(prior, channel)
    expect(Object.keys(both.input)).toEqual([])
    expect(Object.keys(both.output)).toEqual(['z'])
  })

  it('collects the nets and the obstacles', () => {
    const w = parameter(real())
    const noisy = pipe(
      given({ z: bit }),
      nets({ w }),
      bind('x', () => standardNormal(3)),
    )
    const both = compose(compose(prior, channel), noisy)
    expect(both.nets).toEqual({ w })
    expect(both.obstacles).toEqual(["site 'x' is drawn from normal, which is not enumerable"])
  })

  it('names every input that the first kernel does not feed', () => {
    const second = erased(identity({ y: category(3), u: bit, v: real(2) }))
    expect(messages(() => compose(erased(kernelOf(prior)), second))).toEqual([
      "input 'y': the first kernel gives Binary but the second takes Category(3)",
      "input 'u' of the second kernel is no output of the first",
      "input 'v' of the second kernel is no output of the first",
    ])
  })

  it('accepts a smaller domain', () => {
    expect(Object.keys(compose(prior, identity({ y: real() })).output)).toEqual(['y'])
  })

  it('refuses two nets of one name', () => {
    const first = pipe(
      Do,
      nets({ w: parameter(real()) }),
      bind('y', ({ w }) => bernoulli({ logits: w() })),
    )
    const second = pipe(
      given({ y: bit }),
      nets({ w: parameter(real()) }),
      bind('z', ({ w }) => bernoulli({ logits: w() })),
    )
    expect(messages(() => compose(first, second))).toEqual([
      "two kernels use the name 'w' for different nets",
    ])
  })
})

describe('product', () => {
  it('has the inputs and the outputs of both', () => {
    const both = product(channel, identity({ u: bit }))
    expect(Object.keys(both.input)).toEqual(['y', 'u'])
    expect(Object.keys(both.output)).toEqual(['z', 'u'])
  })

  it('lets one take what the other gives: inputs and outputs are names apart', () => {
    const both = product(prior, channel)
    expect(Object.keys(both.input)).toEqual(['y'])
    expect(Object.keys(both.output)).toEqual(['y', 'z'])
  })

  it('refuses names that are in both', () => {
    const kernel = erased(kernelOf(channel))
    expect(messages(() => product(kernel, kernel))).toEqual([
      "both kernels take an input 'y'",
      "both kernels give an output 'z'",
    ])
  })
})

describe('copy, discard and marginal', () => {
  it('copy repeats an input under several names', () => {
    expect(copy({ y: bit }, { a: 'y', b: 'y' }).output).toEqual({ a: bit, b: bit })
  })

  it('copy refuses what is no input', () => {
    expect(messages(() => copy({ y: bit }, { a: 'x' as 'y' }))).toEqual(["'x' is no input of this kernel"])
  })

  it('discard gives nothing', () => {
    expect(discard({ y: bit }).output).toEqual({})
  })

  it('marginal keeps the named outputs', () => {
    const joint = pipe(
      prior,
      bind('z', ({ y }) => bernoulli({ logits: y })),
    )
    expect(Object.keys(marginal(joint, ['z']).output)).toEqual(['z'])
  })

  it('marginal refuses what is no output', () => {
    expect(messages(() => marginal(prior, ['w' as 'y']))).toEqual(["'w' is no output of this kernel"])
  })
})
