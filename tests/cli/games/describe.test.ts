import { describe, expect, it } from 'vitest'
import { fakeOf, payoffOf, playersText } from '../../../src/cli/games/describe.js'
import { payoffs } from '../../../src/inference/adversarial.js'
import { gameFamilies } from '../../../src/models/registry.js'

const built = (family: string, options: object = {}) => {
  const of = gameFamilies[family]
  if (of === undefined) throw new Error(`there is no family ${family}`)
  return of.build(
    { size: 2, domain: 'Real', classes: 8 },
    { ...(of.defaults as object), hidden: [4], ...options },
  )
}

describe('a game in words', () => {
  it('has a formula and a remark for every payoff of a GAN', () => {
    for (const payoff of Object.keys(payoffs)) {
      const lines = playersText(built('gan', { payoff }), 'gan', { payoff }).split('\n')
      expect(lines).toHaveLength(3)
      expect(lines[0]).toMatch(/^D \(owns D\) maximizes .*E_data\[.*E_z\[.* − ½ γ E_data\[\|∇D\|²\]$/)
      expect(lines[1]).toMatch(/^G \(owns G\) maximizes −?½? ?.*E_z\[/)
    }
  })

  it('says who owns what, and who moves more often', () => {
    expect(playersText(built('wgan-gp'), 'wgan-gp', {})).toContain(
      'D (owns D, 5 moves in a row) maximizes E_data[D(x)]',
    )
    expect(playersText(built('bigan'), 'bigan', {})).toContain('E, G (owns E, G) maximizes')
  })

  it('describes every family', () => {
    for (const family of Object.keys(gameFamilies)) {
      expect(fakeOf(built(family))).toMatch(/^fake: .*z ~ Normal/)
      expect(playersText(built(family), family, {})).toMatch(/owns .* maximizes \S/)
      expect(Object.keys(payoffs)).toContain(payoffOf(family, {}))
    }
  })

  it('has a formula for every player of every family, and no name of an objective', () => {
    for (const family of Object.keys(gameFamilies)) {
      const game = built(family)
      const lines = playersText(game, family, {}).split('\n').slice(0, game.game.players.length)
      for (const line of lines) {
        expect(line).toMatch(/ maximizes .*E_(data|z|q|prior)\[/)
        expect(line).not.toMatch(/E\[f\]|critic|generator/)
      }
    }
  })
})
