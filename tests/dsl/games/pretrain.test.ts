import { either as E } from 'fp-ts'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'

const X = g.real(2)
const D = g.mlp(X, [8], g.real(4))
const head = g.dense(g.real(4), g.real(2))
const score = g.dense(g.real(4), g.real())
const fake = g.pipe(
  g.Do,
  g.nets({ G: g.dense(X, X) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, G }) => g.push(G(z))),
)
const { critic, generator } = g.adversarial(
  g.contest({
    real: g.empirical({ x: X }),
    fake,
    nets: { D, score },
    score: ({ x, D, score }) => score(D(x)),
  }),
  g.payoffs.nonSaturating,
)
const gan = g.game({
  D: { owns: ['D', 'score'], maximize: critic },
  G: { owns: ['G'], maximize: generator },
})
/** The seed's first step: the discriminator's body as a classifier of labelled data. */
const classification = g.expect(
  g.empirical({ x: X, label: g.category(2) }),
  { D, head },
  ({ x, label, D, head }) => g.categorical({ logits: head(D(x)) }).logProb(label),
)
const x = Array.from({ length: 64 }, (_, i) => [Math.cos(i), Math.sin(i)])
const label = x.map(([a]) => ((a as number) > 0 ? 1 : 0))

const messages = (build: () => unknown): readonly string[] => {
  try {
    build()
  } catch (e) {
    if (e instanceof g.GiryException) return e.errors.map((x) => x.message)
    throw e
  }
  return []
}

describe('pretrain', () => {
  const prepared = g.pretrain(gan, 'D', { steps: 200, maximize: classification })

  it('adds the nets and columns that only it uses, and gives the nets to its player', () => {
    expect(new Set(Object.keys(prepared.nets))).toEqual(new Set(['D', 'score', 'G', 'head']))
    expect(new Set(Object.keys(prepared.data))).toEqual(new Set(['x', 'label']))
    expect(prepared.players.map((p) => p.owns)).toEqual([['D', 'score', 'head'], ['G']])
    expect(prepared.players.map((p) => p.objective)).toEqual([critic, generator])
  })

  it('refuses to maximize what lies above what it bounds', () => {
    const upper = { ...classification, upper: true as const }
    expect(messages(() => g.pretrain(gan, 'D', { steps: 1, maximize: upper }))).toEqual([
      "player 'D' maximizes an upper bound, which lies above what it bounds",
    ])
    expect(messages(() => g.pretrain(gan, 'D', { steps: 1, minimize: upper }))).toEqual([])
  })

  it('trains the player before the game, the others frozen, and tells of it', async () => {
    const events: string[] = []
    const options = {
      data: { x, label },
      optimizer: g.adam(0.01),
      batch: 64,
      seed: 3,
      runtime: 'cpu',
    } as const
    const fit = await g.orThrow(
      g.fit(prepared, { ...options, steps: 1, onEvent: (e) => void events.push(e.type) }),
    )
    expect(fit.pretraining).toHaveLength(200)
    expect(fit.history).toHaveLength(1)
    expect(events.filter((e) => e === 'pretrain')).toHaveLength(200)
    expect(events.filter((e) => e === 'start')).toHaveLength(1)
    const [first, last] = [fit.pretraining?.[0], fit.pretraining?.at(-1)]
    expect(Object.keys(first?.values ?? {})).toEqual(['D'])
    // The half planes are told apart: nearly no information about the label is missing.
    expect(first?.values.D).toBeLessThan(-0.5)
    expect(last?.values.D).toBeGreaterThan(-0.15)
    // The generator has moved once, by Adam: by its rate at most.
    const start = g.init(prepared, 3)
    const moved = fit.params.G.kernel?.data.map((w, i) => Math.abs(w - (start.G.kernel?.data[i] as number)))
    expect(Math.max(...(moved ?? []))).toBeLessThanOrEqual(0.0101)
  })

  it('uses the objective of the game where none is given, and runs phases in order', async () => {
    const twice = g.pretrain(g.pretrain(gan, 'D', { steps: 2 }), 'G', { steps: 3 })
    const fit = await g.orThrow(
      g.fit(twice, { data: { x }, optimizer: g.adam(0.01), steps: 1, batch: 32, runtime: 'cpu' }),
    )
    expect(fit.pretraining?.map((h) => Object.keys(h.values)[0])).toEqual(['D', 'D', 'G', 'G', 'G'])
  })

  it('says in an error that it is in a phase, and passes on what there is to say', async () => {
    const wild = g.pretrain(gan, 'D', { steps: 9, maximize: g.scale(1e30, classification) })
    const failed = await g.fit(wild, {
      data: { x, label },
      optimizer: g.sgd(1e10),
      steps: 1,
      batch: 64,
      runtime: 'cpu',
    })()
    expect(E.isLeft(failed) && failed.left[0]?.message).toMatch(/^pretraining of 'D': step 1, player 'D': /)
    // What computes with numbers of its own cannot be compiled, and says so.
    let calls = 0
    const counting = {
      ...classification,
      evaluate: (e: Parameters<typeof classification.evaluate>[0]) =>
        g.scale(++calls, classification).evaluate(e),
    }
    const notices: string[] = []
    await g.orThrow(
      g.fit(g.pretrain(gan, 'D', { steps: 1, maximize: counting }), {
        data: { x, label },
        optimizer: g.adam(0.01),
        steps: 1,
        onEvent: (e) => (e.type === 'notice' ? void notices.push(e.message) : undefined),
      }),
    )
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatch(/^pretraining of 'D': .*numbers of its own/)
  })

  it('refuses what cannot be', () => {
    expect(messages(() => g.pretrain(gan, 'D', {} as never))).toEqual([
      "steps of 'D' must be a whole number >= 1, but NaN was given",
    ])
    expect(messages(() => g.pretrain(gan, 'E', { steps: 0 }))).toEqual([
      "'E' is no player of this game",
      "steps of 'E' must be a whole number >= 1, but 0 was given",
    ])
    expect(messages(() => g.pretrain(gan, 'G', { steps: 1, maximize: classification }))).toEqual([
      "the objective of the pretraining has no net of player 'G'",
    ])
    const other = g.expect(g.empirical({ x: X }), { D: g.mlp(X, [8], g.real(4)) }, ({ x, D }) => g.sum(D(x)))
    expect(messages(() => g.pretrain(gan, 'D', { steps: 1, maximize: other as never }))).toEqual([
      "two objectives use the name 'D' for different nets",
    ])
  })
})
