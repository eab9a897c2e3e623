import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { real } from '../../src/dsl/domain.js'
import { GiryException } from '../../src/dsl/error.js'
import { freeze, game, maximize, minimax, minimize } from '../../src/dsl/game.js'
import { payoff } from '../../src/dsl/games/player.js'
import { mlp } from '../../src/dsl/nets/dense.js'
import type { AnyObjective, Environment, Objective } from '../../src/dsl/objective.js'
import * as space from '../../src/dsl/space.js'
import { makeValue, toTypedArray } from '../../src/dsl/value.js'

const plane = space.real(2)
const D = mlp(plane, [3], space.real())
const G = mlp(plane, [3], plane)

const objective = <T, D>(nets: T, data: D, result = 1.5): Objective<T, D> => ({
  tag: 'objective',
  description: 'V',
  nets,
  data,
  evaluate: () => makeValue(tf.scalar(result), [], real),
})

const value = objective({ D, G }, { x: plane })
const env = {} as Environment
const evaluated = (o: AnyObjective): number => toTypedArray(o.evaluate(env))[0] as number

const messages = (build: () => unknown): readonly string[] => {
  try {
    build()
  } catch (e) {
    if (e instanceof GiryException) return e.errors.map((x) => x.message)
    throw e
  }
  return []
}

describe('maximize', () => {
  it('has one player who owns every net', () => {
    const g = maximize(value)
    expect(g.players).toMatchObject([{ name: 'max', owns: ['D', 'G'], sense: 'max', steps: 1 }])
    expect(g.nets).toEqual({ D, G })
    expect(g.data).toEqual({ x: plane })
  })
})

describe('minimize', () => {
  it('has one player who owns every net', () => {
    const g = minimize(value)
    expect(g.players).toMatchObject([{ name: 'min', owns: ['D', 'G'], sense: 'min', steps: 1 }])
    expect(evaluated(payoff(g.players[0] as never))).toBe(-1.5)
  })
})

describe('freeze', () => {
  it('holds players still', () => {
    const g = freeze(minimax(value, { max: ['D'], min: ['G'] }), ['min'])
    expect(g.players.map((p) => p.steps)).toEqual([1, 0])
  })

  it('refuses a name that is no player', () => {
    expect(() => freeze(minimax(value, { max: ['D'], min: ['G'] }), ['G'])).toThrow(
      "'G' is no player of this game\n  → its players are max, min",
    )
  })
})

describe('minimax', () => {
  it('lets max move first, one step each', () => {
    const g = minimax(value, { max: ['D'], min: ['G'] })
    expect(g.players).toMatchObject([
      { name: 'max', owns: ['D'], sense: 'max', steps: 1 },
      { name: 'min', owns: ['G'], sense: 'min', steps: 1 },
    ])
    expect(Object.keys(g.nets)).toEqual(['D', 'G'])
  })

  it('moves max first whatever the order of the fields', () => {
    expect(minimax(value, { min: ['G'], max: ['D'] }).players.map((p) => p.name)).toEqual(['max', 'min'])
  })

  it('takes steps for each side', () => {
    const g = minimax(value, { max: ['D'], min: ['G'], steps: { max: 5 } })
    expect(g.players.map((p) => p.steps)).toEqual([5, 1])
  })

  it('has payoffs that sum to zero', () => {
    const payoffs = minimax(value, { max: ['D'], min: ['G'] }).players.map((p) => evaluated(payoff(p)))
    expect(payoffs).toEqual([1.5, -1.5])
  })

  it('names every fault, in the compiler’s words', () => {
    const sides = { max: ['D', 'H'] as string[], min: ['D'] as string[], steps: { min: 0 } }
    expect(messages(() => minimax(value, sides))).toEqual([
      "two players own 'D'",
      "no player owns 'G'",
      "'H' is no net of this game",
      "steps of 'min' must be a whole number >= 1, but 0 was given",
    ])
  })

  it('names the remedy', () => {
    const sides = { max: ['D'] as string[], min: [] as string[] }
    expect(() => minimax(value, sides)).toThrow(
      "no player owns 'G'\n  → add 'G' to the nets of 'max' or 'min'",
    )
  })
})

describe('game', () => {
  const score = objective({ D }, { y: space.real() }, 2)

  it('joins the nets and data of the objectives, in the order of the players', () => {
    const g = game({
      critic: { owns: ['D'], maximize: score, steps: 3 },
      generator: { owns: ['G'], minimize: value },
    })
    expect(g.players.map(({ name, sense, steps }) => [name, sense, steps])).toEqual([
      ['critic', 'max', 3],
      ['generator', 'min', 1],
    ])
    expect(new Set(Object.keys(g.nets))).toEqual(new Set(['D', 'G']))
    expect(new Set(Object.keys(g.data))).toEqual(new Set(['x', 'y']))
    expect(g.players.map((p) => evaluated(payoff(p)))).toEqual([2, -1.5])
  })

  it('names every fault', () => {
    const players = {
      a: { maximize: score, owns: ['D'] as string[], steps: 0.5 },
      b: { maximize: value, owns: ['D', 'H'] as string[] },
    }
    expect(messages(() => game(players))).toEqual([
      "two players own 'D'",
      "no player owns 'G'",
      "'H' is no net of this game",
      "steps of 'a' must be a whole number >= 1, but 0.5 was given",
    ])
  })

  it('refuses objectives that use one name for two nets', () => {
    const other = objective({ D: mlp(plane, [3], space.real()) }, {})
    expect(
      messages(() => game({ a: { maximize: value, owns: ['G'] }, b: { maximize: other, owns: ['D'] } })),
    ).toEqual(["two objectives use the name 'D' for different nets"])
  })

  it('refuses a net that its owner does not use, for it would never move', () => {
    const players = { a: { owns: ['G'], maximize: score }, b: { owns: ['D'], maximize: value } }
    expect(messages(() => game(players as never))).toEqual([
      "player 'a' owns 'G', which its objective does not use",
    ])
    expect(() => game(players as never)).toThrow("leave 'G' to 'b'")
  })

  it('refuses a key that no player has', () => {
    const players = { a: { owns: ['D', 'G'], maximize: value, step: 5 } }
    expect(messages(() => game(players as never))).toEqual(["player 'a' has no option 'step'"])
  })

  it('refuses a player without an objective, and one with two', () => {
    const players = { a: { owns: ['D'] }, b: { owns: ['G'], maximize: value, minimize: value } }
    expect(messages(() => game(players as never))).toEqual([
      "player 'a' has no objective",
      "player 'b' both maximizes and minimizes",
    ])
  })

  it('refuses no players', () => {
    expect(messages(() => game({}))).toEqual(['a game has at least one player'])
  })
})
