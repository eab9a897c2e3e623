import { pipe } from 'fp-ts/lib/function.js'
import { describe, expectTypeOf, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { standardNormal } from '../../src/dsl/distributions/normal.js'
import {
  type Composes,
  compose,
  copy,
  type Disjoint,
  discard,
  identity,
  marginal,
  product,
} from '../../src/dsl/kernels/category.js'
import { draw } from '../../src/dsl/kernels/draw.js'
import { type MatrixFault, matrix } from '../../src/dsl/kernels/matrix.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import type { Noise } from '../../src/dsl/noise.js'
import { bind, Do, given, nets } from '../../src/dsl/notation.js'
import type { ValueIn } from '../../src/dsl/space.js'
import { binary, real } from '../../src/dsl/space.js'

declare const noise: Noise

const prior = pipe(
  Do,
  bind('y', () => bernoulli({ probs: 0.25 })),
)
const channel = pipe(
  given({ y: binary() }),
  bind('z', ({ y }) => bernoulli({ logits: y })),
)
const code = pipe(
  Do,
  bind('z', () => standardNormal(2)),
)

describe('compose', () => {
  it('goes from the inputs of the first to the outputs of the second', () => {
    const both = compose(prior, channel)
    expectTypeOf<keyof typeof both.input>().toEqualTypeOf<never>()
    expectTypeOf<keyof typeof both.output>().toEqualTypeOf<'z'>()
  })

  it('refuses inputs that are no outputs', () => {
    const second = identity({ u: binary() })
    // @ts-expect-error input 'u' of the second kernel is no output of the first
    compose(prior, second)
    expectTypeOf<
      Composes<typeof prior, typeof second>
    >().toEqualTypeOf<"input 'u' of the second kernel is no output of the first">()
  })

  it('refuses another shape, and a larger domain', () => {
    const wide = identity({ z: real(3) })
    const bits = identity({ z: binary(2) })
    // @ts-expect-error input 'z': the first kernel gives Real[2] but the second takes Real[3]
    compose(code, wide)
    // @ts-expect-error input 'z': the first kernel gives Real[2] but the second takes Binary[2]
    compose(code, bits)
    expectTypeOf<
      Composes<typeof code, typeof wide>
    >().toEqualTypeOf<"input 'z': the first kernel gives Real[2] but the second takes Real[3]">()
    compose(prior, identity({ y: real() }))
  })
})

describe('product', () => {
  it('has the inputs and outputs of both', () => {
    const both = product(channel, identity({ u: binary() }))
    expectTypeOf<keyof typeof both.input>().toEqualTypeOf<'y' | 'u'>()
    expectTypeOf<keyof typeof both.output>().toEqualTypeOf<'z' | 'u'>()
  })

  it('refuses names that are in both', () => {
    // @ts-expect-error both kernels give an output 'z'
    product(channel, code)
    expectTypeOf<Disjoint<typeof channel, typeof channel>>().toEqualTypeOf<
      "both kernels take an input 'y'" | "both kernels give an output 'z'"
    >()
  })
})

describe('copy, discard and marginal', () => {
  it('copy names outputs by the inputs that they repeat', () => {
    const two = copy({ y: binary(), x: real(2) }, { a: 'y', b: 'y' })
    expectTypeOf<keyof typeof two.output>().toEqualTypeOf<'a' | 'b'>()
    // @ts-expect-error there is no input u
    copy({ y: binary() }, { a: 'u' })
  })

  it('marginal keeps outputs', () => {
    const joint = pipe(
      prior,
      bind('z', ({ y }) => bernoulli({ logits: y })),
    )
    expectTypeOf<keyof ReturnType<typeof keepZ>['output']>().toEqualTypeOf<'z'>()
    const keepZ = () => marginal(joint, ['z'])
    // @ts-expect-error 'w' is no output of this kernel
    marginal(joint, ['w'])
  })
})

describe('matrix', () => {
  it('is of finite kernels', () => {
    matrix(channel)
    matrix(compose(prior, channel))
    matrix(discard({ y: binary() }))
    // @ts-expect-error site 'z' is drawn from normal, which is not enumerable
    matrix(code)
    // @ts-expect-error input 'x' is Real[2], which is not finite
    matrix(discard({ x: real(2) }))
    expectTypeOf<MatrixFault<typeof code>>().toEqualTypeOf<
      "site 'z' is drawn from normal, which is not enumerable" | "output 'z' is Real[2], which is not finite"
    >()
    // @ts-expect-error what is drawn on the way counts, too
    matrix(compose(code, discard({ z: real(2) })))
  })

  it('asks for params where there are nets', () => {
    const learned = pipe(
      Do,
      nets({ w: parameter(real()) }),
      bind('y', ({ w }) => bernoulli({ logits: w() })),
    )
    // @ts-expect-error the net w has no params
    matrix(learned)
  })
})

describe('draw', () => {
  it('gives the outputs only', () => {
    const out = draw(compose(prior, channel), { noise })
    expectTypeOf<keyof typeof out>().toEqualTypeOf<'z'>()
    expectTypeOf(out.z).toEqualTypeOf<ValueIn<ReturnType<typeof scalarBit>>>()
    const scalarBit = () => binary()
    // @ts-expect-error the input y is missing
    draw(channel, { noise })
  })
})
