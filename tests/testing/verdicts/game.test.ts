/** The laws of games: a GAN passes, and a game whose frozen net learns is caught. */
import * as g from 'giry'
import { check, laws } from 'giry/testing'
import { describe, expect, it } from 'vitest'

const D = g.mlp(g.real(2), [8], g.real())
const fake = g.pipe(
  g.Do,
  g.nets({ G: g.mlp(g.real(2), [8], g.real(2)) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, G }) => g.push(G(z))),
)
const value = g.plus(
  g.expect(g.empirical({ x: g.real(2) }), { D }, ({ x, D }) => g.logSigmoid(D(x))),
  g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(g.neg(D(x)))),
)
const gan = g.minimax(value, { max: ['D'], min: ['G'] })
const data = {
  x: [
    [0, 1],
    [1, 2],
    [3, -1],
    [0.5, 0.2],
  ],
}

describe('the laws of games', () => {
  it('hold for a zero-sum game', async () => {
    const verdicts = await check(laws.game(gan, data))
    expect(new Set(verdicts.map((v) => v.law))).toEqual(
      new Set([
        'each net has one owner',
        'payoffs add up to 0',
        'frozen nets hold still',
        'compiled = eager',
      ]),
    )
  })

  it('hold for a game of two objectives, which is not zero-sum', async () => {
    const saturating = g.game({
      D: { owns: ['D'], maximize: value },
      G: { owns: ['G'], maximize: g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(D(x))) },
    })
    const verdicts = await check(laws.game(saturating, data))
    expect(verdicts.map((v) => v.law)).not.toContain('payoffs add up to 0')
  })

  it('catch a frozen net that learns, and say by how much it moves', async () => {
    const greedy = {
      ...gan,
      players: gan.players.map((p) => (p.name === 'min' ? { ...p, owns: ['G', 'D'] } : p)),
    }
    const failed = (await laws.game(greedy, data)).filter((v) => !v.holds)
    expect(failed.map((v) => v.law)).toEqual(
      expect.arrayContaining(['each net has one owner', 'frozen nets hold still']),
    )
    expect(failed.map((v) => v.sentence)).toContain("'D' is owned by 'max' and 'min'")
    expect(failed.find((v) => v.law === 'frozen nets hold still')?.sentence).toMatch(
      /^while 'm\w+' is frozen and 'm\w+' makes 2 steps, its net 'D' moves by 0\.0\d+$/,
    )
  })

  it('catch payoffs that do not add up', async () => {
    let calls = 0
    const drifting = { ...value, evaluate: (env: never) => g.add(value.evaluate(env), ++calls) as never }
    const failed = (
      await laws.game(g.minimax(drifting as unknown as typeof value, { max: ['D'], min: ['G'] }), data)
    ).filter((v) => !v.holds)
    expect(failed.find((v) => v.law === 'payoffs add up to 0')?.sentence).toContain('add up to -1,')
  })
})
