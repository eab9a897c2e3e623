import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'

const Z = g.real(2)
const X = g.binary(4)
const p = g.pipe(
  g.Do,
  g.nets({ decode: g.mlp(Z, [8], g.real(4)) }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
)
const q = g.pipe(
  g.given({ x: X }),
  g.nets({ encode: g.gaussian(X, [8], Z) }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)
const bound = g.elbo(p, q)
const rows = Array.from({ length: 50 }, (_, i) => [0, 1, 2, 3].map((j) => Number((i + j) % 3 === 0)))
const data = { x: rows }
const base = { data, optimizer: g.adam(1e-2), batch: 16, seed: 1 } as const
const flat = (params: g.Params<unknown>) =>
  Object.values(params as Record<string, g.NetParams>).flatMap((net) =>
    Object.values(net).flatMap((a) => [...a.data]),
  )
// The types are defeated on purpose where bad input is tested.
const untyped = g.fit as unknown as (o: unknown, options: unknown) => ReturnType<typeof g.fit>
const refusals = async (options: unknown): Promise<readonly string[]> => {
  const result = await untyped(bound, options)()
  return E.isLeft(result) ? result.left.map((e) => e.message) : []
}

describe('fit', () => {
  it('climbs: the held-out bound of structured data grows', async () => {
    const fit = await g.orThrow(g.fit(bound, { ...base, heldOut: data, epochs: 40 }))
    const first = fit.history.find((h) => h.heldOut !== undefined)?.heldOut as number
    expect(fit.diagnostics.heldOut).toBeGreaterThan(first + 0.3)
    expect(fit.diagnostics).toMatchObject({
      steps: 160,
      epochs: 40,
      stopped: 'finished',
      runtime: 'onnx-node',
      seed: 1,
    })
  })

  it('is repeatable bit for bit from one seed, and differs from another', async () => {
    const run = (seed: number) => g.orThrow(g.fit(bound, { ...base, steps: 30, seed }))
    const [a, b, c] = [await run(3), await run(3), await run(4)]
    expect(flat(a.params)).toEqual(flat(b.params))
    expect(a.history.map((h) => h.values)).toEqual(b.history.map((h) => h.values))
    expect(flat(a.params)).not.toEqual(flat(c.params))
  })

  it('gives the same numbers on cpu and wasm up to float32 rounding', async () => {
    const on = (runtime: 'cpu' | 'wasm') => g.orThrow(g.fit(bound, { ...base, steps: 5, runtime }))
    const [cpu, wasm] = [flat((await on('cpu')).params), flat((await on('wasm')).params)]
    cpu.forEach((x, i) => {
      expect(Math.abs(x - (wasm[i] as number))).toBeLessThan(1e-4)
    })
  })

  it('leaks no tensor over 1,000 steps', async () => {
    await g.orThrow(g.fit(bound, { ...base, steps: 1 }))
    const before = tf.memory().numTensors
    const counts: number[] = []
    const onEvent = (e: g.FitEvent) =>
      void (e.type === 'step' && e.step % 250 === 0 && counts.push(tf.memory().numTensors))
    await g.orThrow(g.fit(bound, { ...base, steps: 1000, onEvent }))
    expect(tf.memory().numTensors).toBe(before)
    expect(new Set(counts).size).toBe(1)
  })

  it('goes on from given params', async () => {
    const first = await g.orThrow(g.fit(bound, { ...base, steps: 20 }))
    const more = await g.orThrow(g.fit(bound, { ...base, steps: 1, params: first.params }))
    const fresh = await g.orThrow(g.fit(bound, { ...base, steps: 1 }))
    const start = (f: g.Fit) => f.history[0]?.values.objective as number
    expect(start(more)).toBeGreaterThan(start(fresh))
    expect(flat(first.params)).not.toEqual(flat(more.params))
  })

  it('keeps what it has when it is aborted', async () => {
    const controller = new AbortController()
    const onEvent = (e: g.FitEvent) => void (e.type === 'step' && e.step === 7 && controller.abort())
    const fit = await g.orThrow(g.fit(bound, { ...base, steps: 1000, onEvent, signal: controller.signal }))
    expect(fit.diagnostics).toMatchObject({ steps: 7, stopped: 'aborted' })
    const seven = await g.orThrow(g.fit(bound, { ...base, steps: 7 }))
    expect(flat(fit.params)).toEqual(flat(seven.params))
  })

  it('stops at the first NaN with the site, the term and the last good parameters', async () => {
    const steep = g.pipe(
      g.given({ x: g.real() }),
      g.nets({ m: g.parameter(g.real(), { start: { kind: 'constant', value: 80 } }) }),
      g.bind('z', ({ m }) => g.normal({ loc: 0, scale: g.exp(g.square(m())) })),
    )
    const model = g.pipe(
      g.Do,
      g.bind('z', () => g.standardNormal()),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
    )
    const result = await g.fit(g.elbo(model, steep), { data: { x: [1, 2] }, optimizer: g.sgd(1), steps: 5 })()
    expect(E.isLeft(result)).toBe(true)
    if (E.isLeft(result)) {
      const [error] = result.left
      expect(error).toMatchObject({ tag: 'nonFinite', where: 'z', details: { step: 1, site: 'z' } })
      expect(error?.message).toMatch(
        /^step 1: the term KL\(q\(z\) ‖ p\(z\)\) at site 'z' is (-?Infinity|NaN)$/,
      )
      expect((error?.details?.params as g.Params<{ m: unknown }> | undefined)?.m.value?.data[0]).toBe(80)
    }
  })

  it('keeps an exponential moving average of the parameters', async () => {
    const fit = await g.orThrow(g.fit(bound, { ...base, optimizer: g.ema(0.5, g.sgd(0.1)), steps: 2 }))
    const one = await g.orThrow(g.fit(bound, { ...base, optimizer: g.sgd(0.1), steps: 1 }))
    const start = flat(g.init(bound, 1))
    const [after1, after2, averaged] = [
      flat(one.params),
      flat(fit.params),
      flat(fit.averaged as g.Params<unknown>),
    ]
    averaged.forEach((a, i) => {
      const expected =
        0.5 * (0.5 * (start[i] as number) + 0.5 * (after1[i] as number)) + 0.5 * (after2[i] as number)
      expect(a).toBeCloseTo(expected, 5)
    })
  })

  it('writes checkpoints and emits events in order', async () => {
    const steps: number[] = []
    const types: string[] = []
    const write = (fit: g.Fit) => void steps.push(fit.diagnostics.steps)
    const onEvent = (e: g.FitEvent) => void types.push(e.type)
    await g.orThrow(g.fit(bound, { ...base, epochs: 2, checkpoint: { every: 3, write }, onEvent }))
    expect(steps).toEqual([3, 6])
    expect(types).toEqual([
      'start',
      ...Array(4).fill('step'),
      'epoch',
      ...Array(4).fill('step'),
      'epoch',
      'end',
    ])
  })

  it('trains a game: each player moves its own nets', async () => {
    const D = g.mlp(g.real(2), [8], g.real())
    const fake = g.pipe(
      g.Do,
      g.nets({ G: g.mlp(Z, [8], g.real(2)) }),
      g.bind('z', () => g.standardNormal(2)),
      g.bind('x', ({ z, G }) => g.push(G(z))),
    )
    const value = g.plus(
      g.expect(g.empirical({ x: g.real(2) }), { D }, ({ x, D }) => g.logSigmoid(D(x))),
      g.expect(fake, { D }, ({ x, D }) => g.logSigmoid(g.neg(D(x)))),
    )
    const gan = g.minimax(value, { max: ['D'], min: ['G'] })
    const points = { x: rows.map((r) => r.slice(0, 2)) }
    const options = { data: points, batch: 16, seed: 2 } as const
    const fit = await g.orThrow(
      g.fit(gan, { ...options, optimizer: { max: g.adam(1e-2), min: g.sgd(1e-12) }, steps: 30 }),
    )
    const start = g.init(gan, 2)
    expect(Object.keys(fit.history[0]?.values ?? {})).toEqual(['max', 'min'])
    // G moves by at most 1e-12 times its gradient.
    flat({ G: fit.params.G }).forEach((x, i) => {
      expect(x).toBeCloseTo(flat({ G: start.G })[i] as number, 9)
    })
    expect(flat({ D: fit.params.D })).not.toEqual(flat({ D: start.D }))
    expect(fit.history.at(-1)?.values.max).toBeGreaterThan(fit.history[0]?.values.max as number)
  })
})

describe('bad input', () => {
  it('is refused with a sentence', async () => {
    expect(await refusals({ ...base, batch: 64, steps: 1 })).toEqual([
      'a batch of 64 was asked for, but the data set has 50 data',
    ])
    expect(await refusals({ ...base })).toEqual(['neither epochs nor steps says how long to train'])
    expect(await refusals({ ...base, data: { x: [] }, steps: 1 })).toEqual(["the column 'x' is empty"])
    expect(await refusals({ ...base, data: undefined, steps: 1 })).toEqual([
      'the objective needs data for x, but undefined was given',
    ])
    expect(await refusals({ ...base, data: { x: [[0, 1, Number.NaN, 0]] }, steps: 1, batch: 1 })).toEqual([
      "column 'x', datum 0, entry [2]: NaN is not a finite number (Binary[4])",
    ])
    expect(await refusals({ ...base, data: { x: [[0, 1, 0]] }, steps: 1 })).toEqual([
      "column 'x', data of shape [1,3] is neither one event of Binary[4] nor a batch of them",
    ])
  })

  it('names the remedy for grey pixels in a Binary space', async () => {
    const result = await untyped(bound, { ...base, data: { x: [[0, 1, 0.5, 0]] }, steps: 1, batch: 1 })()
    expect(result).toMatchObject({
      left: [{ message: "column 'x', datum 0, entry [2]: 0.5 is neither 0 nor 1 (Binary[4])" }],
    })
    expect(E.isLeft(result) && result.left[0]?.remedy).toMatch(/binarize/)
  })

  it('is reported all at once', async () => {
    const errors = await refusals({
      optimizer: undefined,
      data: { x: [[2, 0, 0, 0]] },
      epochs: 0,
      batch: 1.5,
      seed: 0.5,
      runtime: 'gpu',
    })
    expect(errors).toHaveLength(6)
  })
})

describe('nothing is lost', () => {
  it('when a checkpoint or a listener fails', async () => {
    const write = (): void => {
      throw new Error('disk full')
    }
    const result = await g.fit(bound, { ...base, steps: 9, checkpoint: { every: 4, write } })()
    expect(result).toMatchObject({
      left: [
        { message: 'the fit stopped: disk full', remedy: 'the parameters so far are in details.params' },
      ],
    })
    const four = await g.orThrow(g.fit(bound, { ...base, steps: 4 }))
    expect(E.isLeft(result) && flat(result.left[0]?.details?.params as g.Params<unknown>)).toEqual(
      flat(four.params),
    )
  })

  it('and the last good parameters are good: the objective is finite there', async () => {
    const result = await g.fit(bound, { ...base, optimizer: g.sgd(1e30), steps: 9 })()
    expect(result).toMatchObject({ left: [{ tag: 'nonFinite' }] })
    if (E.isLeft(result)) {
      const params = result.left[0]?.details?.params as g.Params<(typeof bound)['nets']>
      expect(await g.orThrow(g.evaluate(bound, { params, data }))).toBeGreaterThan(-100)
    }
  })

  it('and nothing that cannot be trained is begun', async () => {
    const still = g.expect(
      g.pipe(
        g.Do,
        g.bind('z', () => g.standardNormal()),
      ),
      ({ z }) => g.square(z),
    )
    const options = { optimizer: g.adam(1e-3), steps: 1 }
    expect(await untyped(still, options)()).toMatchObject({
      left: [{ message: "'objective' has no parameters to train" }],
    })
    expect(await untyped(undefined, options)()).toMatchObject({
      left: [{ message: 'fit takes an objective or a game, but undefined was given' }],
    })
    const params = JSON.parse(JSON.stringify(g.init(bound, 1)))
    expect(E.isLeft(await untyped(bound, { ...base, steps: 1, params })())).toBe(true)
  })

  it('says that a value outside the support is no matter of the learning rate', async () => {
    const model = g.pipe(
      g.Do,
      g.bind('z', () => g.uniform({ low: 0, high: 1 })),
      g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
    )
    const q = g.pipe(
      g.given({ x: g.real() }),
      g.nets({ k: g.parameter(g.real()) }),
      g.letTo('shift', ({ k }) => k()),
      g.bind('z', () => g.uniform({ low: -9, high: 9 })),
    )
    const result = await g.fit(g.elbo(model, q, { kl: 'sampled' }), {
      data: { x: [1, 2, 3] },
      optimizer: g.sgd(1),
      steps: 5,
    })()
    expect(E.isLeft(result) && result.left[0]?.remedy).toMatch(/^look at the support of site 'z'/)
  })

  it('weighs a shared site by the training data, on held-out data too', async () => {
    const model = g.pipe(
      g.Do,
      g.shared('w', () => g.standardNormal()),
      g.bind('x', ({ w }) => g.normal({ loc: w, scale: 1 })),
    )
    const q = g.pipe(
      g.given({ x: g.real() }),
      g.nets({ m: g.parameter(g.real(), { start: { kind: 'constant', value: 3 } }) }),
      g.shared('w', ({ m }) => g.normal({ loc: m(), scale: 1e-4 })),
    )
    const train = { x: Array.from({ length: 100 }, () => 3) }
    const options = { optimizer: g.sgd(1e-12), epochs: 1, batch: 100, seed: 1 }
    const few = await g.orThrow(g.fit(g.elbo(model, q), { ...options, data: train, heldOut: { x: [3, 3] } }))
    const all = await g.orThrow(g.fit(g.elbo(model, q), { ...options, data: train, heldOut: train }))
    expect(few.diagnostics.heldOut).toBeCloseTo(all.diagnostics.heldOut as number, 3)
  })
})

describe('games', () => {
  const plane = g.real(2)
  const D = g.mlp(plane, [8], g.real())
  const fake = g.pipe(
    g.Do,
    g.nets({ G: g.mlp(Z, [8], plane) }),
    g.bind('z', () => g.standardNormal(2)),
    g.bind('x', ({ z, G }) => g.push(G(z))),
  )
  const duel = g.contest({ real: g.empirical({ x: plane }), fake, nets: { D }, score: ({ x, D }) => D(x) })
  const { critic, generator, accuracy } = g.adversarial(duel, g.payoffs.nonSaturating)
  const gan = g.game({ D: { owns: ['D'], maximize: critic }, G: { owns: ['G'], maximize: generator } })
  const ring = { x: Array.from({ length: 40 }, (_, i) => [Math.cos(i), Math.sin(i)]) }
  const options = { data: ring, optimizer: g.adam(1e-2), batch: 20, seed: 1, runtime: 'cpu' } as const

  it('tells of each player at each step, and of the monitors when they are due', async () => {
    const fit = await g.orThrow(
      g.fit(gan, { ...options, heldOut: ring, steps: 7, monitors: { accuracy }, monitorEvery: 3 }),
    )
    for (const h of fit.history) {
      expect(Object.keys(h.values)).toEqual(['D', 'G'])
      expect(h.gradientNorms?.D).toBeGreaterThan(0)
      expect(h.gradientNorms?.G).toBeGreaterThan(0)
    }
    expect(fit.history.filter((h) => h.monitors !== undefined).map((h) => h.step)).toEqual([3, 6, 7])
    const last = fit.history.at(-1)?.monitors?.accuracy as number
    expect(last).toBeGreaterThanOrEqual(0)
    expect(last).toBeLessThanOrEqual(1)
  })

  it('has the norm of the gradient that the player follows', async () => {
    const step = { ...options, play: 'simultaneous', optimizer: g.sgd(1), steps: 1 } as const
    const fit = await g.orThrow(g.fit(gan, step))
    const start = g.init(gan, 1)
    const moved = Object.entries(fit.params.D).flatMap(([path, a]) =>
      [...a.data].map((w, i) => w - (start.D[path]?.data[i] as number)),
    )
    expect(Math.hypot(...moved)).toBeCloseTo(fit.history[0]?.gradientNorms?.D as number, 4)
  })

  it('evaluates held-out data in parts that packs of the minibatch fit into', async () => {
    const packed = g.contest({
      real: g.empirical({ x: plane }),
      fake,
      nets: { P: g.mlp(g.real(3, 2), [4], g.real()) },
      score: ({ x, P }) => P(g.pack(3, x)),
    })
    const payoffs = g.adversarial(packed, g.payoffs.hinge)
    const game = g.game({
      P: { owns: ['P'], maximize: payoffs.critic },
      G: { owns: ['G'], maximize: payoffs.generator },
    })
    const many = (n: number) => ({ x: Array.from({ length: n }, (_, i) => [Math.cos(i), Math.sin(i)]) })
    const fit = await g.orThrow(
      g.fit(game, { ...options, data: many(60), heldOut: many(1200), batch: 30, steps: 2 }),
    )
    expect(Number.isFinite(fit.diagnostics.heldOut)).toBe(true)
  })

  it('gives each move of a step a minibatch of its own, and counts epochs by them', async () => {
    const game = g.game({
      D: { owns: ['D'], maximize: critic, steps: 4 },
      G: { owns: ['G'], maximize: generator },
    })
    const perEpoch: number[] = []
    const onEvent = (e: g.FitEvent) => (e.type === 'start' ? void perEpoch.push(e.stepsPerEpoch) : undefined)
    const fit = await g.orThrow(g.fit(game, { ...options, epochs: 6, onEvent }))
    expect(perEpoch).toEqual([0.5])
    // 40 data in batches of 20: 2 minibatches an epoch, 4 a step.
    expect(fit.diagnostics).toMatchObject({ steps: 3, epochs: 6 })
    expect(fit.history.map((h) => h.epoch)).toEqual([2, 4, 6])
  })

  it('names the player that diverges, the step, and keeps the last good parameters', async () => {
    const wild = { ...options, optimizer: { D: g.sgd(1e30), G: g.sgd(1e-3) }, steps: 20 } as const
    const result = await g.fit(gan, wild)()
    expect(E.isLeft(result)).toBe(true)
    if (E.isRight(result)) return
    const [e] = result.left
    expect(e).toMatchObject({ tag: 'nonFinite', details: { step: expect.any(Number) } })
    expect(e?.message).toMatch(/^step \d+, player '[DG]': /)
    expect(['D', 'G']).toContain(e?.details?.player)
    expect(flat(e?.details?.params as g.Params<unknown>).every(Number.isFinite)).toBe(true)
  })

  it('refuses optimizers of nobody, what is no optimizer, and a game in which nobody moves', async () => {
    const said = async (game: unknown, o: object) => {
      const r = await untyped(game, { ...options, steps: 1, ...o })()
      return E.isLeft(r) ? r.left.map((e) => e.message) : []
    }
    const one = g.sgd(1)
    expect(await said(gan, { optimizer: { D: one, G: one, g: one } })).toEqual([
      "an optimizer is given for 'g', who is no player",
    ])
    expect(await said(gan, { optimizer: { D: one, G: 1e-3 } })).toEqual(["no optimizer is given for 'G'"])
    expect(await said(g.freeze(gan, ['D', 'G']), {})).toEqual(['every player of this game is frozen'])
    expect(await said(gan, { monitors: { accuracy: 0.5 } })).toEqual(["monitor 'accuracy' is no objective"])
  })

  it('refuses monitors that it cannot read', async () => {
    const other = g.expect(g.empirical({ y: plane }), { H: g.mlp(plane, [2], g.real()) }, ({ y, H }) => H(y))
    const said = async (o: object) => {
      const r = await untyped(gan, { ...options, steps: 1, ...o })()
      return E.isLeft(r) ? r.left.map((e) => e.message) : []
    }
    expect(await said({ monitors: { accuracy } })).toEqual([
      "monitor 'accuracy' reads data, but no data is held out for it",
    ])
    expect(await said({ monitors: { other }, heldOut: ring, monitorEvery: 0 })).toEqual([
      'monitorEvery must be a whole number >= 1, but 0 was given',
      "monitor 'other' reads the net 'H', which is not one of those that are trained",
      "monitor 'other' reads the column 'y', which the objectives do not",
    ])
  })

  it('has no density to be asked for: refused by the compiler, and at construction in the same words', () => {
    const encoder = g.pipe(
      g.given({ x: plane }),
      g.nets({ encode: g.gaussian(plane, [2], Z) }),
      g.bind('z', ({ x, encode }) => g.normal(encode(x))),
    )
    // @ts-expect-error site 'x' has no density
    expect(() => g.elbo(fake, encoder)).toThrow(/'x'.*density/)
    // @ts-expect-error the site x has no density
    expect(() => g.logProb(fake, { z: [[0, 0]], x: [[0, 0]] }, { params: g.init(fake, 1) })).toThrow(
      /density/,
    )
  })
})
