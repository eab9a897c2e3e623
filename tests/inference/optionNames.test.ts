/** Names that a function does not have, as they come from JavaScript: every one is said, with those that there are. */
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'

const p = g.pipe(
  g.Do,
  g.bind('z', () => g.standardNormal()),
  g.bind('x', ({ z }) => g.normal({ loc: z, scale: 1 })),
)
const q = g.pipe(
  g.given({ x: g.real() }),
  g.bind('z', ({ x }) => g.normal({ loc: x, scale: 1 })),
)
const bound = g.elbo(p, q)
const data = { x: [0.5] }

/** What a task or a call refuses; the types are defeated on purpose. */
const refused = async (f: unknown, ...before: readonly unknown[]): Promise<readonly g.GiryError[]> => {
  try {
    const found = (f as (...all: readonly unknown[]) => unknown)(...before)
    if (typeof found !== 'function') return []
    const result: E.Either<readonly g.GiryError[], unknown> = await found()
    return E.isLeft(result) ? result.left : []
  } catch (e) {
    if (e instanceof g.GiryException) return e.errors
    throw e
  }
}

/** A function: itself, what comes before its options, options that it takes. */
const cases: Readonly<Record<string, readonly [f: unknown, before: readonly unknown[], options: object]>> = {
  evaluate: [g.evaluate, [bound], { params: {}, data, batch: 1, seed: 1, runtime: 'cpu' }],
  estimate: [g.estimate, [bound], { params: {}, data, n: 2, batch: 1, seed: 1, runtime: 'cpu' }],
  evidence: [g.evidence, [p, data], { method: 'linear-Gaussian', params: {}, seed: 1, runtime: 'cpu' }],
  posterior: [g.posterior, [p, data], { method: 'linear-Gaussian', params: {}, seed: 1, runtime: 'cpu' }],
  kl: [g.kl, [g.standardNormal(), g.standardNormal()], { particles: 2, seed: 1, klTable: {} }],
}

describe.each(Object.entries(cases))('%s', (name, [f, before, options]) => {
  it('takes its own options', async () => expect(await refused(f, ...before, options)).toEqual([]))

  it('refuses names that it does not have', async () => {
    const errors = await refused(f, ...before, { ...options, sede: 1, Data: 2 })
    expect(errors.map((e) => [e.tag, e.where, e.message])).toEqual([
      ['option', 'sede', `${name} has no option 'sede'`],
      ['option', 'Data', `${name} has no option 'Data'`],
    ])
    for (const known of Object.keys(options))
      expect(errors[0]?.remedy).toMatch(new RegExp(`^its options are .*\\b${known}\\b`))
  })
})

describe('fit', () => {
  const net = { f: g.mlp(g.real(), [], g.real()) }
  const value = g.expect(g.given({ x: g.real() }), net, ({ x, f }) => g.neg(g.square(f(x))))

  it('says a misspelt name with every other fault', async () => {
    const options = { data, optimizer: g.sgd(0.1), steps: 0, sede: 3 }
    expect((await refused(g.fit, value, options)).map((e) => e.message)).toEqual([
      "fit has no option 'sede'",
      'steps must be a whole number >= 1, but 0 was given',
    ])
  })

  it('takes every option that it has', async () => {
    const options = {
      data,
      heldOut: data,
      optimizer: g.sgd(0.1),
      steps: 1,
      batch: 1,
      seed: 1,
      runtime: 'cpu',
      threads: 1,
      deterministic: true,
      play: 'alternating',
      monitors: {},
      monitorEvery: 1,
      params: g.init({ nets: net }, 1),
      onEvent: () => {},
      signal: new AbortController().signal,
      checkpoint: { every: 1, write: () => {} },
    }
    expect(await refused(g.fit, value, options)).toEqual([])
  })
})
