import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { playersOf, soloPlayer, type Trainable } from '../../src/inference/players.js'

const Z = g.real(2)
const D = g.mlp(Z, [3], g.real())
const fake = g.pipe(
  g.Do,
  g.nets({ G: g.dense(Z, Z) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, G }) => g.push(G(z))),
)
const value = g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(D(x)))

describe('playersOf', () => {
  it('gives an objective one player, who owns every net and maximizes', () => {
    const players = playersOf(value as unknown as AnyObjective)
    expect(players).toHaveLength(1)
    expect(players[0]).toMatchObject({ name: soloPlayer, sense: 'max', steps: 1, objective: value })
    expect([...(players[0]?.owns ?? [])].sort()).toEqual(['D', 'G'])
  })

  it('gives a game its own players, in the order of their moves', () => {
    const gan = g.minimax(value, { max: ['D'], min: ['G'] })
    const players = playersOf(gan as unknown as Trainable)
    expect(players.map((p) => [p.name, p.sense, [...p.owns]])).toEqual([
      ['max', 'max', ['D']],
      ['min', 'min', ['G']],
    ])
  })
})
