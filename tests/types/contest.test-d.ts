import * as g from 'giry'
import { describe, expectTypeOf, it } from 'vitest'
import type { Common } from '../../src/inference/contest.js'

const plane = g.real(2)
const D = g.mlp(plane, [3], g.real())
const real = g.empirical({ x: plane })
const fakeOn = <const N extends number>(n: N) =>
  g.pipe(
    g.Do,
    g.nets({ G: g.mlp(plane, [3], g.real(n)) }),
    g.bind('z', () => g.standardNormal(2)),
    g.bind('x', ({ z, G }) => g.push(G(z))),
  )

describe('a contest', () => {
  const duel = g.contest({ real, fake: fakeOn(2), nets: { D }, score: ({ x, D }) => D(x) })
  const { critic, generator, accuracy } = g.adversarial(duel, g.payoffs.hinge)

  it('gives the critic the nets and data of both sides, and the generator no data', () => {
    expectTypeOf<keyof typeof critic.nets>().toEqualTypeOf<'D' | 'G'>()
    expectTypeOf<keyof typeof critic.data>().toEqualTypeOf<'x'>()
    expectTypeOf<keyof typeof accuracy.data>().toEqualTypeOf<'x'>()
    expectTypeOf<keyof typeof generator.data>().toEqualTypeOf<never>()
  })

  it('makes a game whose owners the compiler checks', () => {
    g.game({ D: { owns: ['D'], maximize: critic }, G: { owns: ['G'], maximize: generator } })
    // @ts-expect-error no player owns 'G'
    g.game({ D: { owns: ['D'], maximize: critic }, G: { owns: [], maximize: generator } })
    // @ts-expect-error two players own 'D'
    g.game({ D: { owns: ['D'], maximize: critic }, G: { owns: ['G', 'D'], maximize: generator } })
    // @ts-expect-error player 'G' has no objective
    g.game({ D: { owns: ['D', 'G'], maximize: critic }, G: { owns: ['G'] } })
  })

  it('refuses fakes of another shape than the data', () => {
    // @ts-expect-error 'x': the data have Real[2] but the fakes have Real[3]
    g.contest({ real, fake: fakeOn(3), nets: { D }, score: ({ x, D }) => D(x) })
    type Two = { readonly x: g.Value<[2], g.Real> }
    type Three = { readonly x: g.Value<[3], g.Real> }
    expectTypeOf<
      Common<Two, Three>['x']
    >().toEqualTypeOf<"'x': the data have Real[2] but the fakes have Real[3]">()
  })

  it('refuses a score of a name that one side lacks, and one that is no scalar', () => {
    // @ts-expect-error z is not a name of the data
    g.contest({ real, fake: fakeOn(2), nets: { D }, score: ({ z, D }) => D(z) })
    // @ts-expect-error Real[2] is no scalar
    g.contest({ real, fake: fakeOn(2), nets: {}, score: ({ x }) => x })
  })

  it('has penalties on the slope, of the same nets and data', () => {
    for (const penalty of [g.gradientPenalty(duel), g.r1(duel), g.r2(duel), g.dragan(duel)]) {
      expectTypeOf<keyof typeof penalty.nets>().toEqualTypeOf<'D' | 'G'>()
      expectTypeOf<keyof typeof penalty.data>().toEqualTypeOf<'x'>()
    }
  })
})
