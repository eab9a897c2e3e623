import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { freeze } from '../../../src/dsl/game.js'
import { adversarial, payoffs } from '../../../src/inference/adversarial.js'
import { diagnose } from '../../../src/inference/diagnostics/diagnose.js'
import type { Verdict } from '../../../src/inference/diagnostics/judge.js'
import { verdict } from '../../../src/inference/diagnostics/verdict.js'
import { gaussianDraws, refused, ringCenters, ringDraws } from './draws.js'

const X = g.real(2)
const scale = 0.05
const train = ringDraws(1, 600)
const heldOut = ringDraws(2, 600)
const modes = { centers: ringCenters, scale }
const quick = { hidden: [32], permutations: 199, threads: 1, seed: 1 } as const
const training = { optimizer: g.adam(1e-2), batch: 64, threads: 1, seed: 1 } as const

/** x = W z + b: what it draws is chosen by its parameters. */
const fake = g.pipe(
  g.Do,
  g.nets({ G: g.dense(X, X) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, G }) => g.push(G(z))),
)
const affine = (size: number, loc: readonly [number, number]): g.NetParams => ({
  kernel: { shape: [2, 2], data: Float32Array.of(size, 0, 0, size) },
  bias: { shape: [2], data: Float32Array.from(loc) },
})

type Critic = ReturnType<typeof mlp>
const mlp = () => g.mlp(X, [32, 32], g.real())

const duel = (D: Critic) => {
  const real = g.empirical({ x: X })
  const { critic, generator, accuracy } = adversarial(
    { real, fake, nets: { D }, score: ({ x, D }) => D(x) },
    payoffs.nonSaturating,
  )
  const game = g.game({ D: { owns: ['D'], maximize: critic }, G: { owns: ['G'], maximize: generator } })
  return { game, critic, accuracy }
}

/** Trains D for some steps against a generator that holds still. */
const against = async (G: g.NetParams, data: number[][], D: Critic = mlp(), steps = 300) => {
  const { game, ...objectives } = duel(D)
  const params = { D: g.init({ nets: { D } }, 1).D, G }
  const options = { ...training, data: { x: data }, params, steps }
  return { fit: await g.orThrow(g.fit(freeze(game, ['G']), options)), ...objectives }
}

const names = (v: Verdict) => v.sentences.map((f) => f.finding)

