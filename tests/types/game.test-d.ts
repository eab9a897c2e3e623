import { describe, expectTypeOf, it } from 'vitest'
import type { Domain, Real } from '../../src/dsl/domains/marks.js'
import { type Game, game, maximize, minimax, type Playable } from '../../src/dsl/game.js'
import type { OwnershipFault } from '../../src/dsl/games/ownership.js'
import { pretrain } from '../../src/dsl/games/pretrain.js'
import type { Net, NetFunction } from '../../src/dsl/net.js'
import type { Objective } from '../../src/dsl/objective.js'
import type { Value } from '../../src/dsl/value.js'

type Plane = { readonly shape: readonly [2]; readonly domain: Domain<Real> }
type Score = Net<NetFunction<Plane, Value<[], Real>>>
type Generate = Net<NetFunction<Plane, Value<[2], Real>>>
type Data = { readonly x: Plane }

declare const value: Objective<{ readonly D: Score; readonly G: Generate }, Data>
declare const ofD: Objective<{ readonly D: Score }, Data>

describe('maximize', () => {
  it('has one player who owns every net', () => {
    expectTypeOf(maximize(ofD)).toEqualTypeOf<Game<{ readonly D: Score }, Data>>()
  })
})

describe('minimax', () => {
  it('takes nets that each have exactly one owner', () => {
    expectTypeOf(minimax(value, { max: ['D'], min: ['G'] })).toEqualTypeOf<
      Game<{ readonly D: Score; readonly G: Generate }, Data>
    >()
    minimax(value, { max: ['D'], min: ['G'], steps: { max: 5 } })
    minimax(value, { max: ['D', 'G'], min: [] })
  })

  it('refuses a net without owner', () => {
    // @ts-expect-error no player owns 'G'
    minimax(value, { max: ['D'], min: [] })
    expectTypeOf<OwnershipFault<'D' | 'G', { max: 'D'; min: never }>>().toEqualTypeOf<"no player owns 'G'">()
  })

  it('refuses a net with two owners', () => {
    // @ts-expect-error two players own 'G'
    minimax(value, { max: ['D', 'G'], min: ['G'] })
    expectTypeOf<
      OwnershipFault<'D' | 'G', { max: 'D' | 'G'; min: 'G' }>
    >().toEqualTypeOf<"two players own 'G'">()
  })

  it('refuses a name that is no net', () => {
    // @ts-expect-error 'H' is no net of this game
    minimax(value, { max: ['D'], min: ['G', 'H'] })
    expectTypeOf<
      OwnershipFault<'D' | 'G', { max: 'D'; min: 'G' | 'H' }>
    >().toEqualTypeOf<"'H' is no net of this game">()
  })

  it('names every fault at once', () => {
    expectTypeOf<OwnershipFault<'D' | 'G' | 'E', { max: 'D' | 'H'; min: 'D' }>>().toEqualTypeOf<
      "no player owns 'G'" | "no player owns 'E'" | "two players own 'D'" | "'H' is no net of this game"
    >()
  })

  it('leaves names that are only string to the run time', () => {
    const names: readonly string[] = ['D']
    minimax(value, { max: names, min: ['G'] })
  })
})

describe('game', () => {
  it('takes players with objectives of their own', () => {
    const g = game({
      critic: { owns: ['D'], maximize: value, steps: 5 },
      generator: { owns: ['G'], minimize: value },
    })
    expectTypeOf(g).toEqualTypeOf<Game<{ readonly D: Score; readonly G: Generate }, Data>>()
    game({ a: { owns: ['D'], maximize: ofD }, b: { owns: ['G'], minimize: value } })
  })

  it('refuses nets without owner, with two owners, and unknown ones', () => {
    // @ts-expect-error no player owns 'G'
    game({ a: { owns: ['D'], maximize: ofD }, b: { owns: [], maximize: value } })
    // @ts-expect-error two players own 'D'
    game({ a: { owns: ['D'], maximize: ofD }, b: { owns: ['G', 'D'], maximize: value } })
    // @ts-expect-error 'H' is no net of this game
    game({ a: { owns: ['D'], maximize: ofD }, b: { owns: ['G', 'H'], maximize: value } })
  })

  it('refuses a net that its owner does not use, and a key that no player has', () => {
    // @ts-expect-error player 'a' owns 'G', which its objective does not use
    game({ a: { owns: ['G'], maximize: ofD }, b: { owns: ['D'], maximize: value } })
    type Idle = {
      readonly a: { readonly owns: readonly ['G']; readonly maximize: typeof ofD }
      readonly b: { readonly owns: readonly ['D']; readonly maximize: typeof value }
    }
    expectTypeOf<Playable<Idle>>().toEqualTypeOf<"player 'a' owns 'G', which its objective does not use">()
    // @ts-expect-error player 'a' has no option 'step'
    game({ a: { owns: ['D'], maximize: ofD, step: 5 }, b: { owns: ['G'], maximize: value } })
  })

  it('refuses a player without an objective, and one with two', () => {
    // @ts-expect-error player 'b' has no objective
    game({ a: { owns: ['D', 'G'], maximize: value }, b: { owns: [] } })
    // @ts-expect-error player 'a' both maximizes and minimizes
    game({ a: { owns: ['D', 'G'], maximize: value, minimize: value } })
    type Aimless = { readonly a: { readonly owns: readonly ['D'] } }
    expectTypeOf<Playable<Aimless>>().toEqualTypeOf<"player 'a' has no objective">()
  })
})

describe('pretrain', () => {
  const gan = minimax(value, { max: ['D'], min: ['G'] })
  type Label = { readonly label: Plane }
  type Head = Net<NetFunction<Plane, Value<[3], Real>>>

  it('keeps the game, and adds the nets and data of an objective of its own', () => {
    expectTypeOf(pretrain(gan, 'max', { steps: 5 })).toEqualTypeOf<typeof gan>()
    const classifier = {} as Objective<{ readonly D: Score; readonly head: Head }, Label>
    const prepared = pretrain(gan, 'max', { steps: 5, maximize: classifier })
    expectTypeOf<keyof (typeof prepared)['nets']>().toEqualTypeOf<'D' | 'G' | 'head'>()
    expectTypeOf<keyof (typeof prepared)['data']>().toEqualTypeOf<'x' | 'label'>()
  })
})
