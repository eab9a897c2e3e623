import { function as F } from 'fp-ts'
import { describe, expectTypeOf, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import type * as D from '../../src/dsl/domains/marks.js'
import { gaussian, mlp } from '../../src/dsl/nets/dense.js'
import { bind, Do, type Fresh, type FreshAll, given, letTo, nets, shared } from '../../src/dsl/notation.js'
import { exp } from '../../src/dsl/operations/functions.js'
import type { Params } from '../../src/dsl/params.js'
import * as S from '../../src/dsl/space.js'
import type { Value } from '../../src/dsl/value.js'

const { pipe } = F
const Z = S.real(2)
const X = S.binary(784)

const p = pipe(
  Do,
  nets({ decode: mlp(Z, [3], S.real(784)) }),
  bind('z', () => standardNormal(2)),
  letTo('h', ({ z }) => exp(z)),
  shared('w', () => normal({ loc: 0, scale: 1 })),
  bind('x', ({ z, decode }) => bernoulli({ logits: decode(z) })),
)

describe('a model', () => {
  it('infers its sites without annotation', () => {
    expectTypeOf(p.entries.z.space.shape).toEqualTypeOf<[2]>()
    expectTypeOf(p.entries.z.space.domain).toEqualTypeOf<D.Domain<D.Real>>()
    expectTypeOf(p.entries.z.family).toEqualTypeOf<'normal'>()
    expectTypeOf(p.entries.z.scope).toEqualTypeOf<'datum'>()
    expectTypeOf(p.entries.w.scope).toEqualTypeOf<'shared'>()
    expectTypeOf(p.entries.z.capabilities).toEqualTypeOf<{
      readonly density: true
      readonly pathwise: true
      readonly weakDerivative: true
    }>()
    expectTypeOf(p.entries.x.space.shape).toEqualTypeOf<[784]>()
    expectTypeOf(p.entries.x.space.domain).toEqualTypeOf<D.Domain<D.Binary>>()
    expectTypeOf<keyof typeof p.entries>().toEqualTypeOf<'z' | 'h' | 'w' | 'x'>()
    expectTypeOf<keyof typeof p.nets>().toEqualTypeOf<'decode'>()
  })

  it('gives callbacks what was declared before', () => {
    pipe(
      given({ x: X }),
      nets({ encode: gaussian(X, [3], Z) }),
      bind('z', (c) => {
        expectTypeOf(c.x).toEqualTypeOf<Value<[784], D.Binary>>()
        expectTypeOf(c.encode(c.x).scale).toEqualTypeOf<Value<[2], D.Positive>>()
        expectTypeOf<keyof typeof c>().toEqualTypeOf<'x' | 'encode'>()
        return normal(c.encode(c.x))
      }),
      letTo('h', (c) => {
        expectTypeOf(c.z).toEqualTypeOf<Value<[2], D.Real>>()
        return { twice: exp(c.z), name: 'h' }
      }),
      bind('y', (c) => {
        expectTypeOf(c.h.name).toEqualTypeOf<string>()
        expectTypeOf(c.h.twice).toEqualTypeOf<Value<[2], D.Positive>>()
        return normal({ loc: c.z, scale: c.h.twice })
      }),
    )
  })

  it('knows that a push-forward has no density', () => {
    const implicit = pipe(
      p,
      bind('y', ({ z }) => push(z)),
    )
    expectTypeOf(implicit.entries.y.capabilities).not.toExtend<{ readonly density: true }>()
    expectTypeOf(implicit.entries.y.capabilities).toExtend<{ readonly pathwise: true }>()
  })
})

describe('a wrong model does not compile', () => {
  it('a name twice', () => {
    pipe(
      p,
      // @ts-expect-error the name 'z' is already declared in this model
      bind('z', () => standardNormal(2)),
    )
    pipe(
      p,
      // @ts-expect-error the name 'decode' is already declared in this model
      shared('decode', () => standardNormal(2)),
    )
    pipe(
      p,
      // @ts-expect-error the name 'h' is already declared in this model
      letTo('h', () => 1),
    )
    // @ts-expect-error the name 'x' is already declared in this model
    pipe(p, nets({ x: mlp(Z, [], Z) }))
    expectTypeOf<Fresh<'z', 'z' | 'x'>>().toEqualTypeOf<{
      readonly error: "the name 'z' is already declared in this model"
    }>()
    expectTypeOf<Fresh<'y', 'z' | 'x'>>().toEqualTypeOf<unknown>()
    expectTypeOf<FreshAll<{ x: 1; y: 1 }, 'x'>>().toEqualTypeOf<{
      readonly error: "the name 'x' is already declared in this model"
    }>()
  })

  it('a name that was not declared', () => {
    pipe(
      p,
      // @ts-expect-error there is no y
      bind('v', ({ y }) => normal({ loc: y, scale: 1 })),
    )
  })

  it('a net fed the wrong shape', () => {
    pipe(
      p,
      // @ts-expect-error a net from Real[2] was fed Binary[784]
      bind('y', ({ x, decode }) => bernoulli({ logits: decode(x) })),
    )
  })

  it('an argument outside its domain', () => {
    pipe(
      p,
      // @ts-expect-error scale of normal must be Positive, but Real[2] was given
      bind('y', ({ z }) => normal({ loc: 0, scale: z })),
    )
    pipe(
      p,
      // @ts-expect-error scale of normal must be Positive, but -1 was given
      bind('y', () => normal({ loc: 0, scale: -1 })),
    )
  })

  it('a callback that returns no distribution', () => {
    pipe(
      p,
      // @ts-expect-error a value is no distribution
      bind('y', ({ z }) => z),
    )
  })
})

describe('params', () => {
  it('of more nets are accepted, of fewer not', () => {
    const use = (_: Params<typeof p.nets>): void => {}
    const net = { kernel: { shape: [1], data: new Float32Array(1) } }
    const more = { decode: net, encode: net }
    use(more)
    // @ts-expect-error there is no decode
    use({ encode: net })
  })
})