describe('verdict', () => {
  it('balanced: the generator is right, and D is at chance', async () => {
    const [data, fresh] = [gaussianDraws(1, 2000, 2), gaussianDraws(2, 2000, 2)]
    const { fit, accuracy } = await against(affine(1, [0, 0]), data, g.dense(X, g.real()) as never)
    const v = await g.orThrow(verdict(fit, { ...quick, fake, data, heldOut: fresh, accuracy, n: 2000 }))
    expect(names(v)).toEqual(['balanced', 'distance'])
    expect(v.severity).toBe('good')
    expect(String(v)).toMatch(/^D is at chance \(0\.\d\d\) and so is a fresh critic \(AUC 0\.\d\d ± 0\.01\)/)
  })

  it('weakDiscriminator: a linear D cannot tell a ring from a Gaussian, a fresh critic can', async () => {
    const linear = () => g.dense(X, g.real()) as never as Critic
    const still = await against(affine(0.7, [0, 0]), train, linear())
    const at = { ...quick, fake, data: train, heldOut }
    const v = await g.orThrow(verdict(still.fit, { ...at, accuracy: still.accuracy }))
    expect(names(v)).toContain('weakDiscriminator')
    expect(v.severity).toBe('bad')
    expect(String(v)).toMatch(
      /D is at chance \(0\.\d\d\), but a fresh critic reaches AUC 0\.[89]\d: D is too weak/,
    )
    // Where both play, G runs away from what a linear D sees, and fools it.
    const D = linear()
    const { game, accuracy } = duel(D)
    const params = { D: g.init({ nets: { D } }, 1).D, G: affine(0.7, [0, 0]) }
    const fit = await g.orThrow(g.fit(game, { ...training, data: { x: train }, params, steps: 100 }))
    expect(String(await g.orThrow(verdict(fit, { ...at, accuracy })))).toMatch(
      /D is fooled \(right in 0\.\d\d of the cases\), but a fresh critic reaches AUC 0\.9\d/,
    )
  })

  it('modeCollapse: all samples on one mode, known or not', async () => {
    const { fit, accuracy } = await against(affine(scale, [1, 0]), train)
    const at = { ...quick, fake, data: train, heldOut, accuracy }
    const v = await g.orThrow(verdict(fit, { ...at, modes }))
    expect(names(v).slice(0, 1)).toEqual(['modeCollapse'])
    expect(String(v)).toContain('600 samples cover 1 of 8 modes (reverse KL 2.08 nats)')
    const unknown = await g.orThrow(verdict(fit, at))
    expect(names(unknown)).toContain('modeCollapse')
    expect(String(unknown)).toContain('G leaves out part of the data')
    expect(names(unknown)).not.toContain('memorization')
  })

  it('discriminatorWins: fakes far away, and D sees it', async () => {
    const { fit, accuracy } = await against(affine(0.1, [3, 3]), train)
    const v = await g.orThrow(verdict(fit, { ...quick, fake, data: train, heldOut, accuracy }))
    expect(names(v)).toEqual(expect.arrayContaining(['undertrained', 'discriminatorWins']))
    expect(v.sentences.find((f) => f.finding === 'discriminatorWins')?.numbers.accuracy).toBeGreaterThan(0.99)
  })

  it('memorization: a generator that draws training data at random', async () => {
    const n = train.length
    const table = Float32Array.from(train.flat())
    const parrot = g.pipe(
      g.Do,
      g.nets({
        G: g.parameter(g.real(n, 2), { start: { kind: 'given', data: table } }),
        W: g.parameter(g.real(n), { start: { kind: 'constant', value: 0 } }),
      }),
      g.bind('i', ({ W }) => g.categorical({ logits: W() })),
      g.bind('x', ({ i, G }) => g.push(g.gather(G(), i))),
    )
    const D = mlp()
    const { critic, accuracy } = adversarial(
      { real: g.empirical({ x: X }), fake: parrot, nets: { D }, score: ({ x, D }) => D(x) },
      payoffs.nonSaturating,
    )
    const game = g.minimax(critic, { max: ['D'], min: ['G', 'W'] })
    const fit = await g.orThrow(
      g.fit(freeze(game, ['min']), { ...training, optimizer: g.adam(1e-3), data: { x: train }, steps: 100 }),
    )
    const v = await g.orThrow(
      verdict(fit, { ...quick, fake: parrot, data: train, heldOut, accuracy, n: 500 }),
    )
    expect(names(v)[0]).toBe('memorization')
    expect(v.sentences[0]?.sentence).toMatch(/^100% of the fakes are copies of training data or nearly so/)
    expect(names(v)).not.toContain('balanced')
  })

  it('says what it does not know, and that training data are no held-out data', async () => {
    const { fit } = await against(affine(scale, [1, 0]), train, mlp(), 5)
    const v = await g.orThrow(verdict(fit, { ...quick, fake, data: g.dataset({ x: X }, { x: train }) }))
    expect(v.sentences.filter((f) => f.finding === 'unknown')).toHaveLength(2)
    expect(v.diagnosis.memorization).toBeUndefined()
    expect(v.diagnosis.manifold?.reference).toBeUndefined()
  })

  it('diverging: a Wasserstein critic that nothing holds back', async () => {
    const D = mlp()
    const { critic, generator, accuracy } = adversarial(
      { real: g.empirical({ x: X }), fake, nets: { D }, score: ({ x, D }) => D(x) },
      payoffs.wasserstein,
    )
    const game = g.game({ D: { owns: ['D'], maximize: critic }, G: { owns: ['G'], maximize: generator } })
    const fit = await g.orThrow(g.fit(game, { ...training, data: { x: train }, steps: 200 }))
    const v = await g.orThrow(verdict(fit, { ...quick, fake, data: train, heldOut, accuracy }))
    expect(names(v)[0]).toBe('diverging')
    expect(names(v)).toContain('undertrained')
  })

  it('judges conditional generators: one fake for each given label, columns of a data set by name', async () => {
    const Y = g.category(2)
    const conditional = g.pipe(
      g.given({ y: Y }),
      g.nets({
        G: g.parameter(g.real(2, 2), { start: { kind: 'given', data: Float32Array.of(0, 0, 5, 5) } }),
      }),
      g.bind('z', () => g.standardNormal(2)),
      g.bind('x', ({ y, z, G }) => g.push(g.add(g.gather(G(), y), z))),
    )
    const D = g.dense(X, g.real())
    const { accuracy } = adversarial(
      { real: g.empirical({ x: X, y: Y }), fake: conditional, nets: { D }, score: ({ x, D }) => D(x) },
      payoffs.nonSaturating,
    )
    const labels = Array.from({ length: 1000 }, (_, i) => i % 2)
    const drawn = (seed: number) => {
      const x = gaussianDraws(seed, 1000, 2).map((row, i) => row.map((v) => v + 5 * (i % 2)))
      return g.dataset({ x: X, y: Y }, { x, y: labels })
    }
    const { fit } = await against(affine(1, [0, 0]), train, mlp(), 1)
    const zero = {
      kernel: { shape: [2, 1], data: new Float32Array(2) },
      bias: { shape: [1], data: new Float32Array(1) },
    }
    const start = { ...fit, params: { ...g.init(conditional, 1), D: zero } }
    const [data, heldOut] = [drawn(1), drawn(2)]
    const v = await g.orThrow(
      verdict(start, { ...quick, fake: conditional, given: { y: labels }, data, heldOut, accuracy }),
    )
    expect(v.diagnosis.c2st?.n).toBe(500)
    expect(v.diagnosis.manifold).toMatchObject({ n: 1000, m: 1000 })
    expect(v.severity).toBe('good')
    expect(String(v)).toContain('whether a fake fits its input is not known')
    const [error] = await refused(
      verdict(start, {
        ...quick,
        fake: conditional,
        given: { y: labels },
        data: gaussianDraws(1, 50, 2),
        accuracy,
      }),
    )
    expect(error?.message).toBe("an objective takes the columns y, x, but 'data' is one list of samples")
  })

  it('measures in feature space, with worst-case opponents, and gives one result for one seed', async () => {
    const D = mlp()
    const { fit, accuracy, critic } = await against(affine(0.7, [0, 0]), train, D, 20)
    const value = g.minimax(critic, { max: ['D'], min: ['G'] })
    const at = () =>
      g.orThrow(
        diagnose(fit, {
          ...quick,
          fake,
          data: train,
          heldOut,
          accuracy,
          n: 100,
          features: (p) => [...p.data].filter((_, i) => i % 2 === 0),
          gap: { game: value, steps: 30, optimizer: g.adam(1e-2), seed: 1, threads: 1 },
        }),
      )
    const first = await at()
    expect(first.frechet?.size).toBe(1)
    expect(first.dualityGap?.maxGain).toBeGreaterThan(0)
    expect(Object.keys(first.training?.players ?? {})).toContain('D')
    const before = tf.memory().numTensors
    expect(await at()).toEqual(first)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses a missing site, other columns, and parameters that were not kept', async () => {
    const { fit } = await against(affine(1, [0, 0]), train, mlp(), 1)
    const at = { ...quick, fake, data: train, heldOut }
    const messages = async (setting: object) =>
      (await refused(verdict(fit, { ...at, ...setting }))).map((e) => e.message)
    expect(await messages({ site: 'y' })).toEqual(["the generator has no site 'y'"])
    expect(await messages({ averaged: true })).toEqual(['the fit has no moving average of the parameters'])
    expect(await messages({ heldOut: [[1]] })).toEqual([
      "a datum of 'real' has 1 numbers, but one of 'fake' has 2",
    ])
    expect(await messages({ n: 0 })).toEqual(['n must be a whole number >= 1, but 0 was given'])
    const diverged = { ...fit, params: { ...fit.params, G: affine(Number.NaN, [0, 0]) } }
    const [error] = await refused(verdict(diverged, at))
    expect(error?.message).toContain("'fake' has the entry NaN at datum 0")
    expect(error?.remedy).toContain('diverged')
  })
})
